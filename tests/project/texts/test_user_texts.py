"""Texts that users read are imperative and literal: command help, API summaries and descriptions, and refusals."""

import ast
import json
import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
import typer.main

from dayone_cli.main import build
from tests.project.repository import ROOT, nodes

# A help text or an API summary begins with one of these; add a verb when a new command needs it.
IMPERATIVES = frozenset(
    """
    Add Adopt Approve Check Compare Create Delete End Explain Extend Give Import Keep List Pause Plan Preview Print Put
    Re-read Read Receive Record Redrive Reject Repair Report Retry Send Show Sign Verify Watch
    """.split()  # noqa: SIM905 - one list of words
)
# Idioms that can be read as their opposite, or that name no person and no action.
FORBIDDEN = (
    r"\blet (\w+ ){0,2}go\b",
    r"\b(tell|tells|told|telling)\b",
    r"\bsaid\b",
    r"\bsays? no\b",
    r"\bnobody answers\b",
    r"\bis no (day|moment|subject|time|member|person|status)\b",
    r"\b(have|having) \w+ looked at\b",
    r"\blooked at again\b",
    r"\bby hand\b",
    r"\banew\b",
    r"\b(gave|given|giving) up\b",
    r"\bset off\b",
    r"\bas things are\b",
)
_FORBIDDEN = re.compile("|".join(FORBIDDEN), re.IGNORECASE)
_ERRORS = frozenset(
    """
    AlreadyExists Awaited Conflicting Forbidden Inapplicable Invalid KeyReused Malformed Misused Negative NotFound
    Outdated Refused TooLarge Unauthentic Unauthorised Unavailable Unfinished ValueError
    amiss doubtful ignored refuse unseen
    """.split()  # noqa: SIM905
)
_CORE, _CLI = ROOT / "layers" / "core" / "dayone", ROOT / "cli" / "dayone_cli"


def _commands(command: Any, words: str = "dayone") -> Iterator[tuple[str, Any]]:  # noqa: ANN401 - typer's
    yield words, command
    for name, below in getattr(command, "commands", {}).items():
        yield from _commands(below, f"{words} {name}")


COMMANDS = dict(_commands(typer.main.get_command(build())))
OPENAPI = json.loads((ROOT / "docs" / "openapi.json").read_text(encoding="utf-8"))
SUMMARIES = {
    f"{method.upper()} {path}": operation["summary"]
    for path, methods in OPENAPI["paths"].items()
    for method, operation in methods.items()
}


def _descriptions(value: object, place: str = "") -> Iterator[tuple[str, str]]:
    """Every summary, title and description of the document, by its place; examples are data."""
    if isinstance(value, dict):
        for name, below in value.items():
            if name in ("description", "summary", "title") and isinstance(below, str):
                yield f"{place}/{name}", below
            elif name not in ("example", "examples"):
                yield from _descriptions(below, f"{place}/{name}")
    elif isinstance(value, list):
        for number, below in enumerate(value):
            yield from _descriptions(below, f"{place}/{number}")


@cache
def _refusals() -> list[tuple[str, str]]:
    return list(_found_refusals())


def _found_refusals() -> Iterator[tuple[str, str]]:
    """The constant texts in calls that make an error, by file and line."""
    for file in (*_CORE.rglob("*.py"), *_CLI.rglob("*.py")):
        for node in nodes(file, ast.Call):
            if _called(node) in _ERRORS:
                for part in ast.walk(node):
                    if isinstance(part, ast.Constant) and isinstance(part.value, str):
                        yield f"{file.relative_to(ROOT)}:{part.lineno}", part.value


def _called(call: ast.Call) -> str:
    function = call.func
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


@pytest.mark.parametrize("words", COMMANDS)
def test_a_help_text_begins_with_a_verb(words: str) -> None:
    assert (COMMANDS[words].help or "").split()[0].rstrip(",") in IMPERATIVES


@pytest.mark.parametrize("route", SUMMARIES)
def test_a_summary_of_the_api_begins_with_a_verb(route: str) -> None:
    assert SUMMARIES[route].split()[0].rstrip(",") in IMPERATIVES


@pytest.mark.parametrize("words", COMMANDS)
def test_a_help_text_has_no_forbidden_idiom(words: str) -> None:
    command = COMMANDS[words]
    texts = [command.help, command.epilog, *(getattr(entry, "help", "") for entry in command.params)]
    assert not [text for text in texts if text and _FORBIDDEN.search(text)]


def test_no_description_of_the_api_has_a_forbidden_idiom() -> None:
    found = [f"{place}: {text}" for place, text in _descriptions(OPENAPI) if _FORBIDDEN.search(text)]
    assert not found, "\n".join(found)


def test_no_refusal_has_a_forbidden_idiom() -> None:
    found = [f"{place}: {text}" for place, text in _refusals() if _FORBIDDEN.search(text)]
    assert not found, "\n".join(found)


# Pages that are not generated, and not a record of what was decided or released.
_PAGES = [
    *(ROOT / name for name in ("README.md", "SECURITY.md", "CONTRIBUTING.md")),
    *(
        page
        for page in (ROOT / "docs").rglob("*.md")
        if page.name != "api-reference.md" and page.parent.name != "decisions"
    ),
]
# Idioms that are still there: this number may only become smaller.
_LEFT = 0


def test_no_page_has_more_forbidden_idioms_than_it_had() -> None:
    """Commands and what they print are left out: tests run those."""
    found = [
        f"{page.relative_to(ROOT)}: {match[0]}"
        for page in _PAGES
        for match in _FORBIDDEN.finditer(
            re.sub(r"^ *```.*?^ *```", "", page.read_text(encoding="utf-8"), flags=re.M | re.S)
        )
    ]
    assert len(_PAGES) > 15
    assert len(found) == _LEFT, "\n".join(found)


def test_the_refusals_are_found() -> None:
    """The rule above reads more than a few texts, from both sides."""
    files = {place.partition(":")[0] for place, _ in _refusals()}
    assert {"cli/dayone_cli/inputs/confirming.py", "layers/core/dayone/api/params.py"} <= files
    assert len(_refusals()) > 200


@pytest.mark.parametrize(
    "text",
    [
        "Let the removals go that a change holds",
        "Let go what a change holds",
        "Tell that a person leaves: everything they have ends.",
        "Have accounts looked at again, from Organizations on",
        "nothing to tell people with is deployed",
        "`day` is no day: write it as 2026-11-23",
        "Nobody answers",
    ],
)
def test_the_rule_knows_the_texts_it_was_made_for(text: str) -> None:
    assert _FORBIDDEN.search(text)
