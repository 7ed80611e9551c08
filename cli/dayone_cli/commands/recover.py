"""`dayone recover`: rebuild the record after the state table was lost, or replaced by an older copy."""

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from dayone_cli.output.following import FollowIt, Timeout, follow
from dayone_cli.output.screen import Sheet
from dayone_cli.output.words import moment
from dayone_cli.run import Run, command

_RECOVERY = "/v1/recovery"


def register(app: typer.Typer) -> None:
    """Add the command."""
    command(app, "recover")(recover)


def recover(
    run: Run,
    *,
    check: Annotated[bool, typer.Option("--check", help="Only print what the record lacks; change nothing.")] = False,
    follow_it: FollowIt = True,
    timeout: Timeout = 0.0,
) -> None:
    """Record once more what AWS has, after the table was lost; then remove access that nobody should have."""
    answer = run.api.read(_RECOVERY)
    run.show(answer, _sheet)
    if answer["is_open"] and not check:
        follow(run, run.api.write("POST", _RECOVERY), follow_it=follow_it, timeout=timeout)


def _sheet(answer: Mapping[str, Any]) -> Sheet:
    if not answer["is_open"]:
        return Sheet(
            columns=("", ""), rows=[], foot=["The state table is the stack's own: there is nothing to recover."]
        )
    rows = [
        ("open since", moment(answer["since"]) if answer["since"] else "less than a minute"),
        ("read completely", moment(answer["as_of"]) if answer["as_of"] else "not yet: `dayone inventory show`"),
        *((f"record lacks: {kind}", str(number)) for kind, number in answer["differences"].items()),
        *((f"unknown in {member['group']}", member["user"]) for member in answer["unknown"]),
    ]
    return Sheet(columns=("", ""), rows=rows, foot=[])
