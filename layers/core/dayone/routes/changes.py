"""What was set off, by whom, and how far it has come: /v1/changes; and decisions about what a change holds."""

import json

from aws_lambda_powertools.event_handler import APIGatewayRestResolver, Response, content_types

from dayone.contracts.api_changes import ChangeInFullAnswer, ChangesAnswer
from dayone.routes.change_answers import change_answer, changes_answer, decided_answer
from dayone.routes.requests import caller_of, window_of
from dayone.usecases.access_api import AccessApi
from dayone.usecases.decide_change import decide_change
from dayone.usecases.read_access import read_change


def change_routes(app: APIGatewayRestResolver, api: AccessApi) -> None:
    """Add the routes about changes."""

    @app.get("/v1/changes")
    def list_changes() -> ChangesAnswer:
        window = window_of(app.current_event)
        return changes_answer(api.records.changes(cursor=window.cursor, limit=window.limit))

    @app.get("/v1/changes/<change>")
    def get_change(change: str) -> ChangeInFullAnswer:
        found, operations = read_change(change, window=window_of(app.current_event), records=api.records)
        return change_answer(found, operations)

    @app.post("/v1/changes/<change>/approve")
    def approve_change(change: str) -> Response[str]:
        return decide(change, is_approved=True)

    @app.post("/v1/changes/<change>/reject")
    def reject_change(change: str) -> Response[str]:
        return decide(change, is_approved=False)

    def decide(change: str, *, is_approved: bool) -> Response[str]:
        decision = decide_change(change, is_approved=is_approved, actor=caller_of(app.current_event), api=api)
        answer = decided_answer(change, decision)
        headers = {"Location": answer["href"]}
        return Response(202, content_types.APPLICATION_JSON, json.dumps(answer), headers=headers)
