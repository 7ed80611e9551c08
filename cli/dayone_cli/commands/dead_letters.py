"""`dayone dead-letters`: work that nobody does, and having it looked at again."""

from typing import Annotated

import typer

from dayone_cli.lists import USUAL, Limit, facts, members, show_list
from dayone_cli.run import Run, command

app = typer.Typer(help="Work that nobody does any more; having it looked at again.")

_LETTERS = "/v1/dead-letters"
Queue = Annotated[str, typer.Option(help="Of this queue only.")]


@command(app, "list")
def list_dead_letters(run: Run, queue: Queue = "", limit: Limit = USUAL) -> None:
    """List dead letters."""
    columns = ("queue", "subject", "received", "at", "reason")
    row = members(*columns)
    show_list(run, _LETTERS, "dead_letters", columns=columns, row=row, query={"queue": queue}, limit=limit)


@command(app, "redrive")
def redrive(run: Run, queue: Queue = "") -> None:
    """Have what dead letters are about planned anew; nothing is replayed."""
    run.show(run.api.write("POST", f"{_LETTERS}/redrive", {"queue": queue} if queue else None), facts)
