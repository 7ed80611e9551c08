"""The log of the API names routes and never whom they are about."""

import json
from typing import Any

import pytest

from tests.functions.access_api.state import remembered
from tests.functions.access_api.world import World, load

NAMES = ("e-1001", "e-404", "Lovelace")


def _lines(logged: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in logged.splitlines()]


@pytest.mark.parametrize(
    ("event", "route"),
    [
        ("read_health", "GET /v1/health"),
        ("read_person_access", "GET /v1/people/{person}/access"),
        ("list_changes", "GET /v1/changes"),
    ],
)
def test_what_is_answered_is_logged_under_its_route(event: str, route: str) -> None:
    answer = World(remembered()).send(event)
    (line,) = _lines(answer.logged)
    assert (line["message"], line["route"], line["status"]) == ("request answered", route, answer.status)


def test_what_is_refused_is_logged_under_its_route_without_whom_it_is_about() -> None:
    event = load("read_person")
    event["path"] = "/v1/people/e-404"
    answer = World(remembered()).send(event)
    (line,) = _lines(answer.logged)
    assert (line["message"], line["route"]) == ("request refused", "GET /v1/people/{person}")
    assert not [name for name in NAMES if name in answer.logged]


def test_a_path_that_is_no_route_is_logged_without_it() -> None:
    event = load("read_person")
    event["path"] = "/v1/nobody/e-404"
    world = World(remembered())
    world.send("read_person")
    answer = world.send(event)
    (line,) = _lines(answer.logged)
    assert line["status"] == 404
    assert "route" not in line
    assert not [name for name in NAMES if name in answer.logged]
