"""Every parameter of every route in the API's document: which words are taken, and that nothing empty is answered."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from tests.documented import DOCUMENT, SIGNED_PATHS
from tests.functions.access_api.state import remembered
from tests.functions.access_api.world import Answer, World, load

_BLANK = ("", " ", "\t", "\u00a0")
type Described = Mapping[str, Any]
type Parameter = tuple[str, str, Described]


def _parameters(place: str) -> Iterator[Parameter]:
    """Method, path and parameter, of those that stand in this place."""
    for path, operations in SIGNED_PATHS.items():
        for method, operation in operations.items():
            for parameter in operation.get("parameters", ()) if method in ("get", "post", "put") else ():
                if parameter["in"] == place:
                    yield method.upper(), path, parameter


_QUERIES = list(_parameters("query"))
_PATHS = list(_parameters("path"))
_WORDS = [pair for pair in _QUERIES if "enum" in pair[2]["schema"]]


def _name(value: object) -> str:
    return str(value.get("name", "")) if isinstance(value, dict) else value if isinstance(value, str) else ""


def _example(path: str, *, but: str = "", value: str = "") -> str:
    """The path with an example of each parameter, and this value for one of them."""
    examples = {pair["name"]: str(pair["example"]) for _, route, pair in _PATHS if route == path}
    return re.sub(r"\{(\w+)\}", lambda found: value if found[1] == but else examples[found[1]], path)


def _send(method: str, path: str, *, query: dict[str, str] | None = None, body: object = None) -> Answer:
    event = load("read_change")
    return World(state=remembered()).send(
        {
            **event,
            "httpMethod": method,
            "path": path,
            "queryStringParameters": query,
            "multiValueQueryStringParameters": {name: [value] for name, value in (query or {}).items()} or None,
            "body": None if body is None else json.dumps(body),
        }
    )


def test_the_document_has_parameters_of_every_kind() -> None:
    assert (len(_WORDS) >= 6, len(_PATHS) >= 20, len(_QUERIES) >= 50) == (True, True, True)


@pytest.mark.parametrize(("method", "path", "parameter"), _WORDS, ids=_name)
def test_the_words_of_a_parameter_are_those_that_are_taken(method: str, path: str, parameter: Described) -> None:
    name, words = parameter["name"], parameter["schema"]["enum"]
    refused = _send(method, _example(path), query={name: "nonsense"})
    assert (refused.status, refused.body["detail"]) == (
        400,
        f"`{name}` is 'nonsense', but must be one of {', '.join(words)}",
    )
    for word in words:
        answer = _send(method, _example(path), query={name: word})
        assert "must be one of" not in str(answer.body), word
        # Nothing is held here, no inventory was taken, and no policy is sent.
        refused_words = {("managed", 404), ("only", 404), ("section", 404), ("mode", 400)}
        assert answer.status == 200 or (name, answer.status) in refused_words, answer.body


_ROUTES = [
    (method.upper(), path)
    for path, operations in SIGNED_PATHS.items()
    for method in operations
    if method in ("get", "post", "put")
]


@pytest.mark.parametrize(("method", "path"), _ROUTES, ids=_name)
def test_a_parameter_that_a_route_does_not_take_is_refused_and_not_passed_over(method: str, path: str) -> None:
    """A misspelt filter asked about the whole company."""
    answer = _send(method, _example(path), query={"persn": "e-1001"})
    assert answer.status == 400
    taken = [pair["name"] for verb, route, pair in _QUERIES if (verb, route) == (method, path)]
    listed = f"there are {', '.join(f'`{name}`' for name in taken)}" if taken else "there are none here"
    assert answer.body["detail"] == f"there is no parameter `persn`: {listed}"


_SINGLE = [pair for pair in _QUERIES if pair[2]["schema"].get("type") != "array"]


@pytest.mark.parametrize(("method", "path", "parameter"), _SINGLE, ids=_name)
def test_a_parameter_that_is_there_twice_is_refused(method: str, path: str, parameter: Described) -> None:
    name = parameter["name"]
    event = {**load("read_change"), "httpMethod": method, "path": _example(path), "body": None}
    event |= {"queryStringParameters": {name: "2"}, "multiValueQueryStringParameters": {name: ["1", "2"]}}
    answer = World(state=remembered()).send(event)
    assert (answer.status, answer.body["detail"]) == (400, f"`{name}` is there more than once: give it one value")


_TIMES = [pair for pair in _QUERIES if pair[2]["name"] in ("since", "until")]
_NO_TIMES = ("0001-01-01", "0001-01-01T00:00:00+14:00", "1969-12-31", "9999-12-31T23:59:59-14:00", "2026-13-01")


@pytest.mark.parametrize("time", _NO_TIMES)
@pytest.mark.parametrize(("method", "path", "parameter"), _TIMES, ids=_name)
def test_a_time_that_cannot_be_is_refused(method: str, path: str, parameter: Described, time: str) -> None:
    answer = _send(method, _example(path), query={parameter["name"]: time})
    assert answer.status == 400
    assert "must be a date or time" in answer.body["detail"]


@pytest.mark.parametrize("path", ["/v1/people", "/v1/assignments", "/v1/nothing"])
def test_one_empty_value_of_several_is_refused(path: str) -> None:
    event = {**load("read_change"), "path": path, "queryStringParameters": {"group": "engineers"}}
    answer = World().send({**event, "multiValueQueryStringParameters": {"group": ["", "engineers"]}})
    assert (answer.status, answer.body["detail"]) == (400, "`group` is empty: give it a value, or leave it out")


@pytest.mark.parametrize("value", _BLANK)
@pytest.mark.parametrize(("method", "path", "parameter"), _QUERIES, ids=_name)
def test_an_empty_parameter_of_a_query_is_refused_by_its_name(
    method: str, path: str, parameter: Described, value: str
) -> None:
    name = parameter["name"]
    answer = _send(method, _example(path), query={name: value})
    assert (answer.status, answer.body["detail"]) == (400, f"`{name}` is empty: give it a value, or leave it out")


@pytest.mark.parametrize("value", [*_BLANK, "%20", "%09", ".", "..", "%2e%2e", "%2E"])
@pytest.mark.parametrize(("method", "path", "parameter"), _PATHS, ids=_name)
def test_an_empty_part_of_a_path_is_refused(method: str, path: str, parameter: Described, value: str) -> None:
    answer = _send(method, _example(path, but=parameter["name"], value=value))
    assert (answer.status, answer.body["detail"].partition(":")[0]) == (400, "a part of the path is empty, `.` or `..`")


@pytest.mark.parametrize("value", ["../accounts", "..", "x/../../accounts"])
@pytest.mark.parametrize(("method", "path", "parameter"), _QUERIES, ids=_name)
def test_a_path_in_a_query_finds_nothing(method: str, path: str, parameter: Described, value: str) -> None:
    answer = _send(method, _example(path), query={parameter["name"]: value})
    found = (
        [entry for entry in answer.body.values() if isinstance(entry, list) and entry] if answer.status == 200 else []
    )
    assert found == [], answer.body
    assert answer.status < 500


def _words_of_bodies() -> Iterator[tuple[str, str, str, list[str], Any]]:
    """Method, path, member, words and an example, of members of bodies that are one of some words."""
    for path, operations in SIGNED_PATHS.items():
        for method, operation in operations.items():
            content = (
                operation.get("requestBody", {}).get("content", {}).get("application/json", {})
                if method in ("post", "put")
                else {}
            )
            schema = content.get("schema", {})
            name = schema.get("$ref", "").rpartition("/")[2]
            for member, pair in DOCUMENT["components"]["schemas"].get(name, {}).get("properties", {}).items():
                if "enum" in pair:
                    yield method.upper(), path, member, pair["enum"], content["examples"]["sent"]["value"]


_BODIES = list(_words_of_bodies())


@pytest.mark.parametrize(("method", "path", "member", "words", "example"), _BODIES, ids=_name)
def test_the_words_of_a_body_are_those_that_are_taken(
    method: str, path: str, member: str, words: list[str], example: dict[str, Any]
) -> None:
    refused = _send(method, _example(path), body={**example, member: "nonsense"})
    assert refused.status in (400, 422)
    text = " ".join([refused.body["detail"], *refused.body.get("findings", ())])
    assert text.partition("must be one of ")[2] == ", ".join(words)
    for word in words:
        assert _send(method, _example(path), body={**example, member: word}).status == 202, word
