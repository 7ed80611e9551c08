"""Explanation of access in an account over the API."""

from dataclasses import replace

import pytest

from dayone.model.operations import OperationState
from dayone.model.subjects import ResourceOf
from tests.functions.access_api.policies import keep, uploaded
from tests.functions.access_api.state import ADA, CHANGE, DEV, IN_ENGINEERS, VIEW_ONLY, operation, remembered
from tests.functions.access_api.world import World, asking

ASKED = {"person": "e-1001", "account": "123456789012"}


@pytest.fixture
def world() -> World:
    world = World(remembered())
    keep(world.state, uploaded(), in_force=1)
    return world


def test_what_a_person_has_leads_from_the_fact_to_the_operation(world: World) -> None:
    answer = world.send("explain_access").body
    assert (answer["person"], answer["account"], answer["policy_version"]) == ("e-1001", DEV.name, 1)
    (way,) = answer["access"]
    assert (way["permission_set"], way["has_access"], way["through"]) == ("ViewOnly", True, "engineers")
    membership, assignment = way["steps"]
    assert membership["reasons"] == [{"rule": "policy.yaml:5", "reason": "department is Engineering"}]
    assert membership["obstacles"] == []
    assert membership["confirmed"]["operation"] == "person:e-1001@1-a/0001"
    assert membership["change"] == CHANGE
    assert membership["message"].startswith("e-1001 is in the group engineers, because department is Engineering (")
    assert (assignment["subject"], assignment["resource"]) == (f"account:{DEV.name}", "assignment/ViewOnly/engineers")
    assert "AWS was asked to delete it" in assignment["message"]


def test_what_a_person_has_not_names_the_condition_that_failed(world: World) -> None:
    del world.state.applied[ResourceOf(ADA, IN_ENGINEERS)]
    head = world.state.heads[ADA]
    world.state.heads[ADA] = replace(head, fact=replace(head.fact, department="Sales"))  # type: ignore[type-var]
    (way,) = world.send("explain_access").body["access"]
    assert way["has_access"] is False
    assert way["steps"][0]["obstacles"] == [
        {
            "rule": "policy.yaml:5",
            "about": "person.department",
            "actual": "`Sales`",
            "required": "`Engineering`",
            "message": "the person's department is `Sales`, but policy.yaml:5 needs `Engineering`",
        }
    ]
    assert "the person's department is `Sales`" in way["message"]


def test_what_was_refused_by_aws_is_told_with_its_reason(world: World) -> None:
    del world.state.applied[ResourceOf(ADA, IN_ENGINEERS)]
    world.state.heads[ADA] = replace(world.state.heads[ADA], change=CHANGE)
    world.state.store(replace(operation(0), state=OperationState.FAILED, failure_reason="Limit: 100 groups"))
    world.state.operations.pop((CHANGE, operation(1).id))
    (way,) = world.send("explain_access").body["access"]
    step = way["steps"][0]
    assert step["operation"]["state"] == "failed"
    assert "failed: Limit: 100 groups" in step["message"]


def test_what_is_over_and_done_is_told_by_what_is_there_alone(world: World) -> None:
    world.state.heads[ADA] = replace(world.state.heads[ADA], change=CHANGE)
    for number in (0, 1):
        world.state.store(replace(operation(number), state=OperationState.SUCCEEDED))
    (way,) = world.send("explain_access").body["access"]
    assert way["steps"][0]["operation"] is None


def test_one_permission_set_can_be_asked_about(world: World) -> None:
    (way,) = world.send(asking("explain_access", **ASKED, permission_set="Admin")).body["access"]
    assert (way["has_access"], way["through"], way["steps"]) == (False, "", [])
    assert way["message"] == f"e-1001 does not have Admin in {DEV.name}: the policy has no such permission set."


def test_without_a_policy_what_is_there_is_told_all_the_same(world: World) -> None:
    world.state.policy_in_force = 0
    answer = world.send("explain_access").body
    assert answer["policy_version"] == 0
    assert [(pair["permission_set"], pair["has_access"]) for pair in answer["access"]] == [("ViewOnly", True)]
    assert "needs a group that the policy has" in answer["access"][0]["steps"][0]["message"]


@pytest.mark.parametrize(("changed", "said"), [({"person": "e-9"}, "person e-9"), ({"account": "1"}, "account 1")])
def test_somebody_unknown_is_not_found(world: World, changed: dict[str, str], said: str) -> None:
    answer = world.send(asking("explain_access", **(ASKED | changed)))
    assert (answer.status, said in answer.body["detail"]) == (404, True)


@pytest.mark.parametrize("missing", ["person", "account"])
def test_a_question_without_whom_or_where_is_refused(world: World, missing: str) -> None:
    answer = world.send(asking("explain_access", **(ASKED | {missing: ""})))
    assert (answer.status, f"`{missing}` is empty" in answer.body["detail"]) == (400, True)


def test_the_assignment_of_another_account_does_not_count(world: World) -> None:
    del world.state.applied[ResourceOf(DEV, VIEW_ONLY)]
    (way,) = world.send("explain_access").body["access"]
    assert (way["has_access"], way["steps"][1]["exists"]) == (False, False)
