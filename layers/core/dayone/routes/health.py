"""GET /v1/health: whether Day One can read its state, and what it is doing."""

from aws_lambda_powertools.event_handler import APIGatewayRestResolver

from dayone.contracts.api import HealthAnswer
from dayone.routes.described import described
from dayone.routes.described_health import HEALTH
from dayone.usecases.access_api import AccessApi
from dayone.usecases.check_health import check_health


def health_routes(app: APIGatewayRestResolver, api: AccessApi) -> None:
    """Add the routes for monitors."""

    @app.get("/v1/health")
    @described(HEALTH)
    def read_health() -> HealthAnswer:
        """Read the service's health, the policy in force, and whether operations are open."""
        seen = check_health(api)
        return {
            "policy_version": seen.policy_version,
            "operations_open": seen.operations_open,
            "warnings": list(seen.warnings),
        }
