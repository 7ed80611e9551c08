"""The links between a person and a permission set in an account: wanted or not, there or not, and what is under way."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from dayone.domain.accounts import Account
from dayone.domain.assignments import Assignment, Principal
from dayone.domain.desired import Reason, assignment_reasons, membership_reasons
from dayone.domain.employment_obstacles import of_employment
from dayone.domain.explain_grants import Granted, of_grants, reasons_granted
from dayone.domain.grants import Grant
from dayone.domain.guardrails import HeldRemoval, Verdict
from dayone.domain.obstacles import (
    Nearness,
    of_account_state,
    of_assignment,
    of_group,
    of_nothing,
    of_protection,
    of_rights,
)
from dayone.domain.operations import Action, Applied, Operation
from dayone.domain.people import Person
from dayone.domain.policy import GroupRule, Policy
from dayone.domain.subject_states import SubjectState
from dayone.domain.subjects import Resource, ResourceKind, ResourceOf

_STANDING = frozenset({Verdict.WAITING, Verdict.APPROVED, Verdict.AHEAD, Verdict.REJECTED, Verdict.EXPIRED})


@dataclass(frozen=True, kw_only=True)
class Known:
    """All that an answer depends on.

    `planned` are the operations of the plans in force of the two subjects, `grants` the newest they have, ended or not.
    """

    person: SubjectState
    account: SubjectState
    planned: Mapping[ResourceOf, Operation]
    policy: Policy
    now: datetime
    grants: tuple[Grant, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Step:
    """One link between a person and a permission set: a membership of theirs, or an assignment in the account.

    `reasons` are the rules by which it is wanted now, none when it is not; then `nearness` says what is in the way.
    `operation` is what the plan in force does about it, `planned_with` the version of the policy that was made with;
    `held` is a removal of it that a guardrail has stopped, and what has been said to that.
    """

    target: ResourceOf
    reasons: tuple[Reason, ...]
    nearness: Nearness
    applied: Applied | None
    operation: Operation | None
    planned_with: int
    held: HeldRemoval | None = None

    @property
    def is_there(self) -> bool:
        """Whether AWS confirmed it and has not confirmed its end; a creation in doubt does not count."""
        return self.applied is not None and self.applied.doubt is not Action.CREATE


def membership_step(group: str, known: Known) -> Step:
    """The person in a group."""
    person = known.person.head.fact
    rule = next((one for one in known.policy.groups if one.name == group), None)
    nearness = _of_person(known) + of_protection("group", group, protected=known.policy.protection.groups)
    by_rule, found = _no_rule(rule, group), tuple[Reason, ...]()
    if rule and isinstance(person, Person):
        by_rule = of_group(rule, person, now=known.now)
        found = membership_reasons(rule, person, now=known.now)
    resource = Resource(ResourceKind.MEMBERSHIP, group)
    return _step(resource, of=known.person, reasons=found, nearness=nearness, by_rule=by_rule, known=known)


def assignment_step(permission_set: str, principal: str, known: Known) -> Step:
    """The permission set in the account, given to a group or to the person directly."""
    account, protection = known.account.head.fact, known.policy.protection
    wanted = (permission_set, principal)
    rules = [one for one in known.policy.assignments if (one.permission_set, one.principal) == wanted]
    nearness = _of_account(known) + of_protection("group", principal, protected=protection.groups)
    if Principal.parse(principal).person:
        nearness += _of_person(known)
    by_rule, found = Nearness(), tuple[Reason, ...]()
    if rules and isinstance(account, Account):
        by_rule = max((of_assignment(one, account) for one in rules), key=lambda one: one.rank)
        found = tuple(reason for one in rules for reason in assignment_reasons(one, account))
    elif not rules:
        by_rule = of_nothing("permission set", permission_set, needed=f"an assignment to `{principal}` in the policy")
    resource = Assignment(permission_set, Principal.parse(principal)).resource
    if isinstance(account, Account) and resource not in known.account.applied:
        nearness += of_rights(account, off_limits=known.policy.terms.off_limits)
    return _step(resource, of=known.account, reasons=found, nearness=nearness, by_rule=by_rule, known=known)


def _no_rule(rule: GroupRule | None, group: str) -> Nearness:
    return Nearness() if rule else of_nothing("group", group, needed="a group that the policy has")


def _of_person(known: Known) -> Nearness:
    head = known.person.head
    if not isinstance(head.fact, Person):
        return of_nothing("person", head.subject.name, needed="HR to send the person's record")
    protected, user_name = known.policy.protection, head.fact.user_name.casefold()
    protection = of_protection("person", head.subject.name, protected=protected.people)
    protection += of_protection("user", user_name, protected=protected.users)
    return of_employment(head.fact, cycle=known.policy.people, now=known.now) + protection


def _of_account(known: Known) -> Nearness:
    head = known.account.head
    if not isinstance(head.fact, Account):
        return of_nothing("account", head.subject.name, needed="Organizations to report the account")
    protection = of_protection("account", head.subject.name, protected=known.policy.protection.accounts)
    return of_account_state(head.fact) + protection


def _step(
    resource: Resource,
    *,
    of: SubjectState,
    reasons: tuple[Reason, ...],
    nearness: Nearness,
    by_rule: Nearness,
    known: Known,
) -> Step:
    target = ResourceOf(of.head.subject, resource)
    about = Granted(grants=known.grants, person=known.person, policy=known.policy, now=known.now)
    granted = reasons_granted(resource, of=of, known=about)
    # A grant in force asks for no rule, and one that is not is told of where no rule gives the same.
    nearness += Nearness(1) if granted and by_rule.obstacles else by_rule
    if by_rule.obstacles and not granted:
        nearness += of_grants(resource, of=of, known=about)
    return Step(
        target=target,
        reasons=() if nearness.obstacles else (*reasons, *granted),
        nearness=nearness,
        applied=of.applied.get(resource),
        operation=known.planned.get(target),
        planned_with=of.head.policy_version,
        held=next((one for one in of.head.held if one.resource == resource and one.verdict in _STANDING), None),
    )
