"""The whole HTTP API: its routes, and a problem document for everything that goes wrong."""

import json
from urllib.parse import quote

from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler import APIGatewayRestResolver, Response
from aws_lambda_powertools.event_handler.exceptions import NotFoundError

from dayone.contracts.problems import MEDIA_TYPE, problem_headers, problem_of
from dayone.errors import NotFound, Unavailable
from dayone.routes.account_bootstraps import account_bootstrap_routes
from dayone.routes.accounts import account_routes
from dayone.routes.assignments import assignment_routes
from dayone.routes.audit import audit_routes
from dayone.routes.changes import change_routes
from dayone.routes.dead_letters import dead_letter_routes
from dayone.routes.explain import explain_routes
from dayone.routes.grants import grant_routes
from dayone.routes.groups import group_routes
from dayone.routes.health import health_routes
from dayone.routes.metrics import metric_routes
from dayone.routes.once import within_once
from dayone.routes.people import people_routes
from dayone.routes.people_by_hand import people_by_hand_routes
from dayone.routes.permission_sets import permission_set_routes
from dayone.routes.plan import plan_routes
from dayone.routes.policy import policy_routes
from dayone.routes.policy_versions import policy_version_routes
from dayone.routes.told import told
from dayone.routes.settings import settings_routes
from dayone.usecases.access_api import AccessApi

_SERVER_ERROR = 500
_ROUTES = (
    health_routes,
    policy_routes,
    policy_version_routes,
    people_routes,
    people_by_hand_routes,
    account_routes,
    account_bootstrap_routes,
    group_routes,
    permission_set_routes,
    assignment_routes,
    grant_routes,
    explain_routes,
    plan_routes,
    change_routes,
    dead_letter_routes,
    audit_routes,
    settings_routes,
    metric_routes,
)


def build_app(api: AccessApi, *, logger: Logger) -> APIGatewayRestResolver:
    """The resolver for API Gateway REST proxy events."""
    app = APIGatewayRestResolver()

    def refuse(error: Exception) -> Response[str]:
        event = app.current_event
        request_id = str((event.get("requestContext") or {}).get("requestId") or "")
        problem = problem_of(error, instance=quote(event.path), request_id=request_id)
        # Neither the path nor the message of a refusal: both can name a person.
        said = {"kind": type(error).__name__, "status": problem["status"]}
        if problem["status"] == _SERVER_ERROR:
            logger.exception("request failed", extra=said)
        elif isinstance(error, Unavailable):
            # AWS's own words about our table and queues: what whoever reads the log needs to mend it.
            logger.warning("request not possible now", extra={**said, "reason": str(error)})
        else:
            logger.info("request refused", extra=said)
        return Response(problem["status"], MEDIA_TYPE, json.dumps(problem), headers=problem_headers(error))

    def no_route(_error: NotFoundError) -> Response[str]:
        event = app.current_event
        return refuse(NotFound(f"there is no {event.http_method} {event.path}: check the method and the path"))

    once, within = within_once(api, refuse=refuse)
    app.use([told(logger), once.answer])
    for routes in _ROUTES:
        routes(app, within)
    app.exception_handler(Exception)(refuse)
    app.not_found(no_route)
    return app
