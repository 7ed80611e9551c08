"""`dayone status` and `dayone api`: how it is, and any request to the API, signed."""

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer

from dayone_cli.failures import Misused, Refused
from dayone_cli.output.lists import facts
from dayone_cli.output.removals import Names, whose_access
from dayone_cli.output.screen import Sheet
from dayone_cli.output.words import moment, plural
from dayone_cli.run import Run, command

_NOT_FOUND = 404
_POLICY = "policy"
_MOST_HELD = 100
_MOST_NAMED = 10  # changes whose people are named: each is read for it
_METHODS = ("GET", "POST", "PUT")


def register(app: typer.Typer) -> None:
    """Add both commands to the top."""
    command(app, "status")(status)
    command(app, "api")(api)


def status(run: Run) -> None:
    """Print the policy in force, metrics of the last 24 hours, what is held, and what is stuck and why."""
    health = run.api.read("/v1/health")
    later = {
        **_since_later("last_day", lambda: run.api.read("/v1/metrics")),
        **_since_later("held", lambda: _held(run)),
        **_since_later("stuck", lambda: run.api.read("/v1/stuck")["stuck"]),
    }
    names = Names(run.api)
    run.show({**health, **later}, partial(_sheet, whose=lambda change: whose_access(run.api, change, names)))


def api(
    run: Run,
    method: Annotated[str, typer.Argument(help="GET, POST or PUT.")],
    path: Annotated[str, typer.Argument(help="A path of the API, such as '/v1/changes?limit=5'.")],
    body: Annotated[str, typer.Option(help="A file with the request body; - reads stdin.")] = "",
    content_type: Annotated[str, typer.Option(help="The media type of the body.")] = "application/json",
) -> None:
    """Send a signed request to the API and print the response body unchanged."""
    if method.upper() not in _METHODS or not path.startswith("/"):
        raise Misused("Not a valid request", detail="write, for example: dayone api GET /v1/health")
    sent = _body(body)
    headers = {"content-type": content_type} if sent else {}
    text = run.api.request(method.upper(), path, headers=headers, body=sent).text
    run.screen.raw(text if text.endswith("\n") else text + "\n")


def _body(named: str) -> bytes:
    try:
        return sys.stdin.buffer.read() if named == "-" else Path(named).read_bytes() if named else b""
    except OSError as error:
        raise Misused("The file cannot be read", detail=str(error)) from error


def _held(run: Run) -> list[Any]:
    """Return the held changes, those that no policy has caused first, since leavers may be among them; then by age."""
    parts = run.api.pages("/v1/changes", {"state": "held"}, most=_MOST_HELD)
    found = [change for part in parts for change in part["changes"]]
    return sorted(found, key=lambda change: (change["cause"]["kind"] == _POLICY, change["cause"]["at"]))


def _since_later(name: str, read: Callable[[], Any]) -> Mapping[str, Any]:
    try:
        return {name: read()}
    except Refused as refused:
        if refused.status != _NOT_FOUND:  # a release without this
            raise
        return {}


def _sheet(answer: Mapping[str, Any], *, whose: Callable[[str], str]) -> Sheet:
    """Everything else first, then a line for each change that is held and each thing that is stuck."""
    stuck = answer.get("stuck", ())
    foot = [
        f"Stuck since {moment(each['since'])}: {each['subject'] or each['kind']} ({each['kind']}): {each['reason']}"
        + (f" [change {each['change']}]" if each["change"] else "")
        for each in stuck
    ]
    rest = facts({name: value for name, value in answer.items() if name not in ("held", "stuck")})
    if "stuck" in answer and not stuck:
        foot = ["Nothing is stuck."]
    return Sheet(columns=rest.columns, rows=rest.rows, foot=[*_held_lines(answer.get("held", ()), whose=whose), *foot])


def _held_lines(held: Sequence[Mapping[str, Any]], *, whose: Callable[[str], str]) -> Iterator[str]:
    for place, change in enumerate(held):
        cause, number = change["cause"], plural(change["held"], "operation")
        caused = f"{cause['kind']} {cause['reference']} of {cause['actor']}, {moment(cause['at'])}"
        named = whose(change["id"]) if place < _MOST_NAMED else ""
        of_whom = f"; it is about {named}" if named else ""
        yield f"Held: {number} of change {change['id']} ({caused}): {change['held_reason']}{of_whom}"
    if len(held) == _MOST_HELD:
        yield "There may be more: `dayone changes list --state held`"
    if any(change["cause"]["kind"] != _POLICY for change in held):
        yield "If people have left, `dayone changes approve --leavers` approves what they lose, and nothing else."
    if held:
        yield "What waits, who may decide, and what goes on: `dayone changes show CHANGE`"
