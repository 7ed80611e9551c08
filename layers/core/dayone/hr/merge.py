"""Merge the records of several HR systems and manual entries into one person, by precedence of sources."""

import base64
import hashlib
import json
import re
import unicodedata
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import MISSING, fields, replace
from datetime import date, datetime, timedelta
from functools import cache
from types import UnionType
from typing import Any, get_args, get_type_hints

from dayone.errors import TooLarge
from dayone.model.hr_sources import BY_HAND, HrRules, OnCollision, UserNames
from dayone.model.people import Person, Status
from dayone.model.subject_state import FactVersion, Presence, SourceRecord

_LONGEST_NAME = 1024  # Source: Identity Store API, CreateUser, DisplayName.
_GONE = {Presence.MISSING: Status.MISSING, Presence.DELETED: Status.ENDED}


def taken_in(received: SourceRecord, *, records: Iterable[SourceRecord]) -> tuple[SourceRecord, ...]:
    """Return the records of all sources with this one included, by source.

    Attributes it does not supply keep their former value: an attribute missing in a response was not emptied.
    """
    by_source = {record.source: record for record in records}
    before = by_source.get(received.source)
    attributes = received.attributes
    if PAST_END in attributes:
        attributes = with_announced_end(attributes, before=_attributes_of_record(before) if before else {})
    merged = {**before.attributes, **attributes} if before else dict(attributes)
    tellers = {**before.tellers, **received.tellers} if before else received.tellers
    if before and tellers:
        # Repeating a value does not make somebody its author.
        same = {name for name in before.tellers if merged.get(name) == before.attributes.get(name)}
        tellers = {**tellers, **{name: before.tellers[name] for name in same}}
    by_source[received.source] = replace(received, attributes=merged, tellers=tellers)
    return tuple(record for _, record in sorted(by_source.items()))


def attributes_of(source_records: Iterable[SourceRecord], *, rules: HrRules) -> dict[str, str]:
    """Return every attribute from the source with precedence for it.

    That is its owner; else, in the order of the sources, the first with a value, and the manual entry last. But a
    manually entered end counts beside any source: the earlier last day, and the ended status.
    """
    records = sorted(source_records, key=lambda record: _place(record.source, rules=rules))
    believed = _all_believed(records, rules=rules)
    by_hand = next((record.attributes for record in records if record.source == BY_HAND), {})
    last, first_day = by_hand.get("end_date", ""), believed.get("start_date", "")
    # Days in ISO 8601 sort as they come. Who was ended before their first day had that first day already; since an end
    # of an employment before there is a later first day.
    if last and first_day > last and first_day != by_hand.get("start_date", ""):
        return _all_believed([_without_end(record) for record in records], rules=rules)
    ended = {"status": Status.ENDED.value} if by_hand.get("status") == Status.ENDED.value else {}
    days = [day for day in (last, believed.get("end_date", "")) if day]
    return {**believed, **ended, **({"end_date": min(days)} if last else {})}


def source_record(
    attributes: Mapping[str, str],
    *,
    source: str,
    at: datetime,
    read_at: datetime | None = None,
    flaws: tuple[str, ...] = (),
    teller: str = "",
) -> SourceRecord:
    """Build a record of these attributes with a digest of them; `teller` is the ARN of the author of a manual entry."""
    members = "\0".join(f"{name}={attributes[name]}" for name in sorted(attributes))
    version = FactVersion(at=at, digest=hashlib.sha256(members.encode()).hexdigest(), read_at=read_at)
    tellers = dict.fromkeys(attributes, teller) if teller else {}
    return SourceRecord(source=source, version=version, attributes=attributes, flaws=flaws, tellers=tellers)


def overruled(record: SourceRecord, attributes: Mapping[str, str]) -> tuple[str, ...]:
    """Return the attributes for which another source takes precedence, in order."""
    return tuple(sorted(name for name, text in record.attributes.items() if text and attributes.get(name) != text))


def version_tag(version: FactVersion | None) -> str | None:
    """Return a short tag of the recorded data of a person, which changes with each record; None before the first."""
    return hashlib.sha256(repr(version.rank).encode()).hexdigest()[:16] if version else None


def lacking(attributes: Mapping[str, str], *, rules: HrRules, has_user_name: bool) -> tuple[str, ...]:
    """Return the attributes still missing for a person, who keeps the user name generated from them."""
    makes_name = () if has_user_name or attributes.get("user_name") else fields_in(rules.user_names.pattern)
    needed = dict.fromkeys(("given_name", "family_name", *makes_name))
    return tuple(name for name in needed if name != "id" and not attributes.get(name))


def merged_person(person_id: str, attributes: Mapping[str, str], *, user_name: str, email: str) -> Person:
    """Return the person with these attributes; those unknown to this release are ignored."""
    given = {**attributes, "id": person_id, "user_name": user_name, "email": email}
    both = f"{given.get('given_name', '')} {given.get('family_name', '')}"
    given["display_name"] = given.get("display_name") or both[:_LONGEST_NAME]
    optional = {field.name for field in fields(Person) if field.default is not MISSING}
    # Omitted attributes have the defaults of Person.
    values = {name: text for name, text in given.items() if text or name not in optional}
    return Person(**{name: _typed(hint, values[name]) for name, hint in _hints().items() if name in values})


def _place(source: str, *, rules: HrRules) -> tuple[int, str]:
    if source == BY_HAND:
        return (len(rules.order) + 1, source)
    return (rules.order.index(source) if source in rules.order else len(rules.order), source)


def _all_believed(records: Sequence[SourceRecord], *, rules: HrRules) -> dict[str, str]:
    believed: dict[str, str] = {}
    by_source = {record.source: _attributes_of_record(record) for record in records}
    for name in dict.fromkeys(name for attributes in by_source.values() for name in attributes):
        texts = {source: attributes[name] for source, attributes in by_source.items() if name in attributes}
        first = next((text for text in texts.values() if text), "")
        believed[name] = texts.get(rules.owners.get(name, ""), first)
    return believed


def _without_end(record: SourceRecord) -> SourceRecord:
    if record.source != BY_HAND:
        return record
    kept = {name: text for name, text in record.attributes.items() if name not in ("end_date", "status")}
    return replace(record, attributes=kept)


def _attributes_of_record(record: SourceRecord) -> Mapping[str, str]:
    gone = _GONE.get(record.presence)
    return {**record.attributes, "status": gone.value} if gone else record.attributes


@cache
def _hints() -> Mapping[str, Any]:
    return get_type_hints(Person)


def _typed(hint: Any, text: str) -> Any:  # noqa: ANN401 - whatever an attribute of a person is
    if isinstance(hint, UnionType):
        (hint,) = (entry for entry in get_args(hint) if entry is not type(None))
    return date.fromisoformat(text) if hint is date else hint(text)


# Source: Identity Store API, CreateUser, UserName: at most 128 characters, and two names that AWS keeps for itself.
LONGEST = 128
RESERVED = frozenset({"administrator", "awsadministrators"})
# Nobody has that many namesakes; each try is a look into the table.
_MOST_TRIES = 100
_FIELD = re.compile(r"\{([a-z_]+)\}")
# Letters that are not a plain one with a mark on it.
_PLAIN = str.maketrans(
    {"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "\u0131": "i"}
)
_KEPT = re.compile(r"[^a-z0-9@._+-]")


def fields_in(pattern: str) -> tuple[str, ...]:
    """Return the attributes in a pattern such as `{given_name}.{family_name}`."""
    return tuple(_FIELD.findall(pattern))


def candidates(rule: UserNames, attributes: Mapping[str, str], *, person_id: str, given: str) -> Iterator[str]:
    """Yield the user names a person may get, the best first: the one from HR, or else those of the pattern."""
    base = given or _made(rule.pattern, attributes) or person_id
    for number in range(1, _MOST_TRIES + 1):
        local, at, domain = base.partition("@")
        behind = "" if number == 1 else f".{person_id}" if rule.on_collision is OnCollision.ID else str(number)
        room = LONGEST - len(behind) - len(at) - len(domain)
        name = f"{local[: max(room, 1)]}{behind}{at}{domain}"[:LONGEST]
        if name.casefold() not in RESERVED:
            yield name
        if rule.on_collision is OnCollision.REFUSE or (rule.on_collision is OnCollision.ID and number > 1):
            return


def plain_letters(text: str) -> str:
    """Small Latin letters, digits and `@._+-`: marks are taken off letters, everything else is left out."""
    decomposed = unicodedata.normalize("NFKD", text.casefold().translate(_PLAIN))
    return _KEPT.sub("", decomposed)


def _made(pattern: str, attributes: Mapping[str, str]) -> str:
    parts = {name: attributes.get(name, "") for name in fields_in(pattern)}
    if pattern == "{email}":
        return parts["email"]  # as it is: it is what the person types
    # A part of which nothing is left, such as a name in another script, makes half a name.
    if not all(plain_letters(text) for text in parts.values()):
        return ""
    return _FIELD.sub(lambda match: plain_letters(parts[match[1]]), pattern)


# Source: Amazon SQS API Reference, SendMessage: 1 MiB, of which the rest of the message needs a little.
_LARGEST_PACKED = 1_000_000


def packed(people: Mapping[str, Mapping[str, str]]) -> str:
    """People's attributes by id as text that fits into a message."""
    written = json.dumps(people, separators=(",", ":"), ensure_ascii=False).encode()
    text = base64.b64encode(zlib.compress(written, 9)).decode()
    if len(text) > _LARGEST_PACKED:
        raise TooLarge(f"{len(people)} people do not fit into one message, even packed: split the workforce by source")
    return text


def unpacked(text: str) -> Mapping[str, Mapping[str, str]]:
    """Decode a text written by `packed`."""
    people: Mapping[str, Mapping[str, str]] = json.loads(zlib.decompress(base64.b64decode(text)))
    return people


# How HR systems write that there is no last day.
_NEVER = date.max.isoformat()


def stated_end(attributes: Mapping[str, str]) -> dict[str, str]:
    """Return the attributes of the end; empty for a record that states no end.

    An end is the status `ended`, or a last day in ISO 8601 that is not before the first: that would be of another
    employment. A last day contradicted by the status has been removed from the attributes before.
    """
    status, last = attributes.get("status", ""), attributes.get("end_date", "")
    if status == Status.ENDED:
        return {"status": status, **({"end_date": last} if last else {})}
    is_end = bool(last) and last != _NEVER and attributes.get("start_date", "") <= last
    return {"end_date": last} if is_end else {}


def clear_ends(stated: Mapping[str, Sequence[Mapping[str, str]]]) -> dict[str, Mapping[str, str]]:
    """Return the end of each person; `stated` is the end in each of their rows, empty without one.

    A person with a row without an end stays employed by that row; of several last days the latest counts.
    """

    def lateness(end: Mapping[str, str]) -> tuple[bool, str]:
        return end.get("status") != Status.ENDED, end.get("end_date", "")

    return {person: max(ends, key=lateness) for person, ends in stated.items() if all(ends)}


# The last day of an employment before, beside a record's own attributes; it is not an attribute of a person.
PAST_END = "past_end_date"
# Systems change the status hours or days behind the last day, so a last day just over counts more than the status.
STATUS_FOLLOWS_WITHIN = timedelta(days=7)


def current_employment(attributes: Mapping[str, str], *, at: datetime) -> dict[str, str]:
    """Return the attributes as of `at`, with a last day that contradicts the status in `PAST_END`; days in ISO 8601.

    This is for a status from the source: a default contradicts nothing. `active` contradicts a last day before the
    first day, and one that was over for a week when the record was sent. `on_leave`, which some systems use for
    leavers, contradicts none.
    """
    first, last = attributes.get("start_date", ""), attributes.get("end_date", "")
    hardly_over = (at - STATUS_FOLLOWS_WITHIN).date().isoformat()
    # Days in ISO 8601 sort as they come.
    is_contradicted = attributes.get("status") == Status.ACTIVE and (last < first or last < hardly_over)
    return {**attributes, "end_date": "", PAST_END: last} if last and is_contradicted else dict(attributes)


def with_announced_end(attributes: Mapping[str, str], *, before: Mapping[str, str]) -> dict[str, str]:
    """Return the attributes without `PAST_END`, restored as the last day if the source had announced it while active.

    An announced last day has come: the same record again does not reactivate anybody.
    """
    past, first = attributes.get(PAST_END, ""), attributes.get("start_date", "")
    kept = {name: text for name, text in attributes.items() if name != PAST_END}
    was_announced = past and before.get("end_date") == past and before.get("status") != Status.ENDED
    return {**kept, "end_date": past} if was_announced and first <= past else kept
