"""The audit log in DynamoDB: append to a lane, read by subject or by day; each record has to be as it was written."""

import hashlib
import json
import re
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, timedelta
from heapq import merge
from typing import ClassVar

from boto3.dynamodb.conditions import ConditionBase, Key

from dayone.adapters.dynamodb import keys
from dayone.adapters.dynamodb.table import DynamoTable, Listing
from dayone.adapters.dynamodb.writes import IS_NEW, Put, Write, ends_with
from dayone.errors import Inapplicable, Invalid
from dayone.messages.codec import Record, decode, encode, stamp
from dayone.model.audit import (
    GENESIS,
    AlteredRecord,
    AuditEntry,
    AuditFilter,
    AuditRecord,
    LaneEnd,
    Seals,
    StoredRecord,
    link,
)
from dayone.model.subjects import Subject
from dayone.ports.records import Page

OPERATIONS = "operations"
POLICY = "policy"
_FACT_LANES = 8
_SALT_BYTES = 16
# In the order in which they lie within a day.
LANES = (*(f"facts-{number}" for number in range(_FACT_LANES)), OPERATIONS, POLICY)
type Place = DayPlace | str
_PLACE = re.compile(r"([a-z0-9-]+)#([0-9]{12})")
_UNREADABLE = (ValueError, TypeError, LookupError, ArithmeticError, AttributeError)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_MOST_LOOKED_AT = 1000
_MOST_DAYS = 31
_AT_ONCE = 100


def facts_lane(subject: Subject) -> str:
    """Return the lane of facts received about a subject: always the same, and few subjects share one."""
    return f"facts-{hashlib.sha256(str(subject).encode()).digest()[0] % _FACT_LANES}"


def appended(table: DynamoTable, entries: Sequence[AuditEntry], *, lane: str, existing: int = 0) -> dict[str, Write]:
    """Return the writes that append the entries to a lane as it is now; none for no entries.

    Their conditions fail when another writer has written to the lane meanwhile: then call again. `existing` is the
    change in the number of memberships and assignments with these entries: that number is stored with the lane's end,
    which is written with each end of an operation anyway.
    """
    if not entries:
        return {}
    tail = table.get(keys.tail_key(lane))
    last, digest, day = (int(tail["sequence"]), str(tail["hash"]), str(tail["day"])) if tail else (0, GENESIS, "")
    condition = ends_with(digest) if tail else IS_NEW
    writes: dict[str, Write] = {}
    for number, entry in enumerate(entries, start=last + 1):
        # The link is over the text of the moment: it must be the one that is read back.
        in_utc = replace(entry, at=entry.at.astimezone(UTC))
        seals = Seals(salt=secrets.token_hex(_SALT_BYTES))
        record = AuditRecord(entry=in_utc, lane=lane, number=number, previous_day=day, seals=seals)
        digest, day = link(record, previous=digest), in_utc.at.date().isoformat()
        writes[f"audit-{number}"] = Put(stored(record, digest=digest), condition=IS_NEW)
    # Before it nothing is to be looked for. A lane that is older than this attribute goes without.
    began = str(tail.get("began", "")) if tail else entries[0].at.astimezone(UTC).date().isoformat()
    end = {**keys.tail_key(lane)._asdict(), "sequence": last + len(entries), "hash": digest, "day": day}
    end |= {"began": began} if began else {}
    counted = int((tail or {}).get("existing", 0)) + existing
    end |= {"existing": counted} if counted else {}
    return {"audit-tail": Put(end, condition=condition), **writes}


def stored(record: AuditRecord, *, digest: str) -> Record:
    """Return a record of the log as stored in the table, keys and lists included, all derived from hashed fields.

    One whose subject was erased is in no list.
    """
    entry, day = record.entry, record.entry.at.date().isoformat()
    key = keys.audit_key(record.lane, day=day, sequence=record.number)
    places: Record = {}
    if entry.subject:
        places = {"listed_in": f"{keys.AUDIT_OF}{entry.subject}", "listed_as": f"{stamp(entry.at)}#{key.sk}"}
    if record.previous_day:
        places["previous_day"] = record.previous_day
    seals = {"seals": encode(record.seals)} if record.seals else {}
    return {**key._asdict(), **encode(entry), "hash": digest, **seals, **places}


class DynamoLaneEnds:
    """The port LaneEnds."""

    ACTIONS: ClassVar[frozenset[str]] = frozenset({"dynamodb:BatchGetItem"})

    def __init__(self, table: DynamoTable) -> None:
        self._table = table

    def all(self) -> Mapping[str, LaneEnd]:
        """See LaneEnds."""
        lanes = {keys.tail_key(lane).sk: lane for lane in LANES}
        ends: dict[str, LaneEnd] = {}
        for raw in self._table.get_all(map(keys.tail_key, LANES)):
            lane = lanes[str(raw["sk"])]
            end = lane_end(lane, raw)
            if isinstance(end, AlteredRecord):
                raise Inapplicable(f"the audit log was altered: lane {lane}: {end.message}")
            ends[lane] = end
        return ends


@dataclass(frozen=True, kw_only=True)
class DayPlace:
    """A day, and in each of its lanes the number before which to go on."""

    day: str
    lanes: Mapping[str, int] = field(default_factory=dict)

    def behind(self, record: AuditRecord) -> "DayPlace":
        """Return the place behind an entry, the newest first."""
        return DayPlace(day=self.day, lanes={**self.lanes, record.lane: record.number})


class DynamoAuditLog:
    """The port AuditLog."""

    ACTIONS: ClassVar[frozenset[str]] = frozenset({"dynamodb:BatchGetItem", "dynamodb:GetItem", "dynamodb:Query"})

    def __init__(self, table: DynamoTable) -> None:
        self._table = table

    def entries(self, query: AuditFilter, *, cursor: str, limit: int) -> Page[AuditRecord]:
        """See AuditLog."""
        found: list[AuditRecord] = []
        last: Place | None = None
        places = self._of_subject(query, cursor) if query.subject else self._by_day(query, cursor)
        for number, (place, record) in enumerate(places):
            if last is not None and (len(found) == limit or number == _MOST_LOOKED_AT):
                return Page(found, shown_place(last))
            last = place
            if record is None:
                return Page(found, shown_place(place))
            if query.has(record.entry):
                found.append(record)
        return Page(found)

    def lanes(self) -> Sequence[str]:
        """See AuditLog."""
        return LANES

    def of_day(self, day: date, *, after: tuple[str, int] | None) -> Iterator[StoredRecord]:
        """See AuditLog."""
        lies_in: ConditionBase = Key("pk").eq(f"AUDIT#{day.isoformat()}")
        if after:
            lane, number = after
            lies_in &= Key("sk").gt(keys.audit_key(lane, day="", sequence=number).sk)
        return map(stored_record, self._table.query(lies_in))

    def numbered(self, lane: str, number: int, *, days: Iterable[date]) -> Sequence[StoredRecord]:
        """See AuditLog."""
        places = (keys.audit_key(lane, day=day.isoformat(), sequence=number) for day in days)
        return [stored_record(raw) for raw in self._table.get_all(places)]

    def next_day(self, lane: str, *, days: Iterable[date]) -> date | None:
        """See AuditLog."""
        return next((day for day in days if any(True for _ in self._in_lane(lane, day.isoformat(), limit=1))), None)

    def end(self, lane: str) -> LaneEnd | AlteredRecord:
        """See AuditLog."""
        return lane_end(lane, self._table.get(keys.tail_key(lane)))

    def _of_subject(self, query: AuditFilter, cursor: str) -> Iterator[tuple[Place, AuditRecord | None]]:
        listing = listing_of(query.subject)
        first, last = stamp(query.since), stamp(query.until)
        after = listing.place_of(cursor) if cursor else None
        # DynamoDB rejects a start key outside of the queried range.
        if after and not first <= after["listed_as"] <= last:
            raise Invalid("the cursor belongs to another time")
        lies_in = Key("listed_in").eq(listing.partition[1]) & Key("listed_as").between(first, last)
        listed = self._table.query(lies_in, index="listing", newest_first=True, after=after, page=_AT_ONCE)
        yield from ((listing.cursor_at(record), intact_record(record)) for record in listed)

    def _by_day(self, query: AuditFilter, cursor: str) -> Iterator[tuple[Place, AuditRecord | None]]:
        place = day_place(cursor, query=query)
        last_day = query.since.date()
        for _ in range(_MOST_DAYS):
            day = date.fromisoformat(place.day)
            if day < last_day:
                return
            for record in self._of_whole_day(place):
                place = place.behind(record)
                yield place, record
            place = DayPlace(day=(day - timedelta(days=1)).isoformat())
        if date.fromisoformat(place.day) >= last_day:
            yield place, None

    def _of_whole_day(self, place: DayPlace) -> Iterator[AuditRecord]:
        of_day = Key("pk").eq(f"AUDIT#{place.day}")
        if not any(True for _ in self._table.query(of_day, limit=1)):
            return
        lanes = (
            map(intact_record, self._in_lane(lane, place.day, before=place.lanes.get(lane, 10**12))) for lane in LANES
        )
        # An entry's number is given after its time, so those of one lane are in order but for moments.
        yield from merge(*lanes, key=lambda record: record.entry.at, reverse=True)

    def _in_lane(self, lane: str, day: str, *, before: int = 10**12, limit: int | None = None) -> Iterator[Record]:
        first, last = (keys.audit_key(lane, day=day, sequence=number) for number in (0, before - 1))
        lies_in = Key("pk").eq(first.pk) & Key("sk").between(first.sk, last.sk)
        return self._table.query(lies_in, newest_first=True, page=_AT_ONCE, limit=limit)


def listing_of(subject: str) -> Listing:
    """Return the list of audit entries about a subject."""
    partition = ("listed_in", f"{keys.AUDIT_OF}{subject}")
    return Listing(partition=partition, sort_key="listed_as", index="listing", newest_first=True)


def shown_place(place: Place) -> str:
    """Encode a place as a cursor."""
    if isinstance(place, str):
        return place
    return urlsafe_b64encode(json.dumps([place.day, place.lanes]).encode()).decode().rstrip("=")


def day_place(cursor: str, *, query: AuditFilter) -> DayPlace:
    """Return the place of a cursor, or the filter's last day without one; raise Invalid for any other cursor."""
    last = (query.until - timedelta(microseconds=1)).date()
    if not cursor:
        return DayPlace(day=last.isoformat())
    try:
        day, lanes = json.loads(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        if not (
            _DAY.fullmatch(day) and lanes.keys() <= set(LANES) and all(type(entry) is int for entry in lanes.values())
        ):
            raise Invalid("the cursor belongs to another list")
        is_of_time = query.since.date() <= date.fromisoformat(day) <= last
    except (ValueError, TypeError, AttributeError) as error:
        raise Invalid("the cursor cannot be read") from error
    if not is_of_time:
        raise Invalid("the cursor belongs to another time")
    return DayPlace(day=day, lanes=lanes)


def stored_record(raw: Record) -> StoredRecord:
    """Return a record of the log, or its defect: it cannot be read, or is not where or as it was written."""
    place = _PLACE.fullmatch(str(raw.get("sk", "")))
    if not place or place[1] not in LANES or not int(place[2]):
        return AlteredRecord(lane=str(raw.get("sk", "")), number=0, message="it lies in a lane that does not exist")
    lane, number = place[1], int(place[2])
    try:
        record = AuditRecord(
            entry=decode(AuditEntry, raw),
            lane=lane,
            number=number,
            previous_day=str(raw.get("previous_day", "")),
            seals=decode(Seals, raw["seals"]) if "seals" in raw else None,
            hash=str(raw["hash"]),
        )
        is_as_written = stored(record, digest=record.hash) == raw
    except _UNREADABLE:
        return AlteredRecord(lane=lane, number=number, message="it cannot be read")
    message = ""
    if not is_as_written:
        message = "it does not lie where its content belongs, or what it is listed by was changed"
    elif record.seals and not record.seals.fit(record.entry):
        message = "a part of it is gone without a trace, or what its digests are made with was changed"
    return AlteredRecord(lane=lane, number=number, message=message) if message else record


def intact_record(raw: Record) -> AuditRecord:
    """Return a record for a list; raise Inapplicable for an altered one."""
    record = stored_record(raw)
    if isinstance(record, AlteredRecord):
        raise Inapplicable(
            f"the audit log was altered: entry {raw.get('sk')} under {raw.get('pk')}: {record.message}; verify that day"
        )
    return record


def lane_end(lane: str, raw: Record | None) -> LaneEnd | AlteredRecord:
    """Return the recorded end of a lane, or its defect."""
    if raw is None:
        return LaneEnd()
    try:
        began = str(raw.get("began", ""))
        end = LaneEnd(number=int(raw["sequence"]), day=str(raw["day"]), hash=str(raw["hash"]), began=began)
        is_valid = end.number > 0 and all(date.fromisoformat(day).isoformat() == day for day in (end.day, began) if day)
    except _UNREADABLE:
        is_valid = False
    return end if is_valid else AlteredRecord(lane=lane, number=0, message="the record of the lane's end was changed")
