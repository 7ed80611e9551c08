"""Every route of the function is in the guide and has an event; API Gateway lets all of them through."""

import re
from pathlib import Path

import pytest
from aws_lambda_powertools import Logger

from dayone.routes.access_api import build_app
from tests.functions.access_api_state import remembered
from tests.functions.access_api_world import World, load
from tests.project.repository import ROOT, resource


def _routes() -> list[tuple[str, str]]:
    app = build_app(World().ports(), logger=Logger(service="routes"))
    found = (*app._static_routes, *app._dynamic_routes)
    return sorted((str(one.method), re.sub(r"<(\w+)>", r"{\1}", one.path)) for one in found)


ROUTES = _routes()
_GUIDE = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
_RECORDED = [load(path.stem) for path in sorted(Path(ROOT, "events", "access_api").glob("*.json"))]


def _is(path: str, route: str) -> bool:
    return re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", route), path) is not None


def test_api_gateway_hands_on_every_route() -> None:
    events = [one["Properties"] for one in resource("AccessApiFunction")["Events"].values()]
    assert {one["Path"] for one in events} == {"/v1/{proxy+}"}
    assert {str(one["Method"]).upper() for one in events} == {method for method, _ in ROUTES}
    assert all(path.startswith("/v1/") for _, path in ROUTES)


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_a_route_is_in_the_guide(method: str, path: str) -> None:
    rows = [row for row in _GUIDE.splitlines() if row.startswith("| `") and method in row]
    named = re.sub(r"\{\w+\}", "{}", path)
    assert any(f"{named}`" in re.sub(r"\{\w+\}", "{}", row) for row in rows)


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_a_route_has_an_event_that_it_answers(method: str, path: str) -> None:
    events = [one for one in _RECORDED if one["httpMethod"] == method and _is(one["path"], path)]
    assert events
    answer = World(remembered()).send(events[0])
    assert not str(answer.body.get("detail", "")).startswith(f"there is no {method}")
