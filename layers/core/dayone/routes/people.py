"""GET /v1/people/{id} and /v1/people/{id}/access: a person, and what they can reach."""

from aws_lambda_powertools.event_handler import APIGatewayRestResolver

from dayone.contracts.api import PersonAccessAnswer, PersonAnswer
from dayone.routes.answers import person_access_answer, person_answer
from dayone.routes.described import described
from dayone.routes.described_people import PERSON_ACCESS, PERSON_READ
from dayone.routes.requests import window_of
from dayone.usecases.access_api import AccessApi
from dayone.usecases.read_access import person_access, read_person


def people_routes(app: APIGatewayRestResolver, api: AccessApi) -> None:
    """Add the routes about people."""

    @app.get("/v1/people/<person>")
    @described(PERSON_READ)
    def get_person(person: str) -> PersonAnswer:
        """Read a person: as HR tells it, as Identity Center has it, and how far it has been planned."""
        return person_answer(read_person(person, records=api.records))

    @app.get("/v1/people/<person>/access")
    @described(PERSON_ACCESS)
    def get_person_access(person: str) -> PersonAccessAnswer:
        """Read what a person can reach, with every reason."""
        window = window_of(app.current_event)
        return person_access_answer(person, person_access(person, window=window, records=api.records))
