"""A life on the deployed system: hired in advance, ready on the first day at the set time, moved, gone, and back."""

import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from math import ceil
from typing import Any

import pytest

from sandbox import Behaviour, Sandbox
from sandbox.day_one import release, session_policy
from sandbox.hr_system import CHANGED, ENDED, HIRED
from tests.e2e.deployed.day_one import DayOne, deployed_in
from tests.e2e.deployed.people import somebody
from tests.e2e.deployed.waiting import PATIENCE, becomes, eventually

_SENDER = "it@example.com"


@dataclass
class _Life:
    """One person, who starts at `begins`; each test takes them on from where the one before left them."""

    day_one: DayOne
    begins: datetime
    policy_id: str
    account: str = ""
    person: dict[str, str] = field(default_factory=dict)

    def is_in(self, group: str) -> bool:
        return self.person["user_name"] in self.day_one.view.members(group)

    def user_id(self) -> str:
        return str(self.day_one.view.users()[self.person["user_name"]]["UserId"])

    def statement(self) -> dict[str, Any]:
        client = self.day_one.sandbox.client("organizations")
        document = json.loads(client.describe_policy(PolicyId=self.policy_id)["Policy"]["Content"])
        statement: dict[str, Any] = document["Statement"][0]
        return statement

    def ended_sessions(self) -> list[str]:
        users: list[str] = self.statement()["Condition"]["StringEquals"]["identitystore:userId"]
        return users

    def tell(self, event: str, **attributes: str) -> Any:  # noqa: ANN401 - JSON
        self.person |= attributes
        return self.day_one.told(self.person, event=event)


def _policy(begins: datetime) -> Mapping[str, Any]:
    return {
        "version": 1,
        "people": {
            "created_days_before": 3,
            "access_from": f"{begins:%H:%M}",
            "welcome": {
                "since": f"{begins:%Y-%m-%d}",
                "mail": {"from": _SENDER, "subject": "Hello {given_name}", "text": "{portal_url} {user_name} {access}"},
            },
        },
        "groups": {
            "engineers": {"members": [{"department": "Engineering"}]},
            "data": {"members": [{"department": "Data"}]},
        },
        "permission_sets": {"ViewOnly": {"managed_policies": ["ViewOnlyAccess"]}},
        "assignments": [{"group": "engineers", "permission_set": "ViewOnly", "accounts": [{"ou": "/**"}]}],
    }


@pytest.fixture(scope="module")
def life() -> Iterator[_Life]:
    with Sandbox(behaviour=Behaviour.instant(assignment_seconds=0.3, deletion_seconds=0.3, page_entries=1)) as sandbox:
        sandbox.client("sesv2").create_email_identity(EmailIdentity=_SENDER)
        yield _begun(sandbox)


def _begun(sandbox: Sandbox) -> _Life:
    day_one = deployed_in(sandbox)
    began = time.monotonic()
    account = day_one.organisation.make_account("team-blue-dev")
    day_one.put_in_force(_policy(datetime.now(UTC)))
    assert becomes(lambda: day_one.view.assignments(account), [("ViewOnly", "engineers")])
    # A whole minute that leaves time to look at what is not there yet, and more on a machine that is slow.
    minutes = 4 * (time.monotonic() - began) // 60
    begins = (datetime.now(UTC) + timedelta(minutes=minutes, seconds=110)).replace(second=0, microsecond=0)
    day_one.put_in_force(_policy(begins))
    return _Life(day_one, begins, session_policy(sandbox), account)


def test_hired_in_advance_there_is_a_user_without_access(life: _Life) -> None:
    life.person = somebody(start_date=f"{life.begins:%Y-%m-%d}")
    hired = life.tell(HIRED)
    assert datetime.now(UTC) < life.begins, "too late to see it"
    assert [pair["kind"] for pair in hired["operations"]] == ["create-user"]
    assert not life.is_in("engineers")
    head = life.day_one.get(f"/v1/people/{life.person['id']}")["head"]
    assert datetime.fromisoformat(head["due_at"]) == life.begins


def test_an_alarm_is_set_for_that_moment(life: _Life) -> None:
    scheduler = life.day_one.sandbox.client("scheduler")
    group = life.day_one.deployed.stack.resources["DueSchedules"]
    listed = scheduler.list_schedules(GroupName=group)["Schedules"]
    assert f"due-{life.begins:%Y%m%dT%H%M%SZ}" in [schedule["Name"] for schedule in listed]


def test_access_comes_at_the_set_time_of_the_first_day(life: _Life) -> None:
    left = (life.begins - datetime.now(UTC)).total_seconds()
    assert eventually(lambda: life.is_in("engineers"), seconds=left + PATIENCE)
    assert datetime.now(UTC) >= life.begins


def test_they_are_told_that_they_are_ready(life: _Life) -> None:
    def told() -> list[Any]:
        found = life.day_one.announcements.heard()
        return [pair["detail"] for pair in found if pair["detail-type"] == "Person Ready"]

    (ready,) = eventually(told)
    assert (ready["person"], ready["user_name"]) == (life.person["id"], life.person["user_name"])
    assert [(pair["account"], pair["permission_set"]) for pair in ready["access"]] == [(life.account, "ViewOnly")]
    assert ready["portal_url"] == f"https://{life.day_one.instance.identity_store_id}.awsapps.com/start"


def test_a_move_takes_them_from_one_group_to_another_as_the_same_user(life: _Life) -> None:
    before = life.user_id()
    life.tell(CHANGED, department="Data", title="Analyst", family_name="Newname")
    assert (life.is_in("engineers"), life.is_in("data"), life.user_id()) == (False, True, before)
    user = life.day_one.view.users()[life.person["user_name"]]
    assert (user["Title"], user["Name"]["FamilyName"]) == ("Analyst", "Newname")


def test_leaving_takes_access_and_ends_live_sessions(life: _Life) -> None:
    began = time.monotonic()
    left = life.tell(ENDED)
    took = time.monotonic() - began
    kinds = [pair["kind"] for pair in left["operations"]]
    assert kinds == ["delete-membership", "create-ended-sessions"]
    assert all(pair["finished_at"] for pair in left["operations"])
    assert not life.is_in("data")
    assert life.ended_sessions() == [life.user_id()]
    assert 0 < left["access_ended"]["seconds"] <= ceil(took)
    assert left["access_ended"]["sessions_ended_at"]


def test_a_stack_update_leaves_them_ended(life: _Life) -> None:
    organizations = life.day_one.sandbox.client("organizations")
    (root,) = organizations.list_roots()["Roots"]
    unit = organizations.create_organizational_unit(ParentId=root["Id"], Name="offices")["OrganizationalUnit"]["Id"]
    for targets in (f"{root['Id']},{unit}", str(unit), str(root["Id"])):
        release(life.day_one.sandbox, life.day_one.instance, parameters={"EndedSessionsTargets": targets})
        pages = organizations.get_paginator("list_targets_for_policy").paginate(PolicyId=life.policy_id)
        assert {target["TargetId"] for page in pages for target in page["Targets"]} == set(targets.split(","))
        assert life.ended_sessions() == [life.user_id()]


def test_what_somebody_edits_out_of_the_policy_is_back_within_a_sweep(life: _Life) -> None:
    harmless = {"Sid": "DayOneEndedSessions", "Effect": "Deny", "Action": "s3:*", "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [harmless]})
    life.day_one.sandbox.client("organizations").update_policy(PolicyId=life.policy_id, Content=document)
    assert eventually(lambda: "Condition" in life.statement() and life.ended_sessions() == [life.user_id()])
    assert (life.statement()["Effect"], life.statement()["Action"]) == ("Deny", "*")
    audit = life.day_one.get(f"/v1/audit?subject=person%3A{life.person['id']}")
    assert [entry for entry in audit["entries"] if entry["action"].startswith("update-ended-sessions")]


def test_coming_back_is_the_same_user_with_what_the_policy_gives_now(life: _Life) -> None:
    before = life.user_id()
    life.tell(CHANGED, department="Engineering")
    assert (life.is_in("engineers"), life.is_in("data"), life.user_id()) == (True, False, before)
    assert life.ended_sessions() == ["nobody"]


def test_hired_again_under_a_new_id_they_have_their_names_and_another_user(life: _Life) -> None:
    before, names = life.user_id(), (life.person["user_name"], life.person["email"])
    life.tell(ENDED)
    old = life.person["id"]
    hired = life.tell(CHANGED, id=f"{old}-again")
    assert [pair["kind"] for pair in hired["operations"]] == ["create-user", "create-membership", "create-welcome"]
    assert all(pair["state"] == "succeeded" for pair in hired["operations"])
    assert life.is_in("engineers")
    users = life.day_one.view.users()
    user, renamed = users[names[0]], users[f"left.{old}"]
    assert (user["UserName"], user["Emails"][0]["Value"]) == names
    assert (renamed["UserId"], renamed.get("Emails", [])) == (before, [])
    assert user["UserId"] != before
