"""What each subject should have, computed from facts and policy alone, each part with every reason it has."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from dayone.domain.accounts import Account, AccountState
from dayone.domain.matching import selects_account, selects_person
from dayone.domain.people import Person, is_employed
from dayone.domain.policy import PermissionSetRule, Policy
from dayone.domain.subjects import Resource, ResourceKind


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
    """Everything a subject should have; `left_alone` says why nothing about it may be changed, when that is so."""

    resources: Mapping[Resource, Wanted]
    left_alone: str = ""


def desired_for_person(person: Person, *, policy: Policy, now: datetime) -> Desired:
    """The user and the memberships a person should have at `now`; none outside their employment."""
    if person.id in policy.protection.people:
        return Desired({}, left_alone="the person is protected by the policy")
    if not is_employed(person, now=now):
        return Desired({})
    wanted = {Resource(ResourceKind.USER): Wanted(_user_attributes(person), (Reason("employment", "is employed"),))}
    for group in policy.groups:
        reasons = tuple(
            Reason(str(selector.location), _facts_of(person, selector.conditions))
            for selector in group.members
            if selects_person(selector, person)
        )
        if reasons:
            wanted[Resource(ResourceKind.MEMBERSHIP, group.name)] = Wanted({}, reasons)
    return Desired(wanted)


def desired_for_account(account: Account, *, policy: Policy) -> Desired:
    """The assignments an account should have; an account that is not active is left as it is."""
    if account.id in policy.protection.accounts:
        return Desired({}, left_alone="the account is protected by the policy")
    if account.state is not AccountState.ACTIVE:
        return Desired({}, left_alone=f"the account is {account.state}")
    wanted: dict[Resource, Wanted] = {}
    for rule in policy.assignments:
        selector = next((one for one in rule.accounts if selects_account(one, account)), None)
        if selector is None:
            continue
        resource = Resource(ResourceKind.ASSIGNMENT, f"{rule.permission_set}/{rule.group}")
        reason = Reason(str(selector.location), f"the account is in {account.ou_path}")
        known = wanted[resource].reasons if resource in wanted else ()
        wanted[resource] = Wanted({}, (*known, reason))
    return Desired(wanted)


def desired_for_group(name: str, *, policy: Policy) -> Desired:
    """The group itself, as long as the policy has a rule for it."""
    if name in policy.protection.groups:
        return Desired({}, left_alone="the group is protected by the policy")
    rule = next((group for group in policy.groups if group.name == name), None)
    if rule is None:
        return Desired({})
    reason = Reason(str(rule.location), "the policy has this group")
    return Desired({Resource(ResourceKind.GROUP): Wanted({"description": rule.description}, (reason,))})


def desired_for_permission_set(name: str, *, policy: Policy) -> Desired:
    """The permission set, what is attached to it, and the mark of being provisioned in exactly this form."""
    rule = next((one for one in policy.permission_sets if one.name == name), None)
    if rule is None:
        return Desired({})
    reasons = (Reason(str(rule.location), "the policy has this permission set"),)
    parts: dict[Resource, Mapping[str, str]] = {Resource(ResourceKind.PERMISSION_SET): _set_attributes(rule)}
    for path in rule.managed_policies:
        parts[Resource(ResourceKind.MANAGED_POLICY, path)] = {}
    if rule.inline_policy:
        parts[Resource(ResourceKind.INLINE_POLICY)] = {"document": rule.inline_policy}
    parts[Resource(ResourceKind.PROVISIONING)] = {"definition": _fingerprint(parts)}
    return Desired({resource: Wanted(attributes, reasons) for resource, attributes in parts.items()})


def _user_attributes(person: Person) -> dict[str, str]:
    attributes = {
        "user_name": person.user_name,
        "display_name": person.display_name,
        "given_name": person.given_name,
        "family_name": person.family_name,
        "email": person.email,
        "title": person.title,
    }
    return {name: text for name, text in attributes.items() if text}


def _set_attributes(rule: PermissionSetRule) -> dict[str, str]:
    attributes = {
        "description": rule.description,
        "session_duration": rule.session_duration,
        "relay_state": rule.relay_state,
    }
    return {name: text for name, text in attributes.items() if text}


def _facts_of(person: Person, conditions: Mapping[str, tuple[str, ...]]) -> str:
    return ", ".join(f"{attribute} is {getattr(person, attribute)}" for attribute in conditions) or "everyone"


def _fingerprint(parts: Mapping[Resource, Mapping[str, str]]) -> str:
    definition = sorted((str(resource), sorted(attributes.items())) for resource, attributes in parts.items())
    return hashlib.sha256(json.dumps(definition).encode()).hexdigest()
