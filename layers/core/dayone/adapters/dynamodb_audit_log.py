"""The audit log read from DynamoDB: by subject through an index, else day by day, the lanes of each together."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from heapq import merge
from typing import ClassVar

from boto3.dynamodb.conditions import ConditionBase, Key

from dayone.adapters import dynamodb_audit as audit
from dayone.adapters import dynamodb_keys as keys
from dayone.adapters.dynamodb_audit_places import DayPlace, Place, day_place, listing_of, shown_place
from dayone.adapters.dynamodb_audit_records import intact_record, lane_end, stored_record
from dayone.adapters.dynamodb_table import DynamoTable
from dayone.contracts.codec import Record, stamp
from dayone.domain.audit import AlteredRecord, AuditRecord, AuditWanted, LaneEnd, StoredRecord
from dayone.errors import Invalid
from dayone.ports.records import Page

_MOST_LOOKED_AT = 1000
_MOST_DAYS = 31
_AT_ONCE = 100


class DynamoAuditLog:
    """The port AuditLog."""

    ACTIONS: ClassVar[frozenset[str]] = frozenset({"dynamodb:BatchGetItem", "dynamodb:GetItem", "dynamodb:Query"})

    def __init__(self, table: DynamoTable) -> None:
        self._table = table

    def entries(self, wanted: AuditWanted, *, cursor: str, limit: int) -> Page[AuditRecord]:
        """See AuditLog."""
        found: list[AuditRecord] = []
        last: Place | None = None
        places = self._of_subject(wanted, cursor) if wanted.subject else self._by_day(wanted, cursor)
        for number, (place, one) in enumerate(places):
            if last is not None and (len(found) == limit or number == _MOST_LOOKED_AT):
                return Page(found, shown_place(last))
            last = place
            if one is None:
                return Page(found, shown_place(place))
            if wanted.has(one.entry):
                found.append(one)
        return Page(found)

    def lanes(self) -> Sequence[str]:
        """See AuditLog."""
        return audit.LANES

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

    def _of_subject(self, wanted: AuditWanted, cursor: str) -> Iterator[tuple[Place, AuditRecord | None]]:
        listing = listing_of(wanted.subject)
        first, last = stamp(wanted.since), stamp(wanted.until)
        after = listing.place_of(cursor) if cursor else None
        # DynamoDB refuses to go on from outside of what is asked for.
        if after and not first <= after["listed_as"] <= last:
            raise Invalid("the cursor belongs to another time")
        lies_in = Key("listed_in").eq(listing.partition[1]) & Key("listed_as").between(first, last)
        listed = self._table.query(lies_in, index="listing", newest_first=True, after=after, page=_AT_ONCE)
        yield from ((listing.cursor_at(one), intact_record(one)) for one in listed)

    def _by_day(self, wanted: AuditWanted, cursor: str) -> Iterator[tuple[Place, AuditRecord | None]]:
        place = day_place(cursor, wanted=wanted)
        last_day = wanted.since.date()
        for _ in range(_MOST_DAYS):
            day = date.fromisoformat(place.day)
            if day < last_day:
                return
            for one in self._of_whole_day(place):
                place = place.behind(one)
                yield place, one
            place = DayPlace(day=(day - timedelta(days=1)).isoformat())
        if date.fromisoformat(place.day) >= last_day:
            yield place, None

    def _of_whole_day(self, place: DayPlace) -> Iterator[AuditRecord]:
        of_day = Key("pk").eq(f"AUDIT#{place.day}")
        if not any(True for _ in self._table.query(of_day, limit=1)):
            return
        lanes = (
            map(intact_record, self._in_lane(lane, place.day, before=place.lanes.get(lane, 10**12)))
            for lane in audit.LANES
        )
        # An entry's number is given after its time, so those of one lane are in order but for moments.
        yield from merge(*lanes, key=lambda one: one.entry.at, reverse=True)

    def _in_lane(self, lane: str, day: str, *, before: int = 10**12, limit: int | None = None) -> Iterator[Record]:
        first, last = (keys.audit_key(lane, day=day, sequence=number) for number in (0, before - 1))
        lies_in = Key("pk").eq(first.pk) & Key("sk").between(first.sk, last.sk)
        return self._table.query(lies_in, newest_first=True, page=_AT_ONCE, limit=limit)
