"""`dayone setup`: whether AWS is set up as Day One needs it."""

from collections.abc import Mapping, Sequence
from typing import Any

import typer

from dayone_cli.failures import Negative
from dayone_cli.run import Run, command
from dayone_cli.screen import Sheet
from dayone_cli.words import plural

app = typer.Typer(help="Whether AWS is set up as Day One needs it.")

_CHECK = "/v1/settings/check"
_ONE_WORD = "check"


@app.callback()
def setup() -> None:
    """Whether AWS is set up as Day One needs it."""


@command(app, _ONE_WORD)
def check(run: Run) -> None:
    """Look at what Day One needs of AWS, and say what to do about what is missing; 1 when something is wrong."""
    findings: Sequence[Mapping[str, Any]] = run.api.read(_CHECK)["findings"]
    run.show({"findings": findings}, lambda _: _sheet(findings))
    wrong = [one for one in findings if one["state"] == "wrong"]
    if wrong:
        raise Negative(f"{plural(len(wrong), 'thing is', 'things are')} wrong")


def _sheet(findings: Sequence[Mapping[str, Any]]) -> Sheet:
    rows = [(one["state"], one["name"], one["says"], one["do"]) for one in findings]
    return Sheet(columns=("state", "what", "is", "what to do"), rows=rows)
