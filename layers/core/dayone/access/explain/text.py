"""An explanation in sentences, one for each step and one for the whole."""

from collections.abc import Iterable

from dayone.access.explain.explanation import Explanation
from dayone.access.explain.steps import ExplainContext, Step
from dayone.access.held_words import about_held_part
from dayone.model.grants import is_of_grants
from dayone.model.operations import Applied, Operation, OperationState
from dayone.model.subjects import ResourceKind, assignment_in


def in_short(explanation: Explanation, context: ExplainContext) -> str:
    """Summarize the explanation in one sentence: `e-1001 has ViewOnly in 123456789012 through engineers, as AWS …`"""
    person, account = context.person.head.subject.name, context.account.head.subject.name
    if explanation.has:
        moments = [step.applied.at for step in explanation.steps if step.applied and step.applied.at]
        as_of = f", as AWS confirmed it on {max(moments).isoformat()}" if moments else ""
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
    at = f"on {applied.at.isoformat()} " if applied.at else ""
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
            return f"{what} is tried again from {operation.not_before.isoformat()} on"
        case _:
            return f"{what} is about to run"


def _listed(obstacles: Iterable[object]) -> str:
    return ", and ".join(str(value) for value in obstacles)
