"""What AWS does not let Day One touch where it is, and what a plan leaves out for that.

A delegated administrator of Identity Center touches nothing of the management account. In the management account itself
everything else can be done, and there nothing can be given without IAM rights, which the operator gives or does not. To
take away is tried: AWS was seen to do that by a role of its own, and nobody may keep access for want of a try.
Source: IAM Identity Center User Guide, "Delegated administration": it manages neither access in the management account
nor permission sets that are provisioned there. To assign such a set anywhere else is refused as well.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from dayone.domain.assignments import assignment_in
from dayone.domain.management import no_rights_in
from dayone.domain.operations import Action
from dayone.domain.policy import Policy
from dayone.domain.precedence import Difference
from dayone.domain.subject_states import SubjectState
from dayone.domain.subjects import Resource, ResourceKind, SubjectKind
from dayone.domain.terms import OffLimits

_SKIPPED = "skipped, because Day One is a delegated administrator, whom AWS lets"
_NOT_THE_ACCOUNT = f"{_SKIPPED} change nothing in the management account"
_NOT_THESE = f"{_SKIPPED} neither change nor assign permission sets that are in use in the management account"
_WHOLE_SET = Resource(ResourceKind.PERMISSION_SET)


@dataclass(frozen=True)
class WithinReach:
    """The differences that can be mended; `note` says which others there are and why they cannot, or is empty."""

    differences: tuple[Difference, ...]
    note: str = ""


def within_reach(found: Sequence[Difference], *, state: SubjectState, policy: Policy) -> WithinReach:
    """Leave out what is off limits under the policy's terms."""
    off_limits, subject = policy.terms.off_limits, state.head.subject
    if not found or off_limits == OffLimits():
        return WithinReach(tuple(found))
    if off_limits.lacks_rights:
        is_there = subject.kind is SubjectKind.ACCOUNT and subject.name == off_limits.account
        return _without_rights(found, account=subject.name) if is_there else WithinReach(tuple(found))
    if subject.kind is SubjectKind.ACCOUNT and subject.name == off_limits.account:
        return WithinReach((), f"{_NOT_THE_ACCOUNT}: {_named(found)}")
    if subject.kind is SubjectKind.PERMISSION_SET:
        whole = state.applied.get(_WHOLE_SET)
        names = {_called(subject.name, policy), whole.attributes.get("name", "") if whole else ""}
        is_out_of_reach = bool(names & off_limits.permission_sets)
        return WithinReach((), f"{_NOT_THESE}: {subject.name}") if is_out_of_reach else WithinReach(tuple(found))
    skipped = [one for one in found if _is_assignment_of(one, off_limits, policy)]
    kept = tuple(one for one in found if one not in skipped)
    return WithinReach(kept, f"{_NOT_THESE}: {_named(skipped)}" if skipped else "")


def _without_rights(found: Sequence[Difference], *, account: str) -> WithinReach:
    kept = tuple(one for one in found if one.action is Action.DELETE)
    skipped = [one for one in found if one not in kept]
    return WithinReach(kept, f"skipped, because {no_rights_in(account)}; this is {_named(skipped)}" if skipped else "")


def _is_assignment_of(one: Difference, off_limits: OffLimits, policy: Policy) -> bool:
    if one.resource.kind is not ResourceKind.ASSIGNMENT:
        return False
    return _called(assignment_in(one.resource).permission_set, policy) in off_limits.permission_sets


def _called(permission_set: str, policy: Policy) -> str:
    """What AWS calls it; one that has left the policy by its key, which is its name unless it has one beside it."""
    rule = next((one for one in policy.permission_sets if one.name == permission_set), None)
    return rule.called if rule else permission_set


def _named(found: Iterable[Difference]) -> str:
    return ", ".join(f"{one.action} {one.resource}" for one in found)
