"""The ends of operations: their states, resources, subjects' heads, changes and audit entries, all or none."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from dayone.adapters import dynamodb_audit as audit
from dayone.adapters import dynamodb_change_counts as change_counts
from dayone.adapters import dynamodb_change_keys as change_keys
from dayone.adapters import dynamodb_keys as keys
from dayone.adapters import dynamodb_marks as marks
from dayone.adapters.dynamodb_conditions import IS_OPEN, is_counted
from dayone.adapters.dynamodb_failed_subjects import is_to_be_planned_again, noted_failures
from dayone.adapters.dynamodb_heads import counting, progress_key
from dayone.adapters.dynamodb_mapping import applied_record
from dayone.adapters.dynamodb_table import DynamoTable
from dayone.adapters.dynamodb_writes import Delete, Put, Update, Write
from dayone.contracts.codec import encode, stamp
from dayone.domain.guardrails import COUNTED, with_count
from dayone.domain.subjects import ResourceOf
from dayone.ports.operations import Finished

_Records = Mapping[tuple[str, str], Mapping[str, Any]]


class Endings:
    """Operations' ends on their way into the table, of different resources, together in one transaction."""

    def __init__(self, table: DynamoTable, finished: Sequence[Finished]) -> None:
        self._table = table
        self._finished = {one.operation.id: one for one in finished}

    def record(self) -> None:
        """Write them; one of an operation that is finished already is left out."""
        while self._finished:
            # Whose head it is decides what is counted; when it has moved, or the log's end has, both are read anew.
            finished = self._table.transact(
                self._writes, what=f"finishing {', '.join(self._finished)}", over_when=self._finished
            )
            if not finished:
                return
            for one in finished:
                del self._finished[one]

    def _writes(self) -> dict[str, Write]:
        ends = list(self._finished.values())
        known = self._read(ends)
        counted = [one for one in ends if _is_counted_on_change(one, known=known)]
        resources, existing = _resources(ends, known=known)
        return {
            **{one.operation.id: _closing(one) for one in ends},
            **resources,
            **counting(self._table, ends, known=known),
            **noted_failures(ends, known=known),
            **change_counts.ended(counted),
            **marks.of_failures(counted, known=known),
            **audit.appended(self._table, [one.audit for one in ends], lane=audit.OPERATIONS, existing=existing),
        }

    def _read(self, ends: Iterable[Finished]) -> _Records:
        wanted = [key for one in ends for key in _depended_on(one)]
        return {(one["pk"], one["sk"]): one for one in self._table.get_all(wanted)}


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
    }
    if end.operation.outcome is not None:
        put["outcome"] = encode(end.operation.outcome)
    # Without the first two it is in the index of runnable operations no more.
    remove = ("runnable", "runnable_order", "waiting_for", "awaits")
    return Update(change_keys.operation_key(end.operation), put=put, remove=remove, condition=IS_OPEN)


def _resources(ends: Iterable[Finished], *, known: _Records) -> tuple[dict[str, Write], int]:
    """The writes, and how many memberships and assignments have come with them."""
    writes: dict[str, Write] = {}
    difference = 0
    for one in ends:
        if one.untouched:
            continue
        target = one.operation.target
        gone = (ResourceOf(target.subject, resource) for resource in one.gone if resource != target.resource)
        writes |= {f"gone {resource}": Delete(keys.applied_key(resource)) for resource in gone}
        attached = ((ResourceOf(target.subject, applied.resource), applied) for applied in one.attached)
        writes |= {f"attached {of}": Put(applied_record(applied, of=of)) for of, applied in attached}
        # Read here and held to by a condition, so that what exists is counted exactly once, whoever else ends it.
        was = bool(known.get(keys.applied_key(target), {}).get("counted"))
        applied = with_count(one.applied) if one.applied else None
        same = is_counted(was=was) if target.resource.kind in COUNTED else None
        key = keys.applied_key(target)
        is_there = Put(applied_record(applied, of=target), condition=same) if applied else Delete(key, condition=same)
        writes[f"applied {target}"] = is_there
        difference += (applied is not None and applied.counted) - was
    return writes, difference


def _is_counted_on_change(end: Finished, *, known: _Records) -> bool:
    # Only what a plan in force has added to the change's operations may come off them.
    planned = known.get(change_keys.planned_key(end.operation.subject, change=end.operation.change))
    return planned is not None and planned["generation"] == end.operation.generation
