"""A policy is taken whole or not at all, and Identity Center follows every edit of it and nothing else."""

import json
from typing import Any

from tests.e2e.deployed import policies
from tests.e2e.deployed.day_one import DayOne
from tests.e2e.deployed.people import somebody
from tests.e2e.deployed.scene import Scene
from tests.e2e.deployed.waiting import becomes

_WRONG = b"""version: 1
groups:
  Engineers:
    members: [{departement: Engineering}]
assignments:
  - {group: Enginers, permission_set: ViewOnly, accounts: [{ou: /Workloads/**}]}
"""
_DENY_S3 = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Deny", "Action": "s3:GetObject", "Resource": "*"}],
}


def put(day_one: DayOne, body: bytes) -> Any:  # noqa: ANN401 - JSON
    return day_one.deployed.api.send("PUT", "/v1/policy?file=wrong.yaml", body=body)


def test_before_the_first_policy_nothing_is_assigned_and_there_is_none_to_read(scene: Scene) -> None:
    assert (scene.policy_status, scene.assignments) == (404, [])


def test_an_account_that_was_there_before_the_policy_gets_its_assignments(day_one: DayOne, scene: Scene) -> None:
    assert day_one.view.assignments(scene.early_account) == [("ViewOnly", "Engineers")]


def test_a_policy_with_mistakes_is_answered_with_file_and_line_and_the_old_one_stays(day_one: DayOne) -> None:
    before = day_one.get("/v1/policy")
    answer = put(day_one, _WRONG)
    assert answer.status == 422
    findings = answer.json()["findings"]
    assert [finding.split(":")[:2] for finding in findings] == [["wrong.yaml", line] for line in ("4", "6", "6")]
    assert "departement" in findings[0]
    assert "`Engineers`" in findings[1]
    assert becomes(lambda: day_one.waiting("InboxQueue"), 0)
    assert day_one.get("/v1/policy") == before


def test_the_policy_in_force_is_answered_as_it_was_uploaded(day_one: DayOne) -> None:
    change = day_one.put_in_force(policies.BASE)["change"]
    kept = day_one.get("/v1/policy")
    assert kept["text"].encode() == policies.text_of(policies.BASE)
    assert (kept["file"], kept["change"]) == (policies.FILE, change["id"])
    assert kept["actor"].endswith(":user/internal-tool")
    assert (change["cause"]["kind"], change["cause"]["actor"]) == ("policy", kept["actor"])
    assert change["cause"]["reference"] == f"version {kept['version']}"


def test_identity_center_follows_every_edit(day_one: DayOne, scene: Scene) -> None:
    auditor = somebody("Audit")
    day_one.told(auditor)
    group = {"Auditors": {"description": "Who looks", "members": [{"department": "Audit"}]}}
    assignment = {"group": "Auditors", "permission_set": "Audit", "accounts": [{"id": scene.early_account}]}
    view = day_one.view

    full = {"managed_policies": ["SecurityAudit"], "inline_policy": _DENY_S3}
    day_one.put_in_force(policies.base_with(groups=group, permission_sets={"Audit": full}, assignments=[assignment]))
    assert view.members("Auditors") == {auditor["user_name"]}
    assert view.managed_policies("Audit") == {"SecurityAudit"}
    assert json.loads(view.inline_policy("Audit")) == _DENY_S3
    assert ("Audit", "Auditors") in view.assignments(scene.early_account)

    lean = {"managed_policies": ["ViewOnlyAccess"]}
    day_one.put_in_force(policies.base_with(groups=group, permission_sets={"Audit": lean}, assignments=[assignment]))
    assert view.managed_policies("Audit") == {"ViewOnlyAccess"}
    assert view.inline_policy("Audit") == ""
    assert ("Audit", "Auditors") in view.assignments(scene.early_account)

    day_one.put_in_force(policies.base_with(groups=group, permission_sets={"Audit": lean}))
    assert view.assignments(scene.early_account) == [("ViewOnly", "Engineers")]
    assert view.members("Auditors") == {auditor["user_name"]}

    day_one.put_in_force(policies.BASE)
    assert "Auditors" not in view.groups()
    assert "Audit" not in view.permission_sets()
    assert day_one.get(f"/v1/people/{auditor['id']}/access")["groups"] == []
    assert auditor["user_name"] in view.users()


def test_who_was_there_before_day_one_is_taken_over_and_loses_as_a_leaver_what_the_policy_gave(
    day_one: DayOne, scene: Scene
) -> None:
    person, name = scene.old_hand, scene.old_hand["user_name"]
    user_id = day_one.view.users()[name]["UserId"]
    day_one.told(person)
    user = day_one.get(f"/v1/people/{person['id']}")["user"]
    assert (user["adopted"], user["references"]) == (True, {"user_id": user_id})
    (group,) = day_one.get(f"/v1/people/{person['id']}/access")["groups"]
    assert group["group"] == "Old hands"
    day_one.told(person, event="person.ended")
    assert day_one.view.members("Old hands") == set()
    assert day_one.view.users()[name]["UserId"] == user_id


def test_a_group_that_was_there_before_day_one_outlives_its_rule(day_one: DayOne) -> None:
    group_id = day_one.view.groups()["Old hands"]
    day_one.put_in_force(policies.base_with(without_group="Old hands"))
    assert day_one.view.groups()["Old hands"] == group_id


def test_what_no_policy_names_is_left_alone(day_one: DayOne, scene: Scene) -> None:
    day_one.put_in_force(policies.BASE)
    assert day_one.view.members("By hand") == {scene.loner["user_name"]}


def test_a_protected_group_keeps_its_members_and_gets_nothing_even_if_the_policy_says_so(
    day_one: DayOne, scene: Scene
) -> None:
    group = {"break-glass": {"members": [{"department": "Engineering"}]}}
    assignment = {"group": "break-glass", "permission_set": "ViewOnly", "accounts": [{"id": scene.early_account}]}
    day_one.put_in_force(policies.base_with(groups=group, assignments=[assignment]))
    engineer = somebody()
    day_one.told(engineer)
    assert engineer["user_name"] in day_one.view.members("Engineers")
    assert day_one.view.members("break-glass") == {scene.firefighter["user_name"]}
    assert ("ViewOnly", "break-glass") not in day_one.view.assignments(scene.early_account)
    # What the protected group was to have stays guarded until the same edit, alone, was approved by somebody else.
    day_one.put_in_force(policies.BASE)
    day_one.put_in_force(policies.BASE)
