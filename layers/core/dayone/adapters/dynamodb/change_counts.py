"""Counts in the record of a change, people to blame, marks for lists of changes, and the deletion of old ones."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, ClassVar

from boto3.dynamodb.conditions import Attr, Key

from dayone.adapters.dynamodb import keys as change_keys
from dayone.adapters.dynamodb import keys as lists
from dayone.adapters.dynamodb.table import DynamoTable
from dayone.adapters.dynamodb.writes import HOLDS_NOTHING, IS_OPEN, Check, Put, Update, Write
from dayone.errors import Conflicting
from dayone.messages.codec import Record, decode, encode, stamp
from dayone.model.changes import Blame, Change, ChangeState, change_at, ulid
from dayone.model.operations import DeletionOutcome, Lane, Operation, OperationState, lane_of
from dayone.model.subjects import SubjectKind
from dayone.ports.operations import Finished

_PREFIX = "blame_"


def blame_parts(blamed: Sequence[Blame]) -> Record:
    """Encode the blame of a plan; for each actor, separately for leavers, the first reason counts."""
    names = [hashlib.sha256(f"{blame.actor} {blame.of_leavers}".encode()).hexdigest()[:24] for blame in blamed]
    return {f"{_PREFIX}{name}": encode(blame) for name, blame in zip(names, blamed, strict=True)}


def blamed_in(record: Mapping[str, Any]) -> tuple[Blame, ...]:
    """Return the blame in the record of a change."""
    return tuple(decode(Blame, record[name]) for name in sorted(record) if name.startswith(_PREFIX))


_ENDS = {
    OperationState.SUCCEEDED: "succeeded",
    OperationState.FAILED: "failed",
    OperationState.SUPERSEDED: "superseded",
}
_LEFT = "left_"


def left_in(record: Mapping[str, Any]) -> Mapping[Lane, int]:
    """Return the number of unfinished operations in each lane, from a change's record."""
    left = {lane: int(record.get(_left(lane), 0)) for lane in Lane}
    return {lane: number for lane, number in left.items() if number > 0}


def added_by(operations: Sequence[Operation]) -> dict[str, int]:
    """Return the counts that a plan adds to its change."""
    counts = Counter({"operations": len(operations), **_held(operations)})
    if counts["held"]:
        counts["held_version"] = counts["held"]
    counts.update(_left(lane_of(operation)) for operation in operations if operation.state is not OperationState.HELD)
    return dict(counts)


def share_of(operations: Sequence[Operation]) -> dict[str, int]:
    """Return the operation counts for the record that a subject was planned."""
    return {"operations": len(operations), **_held(operations)} if operations else {}


def ended(ends: Iterable[Finished]) -> dict[str, Write]:
    """Return the writes that count finished operations, their attempts, and the latest end of each change."""
    ordered = sorted(ends, key=lambda operation: operation.at)
    last = {end.operation.change: {"ended_at": stamp(end.at)} for end in ordered}
    return _counted((_counts_of(end) for end in ordered), put=last)


def _counts_of(end: Finished) -> tuple[Operation, Mapping[str, int], Mapping[str, int]]:
    operation = end.operation
    of_change = {_left(lane_of(operation)): -1, "attempts": operation.attempts}
    if operation.failed_before and end.state is OperationState.FAILED:
        of_change["failed_before"] = 1
    if operation.outcome is DeletionOutcome.ALREADY_DELETED:
        of_change["already_deleted"] = 1
    return operation, {_ENDS[end.state]: 1}, of_change


def count_released(operations: Iterable[Operation]) -> dict[str, Write]:
    """Return the writes that count approved operations."""
    return _counted((operation, {"held": -1}, {_left(lane_of(operation)): 1}) for operation in operations)


def held_behind(operation: Operation, *, before: str, after: str) -> dict[str, Write]:
    """Return the write that counts an operation by the change that holds what it waits for, and held it before."""
    add = Counter[str]()
    for change, number in ((before, -1), (after, 1)):
        if change:
            add["behind_held" if change == operation.change else "held_elsewhere"] += number
    return {f"change {operation.change}": Update(change_keys.change_key(operation.change), add=dict(add))}


def dropped(operations: Iterable[Operation]) -> dict[str, Write]:
    """Return the writes that count rejected operations."""
    return _counted((operation, {"held": -1, "superseded": 1}, {}) for operation in operations)


def count_expired(operations: Iterable[Operation]) -> dict[str, Write]:
    """Return the writes that count operations that expired without a decision."""
    return _counted((operation, {"held": -1, "superseded": 1}, {"expired": 1}) for operation in operations)


def _counted(
    counts: Iterable[tuple[Operation, Mapping[str, int], Mapping[str, int]]],
    *,
    put: Mapping[str, Mapping[str, str]] | None = None,
) -> dict[str, Write]:
    """Return a write for each change and each of its subjects: the first counts for both, the others for the change.

    Subjects other than accounts only have a count of failures.
    """
    changes: dict[str, Counter[str]] = {}
    shares: dict[tuple[str, str], Counter[str]] = {}
    keys = {}
    for operation, of_both, of_change in counts:
        changes.setdefault(operation.change, Counter()).update({**of_both, **of_change})
        if operation.subject.kind is SubjectKind.ACCOUNT or _ENDS[OperationState.FAILED] in of_both:
            share = (operation.change, str(operation.subject))
            keys[share] = change_keys.planned_key(operation.subject, change=operation.change)
            shares.setdefault(share, Counter()).update(of_both)
    heads = {
        f"change {change}": Update(change_keys.change_key(change), add=dict(add), put=(put or {}).get(change, {}))
        for change, add in changes.items()
    }
    parts = {f"share {' '.join(share)}": Update(keys[share], add=dict(add)) for share, add in shares.items()}
    return {**heads, **parts}


def _held(operations: Iterable[Operation]) -> dict[str, int]:
    held = sum(1 for operation in operations if operation.state is OperationState.HELD)
    return {"held": held} if held else {}


def _left(lane: Lane) -> str:
    # A placeholder of an expression is made from it, and takes no dash.
    return f"{_LEFT}{lane.replace('-', '_')}"


def holding(place: str) -> dict[str, Write]:
    """Return the write that marks a change, by its place, as holding operations; harmless when it is marked."""
    return _marked(lists.HOLDING, place)


def mark_failed(place: str) -> dict[str, Write]:
    """Return the write that marks a change, by its place, as having failed or abandoned work."""
    return _marked(lists.FAILED, place)


def of_failures(ends: Iterable[Finished], *, recorded: Mapping[tuple[str, str], Mapping[str, Any]]) -> dict[str, Write]:
    """Return the writes that mark each change in which an operation fails for the first time.

    `recorded` are the records that their subjects were planned, which have the places of the changes.
    """
    failures = [end.operation for end in ends if end.state is OperationState.FAILED and not end.operation.failed_before]
    proofs = (recorded[change_keys.planned_key(operation.subject, change=operation.change)] for operation in failures)
    return {name: write for proof in proofs for name, write in mark_failed(str(proof["listed_as"])).items()}


def release(table: DynamoTable, change: str) -> None:
    """Take the mark from a change that holds nothing any more."""
    key = change_keys.mark_key(change, mark=lists.HOLDING)
    table.transact(
        lambda: {
            "change": Check(change_keys.change_key(change), condition=HOLDS_NOTHING),
            "mark": Update(key, remove=("listed_in", "listed_as")),
        },
        what=f"taking the mark from change {change}",
        over_when=["change"],
    )


def _marked(name: str, place: str) -> dict[str, Write]:
    change = change_at(place)
    listed = {"listed_in": name, "listed_as": place}
    return {f"{name} {change}": Put({**change_keys.mark_key(change, mark=name)._asdict(), **listed})}


_OPERATION = "operation"


def hold_behind(table: DynamoTable, operation: Operation, *, change: str) -> Operation:
    """See OperationQueue."""
    noted = count_behind(table, operation, change=change)
    if operation.held_by and not change:
        release(table, operation.change)
    return noted


def count_behind(table: DynamoTable, operation: Operation, *, change: str) -> Operation:
    """Note and count the same, and leave it to the list of held changes to find out whether this one still is."""
    before, key = operation.held_by, change_keys.operation_key(operation)
    if before == change:
        return operation
    as_read = Attr("held_by").eq(before) if before else Attr("held_by").not_exists()
    put = {"held_by": change} if change else {}
    noted = Update(key, put=put, remove=() if change else ("held_by",), condition=IS_OPEN & as_read)
    writes: dict[str, Write] = {_OPERATION: noted, **held_behind(operation, before=before, after=change)}
    if change and change != operation.change:
        planned = table.get(change_keys.planned_key(operation.subject, change=operation.change)) or {}
        writes |= holding(str(planned["listed_as"]))
    is_refused = table.transact(lambda: writes, what=f"noting what {operation.id} waits for", over_when=[_OPERATION])
    # Whoever did not hear that it is noted notes it again.
    if is_refused and (table.get(key) or {}).get("held_by", "") != change:
        raise Conflicting(f"{operation.id} is no longer as it was read")
    return replace(operation, held_by=change)


# How far the sweep of old changes has come in their list; the oldest are looked at again when it has been through.
_LOOKED_AT = change_keys.RecordKey("CHANGES", "OLD")
_FIRST = "0"
_MOST_DELETED = 1000


class DynamoOldChanges:
    """The port OldChanges; the head goes last, so what a sweep leaves is found by the next one."""

    ACTIONS: ClassVar[frozenset[str]] = frozenset({"dynamodb:BatchWriteItem", "dynamodb:GetItem", "dynamodb:Query"})

    def __init__(self, table: DynamoTable) -> None:
        self._table = table

    def sweep(self, *, before: datetime, limit: int) -> int:
        """See OldChanges."""
        first = str((self._table.get(_LOOKED_AT) or {}).get("place", ""))
        places = Key("listed_as").between(f"{first}{_FIRST}", ulid(before, entropy=bytes(10)))
        listed = list(self._table.query(Key("listed_in").eq(lists.CHANGES) & places, index="listing", limit=limit))
        gone, left, last = 0, _MOST_DELETED, first
        for place in (str(pair["listed_as"]) for pair in listed):
            if self._is_over(change_at(place)):
                left -= self._delete(change_at(place), most=left)
                if left <= 0:
                    break
                gone += 1
            last = place
        else:
            last = last if len(listed) == limit else ""
        self._go_on(last, before=first)
        return gone

    def _is_over(self, change: str) -> bool:
        # The index follows its table.
        record = self._table.get(change_keys.change_key(change))
        return record is not None and decode(Change, record, left=left_in(record)).state is ChangeState.SUCCEEDED

    def _delete(self, change: str, *, most: int) -> int:
        """Delete what is recorded of a change, the head once nothing else is left; return how many records."""
        head = change_keys.change_key(change)
        found = [str(pair["sk"]) for pair in self._table.query(Key("pk").eq(head.pk), limit=most, only="sk")]
        self._table.delete_all(head._replace(sk=name) for name in found if name != head.sk)
        if len(found) < most:
            self._table.delete_all([head])
        return len(found)

    def _go_on(self, place: str, *, before: str) -> None:
        if place != before:
            self._table.put_all([{**_LOOKED_AT._asdict(), "place": place}])
