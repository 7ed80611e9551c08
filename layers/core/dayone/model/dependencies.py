"""Operations that exclude each other or wait for each other, and adoptions: decisions to take over what exists."""

import hashlib
import json
import re
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import cache
from typing import NamedTuple

from dayone.model.accounts import ENDED_WITH
from dayone.model.operations import Action, Applied, Operation
from dayone.model.subjects import (
    Desired,
    DesiredResource,
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
# These exist or do not: one that is to be restored is created once more, where others are updated.
WITHOUT_ATTRIBUTES = frozenset(
    {
        ResourceKind.ASSIGNMENT,
        ResourceKind.CUSTOMER_POLICY,
        ResourceKind.MANAGED_POLICY,
        ResourceKind.MEMBERSHIP,
    }
)
PARTS_OF_A_SET = _ATTACHED_TO_A_SET | {ResourceKind.PERMISSION_SET}
_WHOLE_SET = Resource(ResourceKind.PERMISSION_SET)
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


_DURATION = re.compile(r"PT(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?")


def sessions_last(attributes: Mapping[str, str]) -> float:
    """Return for how many seconds sessions of a permission set last; without end if that cannot be read."""
    match = _DURATION.fullmatch(attributes.get("session_duration", ""))
    hours, minutes, seconds = (int(part or 0) for part in match.groups()) if match else (0, 0, 0)
    return hours * 3600 + minutes * 60 + seconds if match else float("inf")


def with_parts(missing: Container[Resource], *, recorded: Iterable[Resource]) -> frozenset[Resource]:
    """Return which recorded resources of a subject are gone: with a permission set whatever was attached to it."""
    gone = PARTS_OF_A_SET if _WHOLE_SET in missing else frozenset()
    return frozenset(resource for resource in recorded if resource in missing or resource.kind in gone)


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


class Denies(IntEnum):
    """Effect of a managed policy on what is attached beside it: none, possibly a Deny, or nothing else than that."""

    NOTHING = 0
    SOMETHING = 1
    ONLY = 2


def in_order(found: Iterable[Difference], *, managed: Mapping[str, Denies]) -> list[Difference]:
    """As they stand in a plan: revocations before grants, the new form of a set to accounts, what is forgotten.

    `managed` has AWS's policies by path; any other may deny something.
    """
    return sorted(
        found,
        key=lambda difference: (
            FORGOTTEN in difference.desired.attributes,
            _rank(difference.action, difference.resource.kind, managed.get(difference.resource.name, Denies.SOMETHING)),
            difference.resource,
        ),
    )


_UPWARDS = {ResourceKind.CUSTOMER_POLICY: 1, ResourceKind.INLINE_POLICY: 2, ResourceKind.BOUNDARY: 4}
_DOWNWARDS = {ResourceKind.BOUNDARY: 7, ResourceKind.INLINE_POLICY: 9}


@cache
def _rank(action: Action, kind: ResourceKind, denies: Denies) -> int:
    """Return the place of a part: what limits others goes after them, and comes before them."""
    if kind in _LAST:
        return 11
    if action is Action.DELETE and kind is ResourceKind.USER:
        return 12
    if kind is ResourceKind.ENDED_SESSIONS:
        return 5
    if kind in ROOTS and action is not Action.DELETE:
        return 6
    is_managed = kind is ResourceKind.MANAGED_POLICY
    if action is Action.DELETE:
        # An inline policy may have a Deny. What denies and nothing else goes after all but the boundary.
        return (0, 1, 3)[denies] if is_managed else _UPWARDS.get(kind, 0)
    return 8 if is_managed and denies is Denies.ONLY else _DOWNWARDS.get(kind, 10)


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


def predecessors(
    difference: Difference, *, ordered: Sequence[Difference], managed: Mapping[str, Denies]
) -> tuple[int, ...]:
    """Return the positions of earlier differences in the same plan that must be resolved first."""
    # A user goes last, or memberships and the place among ended sessions would go unrecorded, or not be found.
    is_end_of_user = difference.action is Action.DELETE and difference.resource.kind is ResourceKind.USER
    if difference.resource.kind in _LAST or is_end_of_user or FORGOTTEN in difference.desired.attributes:
        return tuple(range(len(ordered)))
    return tuple(
        number for number, earlier in enumerate(ordered) if _must_follow(difference, earlier=earlier, managed=managed)
    )


def _must_follow(difference: Difference, *, earlier: Difference, managed: Mapping[str, Denies]) -> bool:
    kind, is_removal = difference.resource.kind, difference.action is Action.DELETE
    if earlier.action is Action.DELETE and kind in _ATTACHED_TO_A_SET:
        # What it denies now, and may not deny then, limits those before it until they are gone.
        limits = is_removal or (difference.action is Action.UPDATE and kind in _DOWNWARDS)
        before, after = (
            _rank(each.action, each.resource.kind, managed.get(each.resource.name, Denies.SOMETHING))
            for each in (earlier, difference)
        )
        return limits and earlier.resource.kind in _ATTACHED_TO_A_SET and before < after
    if is_removal or kind in ROOTS or earlier.action is Action.DELETE:
        return False
    if earlier.action is Action.CREATE and earlier.resource.kind in ROOTS:
        return True
    # Where what limits cannot be set, nothing that it is to limit may be attached.
    if earlier.resource.kind is ResourceKind.INLINE_POLICY:
        return "Deny" in earlier.desired.attributes.get("document", "")
    is_denying = managed.get(earlier.resource.name) is Denies.ONLY
    denies_as_well = managed.get(difference.resource.name) is Denies.ONLY
    return earlier.resource.kind is ResourceKind.BOUNDARY or (is_denying and not denies_as_well)


@dataclass(frozen=True, kw_only=True)
class Adoption:
    """The decision to adopt existing resources and to bring them in line with the policy.

    `digest` covers everything that exists and everything desired; `desired` the desired part alone. `surplus` are
    the policies attached to a permission set that are to be removed. `in_use` describes who uses the existing resource,
    or is empty; if it is set, a person other than `actor` must approve. `reason` is given by the actor. `assigned` are
    the permission sets, by their names in AWS, that others have assigned a group beside the policy; one in a sensitive
    account has no name.
    """

    digest: str
    desired: str
    actor: str
    reason: str
    surplus: tuple[Resource, ...] = ()
    in_use: str = ""
    assigned: tuple[str, ...] = ()

    @property
    def held_reason(self) -> str:
        """Reason why another person must approve."""
        return f"what exists is in use by others ({self.in_use}), and would be brought in line: {self.reason}"

    def counts(self, desired: Mapping[Resource, DesiredResource], *, applied: Container[Resource]) -> bool:
        """Return whether the adoption is still due: the desired form is the one decided on, and is not applied yet."""
        is_new = any(resource.kind in ROOTS and resource not in applied for resource in desired)
        return is_new and self.desired == desired_digest(desired)

    def with_surplus(self, applied: Mapping[Resource, Applied]) -> Mapping[Resource, Applied]:
        """Return the recorded resources plus the surplus policies attached to the permission set."""
        return {**{resource: Applied(resource=resource) for resource in self.surplus}, **applied}


def desired_digest(desired: Mapping[Resource, DesiredResource]) -> str:
    """Return the digest of the desired user, group, or permission set with everything attached to it."""
    kinds = ROOTS | PARTS_OF_A_SET
    return digest_of({resource: how.attributes for resource, how in desired.items() if resource.kind in kinds})


def digest_of(*parts: object) -> str:
    """16 hexadecimal digits that stand for mappings and lists of texts, whatever their order."""
    text = json.dumps([_ordered(part) for part in parts])
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def form_of(desired: Desired) -> str:
    """Stands for everything that a subject is to be."""
    return digest_of({resource: how.attributes for resource, how in desired.resources.items()})


def _ordered(part: object) -> object:
    if isinstance(part, Mapping):
        return sorted((str(name), _ordered(member)) for name, member in part.items())
    return sorted(map(str, part)) if isinstance(part, list | tuple) else str(part)
