"""One attempt at an operation: its inputs and its possible outcomes."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from dayone.errors import NotFound, Unavailable, Unreachable
from dayone.executor.existing import ExistingAccess
from dayone.executor.onboarding import Reception
from dayone.model.dependencies import ROOTS, unsettles
from dayone.model.operations import ALREADY_DELETED, OPEN_STATES, Action, Applied, Operation, OperationState, Succeeded
from dayone.model.subject_state import generation_number
from dayone.model.subjects import Principal, ResourceKind, ResourceOf, permission_set_named
from dayone.planning.desired_people import EXTERNAL, share_a_name, vacated_name
from dayone.ports.identity_center import (
    AssignmentKey,
    Assignments,
    Directory,
    ExistingResource,
    PermissionSets,
    PrincipalType,
    Receipt,
    SetPolicies,
)
from dayone.ports.operations import OperationQueue
from dayone.ports.organizations import LiveSessions

# These have nothing that could be changed.
_THERE_OR_NOT = frozenset(
    {ResourceKind.MEMBERSHIP, ResourceKind.ASSIGNMENT, ResourceKind.MANAGED_POLICY, ResourceKind.CUSTOMER_POLICY}
)
# What was made a moment ago is not to be seen everywhere at once.
NOT_FOUND_YET = "its name or its e-mail address is taken by what cannot be found"


@dataclass(frozen=True, kw_only=True)
class IdentityCenter:
    """The four sides of IAM Identity Center, and what stands beside it: None where that is not deployed.

    `existing` reads what somebody else may have made.
    """

    directory: Directory
    permission_sets: PermissionSets
    set_policies: SetPolicies
    assignments: Assignments
    existing: ExistingAccess
    sessions: LiveSessions | None = None
    reception: Reception | None = None


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """One attempt at an operation: its resource as recorded before, and its requirements, both as confirmed by AWS.

    `mark` is the form in which a permission set was last provisioned, when the operation changes a part of it. `alike`
    reads the same resource of every other subject, such as all other groups; few attempts need it. `closed_accounts`
    returns those of some accounts in which nothing can be provisioned. `plan` reads all operations of the same plan.
    `others` are the ids of the users of people who have left and had the same name before.
    """

    operation: Operation
    own: Applied | None
    required: Mapping[ResourceOf, Applied] = field(default_factory=dict)
    mark: Applied | None = None
    alike: Callable[[], Iterable[Applied]] = tuple
    closed_accounts: Callable[[Iterable[str]], frozenset[str]] = lambda _: frozenset()
    plan: Callable[[], Sequence[Operation]] = tuple
    others: frozenset[str] = frozenset()

    @property
    def action(self) -> Action:
        """Action to perform: a creation of a resource that AWS has since confirmed becomes an update."""
        planned, own = self.operation.action, self.own
        is_there = own is not None and own.doubt in (None, Action.UPDATE)
        can_change = self.operation.resource.kind not in _THERE_OR_NOT
        return Action.UPDATE if planned is Action.CREATE and is_there and can_change else planned

    @property
    def desired(self) -> Mapping[str, str]:
        """The attributes the resource is to have."""
        return self.operation.attributes

    @property
    def references(self) -> Mapping[str, str]:
        """AWS's ids of the resource itself, and of what it requires."""
        merged = dict(self.own.references) if self.own else {}
        for applied in self.required.values():
            merged |= applied.references
        return merged

    @property
    def recorded_name(self) -> str:
        """Name in Identity Center, recorded or future, of the group or permission set."""
        key = self.operation.subject.name
        return self.own.attributes.get("name", key) if self.own else key

    @property
    def is_confirmed(self) -> bool:
        """True if AWS has confirmed the resource, possibly since the operation was planned."""
        return self.own is not None and self.own.doubt is None

    @property
    def may_have_happened(self) -> bool:
        """True if an earlier creation was started and its result never seen."""
        return self.own is not None and self.own.doubt is not None and not self.own.adopted

    def is_anothers(self, found: ExistingResource) -> bool:
        """Return whether a resource found by name belongs, or may belong, to another subject."""
        if self.operation.resource.kind is ResourceKind.USER:
            # To look through everybody would take too long, and no two people are alike in all attributes of a user.
            return False
        name = found.attributes.get("name")
        return any(
            found.references.items() <= other.references.items()
            or (other.doubt is Action.CREATE and other.attributes.get("name") == name)
            for other in self.alike()
        )


def assignment_key(attempt: Attempt) -> AssignmentKey:
    """Return AWS's ids of the assignment of an operation."""
    references = attempt.references
    is_of_a_user = "user_id" in references
    return AssignmentKey(
        account_id=attempt.operation.subject.name,
        permission_set_arn=references["permission_set_arn"],
        principal_id=references["user_id"] if is_of_a_user else references["group_id"],
        principal_type=PrincipalType.USER if is_of_a_user else PrincipalType.GROUP,
    )


def done(receipt: Receipt) -> Succeeded:
    """Return the outcome of a call that AWS has confirmed."""
    return Succeeded(receipt.references, request_id=receipt.request_id)


def deleted(delete: Callable[[], Receipt]) -> Succeeded:
    """Delete; what is gone already was not there."""
    try:
        return done(delete())
    except NotFound:
        return ALREADY_DELETED


# AWS sometimes does not find a resource for a moment after creating it. The duration is documented nowhere.
SETTLES_WITHIN = timedelta(minutes=1)


def made_lately(required: Iterable[Applied], *, at: datetime, within: timedelta = SETTLES_WITHIN) -> bool:
    """Return whether a required resource was so new at this moment that AWS may not have found it everywhere."""
    return any(applied.at is not None and at - applied.at < within for applied in required)


def looked_up[T](look: Callable[[], T]) -> T:
    """Read what prevents a refused call, or a call about to be made.

    A lost answer here leaves no doubt about that call, so Unreachable is raised as Unavailable.
    """
    try:
        return look()
    except Unreachable as error:
        raise Unavailable(str(error)) from error


_ARN = "permission_set_arn"


@dataclass(frozen=True)
class Stale:
    """A newer plan has taken its place."""


@dataclass(frozen=True)
class Blocked:
    """An operation that cannot run yet; `what` describes the reason, and `on` is the awaited resource, if it is one.

    With `is_in_the_way` it waits for that resource to be deleted, else for it to be confirmed.
    """

    what: str
    on: ResourceOf | None = None
    is_in_the_way: bool = False


@dataclass(frozen=True)
class Hopeless:
    """It can never run, because what it builds on has failed."""

    reason: str


def prepare(operation: Operation, *, queue: OperationQueue) -> Attempt | Stale | Blocked | Hopeless:
    """Decide whether a pending operation can run, and return the attempt with all its inputs if so."""
    in_force = queue.generation_of(operation.subject)
    if in_force != operation.generation and not queue.is_released(operation):
        if generation_number(operation.generation) > generation_number(in_force):
            return Blocked("its plan to be committed")
        return Stale()
    return (
        _predecessors(operation, queue=queue, is_overtaken=in_force != operation.generation)
        or _followers(operation, queue=queue)
        or _requirements(operation, queue=queue)
    )


def _predecessors(operation: Operation, *, queue: OperationQueue, is_overtaken: bool) -> Blocked | Hopeless | None:
    if not operation.after:
        return None
    earlier = [sibling for sibling in queue.siblings(operation) if sibling.number in operation.after]
    ended = [
        operation for operation in earlier if operation.state in (OperationState.FAILED, OperationState.SUPERSEDED)
    ]
    for entry in [] if is_overtaken else ended:
        return Hopeless(f"{entry.kind} {entry.state}: {entry.failure_reason}".removesuffix(": "))
    unfinished = [operation for operation in earlier if operation.state in OPEN_STATES]
    if held := [operation for operation in earlier if operation.state is OperationState.HELD]:
        # What was held with it is a step of the same, and may be decided on by itself.
        unfinished += held if queue.is_released(operation) else []
    if unfinished:
        return Blocked(f"{unfinished[0].kind} of the same plan", unfinished[0].target)
    return _left_to_newer(ended, queue=queue) if ended else None


def _left_to_newer(ended: Sequence[Operation], *, queue: OperationQueue) -> Blocked | None:
    """Return a block on the first unfinished operation: its end in a replaced plan is not final."""
    applied = queue.applied(operation.target for operation in ended)
    undone = (operation for operation in ended if not _is_done(operation, recorded=applied))
    return next((Blocked(f"{operation.kind} of a newer plan", operation.target) for operation in undone), None)


def _is_done(operation: Operation, *, recorded: Mapping[ResourceOf, Applied]) -> bool:
    have = recorded.get(operation.target)
    if operation.action is Action.DELETE:
        return have is None
    if operation.action is Action.CREATE and operation.resource.kind in ROOTS:
        return is_confirmed(operation.target, recorded=recorded)
    return have is not None and have.doubt is None and have.attributes == operation.attributes


def _followers(operation: Operation, *, queue: OperationQueue) -> Blocked | None:
    # AWS would take the memberships and assignments with the group, and our record of them would be wrong.
    is_end_of_group = operation.action is Action.DELETE and operation.resource.kind is ResourceKind.GROUP
    if is_end_of_group and (holder := queue.in_use_by(operation.subject.name)):
        return Blocked("its memberships and assignments to go", holder, is_in_the_way=True)
    is_end_of_user = operation.action is Action.DELETE and operation.resource.kind is ResourceKind.USER
    # Nobody gets the names of somebody who still has anything.
    is_update = operation.action is Action.UPDATE and operation.resource.kind is ResourceKind.USER
    is_vacating = is_update and operation.attributes.get("user_name") == vacated_name(operation.subject.name)
    if (is_end_of_user or is_vacating) and (holder := queue.in_use_by(str(Principal(person=operation.subject.name)))):
        return Blocked("the assignments of this person to go", holder, is_in_the_way=True)
    return None


def _requirements(operation: Operation, *, queue: OperationQueue) -> Attempt | Blocked | Hopeless:
    mark = unsettles(operation)
    recorded = queue.applied([operation.target, *operation.requires, *operation.vacated_by, *([mark] if mark else [])])
    # Operations that were planned by a release before this one have no names.
    names = operation.called or ("",) * len(operation.requires)
    for required, name in zip(operation.requires, names, strict=True):
        if not is_confirmed(required, recorded=recorded):
            return Blocked(f"{required} to be confirmed", required)
        have, is_set = recorded[required], required.resource.kind is ResourceKind.PERMISSION_SET
        # Neither of these is ever renamed, and nobody gets by its key what the policy now means by another name.
        if name and (have.adopted or is_set) and (is_called := have.attributes.get("name", name)) != name:
            return Hopeless(f"{required} is {is_called!r} in Identity Center, which is not renamed to {name!r}")
    vacated = {resource: recorded[resource] for resource in operation.vacated_by if resource in recorded}
    for user, applied in vacated.items():
        # Users of an identity provider are renamed there.
        if EXTERNAL not in operation.attributes and share_a_name(operation.attributes, applied.attributes):
            return Blocked("the user name and e-mail address of somebody who has left", user, is_in_the_way=True)
    own = recorded.get(operation.target)
    return Attempt(
        operation=operation,
        own=own,
        required={resource: recorded[resource] for resource in operation.requires},
        mark=recorded.get(mark) if mark else None,
        alike=lambda: queue.alike(operation.target),
        closed_accounts=queue.closed_accounts,
        plan=lambda: queue.siblings(operation),
        others=frozenset(applied.references.get("user_id", "") for applied in vacated.values()),
    )


def is_confirmed(required: ResourceOf, *, recorded: Mapping[ResourceOf, Applied]) -> bool:
    """Return whether AWS has confirmed a requirement, by the record of its subject."""
    applied = recorded.get(required)
    # Whatever has become of an update, the thing itself is there; nobody may be left to bring one up to date that was
    # taken on and that the policy has given up.
    if applied is None or applied.doubt not in (None, Action.UPDATE):
        return False
    if required.resource.kind is not ResourceKind.PROVISIONING:
        return True
    if applied.doubt is not None:
        return False
    # A permission set that was deleted and made again has a new ARN, and the mark is still that of the old one.
    whole = recorded.get(permission_set_named(required.subject.name))
    return whole is not None and whole.references.get(_ARN) == applied.references.get(_ARN)
