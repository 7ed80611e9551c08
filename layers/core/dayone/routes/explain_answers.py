"""What the API answers to "why", made from an explanation."""

from dayone.contracts import api_explain as api
from dayone.domain.explain import Explanation
from dayone.domain.explain_steps import Known, Step
from dayone.domain.explain_words import in_short, told
from dayone.domain.guardrails import HeldRemoval
from dayone.domain.obstacles import Obstacle
from dayone.routes.answers import confirmed_answer, operation_answer, reasons_answer
from dayone.usecases.explain_access import Explained


def explain_answer(found: Explained) -> api.ExplainAnswer:
    """Every way that was asked about."""
    known = found.known
    return {
        "person": known.person.head.subject.name,
        "account": known.account.head.subject.name,
        "policy_version": known.policy.version,
        "access": [_way(one, known) for one in found.ways],
    }


def _way(one: Explanation, known: Known) -> api.WayAnswer:
    return {
        "permission_set": one.permission_set,
        "has": one.has,
        "through": one.principal,
        "says": in_short(one, known),
        "steps": [_step(step, policy_version=known.policy.version) for step in one.steps],
    }


def _step(step: Step, *, policy_version: int) -> api.StepAnswer:
    under_way = step.operation
    return {
        "subject": str(step.target.subject),
        "resource": str(step.target.resource),
        "is_there": step.is_there,
        "reasons": reasons_answer(step.reasons),
        "obstacles": [_obstacle(one) for one in step.nearness.obstacles],
        "confirmed": confirmed_answer(step.applied) if step.applied else None,
        "operation": operation_answer(under_way) if under_way else None,
        "held": _held(step.held) if step.held else None,
        "change": under_way.change if under_way else step.applied.change if step.applied else "",
        "says": told(step, policy_version=policy_version),
    }


def _held(one: HeldRemoval) -> api.HeldRemovalAnswer:
    return {
        "held_as": one.held_as,
        "sensitive": one.sensitive,
        "verdict": str(one.verdict),
        "change": one.change,
        "operation": one.operation,
    }


def _obstacle(one: Obstacle) -> api.ObstacleAnswer:
    return {"rule": one.rule, "about": one.about, "actual": one.actual, "needed": one.needed, "says": str(one)}
