"""Decide whether an operation can run now: in force, its predecessors done, its requirements confirmed."""

from collections.abc import Mapping
from dataclasses import dataclass

from dayone.domain.assignments import Principal
from dayone.domain.operations import OPEN_STATES, Action, Applied, Operation, OperationState
from dayone.domain.precedence import unsettles
from dayone.domain.subject_states import generation_number
from dayone.domain.subjects import ResourceKind, ResourceOf, permission_set_named
from dayone.ports.operations import OperationQueue
from dayone.usecases.attempts import Attempt

_ARN = "permission_set_arn"


@dataclass(frozen=True)
class Stale:
    """A newer plan has taken its place."""


@dataclass(frozen=True)
class Blocked:
    """It cannot run yet; `what` says in words what it waits for, and `on` which resource that is, if it is one.

    With `is_in_the_way` it waits for that resource to go, else for it to be confirmed.
    """

    what: str
    on: ResourceOf | None = None
    is_in_the_way: bool = False


@dataclass(frozen=True)
class Hopeless:
    """It can never run, because what it builds on has failed."""

    reason: str


def prepare(operation: Operation, *, queue: OperationQueue) -> Attempt | Stale | Blocked | Hopeless:
    """What is to become of a pending operation, with all that an attempt needs when it can run."""
    in_force = queue.generation_of(operation.subject)
    if in_force != operation.generation and not queue.is_released(operation):
        if generation_number(operation.generation) > generation_number(in_force):
            return Blocked("its plan to be committed")
        return Stale()
    return (
        _predecessors(operation, queue=queue)
        or _followers(operation, queue=queue)
        or _requirements(operation, queue=queue)
    )


def _predecessors(operation: Operation, *, queue: OperationQueue) -> Blocked | Hopeless | None:
    if not operation.after:
        return None
    earlier = [one for one in queue.siblings(operation) if one.number in operation.after]
    for one in earlier:
        if one.state in (OperationState.FAILED, OperationState.SUPERSEDED):
            return Hopeless(f"{one.kind} {one.state}: {one.failure_reason}".removesuffix(": "))
    unfinished = [one for one in earlier if one.state in OPEN_STATES]
    return Blocked(f"{unfinished[0].kind} of the same plan", unfinished[0].target) if unfinished else None


def _followers(operation: Operation, *, queue: OperationQueue) -> Blocked | None:
    # AWS would take the memberships and assignments with the group, and our record of them would be wrong.
    is_end_of_group = operation.action is Action.DELETE and operation.resource.kind is ResourceKind.GROUP
    if is_end_of_group and (holder := queue.in_use_by(operation.subject.name)):
        return Blocked("its memberships and assignments to go", holder, is_in_the_way=True)
    is_end_of_user = operation.action is Action.DELETE and operation.resource.kind is ResourceKind.USER
    if is_end_of_user and (holder := queue.in_use_by(str(Principal(person=operation.subject.name)))):
        return Blocked("the assignments of this person to go", holder, is_in_the_way=True)
    return None


def _requirements(operation: Operation, *, queue: OperationQueue) -> Attempt | Blocked:
    mark = unsettles(operation)
    known = queue.applied([operation.target, *operation.requires, *([mark] if mark else [])])
    for required in operation.requires:
        if not _is_confirmed(required, known=known):
            return Blocked(f"{required} to be confirmed", required)
    own = known.get(operation.target)
    return Attempt(
        operation=operation,
        own=own,
        required={one: known[one] for one in operation.requires},
        mark=known.get(mark) if mark else None,
        alike=lambda: queue.alike(operation.target),
        closed_accounts=queue.closed_accounts,
    )


def _is_confirmed(required: ResourceOf, *, known: Mapping[ResourceOf, Applied]) -> bool:
    one = known.get(required)
    # Whatever has become of an update, the thing itself is there; nobody may be left to bring one up to date that was
    # taken on and that the policy has given up.
    if one is None or one.doubt not in (None, Action.UPDATE):
        return False
    if required.resource.kind is not ResourceKind.PROVISIONING:
        return True
    if one.doubt is not None:
        return False
    # A permission set that was deleted and made again has a new ARN, and the mark is still that of the old one.
    whole = known.get(permission_set_named(required.subject.name))
    return whole is not None and whole.references.get(_ARN) == one.references.get(_ARN)
