"""Decide whether an operation can run now: in force, its predecessors done, its requirements confirmed."""

from dataclasses import dataclass

from dayone.domain.operations import OPEN_STATES, Operation, OperationState
from dayone.domain.subject_states import generation_number
from dayone.ports.state import OperationQueue
from dayone.usecases.attempts import Attempt


@dataclass(frozen=True)
class Stale:
    """A newer plan has taken its place."""


@dataclass(frozen=True)
class Blocked:
    """It cannot run yet; `what` says what it waits for."""

    what: str


@dataclass(frozen=True)
class Hopeless:
    """It can never run, because what it builds on has failed."""

    reason: str


def prepare(operation: Operation, *, queue: OperationQueue) -> Attempt | Stale | Blocked | Hopeless:
    """What is to become of a pending operation, with all that an attempt needs when it can run."""
    in_force = queue.generation_of(operation.subject)
    if in_force != operation.generation:
        if generation_number(operation.generation) > generation_number(in_force):
            return Blocked("its plan to be committed")
        return Stale()
    return _predecessors(operation, queue=queue) or _requirements(operation, queue=queue)


def _predecessors(operation: Operation, *, queue: OperationQueue) -> Blocked | Hopeless | None:
    if not operation.after:
        return None
    earlier = [one for one in queue.siblings(operation) if one.number in operation.after]
    for one in earlier:
        if one.state in (OperationState.FAILED, OperationState.SUPERSEDED):
            return Hopeless(f"{one.kind} {one.state}: {one.failure_reason}".removesuffix(": "))
    unfinished = [one for one in earlier if one.state in OPEN_STATES]
    return Blocked(f"{unfinished[0].kind} of the same plan") if unfinished else None


def _requirements(operation: Operation, *, queue: OperationQueue) -> Attempt | Blocked:
    known = queue.applied([operation.target, *operation.requires])
    for required in operation.requires:
        if required not in known or known[required].doubt is not None:
            return Blocked(f"{required} to be confirmed")
    own = known.get(operation.target)
    return Attempt(operation=operation, own=own, required={one: known[one] for one in operation.requires})
