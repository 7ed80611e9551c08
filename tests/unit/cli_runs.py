"""The `dayone` command run in this process, with an environment of its own."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from typer.testing import CliRunner

from dayone_cli.main import build
from tests.unit.cli_api import KEY, REGION, SECRET

_APP = build()


@dataclass(frozen=True, kw_only=True)
class Ended:
    """How a run ended."""

    code: int
    out: str
    err: str

    def json(self) -> Any:  # noqa: ANN401 - JSON
        return json.loads(self.out)


def dayone(*arguments: str | Path, api: str = "", stdin: str = "", **more: str) -> Ended:
    """Run it with credentials, against an API."""
    environment = {"AWS_ACCESS_KEY_ID": KEY, "AWS_SECRET_ACCESS_KEY": SECRET, "AWS_REGION": REGION, "DAYONE_API": api}
    words = [str(argument) for argument in arguments]
    ended = CliRunner().invoke(_APP, words, input=stdin, env={**environment, **more})
    if ended.exception and not isinstance(ended.exception, SystemExit):
        raise ended.exception
    return Ended(code=ended.exit_code, out=ended.stdout, err=ended.stderr)
