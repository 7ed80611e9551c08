"""The whole HTTP API: its routes, and a problem document for everything that goes wrong."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from importlib import import_module
from itertools import chain
from typing import Any
from urllib.parse import quote, unquote

from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler import APIGatewayRestResolver, Response
from aws_lambda_powertools.event_handler.exceptions import NotFoundError

from dayone.access.find import find_account, find_person, find_subject, is_person_id
from dayone.api.context import AccessApi
from dayone.api.idempotency import within_once
from dayone.api.params import Event, check_nothing_is_empty, check_query, check_whole, subject_in
from dayone.api.spec import description_of
from dayone.errors import Malformed, NotFound, Unavailable
from dayone.messages.problems import MEDIA_TYPE, problem_headers, problem_of

type NextStep = Callable[[APIGatewayRestResolver], Response[str]]


def log_request(logger: Logger) -> Callable[[APIGatewayRestResolver, NextStep], Response[str]]:
    """Stands around every route, so that whatever is logged on the way names it; a refusal is logged elsewhere."""

    def with_route(app: APIGatewayRestResolver, next_step: NextStep) -> Response[str]:
        # To Powertools, a path that is no route is a route of its own, called by that path.
        if description_of(app.context["_route"].func) is None:
            return next_step(app)
        logger.append_keys(route=f"{app.request.method} {app.request.route}")
        answer = next_step(app)
        logger.info("request answered", extra={"status": answer.status_code})
        return answer

    return with_route


# Characters. What has a name in HR, in a policy or in AWS has no longer one, and 128 characters of four bytes fit every
# key of the table, with what stands beside them.
_LONGEST = 128
_LONGEST_OF: Mapping[str, int] = {
    "actor": 2048,  # an ARN. Source: IAM API Reference, arnType
    "author": 2048,  # an ARN
    "cursor": 8192,  # two keys and two places in an index, as JSON in base64
    "ends": 1280,  # ten ends of lanes: lane, number, day and hash
    "If-Match": 1024,
    "ou": 2048,  # five names with every character escaped, and patterns of them
    "subject": 160,  # a name and its kind
}


def longest(name: str) -> int:
    """Return the maximum number of characters of a parameter of this name."""
    return _LONGEST_OF.get(name, _LONGEST)


def bounded(app: APIGatewayRestResolver, next_step: NextStep) -> Response[str]:
    """Stands around every route; raises Malformed for a text that is too long, or that no character set can write."""
    check_bounds(app.current_event)
    return next_step(app)


def check_bounds(event: Event) -> None:
    """Raise Malformed for a part of the path, a parameter or a header that is too long, or holds half a character."""
    for what, text, most in _texts(event):
        if len(text) > most:
            raise Malformed(f"{what} has more than {most:,} characters")
        check_whole(text, what=what)


def _texts(event: Event) -> Iterator[tuple[str, str, int]]:
    for part in unquote(event["path"]).split("/"):
        yield "a part of the path", part, _LONGEST
    several = event.get("multiValueQueryStringParameters") or {}
    for name, value in (event.get("queryStringParameters") or {}).items():
        yield "the name of a parameter", name, _LONGEST
        yield from ((f"`{name}`", str(each or ""), longest(name)) for each in (value, *several.get(name, ())))
    for name, value in (event.get("headers") or {}).items():
        if name.lower() == "if-match":
            yield "`If-Match`", str(value or ""), longest("If-Match")


_SERVER_ERROR = 500
# What adds the routes for a method below /v1/<word>, as module.function in dayone.api.routes. Named and not imported: a
# request pays for its own part, and all of them together load more than everything else here.
_PARTS = {
    "GET accounts": ("accounts.account_routes",),
    "POST accounts": ("accounts.account_routes", "accounts.account_bootstrap_routes"),
    "GET assignments": ("assignments.assignment_routes",),
    "GET audit": ("audit.audit_routes",),
    "GET changes": ("changes.change_routes",),
    "POST changes": ("changes.change_routes",),
    "GET dead-letters": ("system.dead_letter_routes",),
    "POST dead-letters": ("system.dead_letter_routes",),
    "GET drift": ("inventory.drift_routes",),
    "POST drift": ("inventory.drift_routes",),
    "GET existing": ("plan.existing_routes",),
    "GET explain": ("people.explain_routes",),
    "GET grants": ("grants.grant_routes",),
    "POST grants": ("grants.grant_routes",),
    "GET groups": ("people.group_routes",),
    "GET health": ("system.health_routes",),
    "GET inventory": ("inventory.inventory_routes",),
    "GET me": ("system.me_routes",),
    "GET hr-configuration": ("hr.hr_configuration_routes",),
    "POST hr-configuration": ("hr.hr_configuration_routes",),
    "GET metrics": ("system.metric_routes",),
    "GET notifications": ("notifications.notification_routes",),
    "POST notifications": ("notifications.notification_routes",),
    "GET people": ("people.people_routes",),
    "POST people": ("hr.people_by_hand_routes", "hr.forgetting_routes"),
    "PUT people": ("hr.people_by_hand_routes",),
    "GET permission-sets": ("assignments.permission_set_routes",),
    "POST plan": ("plan.plan_routes",),
    "GET plans": ("plans.plans_routes",),
    "POST plans": ("plans.plans_routes",),
    "GET policy": ("policy.policy_routes", "policy.policy_version_routes"),
    "POST policy": ("policy.policy_version_routes",),
    "PUT policy": ("policy.policy_routes",),
    "GET recovery": ("system.recovery_routes",),
    "POST recovery": ("system.recovery_routes",),
    "GET settings": ("system.settings_routes",),
    "GET status": ("status.status_routes",),
    "GET stuck": ("system.stuck_routes",),
}

type AddRoutes = Callable[[APIGatewayRestResolver, AccessApi], None]


def part_of(event: Mapping[str, Any]) -> str:
    """Return the part of the API for a request: `GET people` for /v1/people/e-1."""
    return f"{event['httpMethod']} {event['path'].removeprefix('/v1/').partition('/')[0]}"


def routes_of(parts: Iterable[str]) -> Iterator[AddRoutes]:
    """Yield the functions that add the routes of these parts of the API; none for an unknown part."""
    named = chain.from_iterable(_PARTS.get(part, ()) for part in parts)
    for name in dict.fromkeys(named):
        module, _, function = name.partition(".")
        yield getattr(import_module(f"dayone.api.routes.{module}"), function)


def _complete_question(app: APIGatewayRestResolver, next_step: NextStep) -> Response[str]:
    """Stands around every route, where Powertools takes a path that ends with a slash for the one without."""
    check_nothing_is_empty(app.current_event)
    if description := description_of(app.context["_route"].func):
        taken = [parameter for parameter in description.takes if parameter.place == "query"]
        check_query(app.current_event, names={parameter.name: parameter.is_list for parameter in taken})
    return next_step(app)


def _with_ids(api: AccessApi) -> Callable[[APIGatewayRestResolver, NextStep], Response[str]]:
    """Stands around every route; puts the id of a person or an account in the place of what the request calls them.

    Not for PUT, which makes a person of the id that it names.
    """
    finders = {"person": find_person, "account": find_account}

    def with_ids(app: APIGatewayRestResolver, next_step: NextStep) -> Response[str]:
        event = app.current_event
        if event.http_method == "PUT":
            return next_step(app)
        query: dict[str, str] = event.get("queryStringParameters") or {}
        query |= {name: finders[name](query[name], ports=api) for name in finders.keys() & query.keys()}
        if subject := subject_in(event):
            query["subject"] = str(find_subject(subject, ports=api))
        parts: dict[str, str] = app.context["_route_args"]
        if event.http_method == "GET" and is_person_id(unquote(parts.get("person", ""))):
            # Nearly always it is the id, which the route reads anyway.
            with suppress(NotFound):
                return next_step(app)
        parts |= {name: finders[name](unquote(parts[name]), ports=api) for name in finders.keys() & parts.keys()}
        return next_step(app)

    return with_ids


def build_app(api: AccessApi, *, logger: Logger, parts: Iterable[str] = _PARTS) -> APIGatewayRestResolver:
    """Return the resolver for API Gateway REST proxy events, with the routes of these parts."""
    app = APIGatewayRestResolver()

    def refuse(error: Exception) -> Response[str]:
        event = app.current_event
        request_id = str((event.get("requestContext") or {}).get("requestId") or "")
        problem = problem_of(error, instance=quote(event.path, errors="replace"), request_id=request_id)
        # Neither the path nor the message of a refusal: both can name a person.
        values = {"kind": type(error).__name__, "status": problem["status"]}
        if problem["status"] == _SERVER_ERROR:
            logger.exception("request failed", extra=values)
        elif isinstance(error, Unavailable):
            # AWS's own words about our table and queues: what whoever reads the log needs to mend it.
            logger.warning("request not possible now", extra={**values, "reason": str(error)})
        else:
            logger.info("request refused", extra=values)
        return Response(problem["status"], MEDIA_TYPE, json.dumps(problem), headers=problem_headers(error))

    def no_route(_error: NotFoundError) -> Response[str]:
        event = app.current_event
        return refuse(NotFound(f"there is no route {event.http_method} {event.path}: check the method and the path"))

    once, within = within_once(api, refuse=refuse)
    app.use([log_request(logger), bounded, _complete_question, once.answer, _with_ids(api)])
    for add_routes in routes_of(parts):
        add_routes(app, within)
    app.exception_handler(Exception)(refuse)
    app.not_found(no_route)
    return app
