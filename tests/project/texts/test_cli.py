"""The `dayone` command starts fast, its page is that of the command, and its release that of all else."""

import json
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from typing import Any

import pytest
import typer.main
import yaml

from dayone import RELEASE
from dayone_cli.main import build
from dayone_cli.reference import reference
from tests.project.repository import ROOT
from tests.unit.cli_runs import dayone

_HELP = "import sys; sys.argv = ['dayone', '--help']\nfrom dayone_cli.main import main\n"
_HEAVY = ("boto3", "botocore", "dayone", "pydantic", "rich", "urllib3", "yaml")


def _python(script: str) -> str:
    ended = subprocess.run(  # noqa: S603 - the scripts are this file's own
        [sys.executable, "-c", script],
        env={"PYTHONPATH": f"{ROOT / 'cli'}:{ROOT / 'layers' / 'core'}"},
        capture_output=True,
        text=True,
        check=True,
    )
    return ended.stdout


def _commands(group: Any, words: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:  # noqa: ANN401 - typer's
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from _commands(command, (*words, name))
        else:
            yield (*words, name), command


COMMANDS = dict(_commands(typer.main.get_command(build())))


def test_its_page_is_that_of_the_command() -> None:
    assert (ROOT / "docs" / "cli.md").read_text(encoding="utf-8") == reference(), "run make schema"


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_a_command_and_its_options_say_what_they_are_for(words: tuple[str, ...]) -> None:
    command = COMMANDS[words]
    assert command.help
    assert not [entry.name for entry in command.params if not entry.help]


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_every_command_prints_json_when_it_is_asked_to(words: tuple[str, ...]) -> None:
    assert "output" in {entry.name for entry in COMMANDS[words].params}


def test_help_waits_for_nothing_that_only_commands_need() -> None:
    script = f"{_HELP}try: main()\nexcept SystemExit: pass\nimport json; print(json.dumps(sorted(sys.modules)))"
    loaded = json.loads(_python(script).splitlines()[-1])
    assert not [name for name in _HEAVY if name in loaded]


def test_the_functions_have_the_release_of_the_package() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["version"] == RELEASE


@pytest.mark.parametrize("template", ["template.yaml", "template-forwarder.yaml"])
def test_a_template_names_its_release(template: str) -> None:
    text = (ROOT / template).read_text(encoding="utf-8")
    section = text[text.index("\nMetadata:") :].split("\n\n")[0]
    assert yaml.safe_load(section)["Metadata"]["Release"] == {"Name": "dayone", "Version": RELEASE}


def test_the_command_prints_its_release() -> None:
    ended = dayone("--version")
    assert (ended.code, ended.out) == (0, f"dayone {RELEASE}\n")
