"""Operations that wait for their turn, the most urgent first, and what each of them waits for."""

from bisect import insort
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from dayone.domain.lanes import Lane, lane_of, order_of, quota_of
from dayone.domain.operations import Action, Operation, Priority
from dayone.domain.subjects import ResourceOf

_FIRST_LOOK = timedelta(seconds=2)
_LONGEST_PARKED = timedelta(seconds=30)
# Every so many starts in a lane, the one that has waited longest of the least urgent goes before the urgent ones.
_SHARE_OF_THE_LAST = 8

_Waiting = tuple[str, Operation]


class Backlog:
    """Pending operations by lane and priority."""

    def __init__(self) -> None:
        self._lanes: dict[Lane, dict[Priority, list[_Waiting]]] = {
            lane: {priority: [] for priority in Priority} for lane in Lane
        }
        self._known: dict[str, Operation] = {}
        self._not_before: dict[str, datetime] = {}
        self._parked: dict[str, timedelta] = {}
        self._waits_on: dict[ResourceOf, set[str]] = {}
        # Known to be open, whether waiting, running or under way, so that what builds on them need not be tried.
        self._open: set[str] = set()
        self._to_be_created: dict[ResourceOf, int] = {}
        self._starts = dict.fromkeys(Lane, 0)
        self._quotas: dict[str, int] = {}

    def __contains__(self, operation_id: str) -> bool:
        return operation_id in self._known

    def __bool__(self) -> bool:
        return bool(self._known)

    def count(self, lane: Lane) -> int:
        """How many of them are known in a lane."""
        return sum(len(waiting) for waiting in self._lanes[lane].values())

    def add(self, operation: Operation, *, not_before: datetime | None = None) -> None:
        """It waits for its turn, and for `not_before`, if only by what its own record says."""
        waiting = self._lanes[lane_of(operation)][operation.priority]
        insort(waiting, (order_of(operation), operation), key=lambda one: one[0])
        self._known[operation.id] = operation
        quota = quota_of(operation)
        self._quotas[quota] = self._quotas.get(quota, 0) + 1
        self.opened(operation)
        until = not_before or operation.not_before
        if until is not None:
            self._not_before[operation.id] = until

    def park(self, operation: Operation, *, on: ResourceOf | None, now: datetime) -> None:
        """It cannot run yet: looked at again when the end of `on` is recorded, and from time to time."""
        pause = min(self._parked.get(operation.id, _FIRST_LOOK / 2) * 2, _LONGEST_PARKED)
        self._parked[operation.id] = pause
        self.add(operation, not_before=now + pause)
        if on is not None:
            self._waits_on.setdefault(on, set()).add(operation.id)

    def opened(self, operation: Operation) -> None:
        """It is known to be open; what requires its creation waits for its end."""
        if operation.id not in self._open:
            self._open.add(operation.id)
            if operation.action is Action.CREATE:
                self._to_be_created[operation.target] = self._to_be_created.get(operation.target, 0) + 1

    def take(self, operation: Operation) -> None:
        """It has its turn now."""
        waiting = self._lanes[lane_of(operation)][operation.priority]
        waiting.remove((order_of(operation), operation))
        del self._known[operation.id]
        self._not_before.pop(operation.id, None)
        self._quotas[quota_of(operation)] -= 1
        self._starts[lane_of(operation)] += 1

    def over(self, operation: Operation) -> None:
        """It is open no more, whichever way: those that wait for its resource are looked at again."""
        if operation.id in self._open:
            self._open.remove(operation.id)
            if operation.action is Action.CREATE:
                self._to_be_created[operation.target] -= 1
                if not self._to_be_created[operation.target]:
                    del self._to_be_created[operation.target]
        self._parked.pop(operation.id, None)
        for waiting in self._waits_on.pop(operation.target, ()):
            self._not_before.pop(waiting, None)

    def choose(
        self, lanes: Iterable[Lane], *, now: datetime, may_start: Callable[[Operation], bool]
    ) -> Operation | None:
        """The most urgent one of these lanes that has nothing to wait for."""
        found = [
            (not self._is_turn_of_the_last(lane), order_of(one), one)
            for lane in lanes
            if (one := self._first(lane, now=now, may_start=may_start)) is not None
        ]
        return min(found)[2] if found else None

    def next_moment(self, now: datetime) -> datetime | None:
        """When the first of those that wait for a time may be looked at."""
        return min((one for one in self._not_before.values() if one > now), default=None)

    def has_any(self, quota: str) -> bool:
        """Whether any of them counts against this quota."""
        return self._quotas.get(quota, 0) > 0

    def _first(self, lane: Lane, *, now: datetime, may_start: Callable[[Operation], bool]) -> Operation | None:
        classes = [waiting for waiting in self._lanes[lane].values() if waiting]
        for waiting in classes[::-1] if self._is_turn_of_the_last(lane) else classes:
            for _, operation in waiting:
                if not self._has_to_wait(operation, now=now) and may_start(operation):
                    return operation
        return None

    def _is_turn_of_the_last(self, lane: Lane) -> bool:
        return self._starts[lane] % _SHARE_OF_THE_LAST == _SHARE_OF_THE_LAST - 1

    def _has_to_wait(self, operation: Operation, *, now: datetime) -> bool:
        until = self._not_before.get(operation.id)
        if until is not None and until > now:
            return True
        plan = operation.id.rpartition("/")[0]
        if any(f"{plan}/{number:04d}" in self._open for number in operation.after):
            return True
        return any(required in self._to_be_created for required in operation.requires)
