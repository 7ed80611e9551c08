"""Explain, step by step and in words, why a person has access or lacks it, from the records that planning uses."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from dayone.access.explain.steps import ExplainContext, Step, assignment_step, membership_step
from dayone.access.held_words import about_held_part, in_seconds
from dayone.lookups import read_account, read_person
from dayone.model.grants import is_of_grants
from dayone.model.operations import Applied, Operation, OperationState
from dayone.model.subject_state import SubjectState
from dayone.model.subjects import Principal, ResourceKind, ResourceOf, assignment_in
from dayone.policy.unmet_conditions import Nearness
from dayone.ports.records import Records
from dayone.ports.store import GrantFilter, Grants, PolicyInForce


@dataclass(frozen=True, kw_only=True)
class Explanation:
    """One way in which a person has a permission set in an account, or the nearest to one.

    `principal` is a group, `person:id` for what is assigned to the person directly, or empty when no rule assigns the
    permission set to anybody; then there are no steps either.
    """

    permission_set: str
    principal: str = ""
    steps: tuple[Step, ...] = ()

    @property
    def has(self) -> bool:
        """True if the person has the access by this path."""
        return bool(self.steps) and all(step.is_there for step in self.steps)

    @property
    def nearness(self) -> Nearness:
        """Match score of the person for this path, by the rules."""
        return sum((step.nearness for step in self.steps), start=Nearness())


def explain(context: ExplainContext, *, permission_set: str = "") -> list[Explanation]:
    """For each permission set, or the one named: every way in which the person has it, else the nearest to one.

    What they have comes first, each part by name. The nearest is one that the rules give, else the one of which most
    conditions hold, else the one with the least in the way, else the first in the policy.
    """
    names = (
        [permission_set]
        if permission_set
        else sorted({rule.name for rule in context.policy.permission_sets} | {name for name, _ in _assigned(context)})
    )
    found = [explanation for name in names for explanation in _ways(name, context)]
    return sorted(
        found, key=lambda explanation: (not explanation.has, explanation.permission_set, explanation.principal)
    )


def _ways(permission_set: str, context: ExplainContext) -> list[Explanation]:
    by_rule = [rule.principal for rule in context.policy.assignments if rule.permission_set == permission_set]
    there = [principal for name, principal in _assigned(context) if name == permission_set]
    here = [grant for grant in context.grants if grant.subject == context.account.head.subject]
    granted = [str(assignment_in(grant.resource).principal) for grant in here if grant.permission_set == permission_set]
    principals = [
        fromkey
        for fromkey in dict.fromkeys([*by_rule, *there, *granted])
        if Principal.parse(fromkey).person in ("", context.person.head.subject.name)
    ]
    ways = [_way(permission_set, principal, context) for principal in principals]
    nearest = max(
        ways, key=lambda explanation: explanation.nearness.rank, default=Explanation(permission_set=permission_set)
    )
    return [explanation for explanation in ways if explanation.has] or [nearest]


def _assigned(context: ExplainContext) -> Iterator[tuple[str, str]]:
    for resource in context.account.applied:
        if resource.kind is ResourceKind.ASSIGNMENT:
            permission_set, principal = assignment_in(resource)
            yield permission_set, str(principal)


def _way(permission_set: str, principal: str, context: ExplainContext) -> Explanation:
    assignment = assignment_step(permission_set, principal, context)
    is_of_person = bool(Principal.parse(principal).person)
    steps = (assignment,) if is_of_person else (membership_step(principal, context), assignment)
    return Explanation(permission_set=permission_set, principal=principal, steps=steps)


# A subject has a hundred open grants at most.
_NEWEST = 100
# What is over and done shows in the resource itself, and what was superseded is nobody's intention any more.
_SHOWN_STATES = frozenset(
    {OperationState.PENDING, OperationState.SUBMITTED, OperationState.HELD, OperationState.FAILED}
)


@dataclass(frozen=True, kw_only=True)
class Explained:
    """The paths by which a person has or lacks permission sets in an account, and the data behind them."""

    context: ExplainContext
    ways: list[Explanation]


def explain_access(
    person: str,
    account: str,
    *,
    permission_set: str,
    records: Records,
    grants: Grants,
    policies: PolicyInForce,
    now: datetime,
) -> Explained:
    """Explain access in an account; an empty `permission_set` means all; raise NotFound for an unknown id."""
    of_person, of_account = read_person(person, records=records), read_account(account, records=records)
    found = [
        grant
        for each in [GrantFilter(person=person), GrantFilter(account=account)]
        for grant in grants.listed(each, cursor="", limit=_NEWEST).entries
    ]
    context = ExplainContext(
        person=of_person,
        account=of_account,
        planned={**_planned(of_person, records=records), **_planned(of_account, records=records)},
        policy=policies.current(),
        now=now,
        grants=tuple({grant.id: grant for grant in found}.values()),
    )
    return Explained(context=context, ways=explain(context, permission_set=permission_set))


def _planned(state: SubjectState, *, records: Records) -> Mapping[ResourceOf, Operation]:
    return {
        operation.target: operation for operation in records.plan_of(state.head) if operation.state in _SHOWN_STATES
    }


def in_short(explanation: Explanation, context: ExplainContext) -> str:
    """Summarize the explanation in one sentence: `e-1001 has ViewOnly in 123456789012 through engineers, as AWS …`"""
    person, account = context.person.head.subject.name, context.account.head.subject.name
    if explanation.has:
        moments = [step.applied.at for step in explanation.steps if step.applied and step.applied.at]
        as_of = f", as AWS confirmed it on {in_seconds(max(moments))}" if moments else ""
        through = f"through {explanation.principal}{as_of}"
        return f"{person} has {explanation.permission_set} in {account} {through}."
    not_so = f"{person} does not have {explanation.permission_set} in {account}"
    if not explanation.steps:
        is_defined = any(rule.name == explanation.permission_set for rule in context.policy.permission_sets)
        why = "no assignment of the policy gives it" if is_defined else "the policy has no such permission set"
        return f"{not_so}: {why} to anybody." if is_defined else f"{not_so}: {why}."
    obstacles = explanation.nearness.obstacles
    if obstacles:
        return f"{not_so}; nearest is the way through {explanation.principal}: {_listed(obstacles)}."
    by_grant = any(is_of_grants(reason.rule for reason in step.reasons) for step in explanation.steps)
    return f"{not_so} yet, though {'a grant' if by_grant else 'the policy'} gives it through {explanation.principal}."


def describe_step(step: Step, *, policy_version: int) -> str:
    """One step in one sentence: what is, by which rules or against which, and by which operation since when."""
    subject, resource = step.target.subject.name, step.target.resource
    if resource.kind is ResourceKind.MEMBERSHIP:
        what = f"{subject} is {'' if step.is_there else 'not '}in the group {resource.name}"
    else:
        permission_set, principal = assignment_in(resource)
        what = f"{permission_set} is {'' if step.is_there else 'not '}assigned to {principal} in account {subject}"
    if step.is_there and step.reasons:
        return f"{what}, because {_because(step)}; {_since(step)}."
    if step.is_there:
        return f"{what}, though {_listed(step.nearness.obstacles)}; {_since(step)}."
    if step.reasons:
        return f"{what}, though it is wanted because {_because(step)}: {_on_its_way(step, policy_version)}."
    left_over = f"; {_confirmed(step.applied)}" if step.applied else ""
    return f"{what}, because {_listed(step.nearness.obstacles)}{left_over}."


def _because(step: Step) -> str:
    return " and ".join(f"{reason.because} ({reason.rule})" for reason in step.reasons)


def _since(step: Step) -> str:
    parts = [_confirmed(step.applied)] if step.applied else []
    parts += [_under_way(step.operation)] if step.operation else []
    parts += [about_held_part(step.held)] if step.held else []
    return "; ".join(parts)


def _confirmed(applied: Applied) -> str:
    at = f"on {in_seconds(applied.at)} " if applied.at else ""
    by = f"by operation {applied.operation} of change {applied.change}"
    if applied.doubt is not None:
        return f"AWS was asked to {applied.doubt} it {at}{by} and has not confirmed that"
    return f"AWS confirmed it {at}{by}" + (f", request {applied.request_id}" if applied.request_id else "")


def _on_its_way(step: Step, policy_version: int) -> str:
    if step.held and step.held.is_gift:
        return about_held_part(step.held)
    if step.operation:
        return _under_way(step.operation)
    if step.applied:
        return _confirmed(step.applied)
    if step.planned_with != policy_version:
        planned = f"{step.target.subject} was last planned with version {step.planned_with} of the policy"
        return f"{planned}, not yet with {policy_version}"
    return f"{step.target.subject} has not been planned since"


def _under_way(operation: Operation) -> str:
    what = f"operation {operation.id} of change {operation.change} to {operation.action} it"
    match operation.state:
        case OperationState.FAILED:
            return f"{what} failed: {operation.failure_reason}"
        case OperationState.HELD:
            return f"{what} is held by a guardrail until it is approved or rejected"
        case OperationState.SUBMITTED:
            return f"AWS works on {what}, request {operation.request_id}"
        case _ if operation.waiting_for:
            return f"{what} waits for {operation.waiting_for}"
        case _ if operation.not_before:
            return f"{what} is tried again from {in_seconds(operation.not_before)} on"
        case _:
            return f"{what} is about to run"


def _listed(obstacles: Iterable[object]) -> str:
    return ", and ".join(str(value) for value in obstacles)
