"""The operation queue in memory."""

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from dayone.errors import Conflicting
from dayone.model.accounts import UNUSABLE, Account
from dayone.model.failures import Obstacle, after_failure, held_uses
from dayone.model.guardrails import after_ends, released, with_count
from dayone.model.operations import (
    ANSWERED_LATER,
    OPEN_STATES,
    Applied,
    DeletionOutcome,
    Lane,
    Operation,
    OperationState,
)
from dayone.model.subject_state import NO_GENERATION, generation_number
from dayone.model.subjects import ResourceOf, Subject, SubjectKind
from dayone.ports.operations import Finished, Listed
from tests.fakes.table.parked import MemoryParkedOperations


class MemoryOperationQueue(MemoryParkedOperations):
    def begun(self) -> Sequence[Operation]:
        return [self._state.operations[pair] for pair in self._state.begun]

    def waiting(self, lane: Lane, *, after: str, limit: int) -> Sequence[Listed]:
        waiting = self._state.waiting.get(lane, [])
        first = bisect_right(waiting, (after, "~", "~"))
        return [Listed(*pair) for pair in waiting[first : first + limit]]

    def read(self, listed: Iterable[Listed]) -> Sequence[Operation]:
        existing = (self._state.operations.get((operation.change, operation.id)) for operation in listed)
        return [operation for operation in existing if operation is not None and operation.state in OPEN_STATES]

    def generation_of(self, subject: Subject) -> str:
        head = self._state.heads.get(subject)
        return head.generation if head else NO_GENERATION

    def is_released(self, operation: Operation) -> bool:
        head = self._state.heads.get(operation.subject)
        return head is not None and operation.id in released(head.held)

    def siblings(self, operation: Operation) -> Sequence[Operation]:
        plan = self._state.of_plan.get((operation.change, operation.id.rpartition("/")[0]), {})
        return [existing for name in sorted(plan) if (existing := self._state.operations.get((operation.change, name)))]

    def applied(self, resources: Iterable[ResourceOf]) -> Mapping[ResourceOf, Applied]:
        return {resource: self._state.applied[resource] for resource in resources if resource in self._state.applied}

    def in_use_by(self, group: str) -> ResourceOf | None:
        named = (resource for resource in self._state.applied if resource.resource.name)
        return next(
            (
                resource
                for resource in named
                if group in (resource.resource.name, resource.resource.name.rpartition("/")[2])
            ),
            None,
        )

    def closed_accounts(self, accounts: Iterable[str]) -> frozenset[str]:
        heads = (self._state.heads.get(Subject(SubjectKind.ACCOUNT, account)) for account in accounts)
        facts = [head.fact for head in heads if head]
        return frozenset(fact.id for fact in facts if isinstance(fact, Account) and fact.state in UNUSABLE)

    def is_at_rest(self, subject: Subject) -> bool:
        head = self._state.heads.get(subject)
        return head is None or head.is_at_rest

    def given_up(self, resource: ResourceOf) -> str:
        head = self._state.heads.get(resource.subject)
        return head.given_up(resource.resource) if head else ""

    def held_by(self, resource: ResourceOf) -> str:
        head = self._state.heads.get(resource.subject)
        if head is None or (change := head.held_by(resource.resource)):
            return change if head else ""
        plan = self._state.of_plan.get((head.change, f"{head.subject}@{head.generation}"), {})
        operations = (self._state.operations[(head.change, name)] for name in plan)
        own = (each for each in operations if each.resource == resource.resource and each.state in OPEN_STATES)
        return next((operation.held_by for operation in own), "")

    def held_use(self, permission_set: str, accounts: Iterable[str]) -> ResourceOf | None:
        heads = (self._state.heads.get(Subject(SubjectKind.ACCOUNT, account)) for account in accounts)
        found = (use for head in heads if head for use in held_uses(head.subject, head.held, of=permission_set))
        return next(found, None)

    def alike(self, target: ResourceOf) -> Iterable[Applied]:
        kind, resource = target.subject.kind, target.resource
        return [
            existing
            for entry, existing in self._state.applied.items()
            if entry != target and (entry.subject.kind, entry.resource) == (kind, resource)
        ]

    def begin(
        self, operation: Operation, *, doubt: Applied, own: Applied | None = None, unsettled: Applied | None = None
    ) -> Operation | None:
        if _written(self._state.applied.get(operation.target)) != _written(own):
            raise Conflicting(f"{operation.target} is no longer as it was read")
        in_force = self.generation_of(operation.subject)
        if in_force != operation.generation and not self.is_released(operation):
            if generation_number(in_force) < generation_number(operation.generation):
                raise Conflicting(f"the plan of {operation.id} is not committed yet")
            return None
        existing = self._pending(operation)
        if existing.attempts != operation.attempts:
            raise Conflicting(f"{operation.id} is no longer as it was read")
        begun = replace(
            existing, attempts=existing.attempts + 1, attempted_at=doubt.at, waiting_for="", failure_reason=""
        )
        begun = replace(begun, awaits=None, is_parked=False)
        # Of what AWS answers at once an attempt is known by its doubt, and counted when it is over.
        if operation.resource.kind in ANSWERED_LATER or operation.is_parked:
            self._state.store(begun, begun=True)
        self._put(operation.target, doubt)
        mark = ResourceOf(operation.subject, unsettled.resource) if unsettled else None
        if unsettled and mark and mark in self._state.applied:
            self._put(mark, replace(self._state.applied[mark], attributes=unsettled.attributes))
        return begun

    def submit(self, operation: Operation, *, request_id: str, at: datetime) -> None:
        existing = self._pending(operation)
        submitted = replace(existing, state=OperationState.SUBMITTED, request_id=request_id, submitted_at=at)
        self._state.store(_as_tried(submitted, operation), begun=True)

    def postpone(self, operation: Operation, *, until: datetime, because: str, unanswered: bool = False) -> None:
        if existing := self._open(operation):
            back = replace(
                existing, state=OperationState.PENDING, not_before=until, failure_reason=because, is_parked=False
            )
            self._state.store(_as_tried(_as_refused(back, operation), operation), begun=unanswered)

    def note_refusal(self, operation: Operation, *, because: str) -> None:
        if existing := self._open(operation):
            self._state.store(_as_refused(replace(existing, failure_reason=because), operation))

    def settle(self, operation: Operation, *, applied: Applied | None, doubt: Applied) -> None:
        if _written(self._state.applied.get(operation.target)) == _written(doubt):
            self._put(operation.target, applied)

    def park(self, operations: Sequence[Operation]) -> Sequence[Operation]:
        return [operation for operation in operations if self._is_parked_now(operation)]

    def _is_parked_now(self, operation: Operation) -> bool:
        existing = self._state.operation(operation)
        is_in_force = self.generation_of(operation.subject) == operation.generation or self.is_released(operation)
        is_as_read = existing and existing.state is OperationState.PENDING and existing.attempts == operation.attempts
        if not (existing and is_as_read and is_in_force):
            return False
        parked = replace(existing, is_parked=True, awaits=operation.awaits, waiting_for=operation.waiting_for)
        self._state.store(_as_refused(parked, operation), begun=False)
        return True

    def parked(self, on: ResourceOf, *, after: str, limit: int) -> tuple[Sequence[Operation], str]:
        waiting = self._state.parked.get(on, [])
        first = bisect_right(waiting, (after, "~", "~"))
        page = waiting[first : first + limit]
        found = [self._state.operations[(change, name)] for _, change, name in page]
        return found, page[-1][0] if len(page) == limit else ""

    def has_parked(self) -> bool:
        return bool(self._state.parked)

    def finish(self, finished: Sequence[Finished]) -> None:
        for end in finished:
            self._finish(end)

    def _finish(self, finished: Finished) -> None:
        operation, existing = finished.operation, self._open(finished.operation)
        if existing is None:
            return
        ended = replace(
            existing,
            state=finished.state,
            outcome=operation.outcome,
            finished_at=finished.at,
            request_id=operation.request_id,
            failure_reason=operation.failure_reason,
            waiting_for="",
            awaits=None,
            is_parked=False,
        )
        ended = _as_tried(ended, operation)
        self._state.store(ended)
        if not finished.untouched:
            for resource in finished.gone:
                self._state.applied.pop(ResourceOf(operation.subject, resource), None)
            for attached in finished.attached:
                self._put(ResourceOf(operation.subject, attached.resource), attached)
            was = self._state.applied.get(operation.target)
            applied = with_count(finished.applied) if finished.applied else None
            self._put(operation.target, applied)
            self._state.existing += (applied is not None and applied.counted) - (was is not None and was.counted)
        if finished.state is OperationState.FAILED or finished.is_incomplete:
            self._note_failure(ended, obstacle=finished.obstacle)
        self._count(ended, at=finished.at)
        self._state.record(finished.audit)

    def _note_failure(self, ended: Operation, *, obstacle: Obstacle | None) -> None:
        head = self._state.heads[ended.subject]
        is_desired = head.generation == ended.generation or ended.id in released(head.held)
        if is_desired:
            before = self._state.failed.get(ended.subject)
            self._state.failed[ended.subject] = after_failure(ended, obstacle=obstacle, before=before)

    def _count(self, ended: Operation, *, at: datetime) -> None:
        head = self._state.heads[ended.subject]
        if ended.id in released(head.held):
            refused = [ended.id] if ended.state is OperationState.FAILED else []
            held = after_ends(head.held, ended={ended.id}, failed=refused, at=at)
            self._state.heads[ended.subject] = replace(head, held=held, revision=head.revision + 1)
        elif head.generation == ended.generation:
            failed = head.failed + (ended.state is OperationState.FAILED)
            counted = replace(head, outstanding=head.outstanding - 1, failed=failed, revision=head.revision + 1)
            self._state.heads[ended.subject] = counted
        self._state.count(ended, left=-1, **{str(ended.state): 1})
        change = self._state.changes[ended.change]
        attempts = change.attempts + ended.attempts
        before = change.failed_before + (ended.failed_before and ended.state is OperationState.FAILED)
        not_there = change.already_deleted + (ended.outcome is DeletionOutcome.ALREADY_DELETED)
        self._state.changes[ended.change] = replace(
            change, attempts=attempts, failed_before=before, already_deleted=not_there, ended_at=ended.finished_at
        )

    def _put(self, target: ResourceOf, applied: Applied | None) -> None:
        if applied is None:
            self._state.applied.pop(target, None)
        else:
            self._state.applied[target] = applied
        # A plan made from what was there before must not be put in force.
        head = self._state.heads[target.subject]
        self._state.heads[target.subject] = replace(head, revision=head.revision + 1)

    def _open(self, operation: Operation) -> Operation | None:
        existing = self._state.operation(operation)
        return existing if existing is not None and existing.state in OPEN_STATES else None

    def _pending(self, operation: Operation) -> Operation:
        existing = self._state.operation(operation)
        if existing is None or existing.state is not OperationState.PENDING:
            raise Conflicting(f"{operation.id} is no longer pending")
        return existing


def _written(applied: Applied | None) -> tuple[str, datetime | None] | None:
    return (applied.operation, applied.at) if applied else None


def _as_tried(operation: Operation, tried: Operation) -> Operation:
    return replace(operation, attempts=tried.attempts, attempted_at=tried.attempted_at or operation.attempted_at)


def _as_refused(operation: Operation, noted: Operation) -> Operation:
    return replace(operation, refusal=noted.refusal, refused_since=noted.refused_since)
