"""GET /v1/existing: what somebody else made under a name, in the policy's own words."""

from aws_lambda_powertools.event_handler import APIGatewayRestResolver

from dayone.adoption.describe import describe_existing
from dayone.api.context import AccessApi
from dayone.api.params import query_text, subject_in
from dayone.api.schemas.existing import EXAMPLE, EXISTING, ExistingAnswer
from dayone.api.spec import described
from dayone.errors import Malformed


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
