"""Operations that wait for a resource, in memory."""

from collections.abc import Sequence
from dataclasses import replace

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
                self._state.store(replace(existing, is_parked=False, awaits=None, waiting_for=""))

    def _parked(self, operation: Operation) -> Operation | None:
        existing = self._state.operation(operation)
        return existing if existing and existing.state in OPEN_STATES and existing.is_parked else None
