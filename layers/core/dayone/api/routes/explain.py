"""GET /v1/explain: why a person has what they have in an account, and why not the rest."""

from aws_lambda_powertools.event_handler import APIGatewayRestResolver

from dayone.access.explain.explanation import Explained, Explanation, describe_step, explain_access, in_short
from dayone.access.explain.steps import ExplainContext, Step
from dayone.api.context import AccessApi
from dayone.api.params import Event, query_text, required_of
from dayone.api.responses import confirmed_answer, operation_answer, reasons_answer
from dayone.api.schemas import explain as api
from dayone.api.schemas.explain import EXPLANATION, ExplainAnswer
from dayone.api.spec import described
from dayone.model.guardrails import HeldPart
from dayone.policy.unmet_conditions import UnmetCondition


def explain_routes(app: APIGatewayRestResolver, api: AccessApi) -> None:
    """Add the route that answers why."""

    @app.get("/v1/explain")
    @described(EXPLANATION)
    def explain_access() -> ExplainAnswer:
        """Explain which access a person has in an account, which they lack, and why."""
        event = app.current_event
        return explanation_of_person(required_of(event, "person", example="e-1001"), event=event, api=api)


def explanation_of_person(person: str, *, event: Event, api: AccessApi) -> ExplainAnswer:
    """Explain the access of a person for the filters in the query."""
    found = explain_access(
        person,
        required_of(event, "account", example="123456789012"),
        permission_set=query_text(event, "permission_set"),
        records=api.records,
        grants=api.grants,
        policies=api.policies,
        now=api.clock(),
    )
    return explain_answer(found)


def explain_answer(found: Explained) -> api.ExplainAnswer:
    """Return every explained path."""
    context = found.context
    return {
        "person": context.person.head.subject.name,
        "account": context.account.head.subject.name,
        "policy_version": context.policy.version,
        "access": [_way(explanation, context) for explanation in found.ways],
    }


def _way(explanation: Explanation, context: ExplainContext) -> api.AccessPathAnswer:
    return {
        "permission_set": explanation.permission_set,
        "has_access": explanation.has,
        "through": explanation.principal,
        "message": in_short(explanation, context),
        "steps": [_step(step, policy_version=context.policy.version) for step in explanation.steps],
    }


def _step(step: Step, *, policy_version: int) -> api.StepAnswer:
    under_way = step.operation
    return {
        "subject": str(step.target.subject),
        "resource": str(step.target.resource),
        "exists": step.is_there,
        "reasons": reasons_answer(step.reasons),
        "obstacles": [_obstacle(obstacle) for obstacle in step.nearness.obstacles],
        "confirmed": confirmed_answer(step.applied) if step.applied else None,
        "operation": operation_answer(under_way) if under_way else None,
        "held": _held(step.held) if step.held else None,
        "change": under_way.change if under_way else step.applied.change if step.applied else "",
        "message": describe_step(step, policy_version=policy_version),
    }


def _held(removal: HeldPart) -> api.HeldPartAnswer:
    return {
        "held_as": removal.held_as,
        "sensitive": removal.sensitive,
        "approval_status": str(removal.verdict),
        "change": removal.change,
        "operation": removal.operation,
    }


def _obstacle(obstacle: UnmetCondition) -> api.ObstacleAnswer:
    return {
        "rule": obstacle.rule,
        "about": obstacle.about,
        "actual": obstacle.actual,
        "required": obstacle.needed,
        "message": str(obstacle),
    }
