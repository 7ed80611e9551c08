"""Conditions of the policy on people and accounts, as docs/policy.md has them, on the policy as plain data."""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from tests.simulation.oracle.facts import AccountFact, Record

_DATES = ("start_date", "end_date")
_NO_DAY = "9999-12-31"


def selects_person(entry: Mapping[str, Any], record: Record, *, now: datetime) -> bool:
    """Return whether all conditions of an entry of `members` or `except` hold."""
    return all(_holds(name, asked, record, now=now) for name, asked in entry.items())


def selects_account(entry: Mapping[str, Any], account: AccountFact, *, is_exception: bool = False) -> bool:
    """Return whether all conditions of an entry of `accounts` or `except` hold."""
    names_it = account.id in _listed(entry.get("id", [])) and bool(entry.get("include_management_account"))
    if account.is_management and not is_exception and not names_it:
        return False
    return all(_holds_of_account(name, asked, account) for name, asked in entry.items())


def moment(day: date, at: time, zone: str) -> datetime:
    """Return when the clocks in a zone show this; the first if twice, and when they go on if never."""
    local, place = datetime.combine(day, at), ZoneInfo(zone)
    while True:
        there = local.replace(tzinfo=place).astimezone(UTC)
        if there.astimezone(place).replace(tzinfo=None) == local:
            return there
        local += timedelta(minutes=1)


def day_of(record: Record, attribute: str) -> date | None:
    """Return a day of a record; None if HR gave none."""
    text = record.attributes.get(attribute, "")
    return date.fromisoformat(text) if text and text != _NO_DAY else None


def zone_of(record: Record) -> str:
    return record.attributes.get("time_zone") or "UTC"


def _holds(name: str, asked: Any, record: Record, *, now: datetime) -> bool:  # noqa: ANN401 - YAML
    if name in _DATES:
        return _holds_of_day(day_of(record, name), asked, zone=zone_of(record), now=now)
    return _holds_of_text(record.attributes.get(name, ""), asked)


def _holds_of_day(day: date | None, asked: Mapping[str, Any], *, zone: str, now: datetime) -> bool:
    if "present" in asked and asked["present"] is not (day is not None):
        return False
    if "reached" in asked and not (day and _has_reached(day, asked["reached"], zone=zone, now=now)):
        return False
    return not ("not_reached" in asked and day and _has_reached(day, asked["not_reached"], zone=zone, now=now))


def _has_reached(day: date, days: Any, *, zone: str, now: datetime) -> bool:  # noqa: ANN401 - YAML
    # `true` is the day itself.
    after = 0 if days is True else int(days)
    return now >= moment(day + timedelta(days=after), time.min, zone)


def _holds_of_text(text: str, asked: Any, *, is_there: bool | None = None) -> bool:  # noqa: ANN401 - YAML
    present = bool(text) if is_there is None else is_there
    if not isinstance(asked, Mapping):
        return _fits_any(text, asked, present=present)
    if "present" in asked and asked["present"] is not present:
        return False
    if "any" in asked and not _fits_any(text, asked["any"], present=present):
        return False
    return not ("not" in asked and _fits_any(text, asked["not"], present=present))


def _holds_of_account(name: str, asked: Any, account: AccountFact) -> bool:  # noqa: ANN401 - YAML
    match name:
        case "id":
            return account.id in _listed(asked)
        case "name":
            return _fits_any(account.name, asked, present=bool(account.name))
        case "ou":
            return any(_is_in_unit(pattern, account.path) for pattern in _listed(asked))
        case "ou_id":
            return any(_is_in_unit_of_id(pattern, account.unit_ids) for pattern in _listed(asked))
        case "tags":
            tags = account.tags
            return all(_holds_of_text(tags.get(key, ""), of, is_there=key in tags) for key, of in asked.items())
        case _:
            return True


def _is_in_unit(pattern: str, path: tuple[str, ...]) -> bool:
    names = [name.replace("\0", "/") for name in pattern.replace("\\/", "\0").split("/")[1:]]
    if is_below := bool(names) and names[-1] == "**":
        names = names[:-1]
    if names == [""]:
        names = []
    if len(path) < len(names) or (len(path) > len(names) and not is_below):
        return False
    return all(name == "*" or name.casefold() == there.casefold() for name, there in zip(names, path, strict=False))


def _is_in_unit_of_id(pattern: str, units: tuple[str, ...]) -> bool:
    identifier, below, _ = pattern.partition("/**")
    return identifier in units if below else units[-1:] == (identifier,)


def _fits_any(text: str, globs: Any, *, present: bool) -> bool:  # noqa: ANN401 - YAML
    return present and any(_fits(text, glob) for glob in _listed(globs))


def _fits(text: str, glob: str) -> bool:
    return text.casefold() == glob.casefold() or _compiled(glob.casefold()).fullmatch(text.casefold()) is not None


@lru_cache(maxsize=1024)
def _compiled(glob: str) -> re.Pattern[str]:
    parts = re.findall(r"\[[^\]]+\]|.", glob, re.DOTALL)
    return re.compile("".join(map(_as_expression, parts)), re.DOTALL)


def _as_expression(part: str) -> str:
    if part in ("*", "?"):
        return ".*" if part == "*" else "."
    if len(part) == 1:
        return re.escape(part)
    inside = part[1:-1]
    listed = re.escape(inside.removeprefix("!")).replace(r"\-", "-")
    return f"[^{listed}]" if inside.startswith("!") else f"[{listed}]"


def _listed(given: Any) -> list[str]:  # noqa: ANN401 - YAML
    return [str(each) for each in given] if isinstance(given, list) else [str(given)]
