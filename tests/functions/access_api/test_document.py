"""The API's answers match its document: no member is missing, and none is added."""

import json
import re
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator, FormatChecker

from tests.functions.access_api.state import remembered
from tests.functions.access_api.world import Answer, World, load
from tests.project.repository import ROOT

EVENTS = sorted(path.stem for path in (ROOT / "events" / "access_api").glob("*.json"))
_DOCUMENT = json.loads(Path(ROOT, "docs", "openapi.json").read_text(encoding="utf-8"))
_FORMATS = FormatChecker(formats=())


@_FORMATS.checks("date-time", raises=ValueError)
def _is_moment(text: object) -> bool:
    return not isinstance(text, str) or datetime.fromisoformat(text).tzinfo is not None


def _closed(schema: Any) -> Any:  # noqa: ANN401
    """The schema, by which a member that it does not name is wrong."""
    if isinstance(schema, list):
        return [_closed(entry) for entry in schema]
    if not isinstance(schema, dict):
        return schema
    closed = {name: _closed(entry) for name, entry in schema.items()}
    return {**closed, "additionalProperties": False} if isinstance(schema.get("properties"), dict) else closed


COMPONENTS = {**_DOCUMENT["components"], "schemas": _closed(_DOCUMENT["components"]["schemas"])}


def _operation(method: str, path: str) -> Any:  # noqa: ANN401
    """Return the document's operation for a request; of several matching paths the one with the fewest parameters."""
    fitting = [
        entry
        for entry in _DOCUMENT["paths"]
        if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", entry), path) and method.lower() in _DOCUMENT["paths"][entry]
    ]
    assert fitting, f"{method} {path} is not in the document: run make schema"
    return _DOCUMENT["paths"][min(fitting, key=lambda entry: entry.count("{"))][method.lower()]


def _mistakes(operation: Any, answer: Answer) -> list[str]:  # noqa: ANN401
    said = operation["responses"].get(str(answer.status))
    if said is None:
        return [f"{answer.status} is not among the answers"]
    content = said["content"].get(answer.headers["Content-Type"].partition(";")[0])
    if content is None:
        return [f"{answer.headers['Content-Type']} is not among the contents of {answer.status}"]
    missing = [
        f"the header {name} is missing"
        for name, entry in said.get("headers", {}).items()
        if entry.get("required") and name not in answer.headers
    ]
    validator = Draft202012Validator({**content["schema"], "components": COMPONENTS}, format_checker=_FORMATS)
    return missing + [f"{entry.json_path}: {entry.message}" for entry in validator.iter_errors(answer.body)]


@pytest.mark.parametrize("name", EVENTS)
@pytest.mark.parametrize("is_known", [True, False])
def test_an_answer_is_what_the_document_says(name: str, is_known: bool) -> None:  # noqa: FBT001
    event = load(name)
    answer = World(remembered() if is_known else World().state).send(event)
    assert not _mistakes(_operation(event["httpMethod"], event["path"]), answer)


@pytest.mark.parametrize("name", EVENTS)
def test_a_failure_is_what_the_document_says(name: str) -> None:
    event = load(name)
    answer = World(remembered(), error=RuntimeError("down")).send(event)
    assert not _mistakes(_operation(event["httpMethod"], event["path"]), answer)


def test_a_member_too_many_and_one_too_few_are_mistakes() -> None:
    health = _operation("GET", "/v1/health")
    headers = {"Content-Type": "application/json"}
    assert _mistakes(health, Answer(200, {"policy_version": 1}, headers, ""))
    assert _mistakes(
        health,
        Answer(
            200,
            {"release": "0.1.0", "policy_version": 1, "operations_open": True, "warnings": [], "more": 1},
            headers,
            "",
        ),
    )
    whole = {"release": "0.1.0", "policy_version": 1, "operations_open": True, "warnings": []}
    assert not _mistakes(health, Answer(200, whole, headers, ""))
    assert _mistakes(health, Answer(418, {}, headers, ""))
