"""`dayone dead-letters` and `dayone notifications`: abandoned work and its redrive, and who is notified of what."""

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from dayone_cli.api_client import path
from dayone_cli.inputs.choices import letter_queues
from dayone_cli.output.following import FollowIt, Timeout, follow_all
from dayone_cli.output.lists import members
from dayone_cli.output.screen import Sheet
from dayone_cli.output.words import moment
from dayone_cli.run import Run, command

app = typer.Typer(help="List messages that failed permanently (dead letters) and redrive them.")

_LETTERS = "/v1/dead-letters"
Queue = Annotated[str, typer.Option(autocompletion=letter_queues, help="Only this queue, such as inbox.")]


@command(app, "list")
def list_dead_letters(
    run: Run,
    queue: Queue = "",
    limit: Annotated[int, typer.Option(min=1, max=100, help="Maximum number of entries.")] = 25,
) -> None:
    """List dead letters, and how many there are in each queue."""
    run.show(run.api.read(_LETTERS, {"queue": queue, "limit": limit}), _letters)


@command(app, "redrive")
def redrive(run: Run, queue: Queue = "", *, follow_it: FollowIt = True, timeout: Timeout = 0.0) -> None:
    """Plan the subjects of dead letters again from current facts, and delete the letters. No message is replayed."""
    done = run.api.write("POST", f"{_LETTERS}/redrive", {"queue": queue} if queue else None)
    numbers = {name: entry for name, entry in done.items() if name not in ("changes", "href")}
    run.screen.say(", ".join(f"{name.replace('_', ' ')} {entry}" for name, entry in numbers.items()))
    follow_all(
        run, [{"change": entry} for entry in done["changes"]], follow_it=follow_it, timeout=timeout, also=numbers
    )


def _letters(answer: Mapping[str, Any]) -> Sheet:
    names = ("queue", "subject", "change", "receive_count", "sent_at", "reason")
    row = members(*names)
    foot = [f"{pair['queue']}: {pair['messages']}" for pair in answer["queues"]]
    return Sheet(columns=names, rows=[row(entry) for entry in answer["dead_letters"]], foot=foot)


notifications = typer.Typer(help="List who is notified of what, and send test messages.")

_NOTIFICATIONS = "/v1/notifications"


@command(notifications, "list")
def list_notifications(run: Run) -> None:
    """List the destinations of the policy in force, what waits to be sent, and what was not taken."""
    run.show(run.api.read(_NOTIFICATIONS), _destinations)


@command(notifications, "test")
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
