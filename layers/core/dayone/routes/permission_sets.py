"""Permission sets: their parts, and where they are assigned."""

from urllib.parse import unquote

from aws_lambda_powertools.event_handler import APIGatewayRestResolver

from dayone.contracts.api_groups import PermissionSetAnswer, PermissionSetsAnswer
from dayone.domain.holdings import Sought
from dayone.domain.subjects import SubjectKind
from dayone.routes.answers import confirmed_answer, head_answer
from dayone.routes.assignment_answers import holding_answer
from dayone.routes.described import described
from dayone.routes.described_lists import PERMISSION_SET, PERMISSION_SETS
from dayone.routes.list_answers import permission_sets_answer
from dayone.routes.requests import window_of
from dayone.usecases.access_api import AccessApi
from dayone.usecases.list_subjects import list_subjects
from dayone.usecases.read_access import read_permission_set
from dayone.usecases.report_assignments import report_assignments


def permission_set_routes(app: APIGatewayRestResolver, api: AccessApi) -> None:
    """Add the routes about permission sets."""

    @app.get("/v1/permission-sets")
    @described(PERMISSION_SETS)
    def list_permission_sets() -> PermissionSetsAnswer:
        """List the recorded permission sets by their keys in the policy."""
        window = window_of(app.current_event)
        return permission_sets_answer(list_subjects(SubjectKind.PERMISSION_SET, window=window, known=api.known))

    @app.get("/v1/permission-sets/<permission_set>")
    @described(PERMISSION_SET)
    def get_permission_set(permission_set: str) -> PermissionSetAnswer:
        """Read a permission set, its parts, and a page of its assignments."""
        state = read_permission_set(unquote(permission_set), records=api.records)
        name = state.head.subject.name
        rows = report_assignments(Sought(permission_set=name), window=window_of(app.current_event), ports=api)
        return {
            "permission_set": name,
            "head": head_answer(state.head),
            "confirmed": [confirmed_answer(one) for _, one in sorted(state.applied.items())],
            "assignments": [holding_answer(one) for one in rows.entries],
            "cursor": rows.cursor,
        }
