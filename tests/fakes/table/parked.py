"""Operations that wait for a resource, in memory."""

from collections.abc import Sequence
from dataclasses import replace

from dayone.errors import Conflicting
from dayone.model.operations import OPEN_STATES, Operation
from tests.fakes.table.state import State


class MemoryParkedOperations:
    """The port ParkedOperations, and what it has in common with OperationQueue."""

    def __init__(self, state: State) -> None:
        self._state = state

    def first_parked(self, *, limit: int, start: float) -> Sequence[Operation]:
        found = [self._state.operations[waiting[0][1:]] for waiting in self._state.parked.values()]
        first = int(start * len(found))
        return [*found[first:], *found[:first]][:limit]

    def probe(self, operation: Operation) -> None:
        if existing := self._parked(operation):
            self._state.store(replace(existing, is_parked=False))

    def unpark(self, operations: Sequence[Operation]) -> None:
        for operation in operations:
            if existing := self._parked(operation):
                existing = self.hold_behind(existing, change="")
                self._state.store(replace(existing, is_parked=False, awaits=None, waiting_for=""))

    def hold_behind(self, operation: Operation, *, change: str) -> Operation:
        existing = self._state.operation(operation)
        if operation.held_by == change or (existing and existing.held_by == change):
            return replace(operation, held_by=change)
        if existing is None or existing.state not in OPEN_STATES or existing.held_by != operation.held_by:
            raise Conflicting(f"{operation.id} is no longer as it was read")
        counted = self._state.changes[operation.change]
        for holder, number in ((operation.held_by, -1), (change, 1)):
            if holder == operation.change:
                counted = replace(counted, behind_held=counted.behind_held + number)
            elif holder:
                counted = replace(counted, held_elsewhere=counted.held_elsewhere + number)
        self._state.changes[operation.change] = counted
        self._state.store(replace(existing, held_by=change))
        return replace(operation, held_by=change)

    def _parked(self, operation: Operation) -> Operation | None:
        existing = self._state.operation(operation)
        return existing if existing and existing.state in OPEN_STATES and existing.is_parked else None
