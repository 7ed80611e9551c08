"""Order of operations: dependencies within a plan and between plans."""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import NamedTuple

from dayone.model.accounts import ENDED_WITH
from dayone.model.operations import Action, Operation
from dayone.model.reasons import DesiredResource
from dayone.model.subjects import (
    Resource,
    ResourceKind,
    ResourceOf,
    Subject,
    assignment_in,
    group_named,
    permission_set_named,
    provisioning_of,
    user_of,
)

ROOTS = frozenset({ResourceKind.USER, ResourceKind.GROUP, ResourceKind.PERMISSION_SET})
_ATTACHED_TO_A_SET = frozenset(
    {ResourceKind.MANAGED_POLICY, ResourceKind.CUSTOMER_POLICY, ResourceKind.INLINE_POLICY, ResourceKind.BOUNDARY}
)
# Among the attributes of a removal of what was there before Day One: the record of it goes, and nothing in AWS.
FORGOTTEN = "forgotten"
# What is done when all the rest is: the set reaches the accounts, and people hear that they are ready.
_LAST = frozenset({ResourceKind.PROVISIONING, ResourceKind.WELCOME})
PARTS_OF_A_SET = _ATTACHED_TO_A_SET | {ResourceKind.PERMISSION_SET}
# What somebody loses access by when it goes.
GUARDED = frozenset(
    {
        ResourceKind.USER,
        ResourceKind.MEMBERSHIP,
        ResourceKind.ASSIGNMENT,
        ResourceKind.GROUP,
        ResourceKind.PERMISSION_SET,
    }
)
# What somebody loses access by when it comes.
_TAKING = frozenset({ResourceKind.ENDED_SESSIONS})
# What the limit is a percentage of.
COUNTED = frozenset({ResourceKind.MEMBERSHIP, ResourceKind.ASSIGNMENT})


class Difference(NamedTuple):
    """One resource that is not as it should be, the action that mends it, and what goes with it when it goes."""

    action: Action
    resource: Resource
    desired: DesiredResource
    covers: tuple[Resource, ...] = ()


def is_removal(difference: Difference) -> bool:
    """Return whether a difference takes access away; in a closed account nobody has access to lose."""
    return _takes(difference.action, difference.resource, attributes=difference.desired.attributes)


def adds_access(difference: Difference) -> bool:
    """Return whether a difference adds a membership or an assignment."""
    return difference.action is Action.CREATE and difference.resource.kind in COUNTED


def takes_access_away(operation: Operation) -> bool:
    """Return whether a planned operation takes access away."""
    return _takes(operation.action, operation.resource, attributes=operation.attributes)


def _takes(action: Action, resource: Resource, *, attributes: Mapping[str, str]) -> bool:
    if ENDED_WITH in attributes or FORGOTTEN in attributes:
        return False
    takes = action is Action.CREATE and resource.kind in _TAKING
    return takes or (action is Action.DELETE and resource.kind in GUARDED)


def in_order(found: Iterable[Difference]) -> list[Difference]:
    """As they stand in a plan: revocations before grants, the new form of a set to accounts, what is forgotten."""
    return sorted(
        found,
        key=lambda difference: (
            FORGOTTEN in difference.desired.attributes,
            _rank(difference.action, difference.resource.kind),
            difference.resource,
        ),
    )


@cache
def _rank(action: Action, kind: ResourceKind) -> int:
    is_boundary = kind is ResourceKind.BOUNDARY
    if kind in _LAST:
        return 6
    if action is Action.DELETE and kind is ResourceKind.USER:
        return 7
    if kind is ResourceKind.ENDED_SESSIONS:
        return 1
    if action is Action.DELETE:
        # A boundary limits what the policies give: it comes before they do, and goes after all of them. So does a Deny
        # for the others, which an inline policy may have.
        return 2 if is_boundary else int(kind is ResourceKind.INLINE_POLICY)
    if kind in ROOTS:
        return 3
    return 4 if is_boundary else 5


def requirements(difference: Difference, *, subject: Subject, adopts: bool = False) -> tuple[ResourceOf, ...]:
    """Return the resources that AWS must have confirmed first, of whichever plan.

    With `adopts` the plan adopts existing resources whose ids are not recorded yet, and removes parts of them.
    """
    if difference.action is Action.DELETE and not (adopts and difference.resource.kind in _ATTACHED_TO_A_SET):
        return ()
    match difference.resource.kind:
        case ResourceKind.WELCOME:
            return (user_of(subject.name),)
        case ResourceKind.MEMBERSHIP:
            return (user_of(subject.name), group_named(difference.resource.name))
        case ResourceKind.ASSIGNMENT:
            permission_set, principal = assignment_in(difference.resource)
            return (principal.target, permission_set_named(permission_set), provisioning_of(permission_set))
        case kind if kind in _ATTACHED_TO_A_SET or kind is ResourceKind.PROVISIONING:
            return (permission_set_named(subject.name),)
        case _:
            return ()


def unsettles(operation: Operation) -> ResourceOf | None:
    """Return the provisioning mark that an operation invalidates: later assignments get another form of the set."""
    is_part = operation.resource.kind in PARTS_OF_A_SET
    return provisioning_of(operation.subject.name) if is_part else None


def predecessors(difference: Difference, *, ordered: Sequence[Difference]) -> tuple[int, ...]:
    """Return the positions of earlier differences in the same plan that must be resolved first."""
    # A user goes last, or memberships and the place among ended sessions would go unrecorded, or not be found.
    is_end_of_user = difference.action is Action.DELETE and difference.resource.kind is ResourceKind.USER
    if difference.resource.kind in _LAST or is_end_of_user or FORGOTTEN in difference.desired.attributes:
        return tuple(range(len(ordered)))
    return tuple(number for number, earlier in enumerate(ordered) if _must_follow(difference, earlier=earlier))


def _must_follow(difference: Difference, *, earlier: Difference) -> bool:
    is_removal = difference.action is Action.DELETE
    if difference.resource.kind is ResourceKind.BOUNDARY and is_removal:
        return earlier.resource.kind in _ATTACHED_TO_A_SET
    if difference.resource.kind is ResourceKind.INLINE_POLICY and is_removal:
        return earlier.action is Action.DELETE and earlier.resource.kind in _ATTACHED_TO_A_SET
    if is_removal or difference.resource.kind in ROOTS:
        return False
    # Where the boundary cannot be set, nothing that it is to limit may be attached.
    is_new_root = earlier.action is Action.CREATE and earlier.resource.kind in ROOTS
    return is_new_root or (earlier.resource.kind is ResourceKind.BOUNDARY and earlier.action is not Action.DELETE)
