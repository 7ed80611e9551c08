"""An installation's answers are kept in a file of its own: README's way to answer `sam deploy --guided` does that."""

import shutil
import subprocess
import tomllib
from pathlib import Path

from sandbox import Sandbox, paths
from tests.pages import ROOT

_TEMPLATE = """
Transform: AWS::Serverless-2016-10-31
Parameters: {Greeting: {Type: String}}
Resources: {Queue: {Type: AWS::SQS::Queue}}
"""
# Name, Region, the parameter, no confirmation; the rest as it is offered.
_ANSWERS = "answered\n\nhello\nn\n\n\n\n\n\n\n"


def _sam(sandbox: Sandbox, folder: Path, *arguments: str, answers: str = "") -> str:
    ended = subprocess.run(  # noqa: S603 - our own tool
        [paths.sam(), "deploy", *arguments, "--config-file", "samconfig.local.toml"],
        cwd=folder,
        env={
            **sandbox.command_environment,
            "SAM_CLI_TELEMETRY": "0",
            "SAM_CLI_POLL_DELAY": "0.2",
            "__SAM_CLI_APP_DIR": str(folder / "sam"),
            "TMPDIR": str(folder),
        },
        input=answers,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stdout
    return ended.stdout


def test_answers_go_into_the_copy_and_are_enough_from_then_on(sandbox: Sandbox, tmp_path: Path) -> None:
    built = tmp_path / ".aws-sam" / "build"
    built.mkdir(parents=True)
    (built / "template.yaml").write_text(_TEMPLATE)
    defaults = (ROOT / "samconfig.toml").read_bytes()
    for name in ("samconfig.toml", "samconfig.local.toml"):
        shutil.copy(ROOT / "samconfig.toml", tmp_path / name)
    _sam(sandbox, tmp_path, "--guided", answers=_ANSWERS)
    assert (tmp_path / "samconfig.toml").read_bytes() == defaults
    answered = tomllib.loads((tmp_path / "samconfig.local.toml").read_text())["default"]
    assert answered["deploy"]["parameters"]["stack_name"] == "answered"
    assert 'Greeting="hello"' in str(answered["deploy"]["parameters"]["parameter_overrides"])
    # What the project's file says is still there.
    assert answered["build"] == tomllib.loads(defaults.decode())["default"]["build"]
    assert "No changes to deploy" in _sam(sandbox, tmp_path)
