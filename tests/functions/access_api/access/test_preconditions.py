"""Policies that are put only if nobody has put another meanwhile."""

import pytest

from tests.functions.access_api.state import remembered
from tests.functions.access_api.world import Answer, World, load


@pytest.fixture
def world() -> World:
    return World(remembered())


def _put(world: World, **headers: str) -> Answer:
    event = load("submit_policy")
    told = {name.replace("_", "-"): said for name, said in headers.items()}
    return world.send({**event, "headers": {**event["headers"], **told}})


def test_a_policy_says_which_version_it_is(world: World) -> None:
    assert _put(world).headers["ETag"] == '"1"'
    world.state.policy_in_force = 1
    assert world.send("read_policy").headers["ETag"] == '"1"'


def test_whoever_has_seen_the_newest_version_may_replace_it(world: World) -> None:
    _put(world)
    assert _put(world, If_Match='"1"').headers["ETag"] == '"2"'


def test_whoever_has_seen_an_older_one_may_not(world: World) -> None:
    for _ in range(2):
        _put(world)
    answer = _put(world, If_Match='"1"')
    assert (answer.status, answer.body["type"]) == (412, "tag:dayone,2026:precondition-failed")
    assert "the newest version is 2" in answer.body["detail"]
    assert len(world.inbox.commands) == len(world.state.kept_policies) == 2


def test_the_first_policy_can_be_put_without_replacing_one(world: World) -> None:
    assert _put(world, If_None_Match="*").status == 202
    assert _put(world, If_None_Match="*").status == 412


def test_a_tag_that_is_none_is_refused(world: World) -> None:
    assert _put(world, If_Match="1").status == 400
