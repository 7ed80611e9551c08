"""Answers to, and logs of, requests that cannot be fulfilled."""

import json

import pytest

from dayone.errors import Conflicting, Refused, Throttled
from tests.functions.access_api.state import remembered
from tests.functions.access_api.world import EVENTS, World, asking, load


@pytest.fixture
def world() -> World:
    return World(remembered())


@pytest.mark.parametrize("name", ["read_person", "read_person_access", "read_account", "read_account_access"])
def test_somebody_unknown_is_not_found_and_told_what_to_check(name: str) -> None:
    answer = World().send(name)
    assert (answer.status, answer.headers["Content-Type"]) == (404, "application/problem+json")
    assert "check" in answer.body["detail"]
    assert answer.body["instance"] == load(name)["path"]


def test_the_instance_is_a_uri_even_when_the_path_has_a_space() -> None:
    answer = World().send(load("read_person") | {"path": "/v1/people/e 1"})
    assert (answer.status, answer.body["instance"]) == (404, "/v1/people/e%201")


def test_an_unknown_change_is_not_found() -> None:
    assert World().send("read_change").body["status"] == 404


@pytest.mark.parametrize("limit", ["0", "101", "-1", "many", "1e1", "٣"])
def test_a_limit_that_is_none_is_refused(world: World, limit: str) -> None:
    answer = world.send(asking("list_changes", limit=limit))
    assert (answer.status, answer.body["type"]) == (400, "tag:dayone,2026:malformed")


def test_a_cursor_that_is_none_is_refused(world: World) -> None:
    assert world.send(asking("list_changes", cursor="nonsense")).status == 422


@pytest.mark.parametrize(("method", "path"), [("GET", "/v1/secrets"), ("DELETE", "/v1/policy"), ("GET", "/")])
def test_a_route_that_does_not_exist_is_a_problem_too(world: World, method: str, path: str) -> None:
    answer = world.send(load("read_health") | {"httpMethod": method, "path": path})
    assert (answer.status, answer.body["instance"]) == (404, path)
    assert f"there is no route {method} {path}" in answer.body["detail"]


@pytest.mark.parametrize("error", [RuntimeError("secret inside"), Refused("AccessDenied: arn:aws:secret")])
def test_the_unexpected_says_nothing_of_the_inside_but_is_logged(world: World, error: Exception) -> None:
    world.error = error
    answer = world.send("read_person")
    assert (answer.status, answer.body["type"]) == (500, "tag:dayone,2026:internal-error")
    assert "secret" not in json.dumps(answer.body)
    assert answer.body["request_id"] == load("read_person")["requestContext"]["requestId"]
    assert "secret" in answer.logged


@pytest.mark.parametrize(
    ("error", "status", "retry_after"),
    [
        (Throttled("slow down", retry_after=2.2), 503, "3"),
        (Throttled("slow down"), 503, "5"),
        (Conflicting("moved"), 409, "5"),
    ],
)
def test_what_may_succeed_later_says_when(world: World, error: Exception, status: int, retry_after: str) -> None:
    world.error = error
    answer = world.send("submit_policy")
    assert (answer.status, answer.headers["Retry-After"]) == (status, retry_after)
    assert not world.inbox.commands


@pytest.mark.parametrize("name", sorted(path.stem for path in EVENTS.glob("*.json")))
def test_no_answer_logs_who_it_is_about_or_who_asked(world: World, name: str) -> None:
    logged = world.send(name).logged + World().send(name).logged
    for personal in ("e-1001", "ada", "Lovelace", "platform-team", "203.0.113.9"):
        assert personal not in logged
