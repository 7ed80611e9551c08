"""Show whether the audit log of a day is whole: each entry follows from the one before it, and none is missing."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from dayone.domain.audit import GENESIS, Recorded, first_break
from dayone.errors import Invalid
from dayone.ports.audit_log import AuditLog

MOST_AT_ONCE = 10_000


@dataclass(frozen=True, kw_only=True)
class Break:
    """Where a chain does not hold: the number in the lane, and what is wrong there."""

    number: int
    says: str


@dataclass(frozen=True, kw_only=True)
class LaneVerified:
    """How many entries of a lane were looked at, and the first break, None when they are whole."""

    lane: str
    entries: int
    broken: Break | None = None


@dataclass(frozen=True, kw_only=True)
class Verified:
    """What was found until enough was looked at; then `cursor` says where to go on, and is empty at the end."""

    lanes: tuple[LaneVerified, ...]
    cursor: str = ""


def verify_audit(day: date, *, cursor: str, log: AuditLog) -> Verified:
    """Verify a day (UTC), lane by lane, at most ten thousand entries; raises Invalid for a cursor that is none."""
    found: list[LaneVerified] = []
    left = MOST_AT_ONCE
    begun, after = _place(cursor, log=log)
    names = log.lanes()
    for lane in names[names.index(begun) :]:
        if left <= 0:
            return Verified(lanes=tuple(found), cursor=f"{lane}:0")
        looked, last = _lane(lane, day, after=after, most=left, log=log)
        found.append(looked)
        if last and not looked.broken and looked.entries == left:
            return Verified(lanes=tuple(found), cursor=f"{lane}:{last.number}")
        left, after = left - looked.entries, 0
    return Verified(lanes=tuple(found))


def _lane(lane: str, day: date, *, after: int, most: int, log: AuditLog) -> tuple[LaneVerified, Recorded | None]:
    count, last = 0, log.numbered(lane, after, near=day) if after else None
    for one in log.of_day(lane, day, after=after):
        if count == most:
            return LaneVerified(lane=lane, entries=count), last
        count += 1
        if broken := _between(last, one, day=day, log=log):
            return LaneVerified(lane=lane, entries=count, broken=broken), one
        last = one
    broken = _behind(last, day=day, log=log) if last else None
    return LaneVerified(lane=lane, entries=count, broken=broken), None


def _between(last: Recorded | None, one: Recorded, *, day: date, log: AuditLog) -> Break | None:
    """What is wrong between the last entry that was looked at, None before the first, and the next one of the day."""
    before = last.number if last else one.number - 1
    chain = [*_others(one.lane, before, one.number, day=day, log=log), one]
    previous = last or (log.numbered(one.lane, before, near=day) if before else None)
    if previous is None and before:
        return Break(number=before, says="it is gone, so what follows it cannot be shown to follow")
    for place, each in enumerate(chain, start=before + 1):
        if each is None:
            return Break(number=place, says="it is gone")
        if first_break([(each.entry, each.hash)], previous=previous.hash if previous else GENESIS):
            return Break(number=place, says="it does not follow from the entry before it: one of the two was changed")
        previous = each
    return None


def _others(lane: str, before: int, until: int, *, day: date, log: AuditLog) -> Iterator[Recorded | None]:
    """The entries between two numbers, which lie on other days: about midnight the two days take turns."""
    for number in range(before + 1, until):
        found = log.numbered(lane, number, near=day)
        yield found
        if found is None:
            return


def _behind(last: Recorded, *, day: date, log: AuditLog) -> Break | None:
    """What is wrong behind the last entry of the day."""
    number, digest = log.end(last.lane)
    if number == last.number:
        return None if digest == last.hash else Break(number=number, says="the end of the lane is not this entry")
    following = log.numbered(last.lane, last.number + 1, near=day)
    if number < last.number or following is None:
        return Break(number=last.number + 1, says="what should come next, or the end of the lane, is gone")
    if first_break([(following.entry, following.hash)], previous=last.hash):
        return Break(number=following.number, says="it does not follow from the last entry of the day")
    return None


def _place(cursor: str, *, log: AuditLog) -> tuple[str, int]:
    if not cursor:
        return log.lanes()[0], 0
    lane, _, number = cursor.rpartition(":")
    if lane not in log.lanes() or not number.isascii() or not number.isdecimal():
        raise Invalid("the cursor belongs to another list")
    return lane, int(number)
