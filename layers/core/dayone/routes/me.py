"""GET /v1/me: who the caller is to those who compare callers."""

from aws_lambda_powertools.event_handler import APIGatewayRestResolver

from dayone.contracts.api import MeAnswer
from dayone.domain.principals import principal_of
from dayone.routes.described import described
from dayone.routes.described_me import ME
from dayone.routes.requests import caller_of
from dayone.usecases.access_api import AccessApi


def me_routes(app: APIGatewayRestResolver, _api: AccessApi) -> None:
    """Add the route."""

    @app.get("/v1/me")
    @described(ME)
    def read_me() -> MeAnswer:
        """Read who the caller is, and as which principal approvals count the caller."""
        actor = caller_of(app.current_event)
        return {"actor": actor, "principal": principal_of(actor)}
