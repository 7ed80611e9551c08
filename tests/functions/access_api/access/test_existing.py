"""Describing what others made over the API, in the policy's own words."""

import pytest

from dayone.errors import Throttled
from dayone.policy.language.parser import read_policy
from tests.fakes.sso.identity_center import StoredSet
from tests.functions.access_api.state import remembered
from tests.functions.access_api.world import Event, World, load


@pytest.fixture
def world() -> World:
    world = World(remembered())
    world.center.permission_sets["arn:theirs"] = StoredSet(
        "Deploy", {"session_duration": "PT8H"}, managed_policies={"job-function/ViewOnlyAccess"}
    )
    return world


def asking(subject: str, **more: str) -> Event:
    query = {"subject": subject, **more} if subject else None
    return load("describe_existing") | {"queryStringParameters": query, "multiValueQueryStringParameters": None}


def test_what_exists_is_answered_as_a_policy_that_the_reader_reads(world: World) -> None:
    answer = world.send("describe_existing")
    assert answer.status == 200
    text = answer.body.pop("policy")
    assert answer.body == {"subject": "permission-set:Deploy", "identical": True, "obstacles": []}
    (rule,) = read_policy({"policy.yaml": text}, version=1).permission_sets
    assert (rule.name, rule.session_duration) == ("Deploy", "PT8H")
    assert rule.managed_policies == ("job-function/ViewOnlyAccess",)


def test_what_the_policy_cannot_say_is_answered_beside_it(world: World) -> None:
    world.center.permission_sets["arn:theirs"].attributes["relay_state"] = "https://x/€"
    answer = world.send("describe_existing")
    assert (answer.status, answer.body["identical"]) == (200, False)
    (obstacle,) = answer.body["obstacles"]
    assert "relay_state" in obstacle
    assert "https://x/€" in answer.body["policy"]


def test_what_has_another_name_is_looked_for_by_it(world: World) -> None:
    answer = world.send(asking("permission-set:Shipping", name="Deploy"))
    (rule,) = read_policy({"policy.yaml": answer.body["policy"]}, version=1).permission_sets
    assert (answer.status, rule.name, rule.called) == (200, "Shipping", "Deploy")
    assert world.send(asking("person:e-1001", name="Deploy")).status == 400


@pytest.mark.parametrize(
    ("subject", "status"),
    [("", 400), ("Deploy", 400), ("account:123456789012", 400), ("permission-set:Other", 404), ("person:e-404", 409)],
)
def test_a_mistake_is_refused(world: World, subject: str, status: int) -> None:
    assert world.send(asking(subject)).status == status


def test_what_cannot_be_read_now_is_not_taken_for_nothing(world: World) -> None:
    world.error = Throttled("slow down")
    assert world.send("describe_existing").status == 503
