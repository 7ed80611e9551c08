"""Operations that wait for a human, in DynamoDB: found by their change, released or superseded a batch at a time."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from functools import partial
from itertools import batched
from typing import Any, ClassVar

from boto3.dynamodb.conditions import Key

from dayone.adapters import dynamodb_audit as audit_log
from dayone.adapters import dynamodb_change_counts as counts
from dayone.adapters import dynamodb_change_keys as change_keys
from dayone.adapters import dynamodb_keys as keys
from dayone.adapters import dynamodb_marks as marks
from dayone.adapters.dynamodb_conditions import IS_HELD, nothing_moved_since
from dayone.adapters.dynamodb_heads import progress_key
from dayone.adapters.dynamodb_ledger import expiring
from dayone.adapters.dynamodb_mapping import operation_in, runnable
from dayone.adapters.dynamodb_table import DynamoTable
from dayone.adapters.dynamodb_transactions import MOST_IN_A_TRANSACTION
from dayone.adapters.dynamodb_writes import Update, Write
from dayone.contracts.codec import encode, stamp
from dayone.domain.audit import AuditEntry
from dayone.domain.guardrails import HeldRemoval, released
from dayone.domain.operations import Operation, OperationState
from dayone.domain.subject_states import Head
from dayone.domain.subjects import Subject
from dayone.errors import Conflicting

_HEAD, _PROGRESS, _LEDGER = "head", "progress", "ledger"


class DynamoHeldRemovals:
    """The port HeldRemovals."""

    ACTIONS: ClassVar[frozenset[str]] = frozenset(
        {
            "dynamodb:BatchGetItem",
            "dynamodb:ConditionCheckItem",
            "dynamodb:GetItem",
            "dynamodb:PutItem",
            "dynamodb:Query",
            "dynamodb:UpdateItem",
        }
    )

    def __init__(self, table: DynamoTable) -> None:
        self._table = table

    def subjects(self, change: str, *, after: str, limit: int) -> tuple[Sequence[Subject], str]:
        """See HeldRemovals; in order."""
        of_change = Key("pk").eq(change_keys.change_partition(change)) & Key("sk").begins_with(change_keys.OPERATION)
        place = change_keys.operation_named(after, change=change)._asdict() if after else None
        operations = [operation_in(record) for record in self._table.query(of_change, after=place, limit=limit)]
        held = [operation.subject for operation in operations if operation.state is OperationState.HELD]
        return list(dict.fromkeys(held)), operations[-1].id if len(operations) == limit else ""

    def decide(
        self, before: Head, *, held: Sequence[HeldRemoval], audit: Sequence[AuditEntry], awaits_approval: bool = False
    ) -> None:
        """Note on a head what was said to what it holds; raises Conflicting when `before` is no longer the head."""
        subject = before.subject
        put = {"held": encode(tuple(held)), "awaits_approval": awaits_approval}
        writes: dict[str, Write] = {
            _HEAD: Update(keys.head_of(subject), put=put),
            _PROGRESS: Update(
                progress_key(subject),
                put={"released": list(released(held))},
                add={"revision": 1},
                condition=nothing_moved_since(before),
            ),
        }
        lane = audit_log.facts_lane(subject)
        refused = self._table.transact(
            lambda: {**writes, **audit_log.appended(self._table, audit, lane=lane)},
            what=f"deciding on {subject}",
            over_when=[_PROGRESS],
        )
        if refused:
            raise Conflicting(f"{subject} has moved since it was read")

    def release(self, change: str, operations: Iterable[str]) -> None:
        """Let operations of a change run; does nothing about those that are not held."""
        self._move(change, operations, to=OperationState.PENDING, put={}, count=counts.released)

    def drop(
        self, change: str, operations: Iterable[str], *, reason: str, at: datetime, is_expiry: bool = False
    ) -> None:
        """See HeldRemovals."""
        put = {"failure_reason": reason, "finished_at": stamp(at), "final": True}
        count = partial(_expired, day=at.astimezone(UTC).date()) if is_expiry else counts.dropped
        self._move(change, operations, to=OperationState.SUPERSEDED, put=put, count=count)

    def _move(
        self,
        change: str,
        operations: Iterable[str],
        *,
        to: OperationState,
        put: Mapping[str, Any],
        count: Callable[[Iterable[Operation]], Mapping[str, Write]],
    ) -> None:
        # One write is for the counts of the change, and up to one for each operation for those of its subject.
        for batch in batched(operations, (MOST_IN_A_TRANSACTION - 1) // 2, strict=False):
            wanted = [change_keys.operation_named(one, change=change) for one in batch]

            def writes(wanted: Sequence[keys.RecordKey] = wanted) -> dict[str, Write]:
                found = [operation_in(one) for one in self._table.get_all(wanted)]
                held = [one for one in found if one.state is OperationState.HELD]
                moved: dict[str, Write] = {one.id: _moving(one, to=to, put=put) for one in held}
                return {**moved, **count(held)}

            self._table.transact(writes, what=f"moving on what change {change} holds")
        marks.release(self._table, change)


def _expired(operations: Iterable[Operation], *, day: date) -> Mapping[str, Write]:
    found = list(operations)
    return {**counts.expired(found), _LEDGER: expiring(len(found), day=day)} if found else {}


def _moving(operation: Operation, *, to: OperationState, put: Mapping[str, Any]) -> Write:
    runs = to is OperationState.PENDING
    listed = runnable(operation, begun=False) if runs else {}
    return Update(change_keys.operation_key(operation), put={"state": encode(to), **put, **listed}, condition=IS_HELD)
