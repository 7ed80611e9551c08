"""The OpenAPI document is made of the routes, is current, and is true to itself."""

import json
import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
from jsonschema import Draft202012Validator, FormatChecker
from openapi_spec_validator import OpenAPIV31SpecValidator

from dayone.errors import NotFound
from sandbox.openapi.document import TAGS, document, document_text, routes
from tests.project.repository import ROOT
from tests.project.template.test_api_doors import UNSIGNED

DOCUMENT = json.loads((ROOT / "docs" / "openapi.json").read_text(encoding="utf-8"))
ROUTES = routes()
_FORMATS = FormatChecker(formats=())


@_FORMATS.checks("date-time", raises=ValueError)
def _is_moment(text: object) -> bool:
    return not isinstance(text, str) or datetime.fromisoformat(text).tzinfo is not None


def test_the_document_is_that_of_the_routes() -> None:
    assert (ROOT / "docs" / "openapi.json").read_text(encoding="utf-8") == document_text(), "run make schema"


@pytest.mark.parametrize("route", ROUTES, ids=lambda entry: f"{entry.method} {entry.path}")
def test_a_route_is_described(route: Any) -> None:  # noqa: ANN401
    assert route.says
    assert route.description is not None
    assert route.description.tag in TAGS
    assert route.method.lower() in DOCUMENT["paths"][route.path]


def test_a_route_that_is_not_described_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    people = next(described_route for described_route in ROUTES if described_route.path == "/v1/people/{person}")
    assert people.description is not None
    assert NotFound in people.description.refuses
    bare = type(people)(method="GET", path="/v1/bare", name="bare", says="", description=None)
    monkeypatch.setattr("sandbox.openapi.document.routes", lambda: [bare])
    with pytest.raises(LookupError, match="GET /v1/bare"):
        document()


def test_it_is_an_openapi_document() -> None:
    assert not list(OpenAPIV31SpecValidator(DOCUMENT).iter_errors())


def test_an_operation_has_an_id_of_its_own_and_says_what_it_does() -> None:
    operations = [entry for _, entry in _operations()]
    assert len({pair["operationId"] for pair in operations}) == len(operations) == len(ROUTES)
    assert all(pair["summary"] and len(pair["summary"]) < 200 for pair in operations)
    assert {tag for pair in operations for tag in pair["tags"]} == TAGS.keys()


# An operationId begins with one of these, and goes on with what that is done to; add a verb when a route needs it.
_VERBS = frozenset(
    """
    adopt approve bootstrap check compare create discover end explain extend forget get list preview put receive redrive
    ignore pause reconcile recover reject repair resume retry roll_back verify
    """.split()  # noqa: SIM905 - one list of words
)


def test_an_operation_id_is_a_verb_and_a_noun() -> None:
    ids = [entry["operationId"] for _, entry in _operations()]
    assert not [name for name in ids if not any(re.fullmatch(rf"{verb}(_[a-z]+)+", name) for verb in _VERBS)]
    assert not [verb for verb in _VERBS if not any(name.startswith(f"{verb}_") for name in ids)]


def test_a_get_or_a_list_changes_nothing() -> None:
    reads = [where for where, entry in _operations() if entry["operationId"].startswith(("get_", "list_"))]
    assert len(reads) > 20
    assert not [where for where in reads if not where.startswith("get ")]


def test_every_operation_says_how_it_refuses() -> None:
    for where, pair in _operations():
        failed = "502" if where.endswith("/hr/{source}") else "500"
        assert {"400", "403", "429", failed, "503", "504"} <= pair["responses"].keys(), where
        if "requestBody" in pair:
            assert {"400", "413", "422"} <= pair["responses"].keys(), where


def test_only_hr_systems_need_no_aws_credentials() -> None:
    unsigned = {where for where, entry in _operations() if "security" in entry}
    assert unsigned == {"get /hr/{source}", "post /hr/{source}"}
    assert [pair["security"] for where, pair in _operations() if where in unsigned] == [[], []]
    in_template = {f"{method} {path}" for method, path in UNSIGNED if not path.startswith("/docs")}
    assert unsigned == in_template


def test_what_is_taken_for_later_says_where_it_can_be_seen() -> None:
    taken = [pair["responses"]["202"] for _, pair in _operations() if "202" in pair["responses"]]
    assert taken
    assert all("Location" in pair["headers"] for pair in taken)


def test_an_example_is_what_its_schema_says() -> None:
    looked_at = list(_examples(DOCUMENT, ""))
    assert len(looked_at) > len(ROUTES)
    wrong = {
        where: [error.message for error in _validator(schema).iter_errors(example)]
        for where, schema, example in looked_at
    }
    assert not {where: errors for where, errors in wrong.items() if errors}


def test_an_example_that_is_otherwise_is_found() -> None:
    schema = {"$ref": "#/components/schemas/ChangeAnswer"}
    assert list(_validator(schema).iter_errors({"id": "01"}))


def test_what_is_sent_has_no_member_that_nobody_reads() -> None:
    for where, entry in _operations():
        for sent in entry.get("requestBody", {}).get("content", {}).values():
            assert _resolved(sent["schema"]).get("type") == "string" or _is_closed(sent["schema"]), where


def _operations() -> Iterator[tuple[str, Any]]:
    for path, methods in DOCUMENT["paths"].items():
        for method, entry in methods.items():
            yield f"{method} {path}", entry


def _validator(schema: dict[str, Any]) -> Draft202012Validator:
    return Draft202012Validator({**schema, "components": DOCUMENT["components"]}, format_checker=_FORMATS)


def _resolved(schema: Any) -> Any:  # noqa: ANN401
    while "$ref" in schema:
        place = DOCUMENT
        for part in schema["$ref"].removeprefix("#/").split("/"):
            place = place[part]
        schema = place
    return schema


def _is_closed(schema: Any) -> bool:  # noqa: ANN401
    found = _resolved(schema)
    return any("$ref" in entry for entry in found.get("anyOf", ())) or found.get("additionalProperties") is False


def _examples(part: Any, where: str) -> Iterator[tuple[str, Any, Any]]:  # noqa: ANN401
    """Each example beside a schema: where it is, the schema, and what it says."""
    if isinstance(part, list):
        for at, entry in enumerate(part):
            yield from _examples(entry, f"{where}/{at}")
    if not isinstance(part, dict):
        return
    if "schema" in part:
        if "example" in part:
            yield where, part["schema"], part["example"]
        for name, entry in part.get("examples", {}).items():
            yield f"{where}/{name}", part["schema"], _resolved(entry)["value"]
    for name, entry in part.items():
        yield from _examples(entry, f"{where}/{name}")
