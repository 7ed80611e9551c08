"""The main way: a hire and a new account lead to access, and the API tells what came of it and why."""

import tomllib
from dataclasses import dataclass
from typing import Any

import pytest

from tests.e2e.deployed.day_one import DayOne
from tests.e2e.deployed.people import somebody
from tests.e2e.deployed.waiting import becomes
from tests.pages import ROOT


@dataclass(frozen=True, kw_only=True)
class FirstDay:
    """Somebody who was hired, and an account that was made for their team."""

    person: dict[str, str]
    account: str
    hiring: Any


@pytest.fixture(scope="module")
def first_day(day_one: DayOne) -> FirstDay:
    person = somebody(title="Site Reliability Engineer")
    hiring = day_one.tell(person)
    account = day_one.organisation.make_account("team-blue-dev")
    day_one.organisation.move(account, path=("Workloads", "Dev"))
    assert becomes(lambda: day_one.view.assignments(account), [("ViewOnly", "Engineers")])
    hired = day_one.succeeded(hiring)
    path = f"/v1/accounts/{account}"
    assert becomes(lambda: day_one.get(path)["head"]["outstanding"], 0)
    return FirstDay(person=person, account=account, hiring=hired)


def said_in(day_one: DayOne, rule: str) -> str:
    """The line of the policy in force that a rule (`file:line`) names."""
    kept = day_one.get("/v1/policy")
    file, _, line = rule.rpartition(":")
    assert file == kept["file"]
    return str(kept["text"].splitlines()[int(line) - 1])


def test_a_hire_is_a_user_of_identity_center_with_what_hr_says(day_one: DayOne, first_day: FirstDay) -> None:
    person, user = first_day.person, day_one.view.users()[first_day.person["user_name"]]
    assert user["DisplayName"] == person["display_name"]
    assert user["Name"] == {"GivenName": person["given_name"], "FamilyName": person["family_name"]}
    assert [pair["Value"] for pair in user["Emails"]] == [person["email"]]
    assert user["Title"] == person["title"]


def test_a_hire_is_in_the_groups_of_the_policy_and_in_no_other(day_one: DayOne, first_day: FirstDay) -> None:
    name = first_day.person["user_name"]
    assert {group for group in day_one.view.groups() if name in day_one.view.members(group)} == {"Engineers"}


def test_the_permission_set_is_as_the_policy_says(day_one: DayOne, first_day: FirstDay) -> None:
    assert first_day.account
    assert day_one.view.managed_policies("ViewOnly") == {"ViewOnlyAccess"}
    assert day_one.view.inline_policy("ViewOnly") == ""


def test_a_new_account_gets_each_assignment_by_one_request(day_one: DayOne, first_day: FirstDay) -> None:
    assert day_one.view.assignments(first_day.account) == [("ViewOnly", "Engineers")]
    assert len(day_one.view.assignment_requests(first_day.account)) == 1


def test_the_change_tells_its_cause_and_every_operation_with_the_request_id_of_aws(first_day: FirstDay) -> None:
    change = first_day.hiring["change"]
    assert (change["state"], change["operations"], change["succeeded"], change["failed"]) == ("succeeded", 2, 2, 0)
    assert (change["cause"]["kind"], change["cause"]["actor"]) == ("hr-event", "hr:standard")
    assert change["cause"]["reference"].startswith("msg_")
    operations = {pair["resource"]: pair for pair in first_day.hiring["operations"]}
    assert set(operations) == {"user", "membership/Engineers"}
    assert all(pair["state"] == "succeeded" and pair["request_id"] for pair in operations.values())
    assert all(pair["subject"] == f"person:{first_day.person['id']}" for pair in operations.values())


def test_a_person_is_told_as_hr_and_as_identity_center_have_them(day_one: DayOne, first_day: FirstDay) -> None:
    said = day_one.get(f"/v1/people/{first_day.person['id']}")
    assert {key: said["fact"][key] for key in first_day.person} == first_day.person
    assert (said["head"]["outstanding"], said["head"]["due_at"]) == (0, None)
    user = day_one.view.users()[first_day.person["user_name"]]
    assert said["user"]["references"] == {"user_id": user["UserId"]}
    assert said["user"]["reasons"] == [{"rule": "employment", "reason": "is employed"}]


def test_the_access_of_a_person_is_told_with_the_line_of_each_rule(day_one: DayOne, first_day: FirstDay) -> None:
    (group,) = day_one.get(f"/v1/people/{first_day.person['id']}/access?limit=100")["groups"]
    assert group["group"] == "Engineers"
    (why,) = group["membership"]["reasons"]
    assert why["reason"] == "department is Engineering, employment is employee"
    assert "department: Engineering" in said_in(day_one, why["rule"])
    assert group["membership"]["change"] == first_day.hiring["change"]["id"]
    assert group["membership"]["operation"] in {pair["id"] for pair in first_day.hiring["operations"]}
    assert group["membership"]["request_id"]
    assert first_day.account in {pair["account"] for pair in group["assignments"]}


def test_an_account_is_told_as_organizations_has_it(day_one: DayOne, first_day: FirstDay) -> None:
    fact = day_one.get(f"/v1/accounts/{first_day.account}")["fact"]
    assert (fact["name"], fact["state"], fact["ou_path"]) == ("team-blue-dev", "ACTIVE", "/Workloads/Dev")
    assert fact["is_management"] is False


def test_the_access_to_an_account_is_told_with_who_has_it_and_why(day_one: DayOne, first_day: FirstDay) -> None:
    (group,) = day_one.get(f"/v1/accounts/{first_day.account}/access?limit=100")["groups"]
    assert group["group"] == "Engineers"
    assert first_day.person["id"] in {pair["person"] for pair in group["members"]}
    (assignment,) = group["assignments"]
    assert assignment["permission_set"] == "ViewOnly"
    confirmed = assignment["confirmed"]
    (why,) = confirmed["reasons"]
    assert why["reason"] == "the account is in /Workloads/Dev"
    assert "ou: /Workloads/**" in said_in(day_one, why["rule"])
    assert confirmed["unconfirmed"] is None
    assert confirmed["operation"].startswith(f"account:{first_day.account}@")
    # What AWS gave for the request that made it, and says SUCCEEDED to.
    assert [confirmed["request_id"]] == day_one.view.assignment_requests(first_day.account)


def test_health_tells_the_policy_in_force_and_that_nothing_is_open(day_one: DayOne, first_day: FirstDay) -> None:
    assert first_day.account
    policy = day_one.get("/v1/policy")["version"]

    def health() -> dict[str, Any]:
        answer = day_one.get("/v1/health")
        # What other tests do behind Day One's back is drift.
        return {**answer, "warnings": [text for text in answer["warnings"] if "differs from the record" not in text]}

    release = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    assert becomes(health, {"release": release, "policy_version": policy, "operations_open": False, "warnings": []})


def test_changes_are_told_page_by_page_the_newest_first(day_one: DayOne, first_day: FirstDay) -> None:
    assert first_day.account
    whole = [pair["id"] for pair in day_one.get("/v1/changes?limit=100")["changes"]][:5]
    paged, more = list[str](), ""
    while len(paged) < len(whole):
        page = day_one.get(f"/v1/changes?limit=2{more}")
        assert len(page["changes"]) == 2
        paged += [pair["id"] for pair in page["changes"]]
        more = f"&cursor={page['cursor']}"
    assert paged[: len(whole)] == whole
    newest = day_one.told(somebody())["change"]["id"]
    listed = [pair["id"] for pair in day_one.get("/v1/changes?limit=100")["changes"]]
    assert listed.index(newest) < listed.index(whole[0])


def test_what_is_not_known_is_a_problem_that_says_so(day_one: DayOne) -> None:
    answer = day_one.deployed.api.get("/v1/people/e-nobody")
    assert (answer.status, answer.json()["type"]) == (404, "tag:dayone,2026:not-found")
    assert "e-nobody" in answer.json()["detail"]
