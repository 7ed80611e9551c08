"""The `dayone` command in somebody's shell, against the deployed application."""

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from typer.testing import CliRunner

from dayone_cli.main import build
from sandbox import Credentials
from tests.e2e.deployed.day_one import DayOne

_APP = build()


@dataclass(frozen=True, kw_only=True)
class Ended:
    """Result of a command."""

    returncode: int
    stdout: str
    stderr: str


@dataclass(frozen=True, kw_only=True)
class Shell:
    """Somebody's shell with a home of its own, where `dayone` knows the API, and the SDK the credentials."""

    day_one: DayOne
    home: Path
    credentials: Credentials | None

    @property
    def environment(self) -> dict[str, str]:
        """Environment of commands."""
        ours = self.day_one.sandbox.command_environment
        keys = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")
        kept = {name: text for name, text in ours.items() if name not in keys}
        who = self.credentials
        said = dict(zip(keys, (who.access_key_id, who.secret_access_key), strict=True)) if who else {}
        return {**kept, **said, "HOME": str(self.home), "DAYONE_API": self.day_one.deployed.api.url}

    def run(self, *words: str | Path, stdin: str = "", **more: str) -> Ended:
        """Run it in this process, which is faster, whatever comes of it."""
        seen = {**self.environment, **more}
        environment = {**dict.fromkeys(os.environ.keys() - seen.keys()), **seen}
        ended = CliRunner().invoke(_APP, [str(word) for word in words], input=stdin, env=environment)
        if ended.exception and not isinstance(ended.exception, SystemExit):
            raise ended.exception
        return Ended(returncode=ended.exit_code, stdout=ended.stdout, stderr=ended.stderr)

    def answer(self, *words: str | Path) -> Any:  # noqa: ANN401 - JSON
        """Return its JSON output; it must succeed."""
        ended = self.run(*words, "--output", "json")
        assert ended.returncode == 0, ended.stderr
        return json.loads(ended.stdout)
