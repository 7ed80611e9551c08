"""`dayone notifications`: who is notified of what, what was not taken, and test messages."""

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from dayone_cli.api_client import path
from dayone_cli.output.screen import Sheet
from dayone_cli.output.words import moment
from dayone_cli.run import Run, command

app = typer.Typer(help="List who is notified of what, and send test messages.")

_NOTIFICATIONS = "/v1/notifications"


@command(app, "list")
def list_notifications(run: Run) -> None:
    """List the destinations of the policy in force, what waits to be sent, and what was not taken."""
    run.show(run.api.read(_NOTIFICATIONS), _destinations)


@command(app, "test")
def test(
    run: Run, destination: Annotated[str, typer.Argument(help="Its name in the policy, such as on-call.")]
) -> None:
    """Send a test message to a destination, within a minute. It says that nothing has happened."""
    run.show(run.api.write("POST", path("v1", "notifications", destination, "test")), _requested)


def _destinations(answer: Mapping[str, Any]) -> Sheet:
    columns = ("destination", "kinds", "waiting", "delivered", "not taken")
    return Sheet(columns=columns, rows=[_row(entry) for entry in answer["destinations"]], foot=[])


def _row(entry: Mapping[str, Any]) -> tuple[str, ...]:
    kinds = ", ".join(f"{kind} (urgent)" if kind in entry["urgent"] else kind for kind in entry["kinds"])
    delivered = moment(entry["delivered_at"]) if entry["delivered_at"] else ""
    reason = entry["reason"]
    if entry["attempts"]:
        reason = f"{reason}: sent {entry['attempts']} times, again {moment(entry['next_at'])}"
    elif entry["failed_at"]:
        reason = f"{reason}: abandoned {moment(entry['failed_at'])}"
    return entry["destination"], kinds, str(entry["waiting"]), delivered, reason


def _requested(answer: Mapping[str, Any]) -> Sheet:
    foot = [
        f"Message {answer['message']} to {answer['destination']} goes out within a minute.",
        "See what became of it: dayone notifications list",
    ]
    return Sheet(columns=("", ""), rows=[], foot=foot)
