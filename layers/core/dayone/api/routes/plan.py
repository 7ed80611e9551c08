"""Look before a change: what a policy or facts would change, and what exists under a name."""

from aws_lambda_powertools.event_handler import APIGatewayRestResolver

from dayone.access.held_words import about_preview
from dayone.adoption.describe import describe_existing
from dayone.api.context import AccessApi
from dayone.api.params import query_text, subject_in, text_of
from dayone.api.responses import names_answer, reasons_answer
from dayone.api.schemas.policy import EXAMPLE, EXISTING, PLAN, ExistingAnswer, GuardrailAnswer, PlanAnswer
from dayone.api.spec import described
from dayone.errors import Malformed
from dayone.preview.request import read_what_if
from dayone.preview.service import Previewed, preview_plan


def plan_routes(app: APIGatewayRestResolver, api: AccessApi) -> None:
    """Add the route that answers what if."""

    @app.post("/v1/plan")
    @described(PLAN)
    def preview_changes() -> PlanAnswer:
        """Preview what a policy, or a changed person or account, would change in AWS. Nothing is changed."""
        previewed = preview_plan(read_what_if(text_of(app.current_event, what="a question in JSON")), ports=api)
        names = names_answer((operation.subject for operation in previewed.preview.operations), index=api.index)
        return plan_answer(previewed, names=names, sole_administrator=api.overview.given.sole_administrator)


def plan_answer(found: Previewed, *, names: dict[str, str], sole_administrator: bool) -> PlanAnswer:
    """Return what would follow."""
    preview = found.preview
    return {
        "policy_version": found.policy_version,
        "complete": found.is_complete,
        "evaluated": preview.looked_at,
        "subjects": preview.subjects,
        "counts": dict(preview.counts),
        "operations": [
            {
                "kind": previewed_operation.kind,
                "subject": str(previewed_operation.subject),
                "resource": str(previewed_operation.resource),
                "reasons": reasons_answer(previewed_operation.reasons),
                "existing": previewed_operation.exists or None,
                "held": previewed_operation.held or None,
            }
            for previewed_operation in preview.operations
        ],
        "names": names,
        "truncated": preview.unlisted,
        "truncated_new": preview.unlisted_new,
        "errors": list(preview.mistakes),
        "notes": list(preview.notes),
        "guardrail": _guardrail(found, sole_administrator=sole_administrator),
    }


def _guardrail(found: Previewed, *, sole_administrator: bool) -> GuardrailAnswer:
    guardrail, number = found.preview.guardrail, sum(found.preview.counts.values())
    words = about_preview(
        guardrail.held,
        others=number - guardrail.held,
        is_edit=found.policy_version is None,
        sole_administrator=sole_administrator,
    )
    return {
        "removals": guardrail.removals,
        "existing": guardrail.existing,
        "limit": guardrail.limit,
        "removals_today": guardrail.today,
        "held": guardrail.held,
        "reasons": list(guardrail.reasons),
        "held_explanation": list(words),
    }


def existing_routes(app: APIGatewayRestResolver, api: AccessApi) -> None:
    """Add the route that describes what exists."""

    @app.get("/v1/existing")
    @described(EXISTING)
    def get_existing_resource() -> ExistingAnswer:
        """Read what exists under the name of a subject as the policy would have to say it, to adopt it as it is."""
        subject = subject_in(app.current_event)
        if subject is None:
            raise Malformed(f"`subject` is missing: add `?subject={EXAMPLE}`")
        name = query_text(app.current_event, "name")
        answer = describe_existing(subject, ports=api, name=name)
        return {
            "subject": str(answer.subject),
            "identical": not answer.obstacles,
            "policy": answer.policy,
            "obstacles": list(answer.obstacles),
        }
