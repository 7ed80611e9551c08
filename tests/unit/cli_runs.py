"""The `dayone` command run in this process, with an environment of its own."""

import json
import sys
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import typer.main
from typer.testing import CliRunner

from dayone_cli.main import build
from tests.unit.cli_api import KEY, REGION, SECRET

# Working it out takes longer than most commands do.
_COMMAND = typer.main.get_command(build())


@dataclass(frozen=True, kw_only=True)
class Ended:
    """Result of a run."""

    code: int
    out: str
    err: str

    def json(self) -> Any:  # noqa: ANN401 - JSON
        return json.loads(self.out)


def dayone(*arguments: str | Path, api: str = "", stdin: str = "", **more: str) -> Ended:
    """Run it with credentials, against an API."""
    environment = {"AWS_ACCESS_KEY_ID": KEY, "AWS_SECRET_ACCESS_KEY": SECRET, "AWS_REGION": REGION, "DAYONE_API": api}
    words = [str(argument) for argument in arguments]
    code: object = 0
    with CliRunner().isolation(stdin, env={**environment, **more}) as (out, err, _):
        try:
            _COMMAND.main(words, prog_name=_COMMAND.name)
        except SystemExit as end:
            code = end.code
        sys.stdout.flush()
        return Ended(code=int(str(code or 0)), out=_text(out), err=_text(err))


def _text(written: BytesIO) -> str:
    return written.getvalue().decode().replace("\r\n", "\n")
