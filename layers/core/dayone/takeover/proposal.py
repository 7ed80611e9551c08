"""The policy for an estate: every permission set, group and assignment that it can say, and what is left as it is."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from dayone.model.policy.rules import AccountSelector, PersonSelector
from dayone.model.subjects import Resource
from dayone.takeover.estate import Attributes
from dayone.takeover.selection import Pool, Selected


class LeftReason(StrEnum):
    """Reasons to leave something out of the policy; in Identity Center it stays as it is."""

    OF_AWS = "AWS Control Tower made it, and repairs it"
    INEXPRESSIBLE = "the policy cannot say it"
    ORPHANED = "its group or user was deleted"
    NO_SET = "its permission set is left out"
    NO_GROUP = "its group is left out"
    NO_ACCOUNT = "no such account is recorded"
    GONE_ACCOUNT = "the account is closed or has left the organisation"
    MANAGEMENT = "it is in the management account"
    RENAMED_USER = "HR says another user name"
    LEFT_USER = "HR says that the person has left"
    AWAITED_USER = "HR says that the person has no access today"
    AMBIGUOUS_USER = "two users are of one person"
    UNKNOWN_USER = "no person of HR has this user"


@dataclass(frozen=True, order=True)
class LeftAlone:
    """Something that is not in the policy, and the reason; `detail` has what the policy cannot say."""

    reason: LeftReason
    what: str
    detail: str = ""


@dataclass(frozen=True, kw_only=True)
class ProposedSet:
    """A permission set under a key, with the number of its assignments in the policy.

    `is_outdated` is whether some accounts still have it in its earlier form. `beside` are its assignments that no rule
    gives now, in words: while there are any, it is adopted by a decision alone.
    """

    key: str
    attributes: Attributes
    attached: Mapping[Resource, Attributes]
    rows: int = 0
    is_outdated: bool = False
    beside: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ProposedGroup:
    """A group under a key, with the rule for its `members`, in ids of HR.

    `beside` are its members and assignments that no rule gives now, in words, as of a permission set.
    """

    key: str
    attributes: Attributes
    members: frozenset[str]
    rule: Selected[PersonSelector]
    beside: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ProposedAssignment:
    """A permission set that a group or a person has, with the rule for its accounts; one of `group` and `person`."""

    permission_set: str
    group: str
    person: str
    accounts: frozenset[str]
    rule: Selected[AccountSelector]


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """A policy for an estate, and all that it leaves alone."""

    permission_sets: tuple[ProposedSet, ...]
    groups: tuple[ProposedGroup, ...]
    assignments: tuple[ProposedAssignment, ...]
    left: tuple[LeftAlone, ...]
    people: Pool[PersonSelector]
    accounts: Pool[AccountSelector]

    @property
    def rows(self) -> int:
        """Number of memberships and assignments that the rules stand for."""
        members = sum(len(group.members) for group in self.groups)
        return members + sum(len(assignment.accounts) for assignment in self.assignments)
