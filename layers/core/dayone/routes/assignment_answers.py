"""What the API answers to "who has what": rows, as JSON or as CSV that a spreadsheet can be trusted with."""

import csv
import io
import json
from collections.abc import Sequence

from dayone.contracts.api_assignments import AssignmentsAnswer, HoldingAnswer
from dayone.domain.assignments import Principal
from dayone.domain.holdings import Holding
from dayone.ports.records import Page
from dayone.routes.answers import reasons_answer, time_answer

COLUMNS = tuple(HoldingAnswer.__annotations__)
# What makes a spreadsheet take a cell for a formula. Source: OWASP, "CSV Injection".
_BEGINS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def as_json(page: Page[Holding]) -> str:
    """Part of who has what."""
    answer: AssignmentsAnswer = {"assignments": [holding_answer(one) for one in page.entries], "cursor": page.cursor}
    return json.dumps(answer)


def as_csv(rows: Sequence[Holding]) -> str:
    """The same rows with a line of headings; reasons are one cell (RFC 4180)."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    writer.writerows([_cell(one) for one in _cells(holding_answer(row))] for row in rows)
    return text.getvalue()


def holding_answer(one: Holding) -> HoldingAnswer:
    """One row."""
    principal = Principal.parse(one.principal)
    return {
        "kind": "person" if principal.person else "group",
        "principal": principal.person or principal.group,
        "principal_name": one.principal_name,
        "account": one.account,
        "account_name": one.account_name,
        "ou_path": one.ou_path,
        "permission_set": one.permission_set,
        "through": one.through,
        "state": str(one.state),
        "confirmed_at": time_answer(one.confirmed_at) if one.confirmed_at else None,
        "reasons": reasons_answer(one.reasons),
    }


def _cells(row: HoldingAnswer) -> list[str]:
    reasons = "; ".join(f"{one['rule']}: {one['because']}" for one in row["reasons"])
    return [str(value or "") for value in {**row, "reasons": reasons}.values()]


def _cell(text: str) -> str:
    # An apostrophe makes it text again, also behind blanks and for a minus that only begins a name.
    return f"'{text}" if text.lstrip(" ").startswith(_BEGINS_A_FORMULA) else text
