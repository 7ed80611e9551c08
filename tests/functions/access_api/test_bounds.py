"""No input of any route is without a bound: what is longer, or is no text, is refused, as the API's document says."""

import json
import re
from collections.abc import Iterator
from copy import deepcopy
from typing import Any
from urllib.parse import quote

import pytest

from tests.documented import DOCUMENT, SIGNED_PATHS
from tests.functions.access_api.state import remembered
from tests.functions.access_api.world import Answer, Event, World, load

_HALF = "\ud800"
_BOUNDS = {"maxLength", "enum", "format"}


def _operations() -> Iterator[tuple[str, str, Any]]:
    for path, methods in SIGNED_PATHS.items():
        for method, operation in methods.items():
            yield method.upper(), path, operation


OPERATIONS = list(_operations())
TEXTS = [
    pytest.param(method, path, parameter, id=f"{method} {path} {parameter['name']}")
    for method, path, operation in OPERATIONS
    for parameter in operation["parameters"]
    if parameter["schema"]["type"] == "string"
]
BODIES = [
    pytest.param(method, path, example["value"], id=f"{method} {path} {kind}")
    for method, path, operation in OPERATIONS
    for kind, content in operation.get("requestBody", {}).get("content", {}).items()
    for example in content["examples"].values()
    if kind == "application/json"
]


def _event(method: str, path: str, **given: str) -> Event:
    """A request with the examples of its parameters, but for those that are given."""
    operation = DOCUMENT["paths"][path][method.lower()]
    values = {pair["name"]: str(pair.get("example") or "") for pair in operation["parameters"]} | given
    places = {pair["name"]: pair["in"] for pair in operation["parameters"]}
    event = load("read_health")
    event["httpMethod"], event["body"] = method, None
    event["path"] = re.sub(r"{(\w+)}", lambda found: values[found[1]], path)
    event["queryStringParameters"] = {
        name: values[name] for name, place in places.items() if place == "query" and name in given
    }
    headers = {name: values[name] for name, place in places.items() if place == "header" and name in given}
    event["headers"] = {**event["headers"], **headers}
    return event


def _sent(event: Event) -> Answer:
    return World(remembered()).send(event)


def _is_refused(answer: Answer) -> bool:
    return 400 <= answer.status < 500 and answer.headers["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize(("method", "path", "parameter"), TEXTS)
def test_the_document_bounds_every_text(method: str, path: str, parameter: Any) -> None:  # noqa: ANN401
    schema = parameter["schema"]
    assert schema.keys() & _BOUNDS or re.search(r"{\d*,?\d+}\$$", schema["pattern"]), f"{method} {path}"


@pytest.mark.parametrize(("method", "path", "parameter"), TEXTS)
@pytest.mark.parametrize("character", ["x", "é", "\U0001f680"])
def test_what_is_over_the_bound_is_refused(method: str, path: str, parameter: Any, character: str) -> None:  # noqa: ANN401
    longest = parameter["schema"].get("maxLength", 3000)
    name = parameter["name"]
    assert _is_refused(_sent(_event(method, path, **{name: character * (longest + 1)})))
    assert _is_refused(_sent(_event(method, path, **{name: character * 10_000})))


@pytest.mark.parametrize(("method", "path", "parameter"), TEXTS)
def test_half_a_character_is_refused(method: str, path: str, parameter: Any) -> None:  # noqa: ANN401
    """It has no bytes: whatever was to write it, or to hash it, failed with 500."""
    name = parameter["name"]
    for text in (_HALF, f"{parameter.get('example', 'x')}{_HALF}"):
        assert _is_refused(_sent(_event(method, path, **{name: text})))


@pytest.mark.parametrize("segment", ["x" * 3000, _HALF, quote("\U0001f680") * 129, "%00", "a" * 129])
@pytest.mark.parametrize("path", ["/v1/{}", "/v1/groups/{}", "/v1/people/{}/access", "/v1/nothing/{}/at/all"])
def test_a_path_of_any_form_is_answered(path: str, segment: str) -> None:
    event = load("read_health")
    event["path"] = path.format(segment)
    assert _is_refused(_sent(event))


def _leaves(value: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:  # noqa: ANN401
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _leaves(inner, (*at, name))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from _leaves(inner, (*at, number))
    elif isinstance(value, str):
        yield at


def _with(value: Any, at: tuple[Any, ...], text: str) -> Any:  # noqa: ANN401
    changed = deepcopy(value)
    inner = changed
    for part in at[:-1]:
        inner = inner[part]
    inner[at[-1]] = text
    return changed


@pytest.mark.parametrize(("method", "path", "example"), BODIES)
@pytest.mark.parametrize("text", [_HALF, "x" * 5000, "\U0001f680" * 2000], ids=["half", "long", "wide"])
def test_every_text_of_a_body_is_bounded(method: str, path: str, example: Any, text: str) -> None:  # noqa: ANN401
    for at in _leaves(example):
        event = _event(method, path)
        event["headers"]["Content-Type"] = "application/json"
        event["body"] = json.dumps(_with(example, at, text))
        assert _is_refused(_sent(event)), at


@pytest.mark.parametrize(
    "subject",
    [f"person:{'x' * 129}", f"group:{'x' * 2000}", f"account:{_HALF}", "x" * 3000],
    ids=lambda text: text[:12],
)
def test_a_subject_that_no_key_holds_is_refused(subject: str) -> None:
    event = load("retry_change")
    event["body"] = json.dumps({"subjects": [subject]})
    assert _is_refused(_sent(event))
