"""What each subject should have, computed from facts and policy alone, each part with every reason it has."""

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from dayone.domain.accounts import GONE, Account, AccountState, left_alone_in, tidied_up_in
from dayone.domain.management import rules_that_stop_short
from dayone.domain.matching import describes, selects_account, selects_person
from dayone.domain.people import Person
from dayone.domain.permission_set_parts import parts_of
from dayone.domain.policy import (
    AccountSelector,
    AssignmentRule,
    GroupRule,
    PersonSelector,
    Policy,
)
from dayone.domain.subjects import Resource, ResourceKind
from dayone.domain.wording import why_account, why_person


@dataclass(frozen=True)
class Reason:
    """Why something is wanted: the rule (`file:line`, or `employment`), and what in the facts makes it apply."""

    rule: str
    because: str


@dataclass(frozen=True)
class Wanted:
    """How one resource should be, and why."""

    attributes: Mapping[str, str]
    reasons: tuple[Reason, ...]


@dataclass(frozen=True)
class Desired:
    """Everything a subject should have; `left_alone` says why nothing about it may be changed, when that is so.

    `gives_up` is what goes although such things are kept otherwise, and `notes` say what is not done, and why.
    `gone` is the state of an account that has come to its end: what was there is tidied up.
    `doubtful` says why whatever is taken away by this is for a human to decide on, however little it is.
    """

    resources: Mapping[Resource, Wanted]
    left_alone: str = ""
    gives_up: frozenset[Resource] = frozenset()
    notes: tuple[str, ...] = ()
    gone: AccountState | None = None
    doubtful: str = ""


class Rules(Protocol):
    """What the groups and the assignments of one policy make of a fact."""

    def memberships(self, person: Person, *, now: datetime) -> Mapping[Resource, Wanted]:
        """What a person with access is in."""

    def assignments(self, account: Account, *, employed: Container[str]) -> Mapping[Resource, Wanted]:
        """What is assigned in an active account; to a person only when they are among `employed`."""


@dataclass(frozen=True)
class EachRule:
    """Rules that are tried one after the other: what they mean, in the plainest words."""

    policy: Policy

    def memberships(self, person: Person, *, now: datetime) -> Mapping[Resource, Wanted]:
        """See Rules."""
        found = {group.name: membership_reasons(group, person, now=now) for group in self.policy.groups}
        return {
            Resource(ResourceKind.MEMBERSHIP, name): Wanted({}, reasons) for name, reasons in found.items() if reasons
        }

    def assignments(self, account: Account, *, employed: Container[str]) -> Mapping[Resource, Wanted]:
        """See Rules."""
        reasons: dict[Resource, tuple[Reason, ...]] = {}
        for rule in self.policy.assignments:
            if not rule.person or rule.person in employed:
                resource = Resource(ResourceKind.ASSIGNMENT, f"{rule.permission_set}/{rule.principal}")
                reasons[resource] = (*reasons.get(resource, ()), *assignment_reasons(rule, account))
        return {resource: Wanted({}, found) for resource, found in reasons.items() if found}


def membership_reasons(group: GroupRule, person: Person, *, now: datetime) -> tuple[Reason, ...]:
    """Everything that puts a person in employment into a group; nothing when an exception takes them out."""
    selectors = [one for one in group.members if selects_person(one, person, now=now)]
    named = group.people.get(person.id)
    if not (selectors or named) or any(selects_person(one, person, now=now) for one in group.exceptions):
        return ()
    by_name = (Reason(str(named), "is named"),) if named else ()
    return (*by_name, *reasons_for_person(selectors, person))


def reasons_for_person(selectors: Iterable[PersonSelector], person: Person) -> tuple[Reason, ...]:
    """The reasons that selectors give which mean this person."""
    return tuple(Reason(str(one.location), why_person(one, person)) for one in selectors)


def desired_for_account(
    account: Account, *, policy: Policy, employed: Container[str], rules: Rules | None = None
) -> Desired:
    """The assignments an account should have; one that is not active is left as it is, or has come to its end.

    `employed` are the ids of those people the policy assigns something to who are in employment; others get nothing.
    """
    if account.id in policy.protection.accounts and account.state is not AccountState.DEPARTED:
        return Desired({}, left_alone="the account is protected by the policy")
    if account.state in GONE:
        return Desired({}, gone=account.state, notes=(tidied_up_in(account.state),))
    if account.state is not AccountState.ACTIVE:
        return Desired({}, left_alone=left_alone_in(account.state))
    resources = (rules or EachRule(policy)).assignments(account, employed=employed)
    return Desired(resources, notes=rules_that_stop_short(policy, account) if account.is_management else ())


def assignment_reasons(rule: AssignmentRule, account: Account) -> tuple[Reason, ...]:
    """Every selector of the rule that means this account; nothing when an exception takes it out."""
    selectors = [one for one in rule.accounts if selects_account(one, account)]
    if not selectors or any(describes(one, account) for one in rule.exceptions):
        return ()
    return reasons_for_account(selectors, account)


def reasons_for_account(selectors: Iterable[AccountSelector], account: Account) -> tuple[Reason, ...]:
    """The reasons that selectors give which mean this account."""
    return tuple(Reason(str(one.location), why_account(one, account)) for one in selectors)


def people_asked_for(account: Account, *, policy: Policy) -> frozenset[str]:
    """The ids of those people to whom the policy assigns something in this account, employed or not."""
    rules = (rule for rule in policy.assignments if rule.person)
    return frozenset(rule.person for rule in rules if assignment_reasons(rule, account))


def desired_for_group(name: str, *, policy: Policy) -> Desired:
    """The group itself, as long as the policy has a rule for it; `name` is its key in the policy."""
    if name in policy.protection.groups:
        return Desired({}, left_alone="the group is protected by the policy")
    rule = next((group for group in policy.groups if group.name == name), None)
    if rule is None:
        return Desired({})
    reason = Reason(str(rule.location), "the policy has this group")
    attributes = {"name": rule.called, "description": rule.description}
    return Desired({Resource(ResourceKind.GROUP): Wanted(attributes, (reason,))})


def desired_for_permission_set(name: str, *, policy: Policy) -> Desired:
    """The permission set, what is attached to it, and the mark of being provisioned in exactly this form."""
    rule = next((one for one in policy.permission_sets if one.name == name), None)
    if rule is None:
        return Desired({})
    reasons = (Reason(str(rule.location), "the policy has this permission set"),)
    return Desired({resource: Wanted(attributes, reasons) for resource, attributes in parts_of(rule).items()})
