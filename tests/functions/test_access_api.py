"""Requests as API Gateway hands them on, answered from what is remembered."""

import pytest

from dayone import RELEASE
from dayone.errors import Unreachable
from dayone.model.hr_sources import HrVersions
from dayone.model.subjects import Subject, SubjectKind
from tests.functions.access_api.state import ADA, CHANGE, DEV, remembered
from tests.functions.access_api.world import World, asking


@pytest.fixture
def world() -> World:
    return World(remembered())


def test_health_tells_the_policy_in_force_and_whether_operations_are_open(world: World) -> None:
    world.state.hr_versions = HrVersions()
    answer = world.send("read_health")
    assert (answer.status, answer.body) == (
        200,
        {"release": RELEASE, "policy_version": 0, "operations_open": True, "warnings": []},
    )
    world.state.waiting.clear()
    assert world.send("read_health").body["operations_open"] is False


def test_health_is_a_problem_when_the_state_cannot_be_read(world: World) -> None:
    world.error = Unreachable("dynamodb.eu-west-1.amazonaws.com did not answer")
    answer = world.send("read_health")
    assert (answer.status, answer.headers["Content-Type"]) == (503, "application/problem+json")
    assert answer.headers["Retry-After"] == "5"
    assert "dynamodb" not in answer.body["detail"]


def test_a_person_is_answered_as_hr_and_as_identity_center_have_them(world: World) -> None:
    answer = world.send("read_person")
    assert answer.body["fact"]["start_date"] == "2026-11-23"
    assert answer.body["fact"]["status"] == "active"
    assert answer.body["head"] == {
        "generation": "1-a",
        "policy_version": 3,
        "outstanding": 2,
        "held": [],
        "due_at": None,
        "recorded_at": "2026-11-23T08:00:00+00:00",
    }
    assert answer.body["user"]["references"] == {"user_id": "u-1"}


def test_access_of_a_person_names_every_reason_on_the_way(world: World) -> None:
    (group,) = world.send("read_person_access").body["groups"]
    assert group["group"] == "engineers"
    assert group["membership"] == {
        "resource": "membership/engineers",
        "attributes": {},
        "references": {"membership_id": "m-1"},
        "reasons": [
            {"rule": "policy.yaml:5", "reason": "department is Engineering"},
            {"rule": "policy.yaml:6", "reason": "title is SRE"},
        ],
        "unconfirmed": None,
        "adopted": False,
        "operation": "person:e-1001@1-a/0001",
        "change": CHANGE,
        "request_id": "r-1",
        "at": "2026-11-23T08:00:00+00:00",
    }
    assert [(pair["account"], pair["permission_set"]) for pair in group["assignments"]] == [
        ("123456789012", "ViewOnly"),
        ("210987654321", "ViewOnly"),
    ]


def test_what_is_in_doubt_is_marked(world: World) -> None:
    (group,) = world.send("read_person_access").body["groups"]
    assert [pair["confirmed"]["unconfirmed"] for pair in group["assignments"]] == ["delete", "delete"]


def test_access_through_a_large_group_goes_on_page_by_page(world: World) -> None:
    (first,) = world.send(asking("read_person_access", limit="1")).body["groups"]
    following = asking("read_person_access", limit="1", group="engineers", cursor=first["cursor"])
    (second,) = world.send(following).body["groups"]
    assert [pair["account"] for pair in first["assignments"] + second["assignments"]] == [DEV.name, "210987654321"]
    assert second["cursor"] == ""


def test_a_group_the_person_is_not_in_is_not_found(world: World) -> None:
    answer = world.send(asking("read_person_access", group="admins"))
    assert (answer.status, answer.body["type"]) == (404, "tag:dayone,2026:not-found")


def test_a_cursor_without_its_group_is_refused(world: World) -> None:
    answer = world.send(asking("read_account_access", cursor="1"))
    assert (answer.status, "name it with `group`" in answer.body["detail"]) == (400, True)


def test_an_account_is_answered_as_organizations_has_it(world: World) -> None:
    body = world.send("read_account").body
    assert body["id"] == DEV.name
    assert (body["fact"]["ou_path"], body["fact"]["ou_ids"]) == ("/Workloads/Dev", ["ou-1", "ou-2"])
    assert body["fact"]["tags"] == {"env": "dev"}
    assert body["head"]["due_at"] == "2026-11-23T08:00:00+00:00"


def test_access_to_an_account_names_the_groups_the_sets_and_the_people(world: World) -> None:
    body = world.send(asking("read_account_access", limit="2")).body
    (group,) = body["groups"]
    assert body["account"] == DEV.name
    assert [pair["permission_set"] for pair in group["assignments"]] == ["ViewOnly"]
    assert group["assignments"][0]["confirmed"]["reasons"][0]["reason"] == "the account is in /Workloads/Dev"
    assert [pair["person"] for pair in group["members"]] == ["e-1001", "e-1002"]
    following = asking("read_account_access", limit="2", group="engineers", cursor=group["cursor"])
    (rest,) = world.send(following).body["groups"]
    assert ([pair["person"] for pair in rest["members"]], rest["cursor"]) == (["e-1003"], "")


_AT = "2026-11-23T08:00:00+00:00"


def test_changes_are_listed_page_by_page(world: World) -> None:
    first = world.send("list_changes").body
    second = world.send(asking("list_changes", limit="2", cursor=first["cursor"])).body
    assert [pair["id"][-1] for pair in first["changes"] + second["changes"]] == ["3", "2", "1"]
    assert second["cursor"] == ""
    assert second["changes"][0] == {
        "id": CHANGE,
        "state": "running",
        "cause": {"kind": "hr-event", "actor": "hr:standard", "authors": [], "reference": "m", "at": _AT},
        "subjects": 1,
        "planned": 1,
        "operations": 2,
        "succeeded": 0,
        "failed": 1,
        "failed_before": 0,
        "superseded": 0,
        "already_deleted": 0,
        "unplanned": 0,
        "held": 0,
        "held_reason": "",
        "held_version": 0,
        "waits_for_held": 0,
        "expired": 0,
        "blame": [],
        "removals": 0,
        "additions": 0,
        "decision": None,
    }


def test_what_the_plans_of_several_subjects_note_is_answered_once(world: World) -> None:
    plan = world.state.plans[CHANGE, ADA]
    world.state.plans[CHANGE, Subject(SubjectKind.PERSON, "e-1002")] = plan
    assert world.send("read_change").body["notes"] == list(plan.notes)


def test_a_change_is_answered_with_its_notes_and_operations(world: World) -> None:
    first = world.send("read_change").body
    second = world.send(asking("read_change", cursor=first["cursor"])).body
    assert first["notes"] == ["the same record was received before"]
    assert [pair["state"] for pair in first["operations"] + second["operations"]] == ["pending", "failed"]
    assert second["operations"][0] == {
        "id": "person:e-1001@1-a/0001",
        "kind": "create-membership",
        "subject": "person:e-1001",
        "resource": "membership/engineers",
        "state": "failed",
        "outcome": None,
        "failed_before": False,
        "attempts": 2,
        "request_id": "r-9",
        "failure_reason": "AWS said no",
        "waiting_for": "",
        "held_by": "",
        "refusal": "",
        "refused_since": None,
        "reasons": [{"rule": "policy.yaml:5", "reason": "department is Engineering"}],
        "created_at": "2026-11-23T08:00:00+00:00",
        "not_before": None,
        "finished_at": "2026-11-23T08:00:00+00:00",
    }
