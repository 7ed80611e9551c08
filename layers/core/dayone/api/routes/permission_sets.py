"""Permission sets: their parts, and where they are assigned."""

from urllib.parse import unquote

from aws_lambda_powertools.event_handler import APIGatewayRestResolver

from dayone.access.entitlements import Sought
from dayone.access.queries import list_subjects
from dayone.access.report import report_assignments
from dayone.api.context import AccessApi
from dayone.api.lists import permission_sets_answer
from dayone.api.params import window_of
from dayone.api.responses import confirmed_answer, head_answer
from dayone.api.routes.assignments import holding_answer
from dayone.api.schemas.lists import PERMISSION_SET, PERMISSION_SETS, PermissionSetAnswer, PermissionSetsAnswer
from dayone.api.spec import described
from dayone.lookups import read_permission_set
from dayone.model.subjects import SubjectKind


def permission_set_routes(app: APIGatewayRestResolver, api: AccessApi) -> None:
    """Add the routes about permission sets."""

    @app.get("/v1/permission-sets")
    @described(PERMISSION_SETS)
    def list_permission_sets() -> PermissionSetsAnswer:
        """List the recorded permission sets by their keys in the policy."""
        window = window_of(app.current_event)
        return permission_sets_answer(list_subjects(SubjectKind.PERMISSION_SET, window=window, index=api.index))

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
            "confirmed": [confirmed_answer(applied) for _, applied in sorted(state.applied.items())],
            "assignments": [holding_answer(holding) for holding in rows.entries],
            "cursor": rows.cursor,
        }
