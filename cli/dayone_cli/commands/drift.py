"""`dayone drift`: what Identity Center has otherwise than Day One has recorded."""

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from dayone_cli.api_client import path
from dayone_cli.failures import Negative
from dayone_cli.inputs.choices import drift_kinds
from dayone_cli.output.following import FollowIt, Timeout, follow
from dayone_cli.output.lists import USUAL, Limit, facts, members, show_list
from dayone_cli.output.screen import Sheet
from dayone_cli.output.words import moment
from dayone_cli.run import Run, command

app = typer.Typer(help="List what others have changed in Identity Center, as of the last inventory.")

_DRIFT = "/v1/drift"


@command(app, "list")
def list_drift(
    run: Run,
    kind: Annotated[
        str,
        typer.Option(
            autocompletion=drift_kinds,
            help="Only this kind: missing, changed, unmanaged, orphaned or unprovisioned.",
        ),
    ] = "",
    subject: Annotated[
        str, typer.Option(help="Only this subject, such as account:dev, person:ada@example.com or group:engineers.")
    ] = "",
    limit: Limit = USUAL,
) -> None:
    """List the differences between Identity Center and the record, as of the last inventory."""
    columns = ("id", "kind", "subject", "resource", "baseline", "ignored until", "repair", "since")
    row = members("id", "kind", "subject", "resource", "baseline", "ignored.until", "repair.state", "first_seen_at")
    query = {"kind": kind, "subject": subject}
    show_list(run, _DRIFT, "drift", columns=columns, row=row, query=query, limit=limit, dated=True)


@command(app, "show")
def show(run: Run, finding: Annotated[str, typer.Argument(help="The finding's id.")]) -> None:
    """Print one difference: what it is, since when, and which attributes differ."""
    run.show(run.api.read(path("v1", "drift", finding)), _finding)


@command(app, "reconcile")
def reconcile(
    run: Run,
    subject: Annotated[
        str, typer.Argument(help="person:ID, account:ID, group:KEY or permission-set:KEY, such as group:engineers.")
    ],
    *,
    follow_it: FollowIt = True,
    timeout: Timeout = 0.0,
) -> None:
    """Plan a subject again, and read in Identity Center what it has: what differs is listed a minute later."""
    taken = run.api.write("POST", path("v1", "drift", "reconcile"), {"subject": subject})
    follow(run, taken, follow_it=follow_it, timeout=timeout)


@command(app, "repair")
def repair(
    run: Run,
    finding: Annotated[str, typer.Argument(help="The finding's id.")],
    *,
    follow_it: FollowIt = True,
    timeout: Timeout = 0.0,
) -> None:
    """Create or update once more what others deleted or changed; with `unmanaged: remove`, remove what they gave."""
    follow(run, run.api.write("POST", path("v1", "drift", finding, "repair")), follow_it=follow_it, timeout=timeout)


@command(app, "adopt")
def adopt(run: Run, finding: Annotated[str, typer.Argument(help="The finding's id.")]) -> None:
    """Print the lines to merge into the policy to keep what others have given. Exits 1 if they do not say all of it."""
    described = run.api.read(path("v1", "drift", finding, "policy"))
    run.show(described, lambda _: described["policy"].splitlines())
    if described["obstacles"]:
        raise Negative("these lines do not say all of it", findings=described["obstacles"])


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


@command(app, "pause")
def pause(
    run: Run,
    until: Annotated[str, typer.Option(help="Until when, such as 2026-12-31T00:00:00Z.")],
    reason: Annotated[str, typer.Option(help="The reason, at most 200 characters.")],
    *,
    follow_it: FollowIt = True,
    timeout: Timeout = 0.0,
) -> None:
    """Keep what others deleted, changed or gave as it is until a date, except what `dayone drift repair` names."""
    taken = run.api.write("POST", path("v1", "drift", "pause"), {"until": until, "reason": reason})
    follow(run, taken, follow_it=follow_it, timeout=timeout)


@command(app, "resume")
def resume(run: Run, *, follow_it: FollowIt = True, timeout: Timeout = 0.0) -> None:
    """End a pause at once: what others deleted, changed or gave is repaired and removed again as the policy says."""
    follow(run, run.api.write("POST", path("v1", "drift", "resume")), follow_it=follow_it, timeout=timeout)


def _finding(answer: Mapping[str, Any]) -> Sheet:
    sheet = facts({name: entry for name, entry in answer.items() if name != "changes"})
    changes = [f"{each['attribute']}: {each['recorded']!r} -> {each['actual']!r}" for each in answer["changes"]]
    read = f"As Identity Center was read at {moment(answer['seen_at'])}."
    return Sheet(columns=sheet.columns, rows=sheet.rows, foot=[*changes, read])
