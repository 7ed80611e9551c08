"""Keeps a run's schedule fed: what has begun, what is new and urgent, and as much of the rest as there is room for."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from dayone.domain.lanes import Lane, order_of
from dayone.domain.operations import Operation, Priority
from dayone.domain.scheduling import Schedule, is_lost_request
from dayone.errors import Unavailable
from dayone.ports.operations import Listed, OperationQueue

# So soon is something more urgent noticed that was planned a moment ago.
LOOK_EVERY = timedelta(seconds=1)
_PAGE = 50
# So many may wait for something in a lane before no more are read of it.
_FULL = 500


@dataclass
class _Reading:
    """How far a lane has been read; `is_whole` when there was nothing behind that."""

    after: str = ""
    is_whole: bool = False


class OpenOperations:
    """The open operations of the table on their way into the schedule."""

    def __init__(self, queue: OperationQueue, *, schedule: Schedule) -> None:
        self._queue = queue
        self._schedule = schedule
        self._readings = {lane: _Reading() for lane in Lane}
        self._looked_at: datetime | None = None
        self._again: list[Operation] = []

    @property
    def is_more_to_come(self) -> bool:
        """Whether anything is known to be open that the schedule does not know of."""
        return bool(self._again) or not all(one.is_whole for one in self._readings.values())

    def take_up_begun(self, *, now: datetime) -> None:
        """What AWS works on, or may be working on, as far as the schedule does not know it."""
        unknown = [one for one in self._queue.begun() if not self._schedule.knows(one.id)]
        for one in unknown:
            if is_lost_request(one):
                self._schedule.may_be_under_way(one, now=now)
        self._schedule.offer(unknown, now=now)

    def read_again(self, operation: Operation) -> None:
        """It is no longer as it was read."""
        self._again.append(operation)

    def look(self, *, now: datetime) -> None:
        """Every second what has come to the front of each lane; always more of those that have room for more."""
        try:
            if self._looked_at is None or now - self._looked_at >= LOOK_EVERY:
                self._looked_at = now
                self._schedule.offer(self._queue.read([_listed(one) for one in self._again]), now=now)
                self._again.clear()
                self.take_up_begun(now=now)
                for lane in Lane:
                    self._look_at_front(lane, now=now)
            for lane in Lane:
                self._read_on(lane, now=now)
        except Unavailable:
            self._looked_at = now

    def _look_at_front(self, lane: Lane, *, now: datetime) -> None:
        front = self._queue.waiting(lane, after="", limit=_PAGE)
        self._offer(front, now=now)
        reading = self._readings[lane]
        if len(front) < _PAGE:
            reading.is_whole = True
            return
        reading.is_whole = False
        reading.after = max(reading.after, front[-1].order)
        # A lane full of what is urgent must not hide the rest for ever.
        least = front[-1].order[:1]
        if least < f"{max(Priority):d}":
            self._offer(self._queue.waiting(lane, after=f"{least}~", limit=_PAGE // 4), now=now)

    def _read_on(self, lane: Lane, *, now: datetime) -> None:
        reading = self._readings[lane]
        while not reading.is_whole and self._schedule.count(lane) < _FULL and self._schedule.is_hungry(lane, now=now):
            more = self._queue.waiting(lane, after=reading.after, limit=_PAGE)
            reading.is_whole = len(more) < _PAGE
            reading.after = more[-1].order if more else reading.after
            self._offer(more, now=now)

    def _offer(self, listed: Sequence[Listed], *, now: datetime) -> None:
        unknown = [one for one in listed if not self._schedule.knows(one.id)]
        if unknown:
            self._schedule.offer(self._queue.read(unknown), now=now)


def _listed(operation: Operation) -> Listed:
    return Listed(order_of(operation), operation.change, operation.id)
