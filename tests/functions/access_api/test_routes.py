"""Every route of the function is in the guide and has an event; API Gateway lets all of them through."""

import re
from pathlib import Path

import pytest
from aws_lambda_powertools import Logger

from dayone.api.app import build_app
from tests.functions.access_api.state import remembered
from tests.functions.access_api.world import World, load
from tests.project.repository import ROOT, resource


def _routes() -> list[tuple[str, str]]:
    app = build_app(World().ports(), logger=Logger(service="routes"))
    found = (*app._static_routes, *app._dynamic_routes)
    return sorted((str(route.method), re.sub(r"<(\w+)>", r"{\1}", route.path)) for route in found)


ROUTES = _routes()
_GUIDE = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
_RECORDED = [load(path.stem) for path in sorted(Path(ROOT, "events", "access_api").glob("*.json"))]


def _is(path: str, route: str) -> bool:
    return re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", route), path) is not None


def test_api_gateway_hands_on_every_route() -> None:
    events = [pair["Properties"] for pair in resource("AccessApiFunction")["Events"].values()]
    assert {pair["Path"] for pair in events} == {"/v1/{proxy+}"}
    assert {str(pair["Method"]).upper() for pair in events} == {method for method, _ in ROUTES}
    assert all(path.startswith("/v1/") for _, path in ROUTES)


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_a_route_is_in_the_guide(method: str, path: str) -> None:
    rows = [row for row in _GUIDE.splitlines() if row.startswith("| `") and method in row]
    named = re.sub(r"\{\w+\}", "{}", path)
    assert any(f"{named}`" in re.sub(r"\{\w+\}", "{}", row) for row in rows)


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_a_route_has_an_event_that_it_answers(method: str, path: str) -> None:
    events = [pair for pair in _RECORDED if pair["httpMethod"] == method and _is(pair["path"], path)]
    assert events
    answer = World(remembered()).send(events[0])
    assert not str(answer.body.get("detail", "")).startswith(f"there is no {method}")
