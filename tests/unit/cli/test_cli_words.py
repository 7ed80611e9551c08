"""The words that the help of an option names are those that the API takes for it."""

import json
import re
from typing import Any

import pytest
import typer

from dayone_cli.commands.access import Managed
from dayone_cli.main import build
from tests.project.repository import ROOT

_ROOT_COMMAND: Any = typer.main.get_command(build())
_PATHS = json.loads((ROOT / "docs" / "openapi.json").read_text(encoding="utf-8"))["paths"]
# Group, command and option of `dayone`; path and parameter of the API.
_SAME = [
    ("changes", "list", "--state", "/v1/changes", "state"),
    ("changes", "list", "--cause", "/v1/changes", "cause"),
    ("accounts", "list", "--state", "/v1/accounts", "state"),
    ("people", "list", "--status", "/v1/people", "status"),
    ("grants", "list", "--state", "/v1/grants", "state"),
    ("dead-letters", "list", "--queue", "/v1/dead-letters", "queue"),
    ("drift", "list", "--kind", "/v1/drift", "kind"),
]
# The command asks for CSV by an option of its own, and typer refuses other words than those of `Managed`.
# What an inventory has read `dayone import` reads section by section, and no option names one.
_OTHERWISE = {("/v1/assignments", "format"), ("/v1/assignments", "managed"), ("/v1/inventory/resources", "section")}


def _option(group: str, command: str, name: str) -> Any:  # noqa: ANN401 - typer's
    leaf = _ROOT_COMMAND.commands[group].commands[command]
    return next(entry for entry in leaf.params if name in entry.opts)


def _taken(path: str, name: str) -> set[str]:
    return set(next(pair["schema"]["enum"] for pair in _PATHS[path]["get"]["parameters"] if pair["name"] == name))


def test_every_parameter_of_words_has_its_option() -> None:
    words = {
        (path, pair["name"])
        for path, methods in _PATHS.items()
        for pair in methods.get("get", {}).get("parameters", ())
        if "enum" in pair["schema"]
    }
    assert words == {(path, name) for *_, path, name in _SAME} | _OTHERWISE


@pytest.mark.parametrize(("group", "command", "name", "path", "parameter"), _SAME)
def test_the_words_of_an_option_are_those_that_the_api_takes(
    group: str, command: str, name: str, path: str, parameter: str
) -> None:
    words, taken = _option(group, command, name).help, _taken(path, parameter)
    _, such_as, some = words.partition("such as ")
    named = set(re.split(r", | or ", (some or words.partition(": ")[2]).rstrip(".")))
    assert named <= taken if such_as else named == taken


def test_the_choices_of_an_option_are_those_that_the_api_takes() -> None:
    assert {str(managed) for managed in Managed} == _taken("/v1/assignments", "managed")
