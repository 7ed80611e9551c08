"""Counts and holds of the guardrails, in memory."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime

from dayone.errors import Conflicting
from dayone.model.audit import AuditEntry
from dayone.model.guardrails import HeldPart, Tally
from dayone.model.operations import Operation, OperationState
from dayone.model.subject_state import Head
from dayone.model.subjects import Subject
from tests.fakes.table.state import State


class MemoryLedger:
    def __init__(self, state: State) -> None:
        self._state = state

    def tally(self, change: str, *, day: date) -> Tally:
        existing = self._state.changes.get(change)
        return Tally(
            existing=self._state.existing,
            today=self._state.removals.get(day, 0),
            in_change=existing.removals if existing else 0,
            added_today=self._state.additions.get(day, 0),
            added_in_change=existing.additions if existing else 0,
        )

    def expired(self, days: Iterable[date]) -> int:
        return sum(self._state.expired.get(day, 0) for day in days)


class MemoryHeldParts:
    def __init__(self, state: State) -> None:
        self._state = state

    def subjects(self, change: str, *, after: str, limit: int) -> tuple[Sequence[Subject], str]:
        operations = [
            operation
            for operation in self._state.operations.values()
            if operation.change == change and operation.id > after
        ]
        page = sorted(operations, key=lambda entry: entry.id)[:limit]
        held = [operation.subject for operation in page if operation.state is OperationState.HELD]
        return list(dict.fromkeys(held)), page[-1].id if len(page) == limit else ""

    def decide(
        self, before: Head, *, held: Sequence[HeldPart], audit: Sequence[AuditEntry], awaits_approval: bool = False
    ) -> None:
        existing = self._state.heads[before.subject]
        if existing.revision != before.revision:
            raise Conflicting(f"{before.subject} has moved since it was read")
        self._state.heads[before.subject] = replace(
            existing, held=tuple(held), awaits_approval=awaits_approval, revision=existing.revision + 1
        )
        for entry in audit:
            self._state.record(entry)

    def release(self, change: str, operations: Iterable[str]) -> None:
        for operation in self._held(change, operations):
            self._state.store(replace(operation, state=OperationState.PENDING))
            self._state.count(operation, left=1, held=-1)

    def drop(
        self, change: str, operations: Iterable[str], *, reason: str, at: datetime, is_expiry: bool = False
    ) -> None:
        for operation in self._held(change, operations):
            ended = replace(operation, state=OperationState.SUPERSEDED, failure_reason=reason, finished_at=at)
            self._state.store(ended)
            self._state.count(operation, left=0, held=-1, superseded=1)
            existing = self._state.changes[change]
            self._state.changes[change] = replace(existing, expired=existing.expired + is_expiry)
            if is_expiry:
                day = at.astimezone(UTC).date()
                self._state.expired[day] = self._state.expired.get(day, 0) + 1

    def _held(self, change: str, operations: Iterable[str]) -> list[Operation]:
        found = (self._state.operations.get((change, operation)) for operation in operations)
        return [operation for operation in found if operation is not None and operation.state is OperationState.HELD]
