"""GET /v1/changes and /v1/changes/{id}: what was set off, by whom, and how far it has come."""

from aws_lambda_powertools.event_handler import APIGatewayRestResolver

from dayone.contracts.api import ChangeInFullAnswer, ChangesAnswer
from dayone.routes.answers import change_answer, changes_answer
from dayone.routes.requests import window_of
from dayone.usecases.access_api import AccessApi
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
