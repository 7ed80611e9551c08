"""What a change's records count: of the whole, of each lane what is left, and of each subject."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from dayone.adapters import dynamodb_change_keys as change_keys
from dayone.adapters.dynamodb_writes import Update, Write
from dayone.contracts.codec import stamp
from dayone.domain.operations import DeletionOutcome, Lane, Operation, OperationState, lane_of
from dayone.domain.subjects import SubjectKind
from dayone.ports.operations import Finished

_ENDS = {
    OperationState.SUCCEEDED: "succeeded",
    OperationState.FAILED: "failed",
    OperationState.SUPERSEDED: "superseded",
}
_LEFT = "left_"


def left_in(record: Mapping[str, Any]) -> Mapping[Lane, int]:
    """How many operations of each lane are still to end, by a change's record."""
    left = {lane: int(record.get(_left(lane), 0)) for lane in Lane}
    return {lane: number for lane, number in left.items() if number > 0}


def added_by(operations: Sequence[Operation]) -> dict[str, int]:
    """What a plan adds to the counts of its change."""
    counts = Counter({"operations": len(operations), **_held(operations)})
    if counts["held"]:
        counts["held_version"] = counts["held"]
    counts.update(_left(lane_of(one)) for one in operations if one.state is not OperationState.HELD)
    return dict(counts)


def share_of(operations: Sequence[Operation]) -> dict[str, int]:
    """What the proof that a subject was planned says of its operations."""
    return {"operations": len(operations), **_held(operations)} if operations else {}


def ended(ends: Iterable[Finished]) -> dict[str, Write]:
    """The writes that count operations that ended, their attempts, and when the last of a change did."""
    told = sorted(ends, key=lambda one: one.at)
    last = {one.operation.change: {"ended_at": stamp(one.at)} for one in told}
    return _counted((_counts_of(one) for one in told), put=last)


def _counts_of(end: Finished) -> tuple[Operation, Mapping[str, int], Mapping[str, int]]:
    operation = end.operation
    of_change = {_left(lane_of(operation)): -1, "attempts": operation.attempts}
    if operation.failed_before and end.state is OperationState.FAILED:
        of_change["failed_before"] = 1
    if operation.outcome is DeletionOutcome.WAS_NOT_THERE:
        of_change["was_not_there"] = 1
    return operation, {_ENDS[end.state]: 1}, of_change


def released(operations: Iterable[Operation]) -> dict[str, Write]:
    """The writes that count held operations that may run."""
    return _counted((one, {"held": -1}, {_left(lane_of(one)): 1}) for one in operations)


def dropped(operations: Iterable[Operation]) -> dict[str, Write]:
    """The writes that count held operations that never will."""
    return _counted((one, {"held": -1, "superseded": 1}, {}) for one in operations)


def expired(operations: Iterable[Operation]) -> dict[str, Write]:
    """The same of those on which nobody has decided in time."""
    return _counted((one, {"held": -1, "superseded": 1}, {"expired": 1}) for one in operations)


def _counted(
    counts: Iterable[tuple[Operation, Mapping[str, int], Mapping[str, int]]],
    *,
    put: Mapping[str, Mapping[str, str]] | None = None,
) -> dict[str, Write]:
    """A write for each change and for each subject in it: the first counts are for both, the others for the change.

    Of subjects that are no accounts nobody asks for more than what has failed.
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
    held = sum(1 for one in operations if one.state is OperationState.HELD)
    return {"held": held} if held else {}


def _left(lane: Lane) -> str:
    # A placeholder of an expression is made from it, and takes no dash.
    return f"{_LEFT}{lane.replace('-', '_')}"
