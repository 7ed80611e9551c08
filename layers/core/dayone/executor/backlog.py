"""Operations that wait for their turn, the most urgent first, and what each of them waits for."""

from bisect import bisect_left, insort
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime
from heapq import heappop, heappush

from dayone.model.operations import Action, Lane, Operation, Priority, lane_of, order_of, quota_of
from dayone.model.subjects import ResourceOf

# Every so many starts in a lane, the one that has waited longest of the least urgent goes before the urgent ones.
_SHARE_OF_THE_LAST = 8

_Waiting = tuple[str, Operation]


class Backlog:
    """Pending operations: those that could go, by lane and priority, and apart from them those that have to wait."""

    def __init__(self) -> None:
        self._ready: dict[Lane, dict[Priority, list[_Waiting]]] = {
            lane: {priority: [] for priority in Priority} for lane in Lane
        }
        self._entries: dict[str, _Waiting] = {}
        self._asleep: dict[str, datetime] = {}
        self._alarms: list[tuple[datetime, str]] = []
        self._behind: dict[str | ResourceOf, list[str]] = {}
        # Known to be open, whether waiting, running or under way, so that what builds on them need not be tried.
        self._open: set[str] = set()
        self._to_be_created: dict[ResourceOf, set[str]] = {}
        self._starts = dict.fromkeys(Lane, 0)
        self._counts = dict.fromkeys(Lane, 0)
        self._quotas: dict[str, int] = {}
        # How many have nothing to wait for but their turn, by the texts of their subjects.
        self.ready_of: Counter[str] = Counter()

    def __contains__(self, operation_id: str) -> bool:
        return operation_id in self._entries

    def __bool__(self) -> bool:
        return bool(self._entries)

    def count(self, lane: Lane) -> int:
        """Return how many operations of a lane are known here."""
        return self._counts[lane]

    def add(self, operation: Operation, *, not_before: datetime | None = None) -> None:
        """Add a waiting operation, not to be run before `not_before` or the time in its own record."""
        self._entries[operation.id] = (order_of(operation), operation)
        self._counts[lane_of(operation)] += 1
        quota = quota_of(operation)
        self._quotas[quota] = self._quotas.get(quota, 0) + 1
        self.opened(operation)
        until = not_before or operation.not_before
        if until is not None:
            self._asleep[operation.id] = until
            heappush(self._alarms, (until, operation.id))
        else:
            self._place(operation.id)

    def opened(self, operation: Operation) -> None:
        """Note that an operation is open; operations that require its creation wait for its end."""
        if operation.id not in self._open:
            self._open.add(operation.id)
            if operation.action is Action.CREATE:
                self._to_be_created.setdefault(operation.target, set()).add(operation.id)

    def take(self, operation: Operation) -> None:
        """Remove an operation that runs now."""
        waiting = self._entries.pop(operation.id)
        ready = self._ready[lane_of(operation)][operation.priority]
        del ready[bisect_left(ready, waiting[0], key=lambda name: name[0])]
        self._quotas[quota_of(operation)] -= 1
        self._counts[lane_of(operation)] -= 1
        self.ready_of[str(operation.subject)] -= 1
        self._starts[lane_of(operation)] += 1

    def over(self, operation: Operation) -> None:
        """Note the end of an operation, whatever its outcome; those that wait for it are checked again."""
        if operation.id in self._open:
            self._open.remove(operation.id)
            if operation.action is Action.CREATE:
                self._to_be_created[operation.target].discard(operation.id)
                if not self._to_be_created[operation.target]:
                    del self._to_be_created[operation.target]
        for entry in (*self._behind.pop(operation.id, ()), *self._behind.pop(operation.target, ())):
            self._look_again(entry)

    def set_aside(self, lane: Lane, *, most: int) -> list[Operation]:
        """Forget those that wait for what cannot go soon, which `awaits` names: they are to leave their lane."""
        behind = [
            (name, self._entries[name][1]) for ids in self._behind.values() for name in ids if name in self._entries
        ]
        found = {
            name: replace(operation, awaits=on)
            for name, operation in behind
            if lane_of(operation) is lane and (on := self._stuck_behind(operation)) is not None
        }
        operations = list(found.values())[:most]
        for operation in operations:
            del self._entries[operation.id]
            self._quotas[quota_of(operation)] -= 1
            self._counts[lane] -= 1
            self.over(operation)
        return operations

    def _stuck_behind(self, operation: Operation) -> ResourceOf | None:
        """Return the awaited resource, if everything that can provide it is itself waiting and not ready."""
        first = self._in_the_way(operation)
        if first is None or operation.attempts:
            # Each run is to know of an attempt that AWS may still be working on.
            return None
        makers = [first] if isinstance(first, str) else self._to_be_created[first]
        if not all(maker in self._entries and not self._is_ready(maker) for maker in makers):
            return None
        return self._entries[first][1].target if isinstance(first, str) else first

    def choose(
        self, lanes: Iterable[Lane], *, now: datetime, may_start: Callable[[Operation], bool]
    ) -> Operation | None:
        """Return the most urgent operation of these lanes that can start."""
        self._wake(now)
        found = [
            (not self._is_turn_of_the_last(lane), *first)
            for lane in lanes
            if (first := self._first(lane, may_start=may_start)) is not None
        ]
        return min(found, key=lambda name: name[:2])[2] if found else None

    def next_moment(self, now: datetime) -> datetime | None:
        """Return the next time at which a waiting operation may be checked."""
        self._wake(now)
        while self._alarms and self._asleep.get(self._alarms[0][1]) != self._alarms[0][0]:
            heappop(self._alarms)
        return self._alarms[0][0] if self._alarms else None

    @property
    def quotas(self) -> Iterable[str]:
        """All that any of them has ever counted against."""
        return self._quotas.keys()

    def has_any(self, quota: str) -> bool:
        """Return whether any waiting operation counts against this quota."""
        return self._quotas.get(quota, 0) > 0

    def _first(self, lane: Lane, *, may_start: Callable[[Operation], bool]) -> _Waiting | None:
        classes = [waiting for waiting in self._ready[lane].values() if waiting]
        for waiting in classes[::-1] if self._is_turn_of_the_last(lane) else classes:
            for pair in waiting:
                if may_start(pair[1]):
                    return pair
        return None

    def _is_turn_of_the_last(self, lane: Lane) -> bool:
        return self._starts[lane] % _SHARE_OF_THE_LAST == _SHARE_OF_THE_LAST - 1

    def _wake(self, now: datetime) -> None:
        while self._alarms and self._alarms[0][0] <= now:
            until, name = heappop(self._alarms)
            if self._asleep.get(name) == until:
                self._look_again(name)

    def _look_again(self, operation_id: str) -> None:
        # Only of those that are set aside; one that is ready, or has had its turn, needs no second look.
        if operation_id in self._entries and not self._is_ready(operation_id):
            self._asleep.pop(operation_id, None)
            self._place(operation_id)

    def _is_ready(self, operation_id: str) -> bool:
        order, operation = self._entries[operation_id]
        ready = self._ready[lane_of(operation)][operation.priority]
        place = bisect_left(ready, order, key=lambda name: name[0])
        return place < len(ready) and ready[place][0] == order

    def _place(self, operation_id: str) -> None:
        waiting = self._entries[operation_id]
        first = self._in_the_way(waiting[1])
        if first is not None:
            self._behind.setdefault(first, []).append(operation_id)
        else:
            self.ready_of[str(waiting[1].subject)] += 1
            insort(self._ready[lane_of(waiting[1])][waiting[1].priority], waiting, key=lambda name: name[0])

    def _in_the_way(self, operation: Operation) -> str | ResourceOf | None:
        plan = operation.id.rpartition("/")[0]
        before = (f"{plan}/{number:04d}" for number in operation.after)
        required = (resource for resource in operation.requires if resource in self._to_be_created)
        return next((name for name in before if name in self._open), None) or next(required, None)
