"""Previews over the API."""

import json

import pytest

from dayone.model.subjects import ResourceOf
from tests.functions.access_api.policies import keep, uploaded
from tests.functions.access_api.state import ADA, DEV, VIEW_ONLY, remembered
from tests.functions.access_api.world import World, load


@pytest.fixture
def world() -> World:
    world = World(remembered())
    keep(world.state, uploaded(), in_force=1)
    return world


def test_another_policy_is_answered_with_operations_counts_and_the_guardrail(world: World) -> None:
    answer = world.send("preview_policy")
    assert answer.status == 200
    body = answer.body
    assert (body["policy_version"], body["complete"], body["truncated"]) == (None, True, 0)
    assert body["counts"]["delete-membership"] == 1
    assert sum(body["counts"].values()) == len(body["operations"])
    assert {
        "kind": "delete-membership",
        "subject": "person:e-1001",
        "resource": "membership/engineers",
        "reasons": [
            {"rule": "policy.yaml:5", "reason": "no longer: department is Engineering"},
            {"rule": "policy.yaml:6", "reason": "no longer: title is SRE"},
        ],
        "existing": None,
        "held": None,
    } in body["operations"]
    assert body["guardrail"] == {
        "removals": 1,
        "existing": 0,
        "limit": 5,
        "removals_today": 0,
        "held": 0,
        "reasons": [],
        "held_explanation": [],
    }


def test_several_files_are_one_policy(world: World) -> None:
    files = {"groups.yaml": "version: 1\ngroups: {staff: {members: everyone}}\n", "more.yaml": "version: 1\n"}
    body = world.send(load("preview_policy") | {"body": json.dumps({"files": files})}).body
    assert body["counts"]["create-group"] == 1


def test_a_person_who_is_otherwise_is_answered_with_what_they_lose(world: World) -> None:
    body = world.send("preview_person").body
    assert (body["policy_version"], body["evaluated"], body["subjects"]) == (1, 1, 1)
    assert {pair["subject"] for pair in body["operations"]} == {str(ADA)}
    assert body["counts"]["delete-membership"] == 1


def test_an_account_that_is_otherwise_is_answered_with_what_the_guardrail_holds(world: World) -> None:
    body = world.send("preview_account").body
    assert [(pair["kind"], pair["subject"]) for pair in body["operations"]] == [("delete-assignment", str(DEV))]
    assert body["guardrail"]["held"] == 1
    assert "every assignment" in body["guardrail"]["reasons"][0]


def test_nothing_is_written_or_put_on_the_inbox(world: World) -> None:
    kept = len(world.state.kept_policies)
    for name in ("preview_policy", "preview_person", "preview_account"):
        world.send(name)
    assert (len(world.state.kept_policies), len(world.state.changes)) == (kept, 3)
    assert ResourceOf(DEV, VIEW_ONLY) in world.state.applied
    assert not world.inbox.commands


@pytest.mark.parametrize(
    ("body", "status", "kind"),
    [
        (None, 400, "malformed"),
        ("version: 1", 400, "malformed"),
        ("{}", 422, "invalid"),
        ('{"policy": "version: 1", "person": {"id": "e-1001"}}', 422, "invalid"),
        ('{"policy": "version: 1\\ngruops: {}\\n"}', 422, "invalid"),
        ('{"person": {"id": "e-1001", "departement": "Sales"}}', 422, "invalid"),
        ('{"account": {"id": "999999999999"}}', 422, "invalid"),
        ("x" * (256 * 1024 + 1), 413, "too-large"),
    ],
)
def test_what_is_no_question_is_a_problem(world: World, body: str | None, status: int, kind: str) -> None:
    answer = world.send(load("preview_policy") | {"body": body})
    assert (answer.status, answer.body["type"]) == (status, f"tag:dayone,2026:{kind}")
    assert answer.headers["Content-Type"] == "application/problem+json"
