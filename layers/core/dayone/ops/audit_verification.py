"""Show whether the audit log of a day is whole, none of it missing, and tells of nothing the executor cannot do."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby, islice, takewhile

from dayone.errors import Invalid
from dayone.model.audit import GENESIS, AlteredRecord, AuditRecord, LaneEnd, StoredRecord, first_break
from dayone.ops.audit_rules import RuleBroken, first_broken
from dayone.ports.records import AuditLog

MOST_AT_ONCE = 10_000
# Of a day beside one on which a lane has nothing: what is next to it is near, if not next to midnight.
_MOST_BESIDE = 1_000
# Days searched behind one on which a lane has nothing, each with a query.
_NEAR = timedelta(days=400)
# What waited in a queue, and then among the dead letters, is recorded that much later than its time (14 days each).
_LATEST = timedelta(days=31)


@dataclass(frozen=True, kw_only=True)
class Break:
    """Break of a chain: the number in the lane, and the defect."""

    number: int
    message: str


@dataclass(frozen=True, kw_only=True)
class LaneVerified:
    """Number of verified entries in a lane, and the first break, None when they are intact.

    `forgotten` entries lack personal data that was erased.
    """

    lane: str
    entries: int
    forgotten: int
    broken: Break | None = None


@dataclass(frozen=True, kw_only=True)
class Verified:
    """Results of one part of the verification; `cursor` continues it, and is empty at the end.

    `violation` is the first entry of the part that no run of the executor could have written, None without one.
    """

    lanes: tuple[LaneVerified, ...]
    violation: RuleBroken | None = None
    cursor: str = ""


def verify_audit(day: date, *, today: date, cursor: str, log: AuditLog) -> Verified:
    """Verify a day (UTC), lane by lane, at most ten thousand entries.

    Raises Invalid for a cursor that is none, and for a day that lies too far before the next entry of a lane.
    """
    after = _place(cursor, log=log) if cursor else None
    records = list(islice(log.of_day(day, after=after), MOST_AT_ONCE + 1))
    page = records[:MOST_AT_ONCE]
    unfinished = page[-1] if len(records) > len(page) else None
    chains = {lane: list(chain) for lane, chain in groupby(page, key=lambda record: record.lane)}
    verification = _Verification(day=day, today=today, log=log)
    lanes = []
    for lane in _lanes_between(after, unfinished, chains=chains, log=log):
        number, chain = after[1] if after and after[0] == lane else 0, chains.get(lane, ())
        is_finished = unfinished is None or unfinished.lane != lane
        broken = verification.lane(lane, chain, after=number, is_finished=is_finished)
        forgotten = sum(isinstance(record, AuditRecord) and bool(record.forgotten) for record in chain)
        lanes.append(LaneVerified(lane=lane, entries=len(chain), forgotten=forgotten, broken=broken))
    readable = (record for record in page if isinstance(record, AuditRecord))
    violation = first_broken(readable)
    if unfinished is None or violation or any(verified.broken for verified in lanes):
        return Verified(lanes=tuple(lanes), violation=violation)
    return Verified(lanes=tuple(lanes), cursor=f"{unfinished.lane}:{unfinished.number}")


def _lanes_between(
    after: tuple[str, int] | None,
    unfinished: StoredRecord | None,
    *,
    chains: Mapping[str, Sequence[StoredRecord]],
    log: AuditLog,
) -> Iterator[str]:
    """Yield the lanes of this part, including empty ones and those that do not exist."""
    first, last = after[0] if after else "", unfinished.lane if unfinished else chr(0x10FFFF)
    yield from sorted({*(lane for lane in log.lanes() if first <= lane <= last), *chains})


@dataclass(frozen=True, kw_only=True)
class _Verification:
    """The chains of one day; each method returns the first break that it sees, or None."""

    day: date
    today: date
    log: AuditLog

    def lane(self, lane: str, records: Sequence[StoredRecord], *, after: int, is_finished: bool) -> Break | None:
        """Verify the records of a lane on the day, behind the number `after` that was verified before."""
        if lane not in self.log.lanes():
            return _altered(records[0])
        last = self._numbered_entry(lane, after, days=[self.day]) if after else None
        if isinstance(last, Break):
            return last
        if broken := self._chain(records, last=last):
            return broken
        if not is_finished:
            return None
        newest = records[-1] if records else last
        return self._behind(lane, newest) if isinstance(newest, AuditRecord) else self._without_records(lane)

    def _chain(self, records: Iterable[StoredRecord], *, last: AuditRecord | None = None) -> Break | None:
        for record in records:
            if isinstance(record, AlteredRecord):
                return _altered(record)
            if broken := self._between(last, record):
                return broken
            last = record
        return None

    def _between(self, last: AuditRecord | None, record: AuditRecord) -> Break | None:
        """From the record that was verified last, None before the first of the day, to the next one of the day.

        Those with the numbers in between lie on other days: about midnight, and where something is recorded late, the
        days take turns.
        """
        if record.number == 1:
            return self._first(record)
        while True:
            before = self._before(record, last=last)
            if isinstance(before, Break):
                return before
            if first_break([record], previous=before.hash):
                return Break(number=record.number, message=_DOES_NOT_FOLLOW)
            if last is None or before.number == last.number:
                return None
            record = before

    def _before(self, record: AuditRecord, *, last: AuditRecord | None) -> AuditRecord | Break:
        if last and last.number == record.number - 1:
            return last if last.day == record.previous_day else Break(number=record.number, message=_DOES_NOT_FOLLOW)
        day = _date(record.previous_day)
        return self._numbered_entry(record.lane, record.number - 1, days=[day] if day else [])

    def _numbered_entry(self, lane: str, number: int, *, days: Iterable[date]) -> AuditRecord | Break:
        match self.log.numbered(lane, number, days=days):
            case []:
                return Break(number=number, message="it is gone")
            case [AuditRecord() as record]:
                return record
            case [AlteredRecord() as record]:
                return _altered(record)
        return Break(number=number, message="there are two of it")

    def _first(self, record: AuditRecord) -> Break | None:
        if record.previous_day or first_break([record], previous=GENESIS):
            return Break(number=1, message=_DOES_NOT_FOLLOW)
        day = record.entry.at.date()
        before = _days(day - _LATEST, until=day - timedelta(days=1))
        if self.log.next_day(record.lane, days=before):
            return Break(number=1, message="the lane begins anew here, though it has entries on the days before")
        return None

    def _behind(self, lane: str, last: AuditRecord) -> Break | None:
        end = self._end(lane)
        if isinstance(end, Break):
            return end
        if end.number <= last.number:
            is_last = (end.number, end.hash) == (last.number, last.hash)
            return None if is_last else Break(number=end.number, message="the end of the lane is not its last entry")
        following = self._numbered_entry(lane, last.number + 1, days=_days(self.day - _LATEST, until=self._until(end)))
        if isinstance(following, Break):
            return following
        if following.previous_day != last.day or first_break([following], previous=last.hash):
            return Break(number=following.number, message=_DOES_NOT_FOLLOW)
        return self._at_end(lane, end)

    def _end(self, lane: str) -> LaneEnd | Break:
        """Return the recorded end of a lane."""
        end = self.log.end(lane)
        if isinstance(end, AlteredRecord):
            return _altered(end)
        if not end.number:
            return end
        if date.fromisoformat(end.day) > self.today + timedelta(days=1):
            return Break(number=end.number, message="the end of the lane lies on a day to come")
        return end

    def _at_end(self, lane: str, end: LaneEnd) -> Break | None:
        """Verify the entry that is recorded as the last of a lane."""
        last = self._numbered_entry(lane, end.number, days=[date.fromisoformat(end.day)])
        if isinstance(last, Break):
            return last
        return None if last.hash == end.hash else Break(number=end.number, message="the end of the lane is another one")

    def _without_records(self, lane: str) -> Break | None:
        """Verify a lane without records on the day: the days before and after must show that nothing was there."""
        end = self._end(lane)
        if isinstance(end, Break):
            return end
        if not end.number:
            return None
        if broken := self._at_end(lane, end):
            return broken
        began = _date(end.began)
        if began and self.day < began - _LATEST:
            return self._before_all(lane, began)
        return self._between_days(lane, end)

    def _before_all(self, lane: str, began: date) -> Break | None:
        """Verify a day so long before a lane began that it cannot have records: the first entry must exist."""
        first = self._numbered_entry(lane, 1, days=[began])
        return first if isinstance(first, Break) else self._first(first)

    def _between_days(self, lane: str, end: LaneEnd) -> Break | None:
        after = self._next_day(lane, until=self._until(end))
        number, before = end.number, date.fromisoformat(end.day)
        if after:
            newer = self._beside(lane, after, behind=0)
            if broken := self._chain(newer):
                return broken
            first = newer[0] if newer else None
            if not isinstance(first, AuditRecord):
                return Break(number=0, message=_NO_PLACE)
            if not first.previous_day:
                return None
            number, before = first.number - 1, date.fromisoformat(first.previous_day)
        return self._chain(self._beside(lane, before, behind=max(0, number - _MOST_BESIDE)))

    def _next_day(self, lane: str, *, until: date) -> date | None:
        near = min(until, self.day + _NEAR)
        after = self.log.next_day(lane, days=_days(self.day + timedelta(days=1), until=near))
        if after is None and near < until:
            raise Invalid(f"lane {lane} has nothing on the {_NEAR.days} days behind {self.day}: verify a later day")
        return after

    def _until(self, end: LaneEnd) -> date:
        """Return the last day on which a lane can have records."""
        return min(self.today + timedelta(days=1), date.fromisoformat(end.day) + _LATEST)

    def _beside(self, lane: str, day: date, *, behind: int) -> Sequence[StoredRecord]:
        """Return the records of a lane on a neighbouring day, nearest to this one, and stray records among them."""
        others = {*self.log.lanes()} - {lane}
        of_lane = takewhile(lambda record: record.lane not in others, self.log.of_day(day, after=(lane, behind)))
        return list(islice(of_lane, _MOST_BESIDE))


_NO_PLACE = "it lies in a lane that does not exist"
_DOES_NOT_FOLLOW = "it does not follow from the entry before it: one of the two was changed"


def _altered(record: StoredRecord) -> Break:
    message = record.message if isinstance(record, AlteredRecord) else _NO_PLACE
    return Break(number=record.number, message=message)


def _days(first: date, *, until: date) -> Iterator[date]:
    return (first + timedelta(days=number) for number in range((until - first).days + 1))


def _date(day: str) -> date | None:
    try:
        return date.fromisoformat(day)
    except ValueError:
        return None


def _place(cursor: str, *, log: AuditLog) -> tuple[str, int]:
    lane, _, number = cursor.rpartition(":")
    if lane not in log.lanes() or not number.isascii() or not number.isdecimal() or len(number) > 12:  # noqa: PLR2004
        raise Invalid("the cursor belongs to another list")
    return lane, int(number)
