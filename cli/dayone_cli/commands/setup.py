"""`dayone setup`: whether AWS is set up as Day One needs it."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any

import typer

from dayone_cli.aws.surroundings import own_findings
from dayone_cli.failures import Failure, Negative, Unauthorised
from dayone_cli.output.screen import Sheet
from dayone_cli.output.words import plural
from dayone_cli.run import Run, command

app = typer.Typer(help="Check that AWS is set up as Day One needs it.")

type Finding = Mapping[str, Any]

Targets = Annotated[
    str,
    typer.Option(help="The planned value of EndedSessionsTargets; default: the stack's, or the organization's root."),
]
Whole = Annotated[bool, typer.Option("--all", help="List the checks that found nothing wrong, too.")]

_CHECK = "/v1/settings/check"
_FINE = "ok"


@app.callback()
def setup() -> None:
    """Check that AWS is set up as Day One needs it."""


@command(app, "check")
def check(
    run: Run,
    instance_arn: Annotated[
        str, typer.Option(help="The Identity Center instance; default: the stack's, or the only one.")
    ] = "",
    ended_sessions_targets: Targets = "",
    *,
    is_whole: Whole = False,
) -> None:
    """Check what Day One needs of AWS, as you and as the deployed API. Exits 1 if a check fails."""
    own = [
        {
            "seen_by": "you",
            "name": finding.name,
            "state": str(finding.state),
            "message": finding.message,
            "remediation": finding.do,
            "snippet": finding.paste,
        }
        for finding in own_findings(
            run.target, instance_arn=instance_arn, ended_sessions_targets=ended_sessions_targets
        )
    ]
    findings = [*own, *_of_the_api(run)]
    run.show({"findings": findings}, lambda _: _sheet(findings, is_whole=is_whole))
    wrong = [pair for pair in findings if pair["state"] == "error"]
    if wrong:
        raise Negative(f"{plural(len(wrong), 'check')} failed")


def _of_the_api(run: Run) -> Sequence[Finding]:
    """Return the findings of the deployed functions with their own roles; none before a deployment."""
    try:
        if not run.target.api and not run.target.is_deployed:
            return [_about_the_api("unknown", "it is not deployed yet", do="deploy it, then check again")]
        said = run.api.read(_CHECK)["findings"]
    except Unauthorised as failure:
        return [_about_the_api("unknown", _told(failure), do="allow the caller execute-api:Invoke")]
    except Failure as failure:
        return [_about_the_api("error", _told(failure), do="read the log of the function access_api")]
    return [{"seen_by": "Day One", **entry} for entry in said]


def _about_the_api(state: str, says: str, *, do: str) -> Finding:
    return {"seen_by": "you", "name": "api", "state": state, "message": says, "remediation": do, "snippet": ""}


def _told(failure: Failure) -> str:
    return f"{failure.title}: {failure.detail}" if failure.detail else failure.title


def _sheet(findings: Sequence[Finding], *, is_whole: bool) -> Sheet:
    shown = [finding for finding in findings if is_whole or finding["state"] != _FINE]
    rows = [(pair["state"], pair["name"], pair["seen_by"], pair["message"], pair["remediation"]) for pair in shown]
    foot = (*_folded(findings, number=len(findings) - len(shown)), *_pasted(findings))
    return Sheet(columns=("state", "what", "seen by", "is", "what to do"), rows=rows, foot=foot)


def _folded(findings: Sequence[Finding], *, number: int) -> Iterator[str]:
    """Yield the line that stands for the checks that are fine, when they are left out."""
    if number:
        names = dict.fromkeys(finding["name"] for finding in findings if finding["state"] == _FINE)
        yield f"{plural(number, 'check')} found nothing wrong (`--all` lists them): {', '.join(names)}"


def _pasted(findings: Sequence[Finding]) -> Iterator[str]:
    """Yield the texts to paste, each once, from whichever finding; an older API has none."""
    texts = {finding["snippet"]: finding["name"] for finding in findings if finding.get("snippet")}
    for text, name in texts.items():
        yield from ("", f"{name}, to paste:", "", *text.splitlines())
