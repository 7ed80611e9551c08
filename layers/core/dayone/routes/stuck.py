"""What is stuck: /v1/stuck."""

from aws_lambda_powertools.event_handler import APIGatewayRestResolver

from dayone.contracts.api_stuck import AllStuckAnswer
from dayone.routes.answers import time_answer
from dayone.routes.described import described
from dayone.routes.described_stuck import STUCK
from dayone.usecases.access_api import AccessApi
from dayone.usecases.read_stuck import read_stuck


def stuck_routes(app: APIGatewayRestResolver, api: AccessApi) -> None:
    """Add the route about what is stuck."""

    @app.get("/v1/stuck")
    @described(STUCK)
    def list_stuck() -> AllStuckAnswer:
        """List what is stuck: the subject, since when, why, and the change that waits for it."""
        found = read_stuck(ports=api)
        return {
            "stuck": [
                {
                    "kind": str(stuck.kind),
                    "subject": stuck.subject,
                    "since": time_answer(stuck.since),
                    "reason": stuck.reason,
                    "change": stuck.change,
                }
                for stuck in found.stuck
            ],
            "complete": found.complete,
        }
