"""Ask before something is done that cannot simply be undone."""

from typing import Annotated

import typer

from dayone_cli.failures import Negative

Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask for confirmation.")]


def confirm(question: str, *, yes: bool) -> None:
    """Ask on stderr, with no as the default; `yes` does not ask.

    Raises Negative when the answer is no, or when stdin ends without one, as it does where no person is present.
    """
    try:
        agreed = yes or typer.confirm(question, err=True)
    except typer.Abort:
        typer.echo(err=True)  # ends the line of the question
        agreed = False
    if not agreed:
        raise Negative("Nothing was changed", detail="it was not confirmed; add --yes to go on without being asked")
