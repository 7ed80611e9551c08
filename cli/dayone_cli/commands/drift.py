"""`dayone drift`: what Identity Center has otherwise than Day One has recorded."""

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from dayone_cli.api_client import path
from dayone_cli.output.following import FollowIt, Timeout, follow
from dayone_cli.output.lists import USUAL, Limit, facts, members, show_list
from dayone_cli.output.screen import Sheet
from dayone_cli.run import Run, command

app = typer.Typer(help="List what others have changed in Identity Center, as of the last inventory.")

_DRIFT = "/v1/drift"


@command(app, "list")
def list_drift(
    run: Run,
    kind: Annotated[
        str, typer.Option(help="Only this kind: missing, changed, unmanaged, orphaned or unprovisioned.")
    ] = "",
    limit: Limit = USUAL,
) -> None:
    """List the differences between Identity Center and the record, as of the last inventory."""
    columns = ("id", "kind", "subject", "resource", "baseline", "ignored until", "since")
    row = members("id", "kind", "subject", "resource", "baseline", "ignored.until", "first_seen_at")
    show_list(run, _DRIFT, "drift", columns=columns, row=row, query={"kind": kind}, limit=limit)


@command(app, "show")
def show(run: Run, finding: Annotated[str, typer.Argument(help="The finding's id.")]) -> None:
    """Print one difference: what it is, since when, and which attributes differ."""
    run.show(run.api.read(path("v1", "drift", finding)), _finding)


@command(app, "repair")
def repair(
    run: Run,
    finding: Annotated[str, typer.Argument(help="The finding's id.")],
    *,
    follow_it: FollowIt = True,
    timeout: Timeout = 0.0,
) -> None:
    """Create or update once more what Day One made and others deleted or changed, as a new change."""
    follow(run, run.api.write("POST", path("v1", "drift", finding, "repair")), follow_it=follow_it, timeout=timeout)


@command(app, "ignore")
def ignore(
    run: Run,
    finding: Annotated[str, typer.Argument(help="The finding's id.")],
    until: Annotated[str, typer.Option(help="Until when, such as 2026-12-31T00:00:00Z.")],
    reason: Annotated[str, typer.Option(help="The reason, at most 200 characters.")],
    *,
    follow_it: FollowIt = True,
    timeout: Timeout = 0.0,
) -> None:
    """Keep a difference as it is until a date, with a reason: it stays listed, and is no warning of the status."""
    body = {"until": until, "reason": reason}
    taken = run.api.write("POST", path("v1", "drift", finding, "ignore"), body)
    follow(run, taken, follow_it=follow_it, timeout=timeout)


def _finding(answer: Mapping[str, Any]) -> Sheet:
    sheet = facts({name: entry for name, entry in answer.items() if name != "changes"})
    changes = [f"{each['attribute']}: {each['recorded']!r} -> {each['actual']!r}" for each in answer["changes"]]
    return Sheet(columns=sheet.columns, rows=sheet.rows, foot=changes)
