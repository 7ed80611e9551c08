"""`dayone api`: any request to the API, signed."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from dayone_cli.failures import Misused
from dayone_cli.inputs.choices import http_methods
from dayone_cli.run import Run, command

_METHODS = ("GET", "POST", "PUT")


def register(app: typer.Typer) -> None:
    """Add the command to the top."""
    command(app, "api")(api)


def api(
    run: Run,
    method: Annotated[str, typer.Argument(autocompletion=http_methods, help="GET, POST or PUT.")],
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
