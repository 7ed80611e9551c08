"""What API Gateway lets through, the function answers; and both are in the guide."""

import re
from pathlib import Path

import pytest

from tests.functions.access_api_state import remembered
from tests.functions.access_api_world import World, load
from tests.project.repository import ROOT, resource

_EVENTS = [one["Properties"] for one in resource("AccessApiFunction")["Events"].values()]
ROUTES = sorted((str(one["Method"]).upper(), str(one["Path"])) for one in _EVENTS)
_GUIDE = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
_RECORDED = [load(path.stem) for path in sorted(Path(ROOT, "events", "access_api").glob("*.json"))]


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_a_route_of_the_template_is_one_of_the_function(method: str, path: str) -> None:
    event = load("read_health") | {"httpMethod": method, "path": re.sub(r"\{\w+\}", "1", path)}
    answer = World(remembered()).send(event)
    assert not str(answer.body.get("detail", "")).startswith(f"there is no {method}")


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_a_route_of_the_template_is_in_the_guide(method: str, path: str) -> None:
    rows = [row for row in _GUIDE.splitlines() if row.startswith("| `") and method in row]
    assert any(f"{path}`" in row for row in rows)


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_a_route_of_the_template_has_an_event(method: str, path: str) -> None:
    assert (method, path) in {(one["httpMethod"], one["resource"]) for one in _RECORDED}
