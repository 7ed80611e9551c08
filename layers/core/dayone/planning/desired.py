"""Desired resources of each subject, computed from facts and policy alone, each with all its reasons.

With an account is remembered what its owners and others have changed: who it was, and what is not given for that.
"""

import hashlib
import json
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

from dayone.model.accounts import GONE, Account, AccountState, left_alone_in, tidied_up_in
from dayone.model.operations import TAG_PREFIX
from dayone.model.people import SELECTABLE_DATES, Person
from dayone.model.policy.origins import birthright_of
from dayone.model.policy.rules import (
    AccountSelector,
    AssignmentRule,
    Condition,
    CustomerPolicy,
    GroupRule,
    PermissionSetRule,
    PersonSelector,
    Policy,
)
from dayone.model.subject_state import Head, Mover, SubjectState
from dayone.model.subjects import Desired, DesiredResource, Reason, Resource, ResourceKind
from dayone.policy.matching import describes, rules_that_stop_short, selects_account, selects_person
from dayone.policy.sensitivity import sensitivity_of


class Rules(Protocol):
    """Groups and assignments of one policy, evaluated against a fact."""

    def memberships(self, person: Person, *, now: datetime) -> Mapping[Resource, DesiredResource]:
        """Return the memberships of a person with access."""

    def assignments(self, account: Account, *, employed: Container[str]) -> Mapping[Resource, DesiredResource]:
        """Return the assignments in an active account; to a person only if they are among `employed`."""


@dataclass(frozen=True)
class EachRule:
    """Rules that are tried one after the other: what they mean, in the plainest words."""

    policy: Policy

    def memberships(self, person: Person, *, now: datetime) -> Mapping[Resource, DesiredResource]:
        """See Rules."""
        found = {group.name: membership_reasons(group, person, now=now) for group in self.policy.groups}
        return {
            Resource(ResourceKind.MEMBERSHIP, name): DesiredResource({}, reasons)
            for name, reasons in found.items()
            if reasons
        }

    def assignments(self, account: Account, *, employed: Container[str]) -> Mapping[Resource, DesiredResource]:
        """See Rules."""
        reasons: dict[Resource, tuple[Reason, ...]] = {}
        for rule in self.policy.assignments:
            if not rule.person or rule.person in employed:
                resource = Resource(ResourceKind.ASSIGNMENT, f"{rule.permission_set}/{rule.principal}")
                reasons[resource] = (*reasons.get(resource, ()), *assignment_reasons(rule, account))
        return {resource: DesiredResource({}, found) for resource, found in reasons.items() if found}


def membership_reasons(group: GroupRule, person: Person, *, now: datetime) -> tuple[Reason, ...]:
    """Everything that puts a person in employment into a group; nothing when an exception takes them out."""
    selectors = [selector for selector in group.members if selects_person(selector, person, now=now)]
    named = group.people.get(person.id)
    if not (selectors or named) or any(selects_person(selector, person, now=now) for selector in group.exceptions):
        return ()
    by_name = (Reason(str(named), "is named"),) if named else ()
    return (*by_name, *reasons_for_person(selectors, person))


def reasons_for_person(selectors: Iterable[PersonSelector], person: Person) -> tuple[Reason, ...]:
    """Return the reasons given by selectors that match this person."""
    return tuple(Reason(str(selector.location), why_person(selector, person)) for selector in selectors)


def desired_for_account(
    account: Account, *, policy: Policy, employed: Container[str], rules: Rules | None = None
) -> Desired:
    """Return the assignments an account should have; an inactive account is left unchanged, or cleaned up if closed.

    `employed` are the ids of those people with assignments in the policy who are in employment; others get nothing.
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
    selectors = [selector for selector in rule.accounts if selects_account(selector, account)]
    if not selectors or any(describes(selector, account) for selector in rule.exceptions):
        return ()
    return reasons_for_account(selectors, account)


def reasons_for_account(selectors: Iterable[AccountSelector], account: Account) -> tuple[Reason, ...]:
    """Return the reasons given by selectors that match this account."""
    return tuple(Reason(str(selector.location), why_account(selector, account)) for selector in selectors)


def people_named(account: Account, *, policy: Policy) -> frozenset[str]:
    """Return the ids of people to whom the policy assigns something in this account, employed or not."""
    rules = (rule for rule in policy.assignments if rule.person)
    return frozenset(rule.person for rule in rules if assignment_reasons(rule, account))


def desired_for_group(name: str, *, policy: Policy) -> Desired:
    """Return the group itself, as long as the policy has a rule for it; `name` is its key in the policy."""
    if name in policy.protection.groups:
        return Desired({}, left_alone="the group is protected by the policy")
    rule = next((group for group in policy.groups if group.name == name), None)
    if rule is None:
        return Desired({})
    reason = Reason(str(rule.location), "the policy has this group")
    attributes = {"name": rule.called, "description": rule.description}
    return Desired({Resource(ResourceKind.GROUP): DesiredResource(attributes, (reason,))})


_OF_PROTECTED = (
    "somebody whom the policy protects has the permission set: it stays as it is until another person has approved "
    "what the edit makes of it"
)


def desired_for_permission_set(name: str, *, policy: Policy) -> Desired:
    """Return the permission set, its attachments, and the mark of being provisioned in exactly this form."""
    if name in policy.protection.permission_sets:
        return Desired({}, left_alone=_OF_PROTECTED)
    rule = next((rule for rule in policy.permission_sets if rule.name == name), None)
    if rule is None:
        return Desired({})
    reasons = (Reason(str(rule.location), "the policy has this permission set"),)
    return Desired(
        {resource: DesiredResource(attributes, reasons) for resource, attributes in permission_set_parts(rule).items()}
    )


# Reasons are kept in the audit log, which is to know people by their HR id alone.
_PERSONAL = frozenset({"user_name", "email", "given_name", "family_name", "display_name", "manager"})


def why_person(selector: PersonSelector, person: Person) -> str:
    """Describe the facts by which a selector matches this person, such as `department is Engineering`."""
    return ", ".join(_of_person(condition, person) for condition in selector.conditions) or "everyone"


def why_account(selector: AccountSelector, account: Account) -> str:
    """Describe the facts by which a selector matches this account, such as `the account is in /Workloads/Dev`."""
    return ", ".join(_of_account(selector, account)) or "every account"


def _of_person(condition: Condition, person: Person) -> str:
    attribute = condition.attribute
    if attribute in SELECTABLE_DATES:
        return ", ".join(_of_date(condition))
    text: str = getattr(person, attribute)
    if not text:
        return f"{attribute} is empty"
    return f"{attribute} is as the rule says" if attribute in _PERSONAL else f"{attribute} is {text}"


def _of_date(condition: Condition) -> Iterator[str]:
    if condition.present is not None:
        yield f"{condition.attribute} is {'set' if condition.present else 'not set'}"
    if condition.reached is not None:
        yield f"{_day(condition.attribute, condition.reached)} is reached"
    if condition.not_reached is not None:
        yield f"{_day(condition.attribute, condition.not_reached)} is not reached"


def _day(attribute: str, days: int) -> str:
    return f"{attribute} {days:+} days" if days else attribute


def _of_account(selector: AccountSelector, account: Account) -> Iterator[str]:
    if selector.ids:
        yield f"the account is {account.id}"
    if selector.names:
        yield f"the account's name is {account.name}"
    if selector.ous or selector.ou_ids:
        yield f"the account is in {account.ou_path}"
    for condition in selector.tags:
        value = account.tags.get(condition.attribute)
        yield f"its tag {condition.attribute} is {value or 'not set'}"


def permission_set_parts(rule: PermissionSetRule) -> Mapping[Resource, Mapping[str, str]]:
    """Return the set, its attachments, and the mark of being provisioned in exactly this form, with attributes."""
    parts: dict[Resource, Mapping[str, str]] = {Resource(ResourceKind.PERMISSION_SET): _set_attributes(rule)}
    for path in rule.managed_policies:
        parts[Resource(ResourceKind.MANAGED_POLICY, path)] = {}
    for policy in rule.customer_policies:
        parts[Resource(ResourceKind.CUSTOMER_POLICY, str(policy))] = {}
    if rule.inline_policy:
        parts[Resource(ResourceKind.INLINE_POLICY)] = {"document": rule.inline_policy}
    if rule.boundary:
        kind = "customer_policy" if isinstance(rule.boundary, CustomerPolicy) else "managed_policy"
        parts[Resource(ResourceKind.BOUNDARY)] = {kind: str(rule.boundary)}
    definition = sorted((str(resource), sorted(attributes.items())) for resource, attributes in parts.items())
    parts[Resource(ResourceKind.PROVISIONING)] = {
        "definition": hashlib.sha256(json.dumps(definition).encode()).hexdigest()
    }
    return parts


def _set_attributes(rule: PermissionSetRule) -> dict[str, str]:
    attributes = {
        "name": rule.called,
        "description": rule.description,
        "session_duration": rule.session_duration,
        "relay_state": rule.relay_state,
    }
    tags = {f"{TAG_PREFIX}{key}": value for key, value in rule.tags.items()}
    return {name: text for name, text in attributes.items() if text} | tags


# Control Tower makes an account in the root and moves it to its unit when it is set up.
_NEW = timedelta(days=1)
_OF_LATE, _MOST_MOVERS = timedelta(days=7), 10


def is_new(account: Account, *, now: datetime) -> bool:
    """Return whether this organisation has made an account within a day."""
    return account.created_at is not None and account.created_at <= now < account.created_at + _NEW


def without_sensitivity(head: Head, *, fact: Person | Account | None, policy: Policy) -> Head:
    """Return the head of an account that awaits approval if it is sensitive no longer, by what its owners can change.

    An edit of the policy that makes it so has been approved.
    """
    before = head.fact
    if not (isinstance(fact, Account) and isinstance(before, Account)) or fact == before:
        return head
    why = sensitivity_of(policy).why_account
    if not why(before) or why(fact):
        return head
    return replace(head, awaits_approval=True, was_sensitive=True)


def with_memory(head: Head, *, state: SubjectState, authors: Iterable[str], policy: Policy, now: datetime) -> Head:
    """Return the head of an account with what is remembered of changes to it, by the authors of the latest.

    Who has made calls about it is remembered for a week, the last of them.
    """
    if not isinstance(head.fact, Account):
        return head
    before, movers = state.head.fact, state.head.movers
    for actor in authors:
        if not isinstance(before, Account):
            break
        others = [mover for mover in movers if (mover.actor, mover.before) != (actor, before)]
        recent = [mover for mover in others if mover.at > now - _OF_LATE]
        movers = (*recent, Mover(actor=actor, at=now, before=before))[-_MOST_MOVERS:]
    entered = entered_by(state, head.fact, policy=policy, now=now)
    return replace(head, movers=movers, entered=entered, was_sensitive=head.was_sensitive and head.awaits_approval)


def entered_by(state: SubjectState, account: Account, *, policy: Policy, now: datetime) -> tuple[str, ...]:
    """Return the birthrights of people that an account has come to by a move, a tag or a name, and is not new.

    Account owners give nothing by what HR alone gives. An assignment that was approved there ends that.
    """
    birthrights = policy.sensitive.birthrights
    rules = [rule for rule in policy.assignments if rule.person] if birthrights else []
    found = dict.fromkeys(
        birthright_of(rule)
        for rule in rules
        if Resource(ResourceKind.ASSIGNMENT, f"{rule.permission_set}/{rule.principal}") not in state.applied
        if birthright_of(rule) in state.head.entered or _enters(rule, account, head=state.head, now=now)
    )
    return tuple(each for each in found if each in birthrights)


def _enters(rule: AssignmentRule, account: Account, *, head: Head, now: datetime) -> bool:
    was_there = isinstance(head.fact, Account) and bool(assignment_reasons(rule, head.fact))
    return bool(assignment_reasons(rule, account)) and not was_there and not is_new(account, now=now)
