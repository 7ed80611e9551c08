"""Previews come true; effects are explained; and there is a way back."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from sandbox.day_one import expect
from tests.e2e.deployed import policies
from tests.e2e.deployed.day_one import DayOne
from tests.e2e.deployed.people import somebody
from tests.e2e.deployed.scene import Scene
from tests.e2e.deployed.waiting import becomes, eventually

_READERS = policies.base_with(
    groups={"Readers": {"description": "Who reads", "members": [{"department": "Library"}]}},
    permission_sets={"Reading": {"managed_policies": ["ReadOnlyAccess"]}},
    assignments=[{"group": "Readers", "permission_set": "Reading", "accounts": [{"ou": "/Workloads/Early"}]}],
)


def foreseen(day_one: DayOne, **question: object) -> Any:  # noqa: ANN401 - JSON
    headers = {"content-type": "application/json"}
    body = json.dumps(question).encode()
    return expect(day_one.deployed.api.send("POST", "/v1/plan", body=body, headers=headers), status=200)


def asked(operations: list[Mapping[str, str]]) -> set[tuple[str, str, str]]:
    return {(record["kind"], record["subject"], record["resource"]) for record in operations}


def why(day_one: DayOne, person: Mapping[str, str], account: str, permission_set: str) -> Any:  # noqa: ANN401 - JSON
    query = f"person={person['id']}&account={account}&permission_set={permission_set}"
    (way,) = day_one.get(f"/v1/explain?{query}")["access"]
    return way


@pytest.fixture
def reader(day_one: DayOne) -> dict[str, str]:
    person = somebody("Library")
    day_one.told(person)
    return person


def test_a_plan_in_portions_is_the_plan_of_one_look_and_another_policy_outdates_it(
    day_one: DayOne, reader: dict[str, str]
) -> None:
    text = policies.text_of(_READERS).decode()
    expected = foreseen(day_one, policy=text)
    started = day_one.planned(text)
    assert (started["state"], started["plan"], started["portions"]["done"]) == ("running", None, 0)
    read = eventually(lambda: day_one.get(started["href"]), holds=lambda read: read["state"] != "running")
    assert (read["state"], read["portions"]) == ("complete", {"done": 35, "total": 35})
    plan = read["plan"]
    assert asked(plan["operations"]) == asked(expected["operations"])
    assert ("create-membership", f"person:{reader['id']}", "membership/Readers") in asked(plan["operations"])
    for same in ("counts", "evaluated", "subjects", "guardrail", "errors", "truncated"):
        assert plan[same] == expected[same], same
    # The functions that plan it can write nothing but the plan, and nothing of it reaches Identity Center.
    assert foreseen(day_one, policy=text)["counts"] == expected["counts"]
    assert day_one.waiting("PlansQueue") == 0
    before = day_one.get("/v1/policy")
    day_one.put_in_force(_READERS)
    assert day_one.get(started["href"])["state"] == "outdated"
    taken = expect(day_one.deployed.api.send("POST", f"/v1/policy/rollback/{before['version']}"), status=202)
    day_one.succeeded(taken["change"])


def test_a_policy_leads_to_what_was_foreseen_and_the_way_back_too(
    day_one: DayOne, scene: Scene, reader: dict[str, str]
) -> None:
    before = day_one.get("/v1/policy")
    text = policies.text_of(_READERS).decode()
    plan = foreseen(day_one, policy=text)
    assert plan["complete"] is True
    assert day_one.get("/v1/policy") == before
    assert why(day_one, reader, scene.early_account, "Reading")["message"].endswith("has no such permission set.")

    change = day_one.put_in_force(_READERS)
    assert asked(change["operations"]) == asked(plan["operations"])
    assert ("create-assignment", f"account:{scene.early_account}", "assignment/Reading/Readers") in asked(
        plan["operations"]
    )
    assert foreseen(day_one, policy=text)["operations"] == []

    way = why(day_one, reader, scene.early_account, "Reading")
    assert (way["has_access"], way["through"]) == (True, "Readers")
    assert [step["change"] for step in way["steps"]] == [change["change"]["id"]] * 2
    assert all(step["confirmed"]["request_id"] in step["message"] for step in way["steps"])

    taken = expect(day_one.deployed.api.send("POST", f"/v1/policy/rollback/{before['version']}"), status=202)
    day_one.succeeded(taken["change"])
    assert "Reading" not in day_one.view.permission_sets()
    assert ("Reading", "Readers") not in day_one.view.assignments(scene.early_account)
    newest, older = day_one.get("/v1/policy/versions?limit=2")["versions"]
    assert (newest["version"], newest["in_force"], older["in_force"]) == (taken["version"], True, False)
    assert day_one.get(f"/v1/policy/versions/{taken['version']}")["text"] == before["text"]


def test_a_person_who_moves_loses_and_gets_what_was_foreseen(day_one: DayOne, scene: Scene) -> None:
    mover = somebody("Finance")
    day_one.told(mover)
    plan = foreseen(day_one, person={"id": mover["id"], "department": "Engineering"})
    assert asked(plan["operations"]) == {
        ("delete-membership", f"person:{mover['id']}", "membership/Finance"),
        ("create-membership", f"person:{mover['id']}", "membership/Engineers"),
    }
    assert plan["guardrail"]["removals"] == 1
    way = why(day_one, mover, scene.early_account, "ViewOnly")
    assert way["has_access"] is False
    assert "the person's department is `Finance`" in way["message"]
    change = day_one.told({**mover, "department": "Engineering"}, event="person.updated")
    assert asked(change["operations"]) == asked(plan["operations"])
    assert becomes(lambda: why(day_one, mover, scene.early_account, "ViewOnly")["has_access"], wanted=True)


def test_a_unit_whose_name_has_a_slash_is_meant_by_that_name_and_by_no_path_of_two(day_one: DayOne) -> None:
    account = day_one.organisation.make_account("pipelines")
    day_one.organisation.move(account, path=("CI/CD",))
    eventually(lambda: day_one.knows(f"/v1/accounts/{account}"))
    assert becomes(lambda: day_one.get(f"/v1/accounts/{account}")["fact"]["ou_path"], r"/CI\/CD")

    def plan_for(unit: str) -> Any:  # noqa: ANN401 - JSON
        rule = {"group": "Finance", "permission_set": "ViewOnly", "accounts": [{"ou": unit}]}
        return foreseen(day_one, policy=policies.text_of(policies.base_with(assignments=[rule])).decode())

    assignment = ("create-assignment", f"account:{account}", "assignment/ViewOnly/Finance")
    meant, not_meant = plan_for(r"/CI\/CD"), plan_for("/CI/CD")
    assert assignment in asked(meant["operations"])
    assert assignment not in asked(not_meant["operations"])
    assert not [note for note in meant["notes"] if "CI" in note]
    (note,) = (note for note in not_meant["notes"] if "CI" in note)
    assert note.endswith(r"ou `/CI/CD` matches no account that Day One has recorded; did you mean `/CI\/CD`?")


def test_an_edit_that_protects_who_does_not_exist_is_refused(day_one: DayOne) -> None:
    root = somebody("Security")
    guarded = {
        **policies.BASE,
        "guardrails": {**policies.BASE["guardrails"], "protect": {"users": [root["user_name"]]}},
    }
    refused = day_one.upload(guarded)
    assert refused.status == 422
    (finding,) = refused.json()["findings"]
    assert finding.endswith(f"`{root['user_name']}` under `protect.users` protects nothing: there is no such user")
    assert foreseen(day_one, policy=policies.text_of(guarded).decode())["errors"]
    store: Any = day_one.sandbox.client("identitystore")
    store.create_user(
        IdentityStoreId=day_one.instance.identity_store_id,
        UserName=root["user_name"],
        DisplayName="Break glass",
        Name={"GivenName": "Break", "FamilyName": "Glass"},
    )
    assert foreseen(day_one, policy=policies.text_of(guarded).decode())["errors"] == []
