"""`dayone audit`: the log of every change to AWS, and the proof that nobody has changed the log."""

from typing import Annotated

import typer

from dayone_cli.failures import Negative
from dayone_cli.lists import USUAL, Limit, members, show_list
from dayone_cli.run import Run, command
from dayone_cli.words import plural

app = typer.Typer(help="The log of every change to AWS, and the proof that nobody has changed it.")


@command(app, "list")
def list_audit(
    run: Run,
    subject: Annotated[str, typer.Option(help="Whom it is about, such as person:e-1001.")] = "",
    actor: Annotated[str, typer.Option(help="Who set it off.")] = "",
    since: Annotated[str, typer.Option(help="Not before this time, ISO 8601.")] = "",
    until: Annotated[str, typer.Option(help="Before this time, ISO 8601.")] = "",
    limit: Limit = USUAL,
) -> None:
    """List what was done, the newest first."""
    columns = ("at", "action", "subject", "outcome", "actor", "change", "request id", "detail")
    row = members("at", "action", "subject", "outcome", "actor", "change", "request_id", "detail")
    query = {"subject": subject, "actor": actor, "since": since, "until": until}
    show_list(run, "/v1/audit", "entries", columns=columns, row=row, query=query, limit=limit)


@command(app, "verify")
def verify(run: Run, day: Annotated[str, typer.Argument(help="A day in UTC, such as 2026-11-23.")]) -> None:
    """Follow the chain of hashes through a day; 1 when it is broken."""
    entries, broken, cursor, is_first = 0, None, "", True
    while (cursor or is_first) and broken is None:
        part = run.api.read("/v1/audit/verify", {"day": day, "cursor": cursor})
        entries, broken, cursor, is_first = entries + part["entries"], part["first_break"], part["cursor"], False
    found = {"day": day, "entries": entries, "first_break": broken}
    run.show(found, lambda _: [f"{day}: {plural(entries, 'entry', 'entries')}, {'broken' if broken else 'whole'}."])
    if broken:
        place = f"lane {broken['lane']}, entry {broken['number']}: {broken['says']}"
        raise Negative("The log of this day is not as it was written", detail=place)
