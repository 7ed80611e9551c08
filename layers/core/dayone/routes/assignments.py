"""GET /v1/assignments: who has what, as JSON or as CSV."""

from collections.abc import Mapping
from urllib.parse import urlencode

from aws_lambda_powertools.event_handler import APIGatewayRestResolver, Response

from dayone.domain.holdings import Holding, Sought
from dayone.domain.ou_paths import is_pattern
from dayone.errors import Malformed
from dayone.ports.records import Page
from dayone.routes.assignment_answers import as_csv, as_json
from dayone.routes.described import described
from dayone.routes.described_assignments import ASSIGNMENTS, LARGEST_LIMIT, USUAL_LIMIT, ReportFormat
from dayone.routes.queries import word_of
from dayone.routes.requests import Event, asked_for, header_of, window_of
from dayone.usecases.access_api import AccessApi
from dayone.usecases.read_access import Window
from dayone.usecases.report_assignments import report_assignments
from dayone.usecases.report_live_access import Managed, report_live_access

_CSV, _JSON = "text/csv", "application/json"


def assignment_routes(app: APIGatewayRestResolver, api: AccessApi) -> None:
    """Add the report on who has what."""

    @app.get("/v1/assignments")
    @described(ASSIGNMENTS)
    def list_assignments() -> Response[str]:
        """Report all access as AWS last confirmed it: a row for each group or person, account and permission set."""
        event = app.current_event
        media_type = _media_type_of(event)
        window = window_of(event, largest=LARGEST_LIMIT, usual=USUAL_LIMIT)
        managed = word_of(event, "managed", Managed) or Managed.TRUE
        page = _report(_sought_in(event), managed=managed, window=window, api=api)
        text = as_csv(page.entries) if media_type == _CSV else as_json(page)
        headers = _following(event, cursor=page.cursor) if page.cursor else {}
        content_type = f"{_CSV}; charset=utf-8; header=present" if media_type == _CSV else _JSON
        return Response(200, content_type, text, headers={**headers, "Vary": "Accept"})


def _report(sought: Sought, *, managed: Managed, window: Window, api: AccessApi) -> Page[Holding]:
    if managed is Managed.TRUE:
        return report_assignments(sought, window=window, ports=api)
    return report_live_access(sought, managed=managed, window=window, ports=api)


def _sought_in(event: Event) -> Sought:
    names = ("person", "group", "account", "ou", "permission_set")
    sought = Sought(**{name: asked_for(event, name) for name in names})
    if sought.ou and not is_pattern(sought.ou):
        raise Malformed(
            "`ou` must be a path of organizational units from the root, such as /Workloads/** or /Workloads/*"
        )
    return sought


def _media_type_of(event: Event) -> str:
    said = word_of(event, "format", ReportFormat)
    accepted = [one.partition(";")[0].strip().lower() for one in header_of(event, "accept").split(",")]
    wants_csv = said is ReportFormat.CSV or (not said and _CSV in accepted and _JSON not in accepted)
    return _CSV if wants_csv else _JSON


def _following(event: Event, *, cursor: str) -> Mapping[str, str]:
    """The headers that lead to the next part (RFC 8288): for CSV, which has no place for a cursor in it."""
    query = {**(event.get("queryStringParameters") or {}), "cursor": cursor}
    path = (event.get("requestContext") or {}).get("path") or event["path"]
    return {"Link": f'<{path}?{urlencode(query)}>; rel="next"', "X-Next-Cursor": cursor}
