"""The links between a person and a permission set in an account: desired, there, under way, or granted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from dayone.model.accounts import Account
from dayone.model.grants import Grant, GrantState
from dayone.model.guardrails import HeldPart, Verdict
from dayone.model.operations import Action, Applied, Operation
from dayone.model.people import Person, has_access
from dayone.model.policy.rules import Policy
from dayone.model.subject_state import SubjectState
from dayone.model.subjects import Assignment, Principal, Reason, Resource, ResourceKind, ResourceOf
from dayone.planning.desired import assignment_reasons, membership_reasons
from dayone.planning.desired_grants import reason_of, why_nothing
from dayone.policy.unmet_conditions import (
    Nearness,
    UnmetCondition,
    of_account_state,
    of_assignment,
    of_group,
    of_nothing,
    of_protection,
    of_rights,
    unmet_employment,
)


@dataclass(frozen=True, kw_only=True)
class GrantContext:
    """The newest grants of a person and an account, ended or not, and what decides whether they count."""

    grants: Sequence[Grant]
    person: SubjectState
    policy: Policy
    now: datetime


def reasons_granted(resource: Resource, *, of: SubjectState, granted: GrantContext) -> tuple[Reason, ...]:
    """Return a reason for each grant in force that gives the resource, with its author."""
    return tuple(
        Reason(grant.rule, f"{reason_of(grant).because}, given by {grant.granted_by}")
        for grant in _about(resource, of=of, granted=granted)
        if grant.state(now=granted.now) is GrantState.ACTIVE and not _obstacle(grant, of=of, granted=granted)
    )


def of_grants(resource: Resource, *, of: SubjectState, granted: GrantContext) -> Nearness:
    """Return the unmet conditions of the last grant, if there is one."""
    about = _about(resource, of=of, granted=granted)
    if not about:
        return Nearness()
    last = max(about, key=lambda grant: grant.id)
    actual, needed = _actual(last, now=granted.now), "one that is in force"
    if last.state(now=granted.now) is GrantState.ACTIVE:
        needed = f"more: {_obstacle(last, of=of, granted=granted)}"
    return Nearness(obstacles=(UnmetCondition(rule=last.rule, about="grant.state", actual=actual, needed=needed),))


def _about(resource: Resource, *, of: SubjectState, granted: GrantContext) -> list[Grant]:
    return [grant for grant in granted.grants if grant.subject == of.head.subject and grant.resource == resource]


def _obstacle(grant: Grant, *, of: SubjectState, granted: GrantContext) -> str:
    fact = granted.person.head.fact
    is_employed = isinstance(fact, Person) and has_access(fact, cycle=granted.policy.people, now=granted.now)
    employed = {fact.id} if fact and is_employed else set[str]()
    return why_nothing(grant, fact=of.head.fact, policy=granted.policy, employed=employed, now=granted.now)


def _actual(grant: Grant, *, now: datetime) -> str:
    match grant.state(now=now):
        case GrantState.SCHEDULED:
            return f"scheduled for {_minute(grant.begins)}"
        case GrantState.ACTIVE:
            return "active"
        case state:
            at = grant.end.at if grant.end and grant.end.at < grant.lasts_until else grant.lasts_until
            by = f" by {grant.end.by}" if grant.end and at == grant.end.at else ""
            return f"{state} ({grant.ending(now=now)}{by}, {_minute(at)})"


def _minute(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%MZ}"


_STANDING = frozenset({Verdict.WAITING, Verdict.APPROVED, Verdict.AHEAD, Verdict.REJECTED, Verdict.EXPIRED})


@dataclass(frozen=True, kw_only=True)
class ExplainContext:
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

    `reasons` are the rules that desire it now, none when it is not desired; then `nearness` has the unmet conditions.
    `operation` is the operation of the plan in force about it, `planned_with` the version of the policy of that plan;
    `held` is a held removal of it, with the decision.
    """

    target: ResourceOf
    reasons: tuple[Reason, ...]
    nearness: Nearness
    applied: Applied | None
    operation: Operation | None
    planned_with: int
    held: HeldPart | None = None

    @property
    def is_there(self) -> bool:
        """True if AWS confirmed it and has not confirmed its end; a creation in doubt does not count."""
        return self.applied is not None and self.applied.doubt is not Action.CREATE


def membership_step(group: str, context: ExplainContext) -> Step:
    """Return the step from the person to a group."""
    person = context.person.head.fact
    rule = next((rule for rule in context.policy.groups if rule.name == group), None)
    nearness = _of_person(context) + of_protection("group", group, protected=context.policy.protection.groups)
    by_rule = Nearness() if rule else of_nothing("group", group, needed="a group that the policy has")
    found = tuple[Reason, ...]()
    if rule and isinstance(person, Person):
        by_rule = of_group(rule, person, now=context.now)
        found = membership_reasons(rule, person, now=context.now)
    resource = Resource(ResourceKind.MEMBERSHIP, group)
    return _step(resource, of=context.person, reasons=found, nearness=nearness, by_rule=by_rule, context=context)


def assignment_step(permission_set: str, principal: str, context: ExplainContext) -> Step:
    """Return the step to the permission set in the account, given to a group or to the person directly."""
    account, protection = context.account.head.fact, context.policy.protection
    assignment = (permission_set, principal)
    rules = [rule for rule in context.policy.assignments if (rule.permission_set, rule.principal) == assignment]
    nearness = _of_account(context) + of_protection("group", principal, protected=protection.groups)
    if Principal.parse(principal).person:
        nearness += _of_person(context)
    by_rule, found = Nearness(), tuple[Reason, ...]()
    if rules and isinstance(account, Account):
        by_rule = max((of_assignment(rule, account) for rule in rules), key=lambda grant: grant.rank)
        found = tuple(reason for rule in rules for reason in assignment_reasons(rule, account))
    elif not rules:
        by_rule = of_nothing("permission set", permission_set, needed=f"an assignment to `{principal}` in the policy")
    resource = Assignment(permission_set, Principal.parse(principal)).resource
    if isinstance(account, Account) and resource not in context.account.applied:
        nearness += of_rights(account, off_limits=context.policy.terms.off_limits)
    return _step(resource, of=context.account, reasons=found, nearness=nearness, by_rule=by_rule, context=context)


def _of_person(context: ExplainContext) -> Nearness:
    head = context.person.head
    if not isinstance(head.fact, Person):
        rest = "HR to send the rest of the person's record, or somebody else to give up the user name or the address"
        needed = rest if head.source_records else "HR to send the person's record"
        return of_nothing("person", head.subject.name, needed=needed)
    protected, user_name = context.policy.protection, head.fact.user_name.casefold()
    protection = of_protection("person", head.subject.name, protected=protected.people)
    protection += of_protection("user", user_name, protected=protected.users)
    return unmet_employment(head.fact, cycle=context.policy.people, now=context.now) + protection


def _of_account(context: ExplainContext) -> Nearness:
    head = context.account.head
    if not isinstance(head.fact, Account):
        return of_nothing("account", head.subject.name, needed="Organizations to report the account")
    protection = of_protection("account", head.subject.name, protected=context.policy.protection.accounts)
    return of_account_state(head.fact) + protection


def _step(
    resource: Resource,
    *,
    of: SubjectState,
    reasons: tuple[Reason, ...],
    nearness: Nearness,
    by_rule: Nearness,
    context: ExplainContext,
) -> Step:
    target = ResourceOf(of.head.subject, resource)
    about = GrantContext(grants=context.grants, person=context.person, policy=context.policy, now=context.now)
    granted = reasons_granted(resource, of=of, granted=about)
    # A grant in force needs no rule, and one not in force is mentioned where no rule gives the same.
    nearness += Nearness(1) if granted and by_rule.obstacles else by_rule
    if by_rule.obstacles and not granted:
        nearness += of_grants(resource, of=of, granted=about)
    return Step(
        target=target,
        reasons=() if nearness.obstacles else (*reasons, *granted),
        nearness=nearness,
        applied=of.applied.get(resource),
        operation=context.planned.get(target),
        planned_with=of.head.policy_version,
        held=next(
            (removal for removal in of.head.held if removal.resource == resource and removal.verdict in _STANDING), None
        ),
    )
