"""The audit log read from DynamoDB: by subject through an index, else day by day, the lanes of each together."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from heapq import merge
from typing import ClassVar

from boto3.dynamodb.conditions import Key

from dayone.adapters import dynamodb_audit as audit
from dayone.adapters import dynamodb_keys as keys
from dayone.adapters.dynamodb_audit_places import DayPlace, Place, day_place, listing_of, shown_place
from dayone.adapters.dynamodb_table import DynamoTable
from dayone.contracts.codec import Record, decode, stamp
from dayone.domain.audit import GENESIS, AuditEntry, AuditWanted, Recorded
from dayone.errors import Invalid
from dayone.ports.records import Page

_MOST_LOOKED_AT = 1000
_MOST_DAYS = 31
_AT_ONCE = 100
# Numbers go on after midnight, and may come late by a little; a lane in which little happens rests for weeks.
_DAYS_AROUND = 400


class DynamoAuditLog:
    """The port AuditLog."""

    ACTIONS: ClassVar[frozenset[str]] = frozenset({"dynamodb:BatchGetItem", "dynamodb:GetItem", "dynamodb:Query"})

    def __init__(self, table: DynamoTable) -> None:
        self._table = table

    def entries(self, wanted: AuditWanted, *, cursor: str, limit: int) -> Page[Recorded]:
        """See AuditLog."""
        found: list[Recorded] = []
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

    def of_day(self, lane: str, day: date, *, after: int) -> Iterator[Recorded]:
        """See AuditLog."""
        first, last = (keys.audit_key(lane, day=day.isoformat(), sequence=one) for one in (after + 1, 10**12 - 1))
        lies_in = Key("pk").eq(first.pk) & Key("sk").between(first.sk, last.sk)
        return map(_recorded, self._table.query(lies_in))

    def numbered(self, lane: str, number: int, *, near: date) -> Recorded | None:
        """See AuditLog."""
        nearest_first = sorted(range(-_DAYS_AROUND, _DAYS_AROUND + 1), key=abs)
        days = ((near + timedelta(days=one)).isoformat() for one in nearest_first)
        found = self._table.get_all(keys.audit_key(lane, day=day, sequence=number) for day in days)
        return next(map(_recorded, found), None)

    def end(self, lane: str) -> tuple[int, str]:
        """See AuditLog."""
        tail = self._table.get(keys.tail_key(lane))
        return (int(tail["sequence"]), str(tail["hash"])) if tail else (0, GENESIS)

    def _of_subject(self, wanted: AuditWanted, cursor: str) -> Iterator[tuple[Place, Recorded | None]]:
        listing = listing_of(wanted.subject)
        first, last = stamp(wanted.since), stamp(wanted.until)
        after = listing.place_of(cursor) if cursor else None
        # DynamoDB refuses to go on from outside of what is asked for.
        if after and not first <= after["listed_as"] <= last:
            raise Invalid("the cursor belongs to another time")
        lies_in = Key("listed_in").eq(listing.partition[1]) & Key("listed_as").between(first, last)
        listed = self._table.query(lies_in, index="listing", newest_first=True, after=after, page=_AT_ONCE)
        yield from ((listing.cursor_at(one), _recorded(one)) for one in listed)

    def _by_day(self, wanted: AuditWanted, cursor: str) -> Iterator[tuple[Place, Recorded | None]]:
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

    def _of_whole_day(self, place: DayPlace) -> Iterator[Recorded]:
        of_day = Key("pk").eq(f"AUDIT#{place.day}")
        if not any(True for _ in self._table.query(of_day, limit=1)):
            return
        lanes = (self._backwards(lane, place) for lane in audit.LANES)
        # An entry's number is given after its time, so those of one lane are in order but for moments.
        yield from merge(*lanes, key=lambda one: one.entry.at, reverse=True)

    def _backwards(self, lane: str, place: DayPlace) -> Iterator[Recorded]:
        before = place.lanes.get(lane, 10**12)
        first, last = (keys.audit_key(lane, day=place.day, sequence=one) for one in (0, before - 1))
        lies_in = Key("pk").eq(first.pk) & Key("sk").between(first.sk, last.sk)
        return map(_recorded, self._table.query(lies_in, newest_first=True, page=_AT_ONCE))


def _recorded(record: Record) -> Recorded:
    lane, _, number = str(record["sk"]).rpartition("#")
    return Recorded(entry=decode(AuditEntry, record), lane=lane, number=int(number), hash=str(record["hash"]))
