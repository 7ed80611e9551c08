"""`dayone status` and `dayone api`: how it is, and any request to the API, signed."""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from dayone_cli.failures import Misused, Refused
from dayone_cli.lists import facts
from dayone_cli.run import Run, command
from dayone_cli.screen import Sheet
from dayone_cli.words import moment

_NOT_FOUND = 404
_METHODS = ("GET", "POST", "PUT")


def register(app: typer.Typer) -> None:
    """Add both commands to the top."""
    command(app, "status")(status)
    command(app, "api")(api)


def status(run: Run) -> None:
    """Print the policy in force, open operations, metrics of the last 24 hours, and what is stuck and why."""
    health = run.api.read("/v1/health")
    seen = {**health, **_since_later(run, "last_day", "/v1/metrics"), **_since_later(run, "stuck", "/v1/stuck")}
    run.show({**seen, **({"stuck": seen["stuck"]["stuck"]} if "stuck" in seen else {})}, _sheet)


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


def _since_later(run: Run, name: str, where: str) -> Mapping[str, Any]:
    try:
        return {name: run.api.read(where)}
    except Refused as refused:
        if refused.status != _NOT_FOUND:  # a release without this
            raise
        return {}


def _sheet(answer: Mapping[str, Any]) -> Sheet:
    """Everything else first, then a line for each thing that is stuck, the longest first."""
    stuck = answer.get("stuck", ())
    foot = [
        f"Stuck since {moment(each['since'])}: {each['subject'] or each['kind']} ({each['kind']}): {each['reason']}"
        + (f" [change {each['change']}]" if each["change"] else "")
        for each in stuck
    ]
    rest = facts({name: value for name, value in answer.items() if name != "stuck"})
    if "stuck" in answer and not stuck:
        foot = ["Nothing is stuck."]
    return Sheet(columns=rest.columns, rows=rest.rows, foot=foot)
