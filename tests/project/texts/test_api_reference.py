"""The page about the routes is what the OpenAPI document says, and leaves nothing of it out."""

import json

from sandbox.openapi.reference import reference_text
from tests.project.repository import ROOT

_DOCUMENT = json.loads((ROOT / "docs" / "openapi.json").read_text(encoding="utf-8"))
_PAGE = (ROOT / "docs" / "api-reference.md").read_text(encoding="utf-8")


def test_the_page_is_that_of_the_document() -> None:
    assert reference_text(_DOCUMENT) == _PAGE, "run make schema"


def test_it_has_every_route_and_every_shape() -> None:
    routes = {f"### `{method.upper()} {path}`" for path, methods in _DOCUMENT["paths"].items() for method in methods}
    shapes = {f"### {name}" for name in _DOCUMENT["components"]["schemas"]}
    assert routes | shapes <= set(_PAGE.splitlines())


def test_an_example_is_shown_as_it_is() -> None:
    (shown,) = _PAGE.split("### `GET /v1/health`")[1].split("```json\n")[1].split("\n```")[:1]
    said = _DOCUMENT["paths"]["/v1/health"]["get"]["responses"]["200"]["content"]["application/json"]["example"]
    assert json.loads(shown) == said
