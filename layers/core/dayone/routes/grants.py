"""Access for a time: /v1/grants."""

import json

from aws_lambda_powertools.event_handler import APIGatewayRestResolver, Response, content_types

from dayone.contracts.api_grants import GrantInFullAnswer, GrantsAnswer
from dayone.contracts.grant_request import read_end, read_extension, read_grant
from dayone.domain.grants import GrantState
from dayone.routes.described import described
from dayone.routes.described_grants import END, EXTENSION, GIFT, GRANT, GRANTS
from dayone.routes.grant_answers import grant_in_full_answer, grant_taken_answer, grants_answer
from dayone.routes.queries import word_of
from dayone.routes.requests import asked_for, caller_of, text_of, window_of
from dayone.usecases.access_api import AccessApi
from dayone.usecases.change_grant import end_grant, extend_grant
from dayone.usecases.give_grant import give_grant
from dayone.usecases.read_grants import list_grants, read_grant_at_now


def grant_routes(app: APIGatewayRestResolver, api: AccessApi) -> None:
    """Add the routes about grants."""
    _reading_routes(app, api)
    _giving_routes(app, api)
    _changing_routes(app, api)


def _reading_routes(app: APIGatewayRestResolver, api: AccessApi) -> None:
    @app.get("/v1/grants")
    @described(GRANTS)
    def get_grants() -> GrantsAnswer:
        """List grants, optionally of a person, in an account or in a state."""
        event = app.current_event
        window = window_of(event)
        page = list_grants(
            person=asked_for(event, "person"),
            account=asked_for(event, "account"),
            state=word_of(event, "state", GrantState),
            cursor=window.cursor,
            limit=window.limit,
            ports=api,
        )
        return grants_answer(page, now=api.clock())

    @app.get("/v1/grants/<grant>")
    @described(GRANT)
    def get_grant(grant: str) -> GrantInFullAnswer:
        """Read a grant: its state, and whether AWS has confirmed the access it gives."""
        return grant_in_full_answer(read_grant_at_now(grant, ports=api))


def _giving_routes(app: APIGatewayRestResolver, api: AccessApi) -> None:
    @app.post("/v1/grants")
    @described(GIFT)
    def post_grant() -> Response[str]:
        """Give a person or group temporary access: a membership or an assignment."""
        event = app.current_event
        wish = read_grant(text_of(event, what="the grant in JSON"))
        given = give_grant(wish, actor=caller_of(event), ports=api)
        return _taken(given.id, change=given.id)


def _changing_routes(app: APIGatewayRestResolver, api: AccessApi) -> None:
    @app.post("/v1/grants/<grant>/extend")
    @described(EXTENSION)
    def post_extension(grant: str) -> Response[str]:
        """Extend a grant until a later time."""
        event = app.current_event
        until = read_extension(text_of(event, what='`{"until": "2026-11-23T17:00:00Z"}`'))
        return _taken(grant, change=extend_grant(grant, until=until, actor=caller_of(event), ports=api))

    @app.post("/v1/grants/<grant>/end")
    @described(END)
    def post_grant_end(grant: str) -> Response[str]:
        """End a grant early and revoke the access it gives."""
        event = app.current_event
        because = read_end(text_of(event)) if event.get("body") else ""
        return _taken(grant, change=end_grant(grant, because=because, actor=caller_of(event), ports=api))


def _taken(grant: str, *, change: str) -> Response[str]:
    answer = grant_taken_answer(grant, change=change)
    headers = {"Location": answer["href"]}
    return Response(202, content_types.APPLICATION_JSON, json.dumps(answer), headers=headers)
