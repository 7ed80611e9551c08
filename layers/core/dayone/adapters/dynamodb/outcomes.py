"""The beginning of an attempt in DynamoDB, and the ends of operations, all that belongs together at once.

Alone they cost half of what they cost in a transaction. Whatever cuts them short leaves a doubt too many at most, which
whoever plans next removes; AWS is called after the last of them, so there is never a doubt too few.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from dayone.adapters.dynamodb import audit_log, change_counts, keys
from dayone.adapters.dynamodb import change_counts as marks
from dayone.adapters.dynamodb import keys as change_keys
from dayone.adapters.dynamodb.mapping import (
    applied_record,
    attempt_parts,
    operation_in,
    progress_key,
    progress_writes,
    runnable,
)
from dayone.adapters.dynamodb.parked import is_to_be_planned_again, noted_failures
from dayone.adapters.dynamodb.table import DynamoTable
from dayone.adapters.dynamodb.writes import (
    EXISTS,
    IS_OPEN,
    IS_PENDING,
    Delete,
    Put,
    Update,
    Write,
    is_as_read,
    is_tried_as_often_as,
    may_begin,
    require_counted,
)
from dayone.errors import Conflicting
from dayone.messages.codec import encode, stamp
from dayone.model.dependencies import COUNTED
from dayone.model.guardrails import with_count
from dayone.model.operations import ANSWERED_LATER, Applied, Operation, OperationState
from dayone.model.subjects import ResourceOf
from dayone.ports.operations import Finished


def is_begun(
    table: DynamoTable, operation: Operation, *, own: Applied | None, doubt: Applied, unsettled: Applied | None
) -> bool:
    """Note the attempt; False when its plan is not in force. Raises Conflicting when anything else has moved."""
    what = f"beginning {operation.id}"
    # First: a plan that is made from here on sees the doubt.
    if not table.write(Put(applied_record(doubt, of=operation.target), condition=is_as_read(own)), what=what):
        raise Conflicting(f"{operation.target} is no longer as it was read")
    if unsettled:
        mark = keys.applied_key(ResourceOf(operation.subject, unsettled.resource))
        unsettling = Update(mark, put={"attributes": encode(unsettled.attributes)}, condition=EXISTS)
        table.write(unsettling, what=what)
    # Second: one that was made from what there was before must not be put in force after this.
    counted = Update(progress_key(operation.subject), add={"revision": 1}, condition=may_begin(operation))
    if not table.write(counted, what=what):
        _take_back(table, operation, own=own, doubt=doubt)
        return False
    # Last: of two that have come as far as this, one goes on.
    if not _is_to_be_tried(table, operation, doubt=doubt):
        _take_back(table, operation, own=own, doubt=doubt)
        raise Conflicting(f"{operation.id} is no longer as it was read")
    return True


def _is_to_be_tried(table: DynamoTable, operation: Operation, *, doubt: Applied) -> bool:
    if operation.resource.kind in ANSWERED_LATER or operation.is_parked:
        at = {"attempted_at": stamp(doubt.at)} if doubt.at else {}
        attempt = Update(
            change_keys.operation_key(operation),
            put={"attempts": operation.attempts + 1, "is_parked": False, **at, **runnable(operation, begun=True)},
            remove=("waiting_for", "failure_reason", "awaits"),
            condition=IS_PENDING & is_tried_as_often_as(operation),
        )
        return table.write(attempt, what=f"beginning {operation.id}")
    # Of two that read the resource as it was one has written the doubt; nobody has to know of it beside the resource,
    # because AWS works on nothing of this kind behind its answer. What is over already stays so.
    record = table.get(change_keys.operation_key(operation))
    current = operation_in(record) if record else None
    return current is not None and (current.state, current.attempts) == (OperationState.PENDING, operation.attempts)


def _take_back(table: DynamoTable, operation: Operation, *, own: Applied | None, doubt: Applied) -> None:
    target, is_ours = operation.target, is_as_read(doubt)
    before = (
        Put(applied_record(own, of=target), condition=is_ours)
        if own
        else Delete(keys.applied_key(target), condition=is_ours)
    )
    table.write(before, what=f"taking back the doubt of {operation.id}")


_Records = Mapping[tuple[str, str], Mapping[str, Any]]


class Endings:
    """Operations' ends on their way into the table, of different resources, together in one transaction."""

    def __init__(self, table: DynamoTable, finished: Sequence[Finished]) -> None:
        self._table = table
        self._finished = {end.operation.id: end for end in finished}

    def record(self) -> None:
        """Write them; one of an operation that is finished already is left out."""
        while self._finished:
            # Whose head it is decides what is counted; when it has moved, or the log's end has, both are read anew.
            finished = self._table.transact(
                self._writes, what=f"finishing {', '.join(self._finished)}", over_when=self._finished
            )
            if not finished:
                return
            for name in finished:
                del self._finished[name]

    def _writes(self) -> dict[str, Write]:
        ends = list(self._finished.values())
        recorded = self._read(ends)
        counted = [end for end in ends if _is_counted_on_change(end, recorded=recorded)]
        resources, existing = _resources(ends, recorded=recorded)
        return {
            **{end.operation.id: _closing(end) for end in ends},
            **resources,
            **progress_writes(self._table, ends, recorded=recorded),
            **noted_failures(ends, recorded=recorded),
            **change_counts.ended(counted),
            **marks.of_failures(counted, recorded=recorded),
            **audit_log.appended(
                self._table, [end.audit for end in ends], lane=audit_log.OPERATIONS, existing=existing
            ),
        }

    def _read(self, ends: Iterable[Finished]) -> _Records:
        record_keys = [key for end in ends for key in _depended_on(end)]
        return {(pair["pk"], pair["sk"]): pair for pair in self._table.get_all(record_keys)}


def _depended_on(end: Finished) -> Iterable[keys.RecordKey]:
    operation = end.operation
    yield progress_key(operation.subject)
    if is_to_be_planned_again(end):
        yield keys.failed_subject_key(operation.subject)
    yield change_keys.planned_key(operation.subject, change=operation.change)
    if operation.resource.kind in COUNTED:
        yield keys.applied_key(operation.target)


def _closing(end: Finished) -> Write:
    put: dict[str, Any] = {
        "state": encode(end.state),
        "finished_at": stamp(end.at),
        "request_id": end.operation.request_id,
        "failure_reason": end.operation.failure_reason,
        "final": True,
        "is_parked": False,
        **attempt_parts(end.operation),
    }
    if end.operation.outcome is not None:
        put["outcome"] = encode(end.operation.outcome)
    # Without the first two it is in the index of runnable operations no more.
    remove = ("runnable", "runnable_order", "waiting_for", "awaits")
    return Update(change_keys.operation_key(end.operation), put=put, remove=remove, condition=IS_OPEN)


def _resources(ends: Iterable[Finished], *, recorded: _Records) -> tuple[dict[str, Write], int]:
    """Return the writes, and the change in the number of memberships and assignments."""
    writes: dict[str, Write] = {}
    difference = 0
    for end in ends:
        if end.untouched:
            continue
        target = end.operation.target
        gone = (ResourceOf(target.subject, resource) for resource in end.gone if resource != target.resource)
        writes |= {f"gone {resource}": Delete(keys.applied_key(resource)) for resource in gone}
        attached = ((ResourceOf(target.subject, applied.resource), applied) for applied in end.attached)
        writes |= {f"attached {of}": Put(applied_record(applied, of=of)) for of, applied in attached}
        # Read here and held to by a condition, so that what exists is counted exactly once, whoever else ends it.
        was = bool(recorded.get(keys.applied_key(target), {}).get("counted"))
        applied = with_count(end.applied) if end.applied else None
        same = require_counted(was=was) if target.resource.kind in COUNTED else None
        key = keys.applied_key(target)
        is_there = Put(applied_record(applied, of=target), condition=same) if applied else Delete(key, condition=same)
        writes[f"applied {target}"] = is_there
        difference += (applied is not None and applied.counted) - was
    return writes, difference


def _is_counted_on_change(end: Finished, *, recorded: _Records) -> bool:
    # Only what a plan in force has added to the change's operations may come off them.
    planned = recorded.get(change_keys.planned_key(end.operation.subject, change=end.operation.change))
    return planned is not None and planned["generation"] == end.operation.generation
