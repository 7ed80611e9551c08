"""Operations in DynamoDB as a durable priority queue, each step of one a transaction with what it changes."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import batched
from typing import ClassVar

from dayone.adapters import dynamodb_change_keys as change_keys
from dayone.adapters import dynamodb_keys as keys
from dayone.adapters.dynamodb_beginnings import is_begun
from dayone.adapters.dynamodb_conditions import EXISTS, IS_OPEN, IS_PENDING
from dayone.adapters.dynamodb_endings import Endings
from dayone.adapters.dynamodb_heads import progress_key
from dayone.adapters.dynamodb_mapping import applied_record, refusal_parts, runnable
from dayone.adapters.dynamodb_open_operations import DynamoOpenOperations
from dayone.adapters.dynamodb_parked import parking
from dayone.adapters.dynamodb_writes import Delete, Put, Update, Write
from dayone.contracts.codec import stamp
from dayone.domain.operations import Applied, Operation, OperationState
from dayone.domain.subject_states import NO_GENERATION, generation_number
from dayone.domain.subjects import Subject
from dayone.errors import Conflicting
from dayone.ports.operations import Finished

_PROGRESS, _APPLIED = "progress", "applied"
# Operations that are parked in one transaction, which holds a hundred: each with the head of its subject.
_TOGETHER = 25


class DynamoOperationQueue(DynamoOpenOperations):
    """The port OperationQueue."""

    ACTIONS: ClassVar[frozenset[str]] = frozenset(
        {
            "dynamodb:BatchGetItem",
            "dynamodb:ConditionCheckItem",
            "dynamodb:DeleteItem",
            "dynamodb:GetItem",
            "dynamodb:PutItem",
            "dynamodb:Query",
            "dynamodb:UpdateItem",
        }
    )

    def generation_of(self, subject: Subject) -> str:
        """The generation in force."""
        plan = self._table.get(progress_key(subject))
        return NO_GENERATION if plan is None else str(plan["generation"])

    def is_released(self, operation: Operation) -> bool:
        """Whether it is a removal that was held and has been approved, which outlives its plan."""
        plan = self._table.get(progress_key(operation.subject))
        return plan is not None and operation.id in plan.get("released", ())

    def begin(
        self, operation: Operation, *, doubt: Applied, own: Applied | None = None, unsettled: Applied | None = None
    ) -> Operation | None:
        """Count the attempt and put the resource in doubt; None when a newer generation is in force.

        Raises Conflicting when somebody else has begun or finished it, when the resource is not as it was read, or when
        its own generation is still to come.
        """
        if not is_begun(self._table, operation, own=own, doubt=doubt, unsettled=unsettled):
            in_force = self.generation_of(operation.subject)
            if generation_number(in_force) < generation_number(operation.generation):
                raise Conflicting(f"the plan of {operation.id} is not committed yet")
            return None
        begun = replace(operation, attempts=operation.attempts + 1, attempted_at=doubt.at)
        return replace(begun, waiting_for="", failure_reason="", awaits=None, is_parked=False)

    def submit(self, operation: Operation, *, request_id: str, at: datetime) -> None:
        """Note that AWS works on it under this request id; raises Conflicting when it is not pending."""
        put = {"state": OperationState.SUBMITTED.value, "request_id": request_id, "submitted_at": stamp(at)}
        submitted = Update(change_keys.operation_key(operation), put=put, condition=IS_PENDING)
        if not self._table.write(submitted, what=f"submitting {operation.id}"):
            raise Conflicting(f"{operation.id} is no longer pending")

    def postpone(self, operation: Operation, *, until: datetime, because: str, unanswered: bool = False) -> None:
        """See OperationQueue."""
        why = {"not_before": stamp(until), "failure_reason": because, **refusal_parts(operation)}
        put = {
            "state": OperationState.PENDING.value,
            "is_parked": False,
            **why,
            **runnable(operation, begun=unanswered),
        }
        postponed = Update(change_keys.operation_key(operation), put=put, condition=IS_OPEN)
        self._table.write(postponed, what=f"postponing {operation.id}")

    def note_refusal(self, operation: Operation, *, because: str) -> None:
        """Note in which way it is refused, and since when; does nothing when it is finished."""
        put = {"failure_reason": because, **refusal_parts(operation)}
        noted = Update(change_keys.operation_key(operation), put=put, condition=IS_OPEN)
        self._table.write(noted, what=f"noting the refusal of {operation.id}")

    def settle(self, operation: Operation, *, applied: Applied | None) -> None:
        """Put the resource back as it was before an attempt on which AWS is known not to have acted."""
        target = operation.target
        settled = Put(applied_record(applied, of=target)) if applied else Delete(keys.applied_key(target))
        counted = Update(progress_key(operation.subject), add={"revision": 1}, condition=EXISTS)
        writes: Mapping[str, Write] = {_APPLIED: settled, _PROGRESS: counted}
        self._table.transact(lambda: writes, what=f"settling {operation.id}")

    def park(self, operations: Sequence[Operation]) -> Sequence[Operation]:
        """See OperationQueue."""
        return [one for batch in batched(operations, _TOGETHER, strict=False) for one in self._parked(batch)]

    def _parked(self, batch: Sequence[Operation]) -> Iterable[Operation]:
        left = {one.id: one for one in batch}
        while left:
            writes = parking(left.values())
            refused = self._table.transact(lambda writes=writes: writes, what="parking", over_when=writes)  # type: ignore[misc]
            if not refused:
                break
            left = {name: one for name, one in left.items() if not refused & {name, str(one.subject)}}
        return left.values()

    def finish(self, finished: Sequence[Finished]) -> None:
        """Record each end with the resource, the counts of its change and the audit entry in one transaction."""
        Endings(self._table, finished).record()
