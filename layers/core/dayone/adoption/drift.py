"""Say what others have changed in the policy's own words, for a human to put exactly that into the policy."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from dayone.adoption.describe import DescribingPorts, describe_existing
from dayone.adoption.policy_text import assignment_text, group_text, permission_set_text, renamed_group_text
from dayone.errors import Inapplicable
from dayone.inventory.service import read_finding
from dayone.model.inventory import Deviation, DriftKind
from dayone.model.policy.rules import AccountSelector, AssignmentRule, Location
from dayone.model.subjects import ITSELF, Resource, ResourceKind, ResourceOf, Subject, SubjectKind, assignment_in
from dayone.ports.inventory import InventoryView

_DESCRIBED = (SubjectKind.GROUP, SubjectKind.PERMISSION_SET)
_PARTS = frozenset(
    {ResourceKind.MANAGED_POLICY, ResourceKind.CUSTOMER_POLICY, ResourceKind.INLINE_POLICY, ResourceKind.BOUNDARY}
)


class AdoptingPorts(DescribingPorts, Protocol):
    """Ports of adopting a finding, a part of the API's context."""

    inventory: InventoryView


@dataclass(frozen=True, kw_only=True)
class DescribedFinding:
    """Lines of a policy, YAML to be merged into it, that say what a finding is about; `obstacles` are left to do."""

    policy: str
    obstacles: Sequence[str] = ()


def describe_finding(name: str, *, ports: AdoptingPorts) -> DescribedFinding:
    """Return the lines of a policy by which what others have changed is what it asks for.

    A group or permission set that Day One has not made is read now, everything else is as it was last seen. Raises
    NotFound for an unknown finding, Inapplicable for one that no lines of a policy can say, and Unavailable when
    Identity Center cannot be read.
    """
    difference = read_finding(name, inventory=ports.inventory).difference
    kind, _, key = difference.subject.partition(":")
    is_whole = Resource.parse(difference.resource) in ITSELF.values()
    if difference.kind is DriftKind.UNMANAGED and is_whole and kind in _DESCRIBED:
        found = describe_existing(Subject(SubjectKind(kind), key), ports=ports)
        return DescribedFinding(policy=found.policy, obstacles=found.obstacles)
    target = difference.target
    if target is None or difference.kind not in (DriftKind.UNMANAGED, DriftKind.CHANGED):
        raise Inapplicable(
            f"no lines of a policy say {difference.resource} of {difference.subject}: {_why(difference)}"
        )
    removed = [change.attribute for change in difference.changes if not change.actual]
    return DescribedFinding(
        policy=_text(difference, target),
        obstacles=[f"take `{attribute}` out of the rule: it is no longer there" for attribute in removed],
    )


def _why(difference: Deviation) -> str:
    if difference.kind is DriftKind.MISSING:
        return "it is missing. Take what gives it out of the policy, or repair it"
    if difference.kind is DriftKind.UNPROVISIONED:
        return "it is not rolled out. Repair it"
    return "it is of a user, group or permission set that Day One does not manage. Remove it, or adopt that first"


def _text(difference: Deviation, target: ResourceOf) -> str:
    """Return the lines for something that belongs to what Day One manages."""
    subject, resource = target.subject, target.resource
    actual = {change.attribute: change.actual for change in difference.changes}
    match resource.kind:
        case ResourceKind.MEMBERSHIP:
            return group_text(resource.name, attributes={"name": resource.name}, people=[subject.name])
        case ResourceKind.ASSIGNMENT:
            assignment = assignment_in(resource)
            location = Location("as-it-is.yaml", 1)
            return assignment_text(
                AssignmentRule(
                    group=assignment.principal.group,
                    person=assignment.principal.person,
                    permission_set=assignment.permission_set,
                    accounts=(AccountSelector(location, ids=(subject.name,)),),
                    location=location,
                )
            )
        case ResourceKind.GROUP:
            return renamed_group_text(subject.name, attributes={"name": subject.name, **actual})
        case ResourceKind.PERMISSION_SET:
            return permission_set_text(subject.name, attributes={"name": subject.name, **actual}, attached={})
        case kind if kind in _PARTS and (actual or kind in (ResourceKind.MANAGED_POLICY, ResourceKind.CUSTOMER_POLICY)):
            return permission_set_text(subject.name, attributes={"name": subject.name}, attached={resource: actual})
    raise Inapplicable(f"the policy does not say what {resource} of {subject} has: change it in HR, or repair it")
