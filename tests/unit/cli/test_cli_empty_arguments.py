"""An empty argument asks nothing, and output that cannot be written ends a command in order."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

import pytest
import typer

from dayone_cli.main import build
from tests.unit.cli_api import KEY, REGION, SECRET, running
from tests.unit.cli_runs import dayone

_FULL = Path("/dev/full")
_PROGRAM = [sys.executable, "-c", "from dayone_cli.main import main; main()"]
_POLICY = Path(__file__).parents[3] / "sandbox" / "demo" / "policy.yaml"


def _commands() -> Iterator[tuple[tuple[str, ...], list[str], int]]:
    """Each command with its options that take a value, and the number of its arguments."""
    root = typer.main.get_command(build())
    for name, command in root.commands.items():  # type: ignore[attr-defined]
        for path, leaf in (
            (((name, own), entry) for own, entry in getattr(command, "commands", {}).items())
            if hasattr(command, "commands")
            else [((name,), command)]
        ):
            options = [entry for entry in leaf.params if entry.param_type_name == "option"]
            valued = [entry.opts[0] for entry in options if not getattr(entry, "is_flag", False)]
            yield path, valued, sum(1 for entry in leaf.params if entry.param_type_name == "argument")


_COMMANDS = list(_commands())


def test_commands_with_options_are_found() -> None:
    assert (("access", "report"), "--person") in [
        (path, option) for path, options, _ in _COMMANDS for option in options
    ]


@pytest.mark.parametrize(
    ("path", "option"), [(path, option) for path, options, _ in _COMMANDS for option in options], ids=str
)
def test_an_empty_option_is_wrong_usage_of_every_command(path: tuple[str, ...], option: str) -> None:
    for words in ([option, ""], [option, " "], [f"{option}="]):
        ended = dayone(*path, *words)
        assert (ended.code, ended.out) == (2, "")
        assert f"{option} is empty" in ended.err


@pytest.mark.parametrize(("path", "count"), [(path, count) for path, _, count in _COMMANDS if count], ids=str)
def test_an_empty_argument_is_wrong_usage_of_every_command(path: tuple[str, ...], count: int) -> None:
    ended = dayone(*path, *["x"] * (count - 1), "")
    assert (ended.code, ended.out) == (2, "")
    assert "an argument is empty" in ended.err


_OF_FILES = {
    ("policy", "check"),
    ("policy", "plan"),
    ("policy", "apply"),
    ("people", "import"),
    ("events", "send"),
    ("import", "verify"),
}


@pytest.mark.parametrize("value", [".", ".."])
@pytest.mark.parametrize(
    ("path", "count"), [(path, count) for path, _, count in _COMMANDS if count and path not in _OF_FILES], ids=str
)
def test_a_path_as_an_argument_leads_nowhere(path: tuple[str, ...], count: int, value: str) -> None:
    with running() as api:
        ended = dayone(*path, *[value] * count, api=api.url)
    assert ended.code in (2, 3, 5), ended.out
    assert [entry.path for entry in api.asked if {".", ".."} & set(unquote(entry.path).split("/"))] == []


# Tables, JSON and raw texts, of a list, a single answer and an export, from the API and offline.
_PRINTING = [
    ("policy", "check", str(_POLICY)),
    ("policy", "show"),
    ("policy", "versions", "-o", "json"),
    ("changes", "list"),
    ("access", "report", "--csv"),
    ("api", "GET", "/v1/health"),
    ("--help",),
]
# Each in a process of its own.
_SOME_PRINTING = [
    pytest.param(words, id=" ".join(words), marks=() if number < 1 else pytest.mark.thorough)
    for number, words in enumerate(_PRINTING)
]


@pytest.fixture
def environment() -> Iterator[dict[str, str]]:
    """Yield the environment of commands with an API that answers, and with output buffered as it usually is."""
    with running() as api:
        api.tell("GET /v1/policy", {"version": 1, "files": {"policy.yaml": "version: 1\n" * 9_000}})
        api.tell("GET /v1/policy/versions", {"versions": [], "cursor": ""})
        api.tell("GET /v1/changes", {"changes": [], "cursor": ""})
        api.tell("GET /v1/assignments", "kind,principal\r\n" + "group,engineers\r\n" * 9_000)
        api.tell("GET /v1/health", {"policy_version": 1})
        credentials = {"AWS_ACCESS_KEY_ID": KEY, "AWS_SECRET_ACCESS_KEY": SECRET, "AWS_REGION": REGION}
        usual = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
        yield {**usual, **credentials, "DAYONE_API": api.url}


def _into(out: int, words: tuple[str, ...], environment: dict[str, str]) -> tuple[int, bytes]:
    ended = subprocess.run(  # noqa: S603 - our own program
        [*_PROGRAM, *words], stdout=out, stderr=subprocess.PIPE, env=environment, check=False
    )
    return ended.returncode, ended.stderr


@pytest.mark.parametrize("words", _SOME_PRINTING)
@pytest.mark.skipif(not _FULL.exists(), reason="only Linux has a device that is always full")
def test_a_full_disk_ends_without_a_traceback(words: tuple[str, ...], environment: dict[str, str]) -> None:
    with _FULL.open("w") as full:
        ended = _into(full.fileno(), words, environment)
    assert ended == (1, b"The output cannot be written: No space left on device\n")


@pytest.mark.parametrize("words", _SOME_PRINTING)
def test_a_reader_that_stops_ends_it_without_a_traceback(words: tuple[str, ...], environment: dict[str, str]) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    try:
        ended = _into(writing, words, environment)
    finally:
        os.close(writing)
    assert ended == (1, b"")


@pytest.mark.skipif(not _FULL.exists(), reason="only Linux has a device that is always full")
def test_messages_that_cannot_be_written_end_it_without_more(environment: dict[str, str]) -> None:
    with _FULL.open("w") as full:
        ended = subprocess.run(  # noqa: S603 - our own program
            [*_PROGRAM, "policy", "check", "nowhere"], stdout=full, stderr=full, env=environment, check=False
        )
    assert ended.returncode in (1, 2)
