"""Approve what people who have left would lose, in one held change or in all of them, and nothing else."""

from dayone_cli.api_client import path
from dayone_cli.failures import Failure, Negative, Refused, Unauthorised
from dayone_cli.inputs.confirming import confirm
from dayone_cli.output.lists import MOST
from dayone_cli.output.screen import Sheet
from dayone_cli.output.words import plural
from dayone_cli.run import Run

_QUESTION = "Remove the access of people who have left, in {changes}? Everything else stays held."


def approve_leavers(run: Run, change: str, *, yes: bool) -> None:
    """Send an approval for each held change, or for the one named; raises Negative when some were refused."""
    changes = [change] if change else _held(run)
    confirm(_QUESTION.format(changes=plural(len(changes), "held change")), yes=yes)
    refused = {name: reason for name in changes if (reason := _approve(run, name))}
    taken = [name for name in changes if name not in refused]
    rows = [(name, "approved for leavers") for name in taken] + list(refused.items())
    run.show({"approved": taken, "refused": refused}, lambda _: Sheet(columns=("change", ""), rows=rows))
    if refused:
        raise Negative(f"{plural(len(refused), 'change')} refused", detail="somebody else has to approve these")


def _held(run: Run) -> list[str]:
    parts = run.api.pages("/v1/changes", {"state": "held"}, most=MOST)
    return [str(pair["id"]) for part in parts for pair in part["changes"]]


def _approve(run: Run, change: str) -> str:
    """Approve a change; return the reason of a refusal, or empty; raise errors that would affect the next one too."""
    try:
        run.api.write("POST", path("v1", "changes", change, "approve"), query={"only": "leavers"})
    except (Refused, Unauthorised) as failure:
        if failure.problem is None:
            raise
        return _in_words(failure)
    return ""


def _in_words(failure: Failure) -> str:
    return failure.detail or failure.title
