"""What the guardrails count and hold, in memory."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime

from dayone.domain.audit import AuditEntry
from dayone.domain.guardrails import HeldRemoval, Tally
from dayone.domain.operations import Operation, OperationState
from dayone.domain.subject_states import Head
from dayone.domain.subjects import Subject
from dayone.errors import Conflicting
from tests.fakes.state import State


class MemoryLedger:
    def __init__(self, state: State) -> None:
        self._state = state

    def tally(self, change: str, *, day: date) -> Tally:
        known = self._state.changes.get(change)
        return Tally(
            existing=self._state.existing,
            today=self._state.removals.get(day, 0),
            in_change=known.removals if known else 0,
            added_today=self._state.additions.get(day, 0),
            added_in_change=known.additions if known else 0,
        )

    def expired(self, days: Iterable[date]) -> int:
        return sum(self._state.expired.get(day, 0) for day in days)


class MemoryHeldRemovals:
    def __init__(self, state: State) -> None:
        self._state = state

    def subjects(self, change: str, *, after: str, limit: int) -> tuple[Sequence[Subject], str]:
        operations = [one for one in self._state.operations.values() if one.change == change and one.id > after]
        page = sorted(operations, key=lambda one: one.id)[:limit]
        held = [one.subject for one in page if one.state is OperationState.HELD]
        return list(dict.fromkeys(held)), page[-1].id if len(page) == limit else ""

    def decide(
        self, before: Head, *, held: Sequence[HeldRemoval], audit: Sequence[AuditEntry], awaits_approval: bool = False
    ) -> None:
        known = self._state.heads[before.subject]
        if known.revision != before.revision:
            raise Conflicting(f"{before.subject} has moved since it was read")
        self._state.heads[before.subject] = replace(
            known, held=tuple(held), awaits_approval=awaits_approval, revision=known.revision + 1
        )
        for entry in audit:
            self._state.record(entry)

    def release(self, change: str, operations: Iterable[str]) -> None:
        for one in self._held(change, operations):
            self._state.store(replace(one, state=OperationState.PENDING))
            self._state.count(one, left=1, held=-1)

    def drop(
        self, change: str, operations: Iterable[str], *, reason: str, at: datetime, is_expiry: bool = False
    ) -> None:
        for one in self._held(change, operations):
            ended = replace(one, state=OperationState.SUPERSEDED, failure_reason=reason, finished_at=at)
            self._state.store(ended)
            self._state.count(one, left=0, held=-1, superseded=1)
            known = self._state.changes[change]
            self._state.changes[change] = replace(known, expired=known.expired + is_expiry)
            if is_expiry:
                day = at.astimezone(UTC).date()
                self._state.expired[day] = self._state.expired.get(day, 0) + 1

    def _held(self, change: str, operations: Iterable[str]) -> list[Operation]:
        found = (self._state.operations.get((change, one)) for one in operations)
        return [one for one in found if one is not None and one.state is OperationState.HELD]
