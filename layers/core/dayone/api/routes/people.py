"""People, what they can reach, and why: GET /v1/people and below it."""

import json

from aws_lambda_powertools.event_handler import APIGatewayRestResolver, Response, content_types

from dayone.access.queries import list_subjects, person_access
from dayone.api.context import AccessApi
from dayone.api.etags import etag_of
from dayone.api.lists import people_answer
from dayone.api.params import window_of
from dayone.api.responses import person_access_answer, person_answer
from dayone.api.routes.explain import explanation_of_person
from dayone.api.schemas.base import PersonAccessAnswer
from dayone.api.schemas.explain import EXPLANATION_OF_PERSON, ExplainAnswer
from dayone.api.schemas.lists import PEOPLE
from dayone.api.schemas.people import PERSON_ACCESS, PERSON_READ, PeopleAnswer
from dayone.api.spec import described
from dayone.hr.merge import version_tag
from dayone.lookups import read_person
from dayone.model.subjects import SubjectKind


def people_routes(app: APIGatewayRestResolver, api: AccessApi) -> None:
    """Add the routes that read people."""

    @app.get("/v1/people")
    @described(PEOPLE)
    def list_people() -> PeopleAnswer:
        """List the recorded people by id."""
        window = window_of(app.current_event)
        return people_answer(list_subjects(SubjectKind.PERSON, window=window, index=api.index))

    @app.get("/v1/people/<person>")
    @described(PERSON_READ)
    def get_person(person: str) -> Response[str]:
        """Read a person: their HR record, their user in Identity Center, and their planning status."""
        state = read_person(person, records=api.records)
        headers = {"ETag": etag_of(version_tag(state.head.version))} if state.head.version else {}
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
        return explanation_of_person(person, event=app.current_event, api=api)
