"""Plans of a policy for the whole company: /v1/plans."""

import json
from collections.abc import Mapping

from aws_lambda_powertools.event_handler import APIGatewayRestResolver, Response, content_types

from dayone.api.context import AccessApi
from dayone.api.params import text_of, word_of
from dayone.api.responses import names_answer, time_answer
from dayone.api.routes.plan import plan_answer
from dayone.api.schemas.plans import PLAN_READ, PLANS, PlanReadAnswer
from dayone.api.schemas.policy import PlanAnswer
from dayone.api.spec import described
from dayone.errors import Invalid
from dayone.model.policy.company_plans import PlanMode, PlanState
from dayone.preview.plans import PlanRead, read_plan, start_plan
from dayone.preview.preview import PlanPreview
from dayone.preview.request import read_what_if
from dayone.preview.service import Previewed

_CREATED, _ACCEPTED = 201, 202


def plans_routes(app: APIGatewayRestResolver, api: AccessApi) -> None:
    """Add the routes of plans."""

    @app.post("/v1/plans")
    @described(PLANS)
    def create_plan() -> Response[str]:
        """Plan a policy for everybody, in portions where the company is large. Nothing is changed."""
        mode = word_of(app.current_event, "mode", words=PlanMode) or PlanMode.AUTO
        what_if = read_what_if(text_of(app.current_event, what="a policy in JSON"))
        if what_if.files is None:
            raise Invalid("the body must contain a policy: send `policy` or `files`, or ask `POST /v1/plan`")
        read = start_plan(what_if.files, ports=api, mode=mode)
        status = _ACCEPTED if read.plan.state is PlanState.RUNNING else _CREATED
        answer = _answer(read, api=api)
        headers = {"Location": answer["href"]}
        return Response(status, content_types.APPLICATION_JSON, json.dumps(answer), headers=headers)

    @app.get("/v1/plans/<plan>")
    @described(PLAN_READ)
    def get_plan(plan: str) -> PlanReadAnswer:
        """Read a plan, or how far it has come."""
        return _answer(read_plan(plan, ports=api), api=api)


def _answer(read: PlanRead, *, api: AccessApi) -> PlanReadAnswer:
    plan, counts = read.plan, read.counts
    return {
        "id": plan.id,
        "href": f"/v1/plans/{plan.id}",
        "state": plan.state.value,
        "reason": plan.reason,
        "policy_version": plan.version_in_force,
        "created_at": time_answer(plan.created_at),
        "expires_at": time_answer(plan.expires_at),
        "portions": {"done": read.done, "total": plan.portions},
        "estimated_seconds_remaining": read.seconds_left,
        "evaluated": read.looked_at,
        "counts": dict(sorted(counts.items())),
        "additions": _number(counts, "create"),
        "removals": _number(counts, "delete"),
        "plan": _whole(read.preview, api=api) if read.preview else None,
    }


def _whole(preview: PlanPreview, *, api: AccessApi) -> PlanAnswer:
    names = names_answer((operation.subject for operation in preview.operations), index=api.index)
    previewed = Previewed(preview=preview, is_complete=True, policy_version=None)
    return plan_answer(previewed, names=names, sole_administrator=api.overview.given.sole_administrator)


def _number(counts: Mapping[str, int], action: str) -> int:
    return sum(counts.get(f"{action}-{kind}", 0) for kind in ("membership", "assignment"))
