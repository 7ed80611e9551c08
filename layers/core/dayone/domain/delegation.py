"""What AWS does not let a delegated administrator of Identity Center touch, and what a plan leaves out for that.

Source: IAM Identity Center User Guide, "Delegated administration": it manages neither access in the management account
nor permission sets that are provisioned there. To assign such a set anywhere else is refused as well.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from dayone.domain.policy import Policy
from dayone.domain.precedence import Difference, parties
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
    """Leave out what is off limits under the policy's terms; in the management account that is nothing."""
    off_limits, subject = policy.terms.off_limits, state.head.subject
    if not found or off_limits == OffLimits():
        return WithinReach(tuple(found))
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


def _is_assignment_of(one: Difference, off_limits: OffLimits, policy: Policy) -> bool:
    if one.resource.kind is not ResourceKind.ASSIGNMENT:
        return False
    permission_set, _ = parties(one.resource)
    return _called(permission_set, policy) in off_limits.permission_sets


def _called(permission_set: str, policy: Policy) -> str:
    """What AWS calls it; one that has left the policy by its key, which is its name unless it has one beside it."""
    rule = next((one for one in policy.permission_sets if one.name == permission_set), None)
    return rule.called if rule else permission_set


def _named(found: Iterable[Difference]) -> str:
    return ", ".join(f"{one.action} {one.resource}" for one in found)
