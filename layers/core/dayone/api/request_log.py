"""Request log: the route and the outcome of every request, never the path, which can name a person."""

from collections.abc import Callable

from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler import APIGatewayRestResolver, Response

from dayone.api.spec import description_of

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
