"""From the fields of an HR system's record to the attributes of a person, by configured rules."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from dayone.model.hr_sources import FieldRule

# One step of a path: a key, and behind it in brackets what an entry of the list must have, or the day that decides.
_STEP = re.compile(
    r"(?P<key>[^.\[\]]+)"
    r"(?:\[(?P<name>[^=\]]+)=(?P<value>[^\]]*)\]|\[(?P<which>current|last) by (?P<day>[^=\]]+)\])?"
)
# How databases and programs write that there is no day, with a time behind it or without.
_NO_DAY = ("0000-00-00", "0001-01-01")
_ABSENT = object()
# What a person's record may be mapped to; days are written in ISO 8601.
DAYS = frozenset({"start_date", "end_date", "leave_start", "leave_end"})


@dataclass(frozen=True, kw_only=True)
class Mapped:
    """The attributes as texts, without those that the record does not have at all, and what is wrong with it."""

    attributes: Mapping[str, str]
    problems: tuple[str, ...] = ()


def mapped(record: object, *, rules: Mapping[str, FieldRule], at: datetime) -> Mapped:
    """Map a record by these rules at `at`; no problem repeats a value, since it may be personal."""
    attributes: dict[str, str] = {}
    problems: list[str] = []
    zone = _zone(record, rules=rules, at=at)
    for name, rule in rules.items():
        try:
            text = _text(record, rule=rule, zone=zone if name in DAYS else None, at=at)
        except ValueError as error:
            problems.append(f"{name}: {error}")
            continue
        if text is not None:
            attributes[name] = text
    return Mapped(attributes=attributes, problems=tuple(problems))


def is_path(text: str) -> bool:
    """Return whether a text is a valid path of a field."""
    return bool(text) and all(_STEP.fullmatch(step) for step in _steps(text))


def local_day(text: str, *, zone: ZoneInfo) -> date:
    """Return the day of a time stamp in ISO 8601 in the person's zone; some systems write a day as its midnight.

    Raises ValueError for a text that is no day.
    """
    try:
        return date.fromisoformat(text)
    except ValueError:
        moment = datetime.fromisoformat(text)
    is_day = moment.timetz().replace(tzinfo=None) == time.min or moment.tzinfo is None
    try:
        return moment.date() if is_day else moment.astimezone(zone).date()
    except OverflowError:  # the last moment there is, by which systems write that there is no end
        return moment.date()


def is_no_day(text: str) -> bool:
    """Return whether a text is a way to write that there is no day."""
    return text.strip().startswith(_NO_DAY)


def zone_called(name: object) -> ZoneInfo:
    """Return the time zone of that name, UTC if there is none."""
    try:
        return ZoneInfo(name if isinstance(name, str) and name else "UTC")
    except (KeyError, ValueError, OSError):  # an unknown name, a path, a folder
        return ZoneInfo("UTC")


def _zone(record: object, *, rules: Mapping[str, FieldRule], at: datetime) -> ZoneInfo:
    try:
        return zone_called(_text(record, rule=rules["time_zone"], zone=None, at=at) if "time_zone" in rules else "")
    except ValueError:
        return zone_called("")


def _text(record: object, *, rule: FieldRule, zone: ZoneInfo | None, at: datetime) -> str | None:
    found = [_found(record, path, at=at) for path in rule.fields]
    present = [value for value in found if value is not _ABSENT]
    if not present and not rule.default:
        return None
    text = next(filter(None, (_plain(value, path=" or ".join(rule.fields)) for value in present)), "")
    if zone is not None:
        text = _day(text, form=rule.form, zone=zone)
    if text and rule.values:
        if (meant := rule.values.get(text.casefold())) is None:
            choices = ", ".join(sorted(rule.values))
            raise ValueError(f"the value of {rule.fields[0]} is none of those in `values` ({choices}): add it there")
        text = meant
    return text or rule.default


def _found(record: object, path: str, *, at: datetime) -> object:
    for step in _steps(path):
        record = _step(record, step, at=at)
        if record is _ABSENT:
            return _ABSENT
    return record


def _step(record: object, step: str, *, at: datetime) -> object:
    match = _STEP.fullmatch(step)
    if match is None:
        return _ABSENT
    found = _entry(record, match["key"])
    if (match["name"] is None and match["which"] is None) or found is _ABSENT or found is None:
        return found
    entries = found if isinstance(found, list) else []
    if match["which"] is not None:
        return _newest(entries, day=match["day"], begun_by=at if match["which"] == "current" else None)
    searched = match["value"].casefold()
    # A list without such an entry means that there is no value, as opposed to an unknown one.
    return next(
        (entry for entry in entries if _plain(_entry(entry, match["name"]), path="").casefold() == searched), None
    )


def _newest(entries: list[object], *, day: str, begun_by: datetime | None) -> object:
    """Return the entry with the latest day, of those begun by a given moment; the earliest when none has begun."""
    if len(entries) < 2:  # noqa: PLR2004 - nothing to choose from, whatever its day is
        return entries[0] if entries else None
    # An entry without a day is older than any with one.
    days = [(_day(_plain(_entry(value, day), path=day), form="", zone=ZoneInfo("UTC")), value) for value in entries]
    begun = [pair for pair in days if begun_by is None or pair[0] <= begun_by.date().isoformat()]
    chosen = max(begun, key=lambda value: value[0]) if begun else min(days, key=lambda pair: pair[0])
    return chosen[1]


def _entry(record: object, key: str) -> object:
    if _is_nothing(record):
        return None
    if isinstance(record, Mapping):
        return record.get(key, _ABSENT)
    if isinstance(record, list) and key.isdecimal():
        return record[int(key)] if int(key) < len(record) else None
    return _ABSENT


def _is_nothing(value: object) -> bool:
    """Return whether a value means that there is none; systems differ in that."""
    return value is None or value in ({}, []) or (isinstance(value, str) and not value.strip())


def _steps(path: str) -> Iterator[str]:
    # A dot in brackets is part of a value.
    return iter(re.split(r"\.(?![^\[]*\])", path))


def _plain(value: object, *, path: str) -> str:
    if value is _ABSENT or _is_nothing(value):
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str | int | float):
        return str(value).strip()
    raise ValueError(f"{path} is not a single value: use the path of one of its parts")


def _day(text: str, *, form: str, zone: ZoneInfo) -> str:
    if not text or is_no_day(text):
        return ""
    try:
        # A day has no time zone.
        day = datetime.strptime(text, form).date() if form else local_day(text, zone=zone)  # noqa: DTZ007
    except ValueError:
        raise ValueError(f"not a day as {form or 'YYYY-MM-DD'}: give its format in `form`") from None
    return "" if day == date.min else day.isoformat()
