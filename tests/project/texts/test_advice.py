"""Advice works: every command, option and route that a message or a page names is there."""

import ast
import json
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from dayone_cli.main import build
from tests.project.repository import ROOT, nodes

_ROOT_COMMAND: Any = typer.main.get_command(build())
_GROUPS = "|".join([*_ROOT_COMMAND.commands, "--"])
# In running text a command stands between backticks, or at the end.
_QUOTED = re.compile(r"`(dayone [^`\n]+)`")
_BARE = re.compile(rf"(?<![`\w/.-])(dayone (?:{_GROUPS})[^`\n]*)$")
_ROUTE = re.compile(r"\b(GET|POST|PUT) (/v1/[^\s`?|,;:)\[\]\"']+)")
_OPTION = re.compile(r"(?<![\w`-])(--[a-z][a-z-]+)")
_ROUTES = json.loads((ROOT / "docs" / "openapi.json").read_text(encoding="utf-8"))["paths"]
# Of others: the APIs of Gusto and HiBob, what pip is told, and what the AWS CLI is told in a script that it runs.
_THEIRS = {"GET /v1/employees/{uuid}", "POST /v1/people/{id}", "--requirement", "--require-hashes", "--no-deps"} | {
    "--account-id",
    "--group-id",
    "--identity-store-id",
    "--instance-arn",
    "--membership-id",
    "--permission-set-arn",
    "--principal-id",
    "--principal-type",
    "--target-id",
    "--target-type",
    "--user-id",
}
# What stands for something that is filled in.
_ANY = "X"
# A module without any of these names no command, route or option, and is not worth reading.
_NAMES_ONE = re.compile(r"dayone |/v1/|--[a-z]")


def _texts_in(path: Path) -> Iterator[str]:
    """The texts that a module says, docstrings included; what an f-string fills in is one word."""
    if not _NAMES_ONE.search(path.read_text(encoding="utf-8")):
        return
    parts: set[int] = set()
    for formatted in nodes(path, ast.JoinedStr):
        parts |= {id(part) for part in formatted.values}
        yield "".join(str(part.value) if isinstance(part, ast.Constant) else _ANY for part in formatted.values)
    for constant in nodes(path, ast.Constant):
        if isinstance(constant.value, str) and id(constant) not in parts:
            yield constant.value


def _sources() -> list[tuple[str, str]]:
    """File and text, of all that people may read."""
    modules = [path for folder in ("cli", "layers", "functions", "first_run") for path in (ROOT / folder).rglob("*.py")]
    pages = [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md"), *ROOT.glob("template*.yaml")]
    said = [(path, text) for path in modules for text in _texts_in(path)]
    return [(str(path.relative_to(ROOT)), text) for path, text in said] + [
        (str(path.relative_to(ROOT)), path.read_text(encoding="utf-8")) for path in pages
    ]


SOURCES = _sources()
COMMANDS = sorted({(file, found) for file, text in SOURCES for found in [*_QUOTED.findall(text), *_BARE.findall(text)]})
ROUTES = sorted(
    {(file, *found) for file, text in SOURCES for found in _ROUTE.findall(text) if " ".join(found) not in _THEIRS}
)
OPTIONS = sorted(
    {(file, found) for file, text in SOURCES if file.startswith("cli/") for found in _OPTION.findall(text)}
    - {(file, name) for file, _ in SOURCES for name in _THEIRS}
)


def _wrong_with(command: str) -> str:
    """Return why the command would be wrong usage, or empty; a group alone is a name, and `…` stands for anything."""
    text = command.partition("|")[0].partition(")")[0].replace("$(", "").replace("…", _ANY)
    words = [word.rstrip(".:") for word in shlex.split(text)][1:]
    at: Any = _ROOT_COMMAND
    while words and hasattr(at, "commands") and not words[0].startswith("-"):
        name = words.pop(0)
        if name not in at.commands:
            return "" if name == _ANY else f"there is no {name}"
        at = at.commands[name]
    if hasattr(at, "commands"):
        own = {"--help", *(name for entry in at.params for name in entry.opts)}
        return "" if not words or words[0] in own else f"{words[0]} is no option there"
    options = {
        name: entry for entry in at.params for name in (*entry.opts, *entry.secondary_opts) if name.startswith("-")
    }
    arguments = [entry for entry in at.params if entry.param_type_name == "argument"]
    given = 0
    while words:
        name, equals, _ = words.pop(0).partition("=")
        if not name.startswith("-"):
            given += 1
        elif name not in options and name != "--help":
            return f"{name} is no option there"
        elif words and not equals and name != "--help" and not getattr(options[name], "is_flag", False):
            words.pop(0)
    is_many = any(entry.nargs != 1 for entry in arguments)
    return "" if is_many or given <= len(arguments) else f"{given} arguments are too many"


def test_commands_routes_and_options_are_found() -> None:
    files = {file for file, _ in COMMANDS}
    assert {"cli/dayone_cli/output/watching.py", "docs/operations.md", "template.yaml", "CHANGELOG.md"} <= files
    assert ("cli/dayone_cli/commands/api.py", "dayone api GET /v1/health") in COMMANDS
    assert (len(COMMANDS) > 50, len(ROUTES) > 40, len(OPTIONS) > 20) == (True, True, True)


@pytest.mark.parametrize(
    ("command", "wrong"),
    [
        ("dayone changes retry X", ""),
        ("dayone changes repeat X", "there is no repeat"),
        ("dayone access report --person e-1 | head", ""),
        ("dayone access report --people e-1", "--people is no option there"),
        ("dayone changes show A B", "2 arguments are too many"),
        ("dayone people", ""),
    ],
)
def test_a_command_that_is_not_there_is_noticed(command: str, wrong: str) -> None:
    assert _wrong_with(command) == wrong


@pytest.mark.parametrize(("file", "command"), COMMANDS)
def test_a_command_that_is_named_is_there(file: str, command: str) -> None:
    assert _wrong_with(command) == "", f"{file}: {command}"


@pytest.mark.parametrize(("file", "method", "path"), ROUTES)
def test_a_route_that_is_named_is_there(file: str, method: str, path: str) -> None:
    named = re.sub(r"[{<][^}>]*[}>]|…|X", "[^/]+", path.rstrip(".*"))
    fitting = [
        entry
        for entry in _ROUTES
        if re.fullmatch(named, entry) or re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", entry), path)
    ]
    assert any(method.lower() in _ROUTES[entry] for entry in fitting), f"{file}: {method} {path}"


@pytest.mark.parametrize(("file", "option"), OPTIONS)
def test_an_option_that_a_message_names_is_there(file: str, option: str) -> None:
    leaves = [
        leaf for entry in _ROOT_COMMAND.commands.values() for leaf in getattr(entry, "commands", {"": entry}).values()
    ]
    there = {
        name
        for leaf in (_ROOT_COMMAND, *leaves)
        for entry in leaf.params
        for name in (*entry.opts, *entry.secondary_opts)
    }
    # Every command has this one by itself.
    assert option in there | {"--help"}, f"{file}: {option}"
