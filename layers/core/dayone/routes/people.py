"""People, what they can reach, and why: GET /v1/people and below it."""

import json

from aws_lambda_powertools.event_handler import APIGatewayRestResolver, Response, content_types

from dayone.contracts.api import PersonAccessAnswer
from dayone.contracts.api_explain import ExplainAnswer
from dayone.contracts.api_people import PeopleAnswer
from dayone.domain.subjects import SubjectKind
from dayone.domain.tellings import tag_of
from dayone.routes.answers import person_access_answer, person_answer
from dayone.routes.described import described
from dayone.routes.described_explain import EXPLANATION_OF_PERSON
from dayone.routes.described_lists import PEOPLE
from dayone.routes.described_people import PERSON_ACCESS, PERSON_READ
from dayone.routes.explain import explained
from dayone.routes.list_answers import people_answer
from dayone.routes.preconditions import etag_of
from dayone.routes.requests import window_of
from dayone.usecases.access_api import AccessApi
from dayone.usecases.list_subjects import list_subjects
from dayone.usecases.read_access import person_access, read_person


def people_routes(app: APIGatewayRestResolver, api: AccessApi) -> None:
    """Add the routes that read people."""

    @app.get("/v1/people")
    @described(PEOPLE)
    def list_people() -> PeopleAnswer:
        """List the recorded people by id."""
        window = window_of(app.current_event)
        return people_answer(list_subjects(SubjectKind.PERSON, window=window, known=api.known))

    @app.get("/v1/people/<person>")
    @described(PERSON_READ)
    def get_person(person: str) -> Response[str]:
        """Read a person: their HR record, their user in Identity Center, and their planning status."""
        state = read_person(person, records=api.records)
        headers = {"ETag": etag_of(tag_of(state.head.version))} if state.head.version else {}
        return Response(200, content_types.APPLICATION_JSON, json.dumps(person_answer(state)), headers=headers)

    @app.get("/v1/people/<person>/access")
    @described(PERSON_ACCESS)
    def get_person_access(person: str) -> PersonAccessAnswer:
        """Read a person's access as AWS last confirmed it, with the reasons."""
        window = window_of(app.current_event)
        return person_access_answer(person, person_access(person, window=window, records=api.records))

    @app.get("/v1/people/<person>/explain")
    @described(EXPLANATION_OF_PERSON)
    def explain_person(person: str) -> ExplainAnswer:
        """Explain which access a person has in an account, which they lack, and why."""
        return explained(person, event=app.current_event, api=api)
