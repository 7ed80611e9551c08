"""Names that other programs read are ordinary words: members, parameters, values, options, events and log fields."""

import ast
import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
import typer.main

from dayone_cli.main import build
from tests.project.repository import ROOT, nodes

# Words that only those who wrote Day One would look for; what they are called instead is in the changelog.
PRIVATE = frozenset(
    """
    anew asked asking because doubt foreseen forgotten gone how look looked mistakes needed paste said says
    settled spread standing stays there told verdict wanted way wish
    """.split()  # noqa: SIM905 - one list of words
)


def _schema_names(value: object, place: str = "") -> Iterator[tuple[str, str]]:
    """Each member and each enumerated value of a JSON Schema, by its place."""
    if isinstance(value, dict):
        for name, part in value.items():
            if name == "properties":
                yield from ((f"{place}/{member}", member) for member in part)
            if name == "enum":
                yield from ((f"{place}/enum", str(word)) for word in part)
            yield from _schema_names(part, f"{place}/{name}")
    elif isinstance(value, list):
        for number, part in enumerate(value):
            yield from _schema_names(part, f"{place}/{number}")


def _api_names() -> Iterator[tuple[str, str]]:
    document = json.loads((ROOT / "docs" / "openapi.json").read_text(encoding="utf-8"))
    # What HR vendors send has the vendors' names.
    receives = document["paths"].pop("/hr/{source}")
    yield from (("parameter of /hr", pair["name"]) for pair in receives["get"]["parameters"])
    yield from _schema_names(document)
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield f"{method} {path}", operation["operationId"]
            yield from ((f"{method} {path}", pair["name"]) for pair in operation["parameters"])
    for name in document["components"]["schemas"]:
        yield "schema", re.sub(r"(?<!^)(?=[A-Z])", "_", name)
    yield from (("problem type", name) for name in document["components"]["examples"])


def _event_names() -> Iterator[tuple[str, str]]:
    for file in (ROOT / "docs" / "events").glob("*.schema.json"):
        yield from _schema_names(json.loads(file.read_text(encoding="utf-8")), file.name)


def _command_names(command: Any, words: str = "dayone") -> Iterator[tuple[str, str]]:  # noqa: ANN401 - typer's
    yield from ((words, option) for entry in command.params for option in getattr(entry, "opts", ()))
    for name, below in getattr(command, "commands", {}).items():
        yield words, name
        yield from _command_names(below, f"{words} {name}")


def _log_names() -> Iterator[tuple[str, str]]:
    """The keys of `extra={…}` and of `append_keys(…)` in functions and core."""
    for file in (*(ROOT / "functions").rglob("*.py"), *(ROOT / "layers" / "core").rglob("*.py")):
        for node in nodes(file, ast.Call):
            is_keys = isinstance(node.func, ast.Attribute) and node.func.attr == "append_keys"
            for keyword in node.keywords:
                if is_keys and keyword.arg:
                    yield str(file), keyword.arg
                if keyword.arg == "extra" and isinstance(keyword.value, ast.Dict):
                    keys = (key.value for key in keyword.value.keys if isinstance(key, ast.Constant))
                    yield from ((str(file), str(key)) for key in keys)


NAMES = {
    "API": list(_api_names()),
    "events": list(_event_names()),
    "command": list(_command_names(typer.main.get_command(build()))),
    "logs": list(_log_names()),
}


def _is_private(name: str) -> bool:
    words = re.split(r"[^a-z]+", name.lower())
    return not PRIVATE.isdisjoint(words)


@pytest.mark.parametrize("kind", NAMES)
def test_a_visible_name_has_no_private_word(kind: str) -> None:
    assert not [f"{place}: {name}" for place, name in NAMES[kind] if _is_private(name)]


@pytest.mark.parametrize(("kind", "least"), [("API", 800), ("events", 150), ("command", 150), ("logs", 15)])
def test_the_names_are_found(kind: str, least: int) -> None:
    assert len(NAMES[kind]) >= least


@pytest.mark.parametrize("name", ["held_because", "told_at", "tried-anew", "in doubt", "--because"])
def test_the_rule_knows_the_names_it_was_made_for(name: str) -> None:
    assert _is_private(name)
