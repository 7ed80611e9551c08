"""Ask before something is done that cannot simply be undone."""

from typing import Annotated

import typer

from dayone_cli.failures import Interrupted, Negative

Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask for confirmation.")]


def confirm(question: str, *, yes: bool) -> None:
    """Ask on stderr, with no as the default; `yes` does not ask.

    Raises Negative when the answer is no, or when stdin ends without one, as it does where no person is present, and
    Interrupted when somebody stops the command at the question.
    """
    try:
        agreed = yes or typer.confirm(question, err=True)
    except typer.Abort as abort:
        typer.echo(err=True)  # ends the line of the question
        if isinstance(abort.__context__, KeyboardInterrupt):
            raise Interrupted("Stopped", detail="nothing was changed, and nothing goes on") from abort
        agreed = False
    if not agreed:
        raise Negative("Nothing was changed", detail="it was not confirmed; add --yes to go on without being asked")
