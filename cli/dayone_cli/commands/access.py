"""`dayone access`: the report of who has what."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any

import typer

from dayone_cli.api_client import Query
from dayone_cli.output.screen import Sheet
from dayone_cli.output.words import because, moment
from dayone_cli.run import Run, command

app = typer.Typer(help="Report who has which access.")

_ASSIGNMENTS = "/v1/assignments"
_MOST = 1_000_000
# Each request finds out anew whom it is about.
_LARGEST_PAGE = 1000


class Managed(StrEnum):
    """Filter of assignments: those that Day One made, others that exist in AWS, or all."""

    TRUE = "true"
    FALSE = "false"
    ANY = "any"


@command(app, "report")
def report(
    run: Run,
    person: Annotated[
        str, typer.Option(help="A person's id, user name, e-mail address or full name; includes access through groups.")
    ] = "",
    group: Annotated[str, typer.Option(help="A group's key in the policy.")] = "",
    account: Annotated[str, typer.Option(help="An account's id or name.")] = "",
    unit: Annotated[str, typer.Option("--ou", help="An OU path pattern as in the policy, such as /Workloads/**.")] = "",
    permission_set: Annotated[str, typer.Option(help="A permission set's key in the policy.")] = "",
    managed: Annotated[
        Managed,
        typer.Option(
            help="true: made by Day One; false: all others; any: both. false and any are read in Identity Center now "
            "of one person, group or account, and of everybody by the last inventory."
        ),
    ] = Managed.TRUE,
    limit: Annotated[int, typer.Option(min=1, max=_MOST, help="Maximum number of rows.")] = _MOST,
    *,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print CSV, regardless of --output.")] = False,
) -> None:
    """List every person and group with their permission sets in each account, and the reasons."""
    about = {"person": person, "group": group, "account": account, "ou": unit, "permission_set": permission_set}
    query = {**about, "managed": managed.value}
    if as_csv:
        _print_csv(run, query)
        return
    parts = list(run.api.pages(_ASSIGNMENTS, query, most=limit, largest=_LARGEST_PAGE))
    rows = [entry for part in parts for entry in part["assignments"]][:limit]
    dated = {name: parts[0][name] for name in ("source", "as_of", "read_from")}
    run.show({**dated, "assignments": rows}, lambda _: _sheet(rows, dated))


def _print_csv(run: Run, query: Query) -> None:
    """Part by part as it comes, with the line of names once; the API sees to it that no cell is a formula."""
    cursor, is_first = "", True
    while is_first or cursor:
        asked = {**query, "format": "csv", "cursor": cursor, "limit": _LARGEST_PAGE}
        answer = run.api.get(_ASSIGNMENTS, asked, accept="text/csv")
        names, end, rows = answer.text.partition("\r\n")
        run.screen.raw(names + end + rows if is_first else rows)
        cursor, is_first = answer.next_cursor, False


def _dated(report: Mapping[str, str]) -> str:
    """Return the sentence that says when the report was so, and what it rests on."""
    at, began = moment(report["as_of"]), moment(report["read_from"])
    return {
        "record": f"As AWS has confirmed it to Day One by {at} (record).",
        "identity-center": f"As of {at} (read in Identity Center).",
        "inventory": f"As of {at} (inventory, read from {began}); what Day One has removed since is left out.",
    }[report["source"]]


def _sheet(rows: list[Mapping[str, Any]], report: Mapping[str, str]) -> Sheet:
    columns = ("who", "account", "name", "permission set", "through", "state", "since", "reason")
    cells = [
        (
            f"{pair['kind']}:{pair['principal_name'] or pair['principal']}",
            pair["account"],
            pair["account_name"],
            pair["permission_set"],
            pair["through"],
            pair["state"],
            moment(pair["confirmed_at"]),
            because(pair["reasons"]),
        )
        for pair in rows
    ]
    return Sheet(columns=columns, rows=cells, foot=[*([] if rows else ["No assignments match."]), _dated(report)])
