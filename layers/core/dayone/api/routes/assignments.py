"""Assignments and permission sets: who has what, as JSON or as CSV that a spreadsheet can be trusted with."""

import csv
import io
import json
from collections.abc import Mapping, Sequence
from urllib.parse import unquote, urlencode

from aws_lambda_powertools.event_handler import APIGatewayRestResolver, Response

from dayone.access.live_report import Managed, report_actual_access
from dayone.access.pagination import AccessReport, Holding, ReportSource, Sought
from dayone.access.queries import list_subjects
from dayone.access.report import report_assignments
from dayone.api.context import AccessApi
from dayone.api.lists import permission_sets_answer
from dayone.api.params import Event, header_of, query_text, window_of, word_of
from dayone.api.responses import confirmed_answer, head_answer, reasons_answer, time_answer, time_or_none
from dayone.api.schemas.assignments import (
    ASSIGNMENTS,
    LARGEST_LIMIT,
    USUAL_LIMIT,
    AssignmentsAnswer,
    EntitlementAnswer,
    ReportFormat,
)
from dayone.api.schemas.lists import PERMISSION_SET, PERMISSION_SETS, PermissionSetAnswer, PermissionSetsAnswer
from dayone.api.spec import described
from dayone.errors import Malformed
from dayone.lookups import Window, read_permission_set
from dayone.model.subjects import Principal, SubjectKind
from dayone.policy.ou_paths import is_pattern

COLUMNS = tuple(EntitlementAnswer.__annotations__)
# What makes a spreadsheet take a cell for a formula. Source: OWASP, "CSV Injection".
_BEGINS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def as_json(report: AccessReport) -> str:
    """Part of who has what."""
    answer: AssignmentsAnswer = {
        "source": str(report.source),
        "as_of": time_answer(report.as_of),
        "read_from": time_answer(report.read_from),
        "assignments": [holding_answer(holding) for holding in report.rows.entries],
        "cursor": report.rows.cursor,
    }
    return json.dumps(answer)


def as_csv(rows: Sequence[Holding]) -> str:
    """Return the same rows as CSV with a header line; reasons are one cell (RFC 4180)."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    # An apostrophe makes it text again, also behind blanks and for a minus that only begins a name.
    writer.writerows(
        [f"'{cell}" if cell.lstrip(" ").startswith(_BEGINS_A_FORMULA) else cell for cell in _cells(holding_answer(row))]
        for row in rows
    )
    return text.getvalue()


def holding_answer(holding: Holding) -> EntitlementAnswer:
    """One row."""
    principal = Principal.parse(holding.principal)
    return {
        "kind": "person" if principal.person else "group",
        "principal": principal.person or principal.group,
        "principal_name": holding.principal_name,
        "account": holding.account,
        "account_name": holding.account_name,
        "ou_path": holding.ou_path,
        "permission_set": holding.permission_set,
        "through": holding.through,
        "state": str(holding.state),
        "confirmed_at": time_or_none(holding.confirmed_at),
        "reasons": reasons_answer(holding.reasons),
    }


def _cells(row: EntitlementAnswer) -> list[str]:
    reasons = "; ".join(f"{record['rule']}: {record['reason']}" for record in row["reasons"])
    return [str(value or "") for value in {**row, "reasons": reasons}.values()]


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
        report = _report(_sought_in(event), managed=managed, window=window, api=api)
        text = as_csv(report.rows.entries) if media_type == _CSV else as_json(report)
        times = {"X-As-Of": report.as_of, "X-Read-From": report.read_from}
        headers = {
            "X-Source": str(report.source),
            **{name: time_answer(at) for name, at in times.items()},
            "Vary": "Accept",
        }
        headers |= _following(event, cursor=report.rows.cursor) if report.rows.cursor else {}
        content_type = f"{_CSV}; charset=utf-8; header=present" if media_type == _CSV else _JSON
        return Response(200, content_type, text, headers=headers)


def _report(sought: Sought, *, managed: Managed, window: Window, api: AccessApi) -> AccessReport:
    if managed is not Managed.TRUE:
        return report_actual_access(sought, managed=managed, window=window, ports=api)
    now = api.clock()
    rows = report_assignments(sought, window=window, ports=api)
    return AccessReport(rows=rows, source=ReportSource.RECORD, as_of=now, read_from=now)


def _sought_in(event: Event) -> Sought:
    names = ("person", "group", "account", "ou", "permission_set")
    sought = Sought(**{name: query_text(event, name) for name in names})
    if sought.ou and not is_pattern(sought.ou):
        raise Malformed(
            "`ou` must be a path of organizational units from the root, such as /Workloads/** or /Workloads/*"
        )
    return sought


def _media_type_of(event: Event) -> str:
    format_ = word_of(event, "format", ReportFormat)
    accepted = [name.partition(";")[0].strip().lower() for name in header_of(event, "accept").split(",")]
    wants_csv = format_ is ReportFormat.CSV or (not format_ and _CSV in accepted and _JSON not in accepted)
    return _CSV if wants_csv else _JSON


def _following(event: Event, *, cursor: str) -> Mapping[str, str]:
    """Return the headers that lead to the next part (RFC 8288): for CSV, which has no place for a cursor in it."""
    query = {**(event.get("queryStringParameters") or {}), "cursor": cursor}
    path = (event.get("requestContext") or {}).get("path") or event["path"]
    return {"Link": f'<{path}?{urlencode(query)}>; rel="next"', "X-Next-Cursor": cursor}


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
