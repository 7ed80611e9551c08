"""`dayone inventory`: reading all of Identity Center at intervals, its cost, and how far it has come."""

from collections.abc import Mapping
from typing import Any

import typer

from dayone_cli.output.screen import Sheet
from dayone_cli.output.words import as_of, moment
from dayone_cli.run import Run, command

app = typer.Typer(help="Show the inventory of Identity Center: its read plan and its progress.")

_INVENTORY = "/v1/inventory"


@command(app, "plan")
def plan(run: Run) -> None:
    """Print the methods to read all of Identity Center, their calls and minutes, and what the chosen one cannot see."""
    run.show(run.api.read(_INVENTORY), _plan)


@command(app, "show")
def show(run: Run) -> None:
    """Print how far the inventory has come, what it could not read, and how much differs from the record."""
    run.show(run.api.read(_INVENTORY), _progress)


_NONE = "There was no inventory yet: the first begins within a minute after the deployment."


def _plan(answer: Mapping[str, Any]) -> Sheet:
    current = answer["current"]
    columns = ("method", "calls", "to sso-admin", "to identitystore", "minutes", "chosen")
    if current is None:
        return Sheet(columns=columns, rows=[], foot=[_NONE])
    names = ("method", "calls", "sso_calls", "directory_calls", "minutes")
    rows = [
        (*(str(method[name]) for name in names), "yes" if method["method"] == current["method"] else "")
        for method in current["methods"]
    ]
    foot = [f"Counted by the inventory that began at {moment(current['began_at'])}."]
    return Sheet(columns=columns, rows=rows, foot=[*foot, *(f"Not seen: {unseen}." for unseen in current["unseen"])])


def _progress(answer: Mapping[str, Any]) -> Sheet:
    current = answer["current"]
    if current is None:
        return Sheet(columns=("", ""), rows=[], foot=[_NONE])
    rows = [
        ("began", moment(current["began_at"])),
        ("over", moment(current["finished_at"]) if current["finished_at"] else f"no, at {current['section']}"),
        ("last complete", moment(answer["as_of"]) if answer["as_of"] else "none"),
        ("calls", str(current["calls"])),
        *((f"drift: {kind}", str(number)) for kind, number in answer["drift"].items()),
        ("of that baseline", str(answer["baseline"])),
    ]
    foot = [f"Not read: {unread['part']}: {unread['reason']}" for unread in current["unread"]]
    foot.append(as_of(answer["as_of"], answer["events_at"]))
    return Sheet(columns=("", ""), rows=rows, foot=foot)
