"""GET /v1/explain: why a person has what they have in an account, and why not the rest."""

from aws_lambda_powertools.event_handler import APIGatewayRestResolver

from dayone.contracts.api_explain import ExplainAnswer
from dayone.routes.described import described
from dayone.routes.described_explain import EXPLANATION
from dayone.routes.explain_answers import explain_answer
from dayone.routes.requests import Event, asked_for, wanted_of
from dayone.usecases.access_api import AccessApi
from dayone.usecases.explain_access import explain_access


def explain_routes(app: APIGatewayRestResolver, api: AccessApi) -> None:
    """Add the route that answers why."""

    @app.get("/v1/explain")
    @described(EXPLANATION)
    def explain() -> ExplainAnswer:
        """Explain which access a person has in an account, which they lack, and why."""
        event = app.current_event
        return explained(wanted_of(event, "person", example="e-1001"), event=event, api=api)


def explained(person: str, *, event: Event, api: AccessApi) -> ExplainAnswer:
    """The explanation of a person's access that the query asks for."""
    found = explain_access(
        person,
        wanted_of(event, "account", example="123456789012"),
        permission_set=asked_for(event, "permission_set"),
        records=api.records,
        grants=api.grants,
        policies=api.policies,
        now=api.clock(),
    )
    return explain_answer(found)
