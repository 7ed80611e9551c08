"""The ends of operations: their states, resources, subjects' heads, changes and audit entries, all or none."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from dayone.adapters import dynamodb_audit as audit
from dayone.adapters import dynamodb_change_counts as change_counts
from dayone.adapters import dynamodb_change_keys as change_keys
from dayone.adapters import dynamodb_keys as keys
from dayone.adapters import dynamodb_marks as marks
from dayone.adapters.dynamodb_conditions import IS_OPEN, is_as_it_was, is_counted, is_in_force
from dayone.adapters.dynamodb_failed_subjects import is_to_be_planned_again, noted_failures
from dayone.adapters.dynamodb_ledger import counting
from dayone.adapters.dynamodb_mapping import applied_record, head_in, held_parts
from dayone.adapters.dynamodb_table import DynamoTable
from dayone.adapters.dynamodb_writes import Delete, Put, Update, Write
from dayone.contracts.codec import encode, stamp
from dayone.domain.guardrails import COUNTED, with_count
from dayone.domain.operations import OperationState
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
        return {
            **{one.operation.id: _closing(one) for one in ends},
            **_resources(ends, known=known),
            **_counting_on_heads(ends, known=known),
            **noted_failures(ends, known=known),
            **change_counts.ended(counted),
            **marks.of_failures(counted, known=known),
            **audit.appended(self._table, [one.audit for one in ends], lane=audit.OPERATIONS),
        }

    def _read(self, ends: Iterable[Finished]) -> _Records:
        wanted = [key for one in ends for key in _depended_on(one)]
        return {(one["pk"], one["sk"]): one for one in self._table.get_all(wanted)}


def _depended_on(end: Finished) -> Iterable[keys.RecordKey]:
    operation = end.operation
    yield keys.head_of(operation.subject)
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


def _resources(ends: Iterable[Finished], *, known: _Records) -> dict[str, Write]:
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
    return {**writes, **({"existing": counting(difference)} if difference else {})}


def _counting_on_heads(ends: Sequence[Finished], *, known: _Records) -> dict[str, Write]:
    subjects = dict.fromkeys(one.operation.subject for one in ends)
    writes: dict[str, Write] = {}
    for subject in subjects:
        key = keys.head_of(subject)
        # Operations of a large plan are there before their plan is, and stay when it never comes.
        if (head := known.get(key)) is not None:
            of_subject = [one for one in ends if one.operation.subject == subject]
            writes |= {f"head {subject}": one for one in _counting_on_head(key, head, of_subject)}
    return writes


def _counting_on_head(key: keys.RecordKey, head: Mapping[str, Any], ends: Sequence[Finished]) -> Iterable[Write]:
    released = [one for one in ends if one.operation.id in head.get("released", ())]
    own = [one for one in ends if one not in released and one.operation.generation == str(head["generation"])]
    others = [one for one in ends if one not in released and one not in own and not one.untouched]
    if not (released or own or others):
        return
    failed = sum(one.state is OperationState.FAILED for one in own)
    counts = {"outstanding": -len(own), "failed": failed}
    add = {"revision": len(released) + len(own) + len(others), **{name: by for name, by in counts.items() if by}}
    if released:
        # They were approved and have ended: whoever asks for the removals again asks the guardrail again.
        ended = {one.operation.id for one in released}
        held = [one for one in head_in(head).held if one.operation not in ended]
        yield Update(key, put=held_parts(held), add=add, condition=is_as_it_was(head))
    else:
        yield Update(key, add=add, condition=is_in_force(str(head["generation"])))


def _is_counted_on_change(end: Finished, *, known: _Records) -> bool:
    # Only what a plan in force has added to the change's operations may come off them.
    planned = known.get(change_keys.planned_key(end.operation.subject, change=end.operation.change))
    return planned is not None and planned["generation"] == end.operation.generation
