"""/v1/plans: a plan of a policy for everybody, at once or in portions, and how far it has come."""

import json
from datetime import timedelta
from typing import Any

import pytest

from tests.builders import a_person
from tests.functions.access_api.world import World as Api
from tests.functions.access_api.world import load
from tests.unit.previews import POLICY
from tests.unit.world import World


@pytest.fixture
def world() -> World:
    world = World()
    world.hr_tells(a_person("e-1", department="Engineering"))
    world.settle()
    return world


def _api(world: World) -> Api:
    return Api(state=world.state, center=world.center, now=world.now)


def _plan(policy: str) -> Any:  # noqa: ANN401 - an event
    return load("create_plan") | {"body": json.dumps({"policy": policy})}


def test_a_small_company_is_answered_at_once_and_again_for_an_hour(world: World) -> None:
    api = _api(world)
    answer = api.send(_plan(POLICY))
    assert (answer.status, answer.body["state"], answer.body["portions"]) == (201, "complete", {"done": 0, "total": 0})
    assert answer.headers["Location"] == answer.body["href"] == f"/v1/plans/{answer.body['id']}"
    assert (answer.body["additions"], answer.body["removals"], answer.body["policy_version"]) == (1, 0, 0)
    assert answer.body["plan"]["counts"] == answer.body["counts"]
    assert answer.body["plan"]["complete"] is True
    read = load("read_plan") | {"path": answer.body["href"]}
    assert api.send(read).body == answer.body
    api.now += timedelta(hours=1)
    assert api.send(read).status == 404


def test_what_exists_is_looked_up_for_a_plan_that_is_made_at_once(world: World) -> None:
    plan = _api(world).send(_plan(POLICY)).body["plan"]
    assert {each["existing"] for each in plan["operations"] if each["kind"] == "create-group"} == {None}


@pytest.mark.parametrize("body", [{"person": {"id": "e-1"}}, {"account": {"id": "444455556666"}}, {}])
def test_a_plan_is_of_a_policy(world: World, body: dict[str, object]) -> None:
    assert _api(world).send(load("create_plan") | {"body": json.dumps(body)}).status == 422


def test_a_policy_with_a_mistake_is_refused_and_no_plan_is_kept(world: World) -> None:
    api = _api(world)
    assert api.send(_plan("version: 1\ngroups: 7\n")).status == 422
    assert api.plan_queue.waiting == []


def test_a_plan_that_nobody_has_made_is_not_found(world: World) -> None:
    assert _api(world).send("read_plan").status == 404


def test_a_small_company_can_be_planned_in_portions_too(world: World) -> None:
    api = _api(world)
    answer = api.send(_plan(POLICY) | {"queryStringParameters": {"mode": "portions"}})
    assert (answer.status, answer.body["state"], answer.body["plan"]) == (202, "running", None)
    assert answer.body["portions"] == {"done": 0, "total": 35}
    requested = [(each.plan, each.portion) for each in api.plan_queue.waiting]
    assert requested == [(answer.body["id"], portion) for portion in range(35)]
    read = api.send(load("read_plan") | {"path": answer.headers["Location"]})
    assert (read.status, read.body["state"], read.body["estimated_seconds_remaining"]) == (200, "running", None)
