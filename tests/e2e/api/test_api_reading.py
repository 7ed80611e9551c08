"""Lists, access, manual people, and bootstraps of accounts: through the deployed API."""

import csv
import io
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

import pytest

from sandbox.signed_http import Answer
from tests.e2e.deployed.day_one import DayOne
from tests.e2e.deployed.people import somebody
from tests.e2e.deployed.scene import Scene
from tests.e2e.deployed.waiting import eventually

_JSON = {"content-type": "application/json"}


def send(day_one: DayOne, method: str, path: str, body: object = None, **headers: str) -> Answer:
    said = {name.replace("_", "-"): value for name, value in headers.items()}
    raw = b"" if body is None else json.dumps(body).encode()
    return day_one.deployed.api.send(method, path, body=raw, headers={**_JSON, **said})


def change_of(answer: Answer) -> str:
    assert (answer.status, answer.headers["Location"]) == (202, answer.json()["href"])
    return str(answer.json()["change"])


def all_of(day_one: DayOne, path: str, key: str) -> list[Any]:
    """Every entry of a list, read in parts."""
    found: list[Any] = []
    cursor = ""
    while True:
        asked = f"{re.sub(r'&cursor=.*', '', path)}{'&' if '?' in path else '?'}cursor={cursor}" if cursor else path
        said = day_one.get(asked)
        found += said[key]
        if not (cursor := said["cursor"]):
            return found


def told_by_hand(person: Mapping[str, str]) -> dict[str, str]:
    """Return the body sent for a person; the id is in the path."""
    return {name: text for name, text in person.items() if name != "id"}


def groups_of(day_one: DayOne, user_name: str) -> set[str]:
    return {group for group in ("Engineers", "Finance") if user_name in day_one.view.members(group)}


@pytest.fixture
def engineer(day_one: DayOne) -> dict[str, str]:
    person = somebody("Engineering")
    day_one.told(person)
    return person


class TestLists:
    def test_everything_that_is_known_is_listed_part_by_part(
        self, day_one: DayOne, scene: Scene, engineer: dict[str, str]
    ) -> None:
        listed = eventually(
            lambda: {pair["id"]: pair for pair in all_of(day_one, "/v1/people?limit=2", "people")},
            holds=lambda found: engineer["id"] in found,
        )
        mine = listed[engineer["id"]]
        assert (mine["user_name"], mine["has_user"], mine["has_access"]) == (engineer["user_name"], True, True)
        accounts = {pair["id"]: pair for pair in all_of(day_one, "/v1/accounts?limit=2&state=ACTIVE", "accounts")}
        assert accounts[scene.early_account]["ou_path"] == "/Workloads/Early"
        groups = {pair["group"]: pair["exists"] for pair in all_of(day_one, "/v1/groups?limit=2", "groups")}
        assert groups["Old hands"] is True
        (view_only,) = [
            pair for pair in all_of(day_one, "/v1/permission-sets", "permission_sets") if pair["name"] == "ViewOnly"
        ]
        assert (view_only["permission_set"], view_only["session_duration"]) == ("ViewOnly", "PT8H")

    def test_a_list_that_changes_while_it_is_read_has_everybody_who_was_there_once(
        self, day_one: DayOne, engineer: dict[str, str]
    ) -> None:
        there = [pair["id"] for pair in all_of(day_one, "/v1/people", "people")]
        assert engineer["id"] in there
        first = day_one.get("/v1/people?limit=1")
        read = [pair["id"] for pair in first["people"]]
        newcomers = [{**somebody("Finance"), "id": f"{place}-{engineer['id']}"} for place in ("0-before", "z-behind")]
        people = change_of(send(day_one, "POST", "/v1/people", {"people": newcomers}))
        day_one.succeeded(people)
        read += [pair["id"] for pair in all_of(day_one, f"/v1/people?limit=1&cursor={first['cursor']}", "people")]
        assert sorted(set(read)) == sorted(read)
        # Whoever comes behind what has been read is there, too; whoever comes before it is in the next reading.
        assert sorted({*there, newcomers[1]["id"]}) == sorted(read)

    def test_one_of_each_says_what_belongs_to_it(self, day_one: DayOne, scene: Scene, engineer: dict[str, str]) -> None:
        members = eventually(
            lambda: {pair["person"] for pair in all_of(day_one, "/v1/groups/Engineers?limit=3", "members")},
            holds=lambda found: engineer["id"] in found,
        )
        assert scene.old_hand["id"] not in members
        account = day_one.get(f"/v1/accounts/{scene.early_account}")
        there = {pair["permission_set"]: pair for pair in account["permission_sets"]}
        assert (there["ViewOnly"]["confirmed"], there["ViewOnly"]["progress"]) == (1, "synced")
        assert account["bootstrap"]["state"] == "done"
        assigned = all_of(day_one, "/v1/permission-sets/ViewOnly?limit=1", "assignments")
        assert scene.early_account in {pair["account"] for pair in assigned}
        way = day_one.get(f"/v1/people/{engineer['id']}/explain?account={scene.early_account}&permission_set=ViewOnly")
        assert way["access"][0]["has_access"] is True


class TestWhoHasWhat:
    def test_a_person_has_it_by_their_group_and_csv_says_the_same(
        self, day_one: DayOne, scene: Scene, engineer: dict[str, str]
    ) -> None:
        path = f"/v1/assignments?person={engineer['id']}&ou={quote('/Workloads/Early', safe='')}"
        (row,) = eventually(lambda: all_of(day_one, path, "assignments"))
        assert (row["account"], row["permission_set"], row["through"]) == (scene.early_account, "ViewOnly", "Engineers")
        assert (row["principal"], row["state"], len(row["reasons"])) == (engineer["id"], "confirmed", 2)
        answer = send(day_one, "GET", path, accept="text/csv")
        assert answer.headers["Content-Type"].startswith("text/csv")
        (line,) = csv.DictReader(io.StringIO(answer.text))
        assert (line["account"], line["through"]) == (scene.early_account, "Engineers")

    def test_the_whole_company_is_walked_through(self, day_one: DayOne, scene: Scene) -> None:
        rows = all_of(day_one, "/v1/assignments?limit=3", "assignments")
        there = [(pair["kind"], pair["principal"]) for pair in rows if pair["account"] == scene.early_account]
        assert there == [("group", "Engineers")]


@pytest.fixture
def by_hand(day_one: DayOne, scene: Scene) -> Iterator[str]:
    """The id of a group that has ViewOnly in the early account by somebody's hand."""
    client: Any = day_one.sandbox.client("sso-admin")
    key = {
        "InstanceArn": day_one.instance.arn,
        "TargetId": scene.early_account,
        "TargetType": "AWS_ACCOUNT",
        "PermissionSetArn": day_one.view.permission_sets()["ViewOnly"],
        "PrincipalType": "GROUP",
        "PrincipalId": day_one.view.groups()["By hand"],
    }
    client.create_account_assignment(**key)
    eventually(lambda: ("ViewOnly", "By hand") in day_one.view.assignments(scene.early_account))
    yield str(key["PrincipalId"])
    client.delete_account_assignment(**key)
    eventually(lambda: ("ViewOnly", "By hand") not in day_one.view.assignments(scene.early_account))


def test_what_was_made_by_hand_is_told_from_what_rules_gave(day_one: DayOne, scene: Scene, by_hand: str) -> None:
    path = f"/v1/assignments?account={scene.early_account}"
    assert by_hand not in {pair["principal"] for pair in all_of(day_one, path, "assignments")}
    (row,) = all_of(day_one, f"{path}&managed=false", "assignments")
    assert (row["principal"], row["principal_name"], row["state"]) == (by_hand, "By hand", "unmanaged")
    states = {pair["principal"]: pair["state"] for pair in all_of(day_one, f"{path}&managed=any", "assignments")}
    assert states == {"Engineers": "confirmed", by_hand: "unmanaged"}
    (of_group,) = all_of(day_one, "/v1/assignments?group=By%20hand&managed=false", "assignments")
    assert of_group["account"] == scene.early_account
    # Of everybody it is the last inventory's, which may not have ended yet.
    assert send(day_one, "GET", "/v1/assignments?managed=false").status in (200, 404)


class TestByHand:
    def test_somebody_hr_does_not_know_gets_access_and_loses_it_at_once(self, day_one: DayOne) -> None:
        person = somebody("Engineering")
        path = f"/v1/people/{person['id']}"
        told = day_one.succeeded(change_of(send(day_one, "PUT", path, told_by_hand(person))))
        assert (told["change"]["cause"]["kind"], told["change"]["cause"]["actor"][-13:]) == ("manual", "internal-tool")
        assert groups_of(day_one, person["user_name"]) == {"Engineers"}
        ended = change_of(send(day_one, "POST", f"{path}/end", {"at_once": True}))
        assert day_one.succeeded(ended)["access_ended"] is not None
        assert groups_of(day_one, person["user_name"]) == set()

    def test_an_end_by_hand_counts_although_hr_has_not_heard_of_it(
        self, day_one: DayOne, engineer: dict[str, str]
    ) -> None:
        day_one.succeeded(change_of(send(day_one, "POST", f"/v1/people/{engineer['id']}/end", {"at_once": True})))
        day_one.told({**engineer, "title": "SRE"}, event="person.updated")
        assert groups_of(day_one, engineer["user_name"]) == set()
        back = change_of(send(day_one, "PUT", f"/v1/people/{engineer['id']}", told_by_hand(engineer)))
        day_one.succeeded(back)
        assert groups_of(day_one, engineer["user_name"]) == {"Engineers"}

    def test_a_write_counts_over_what_was_seen_only(self, day_one: DayOne, engineer: dict[str, str]) -> None:
        path = f"/v1/people/{engineer['id']}"
        seen = day_one.deployed.api.get(path).headers["ETag"]
        day_one.told({**engineer, "title": "SRE"}, event="person.updated")
        body = {**told_by_hand(engineer), "team": "Core"}
        refused = send(day_one, "PUT", path, body, if_match=seen)
        assert (refused.status, refused.json()["status"]) == (412, 412)
        seen = day_one.deployed.api.get(path).headers["ETag"]
        change = day_one.succeeded(change_of(send(day_one, "PUT", path, body, if_match=seen)))
        assert day_one.get(path)["fact"]["team"] == "Core"
        assert [entry for entry in change["notes"] if "title" in entry] == []

    def test_several_are_one_change_that_is_followed_like_any_other(self, day_one: DayOne) -> None:
        people = [somebody("Finance"), somebody("Finance")]
        change = day_one.succeeded(change_of(send(day_one, "POST", "/v1/people", {"people": people})))
        assert (change["change"]["subjects"], change["change"]["failed"]) == (2, 0)
        assert {record["user_name"] for record in people} <= day_one.view.members("Finance")
        wrong = [{**people[0], "email": "nobody"}, people[1]]
        refused = send(day_one, "POST", "/v1/people", {"people": wrong})
        assert (refused.status, [pair[:14] for pair in refused.json()["findings"]]) == (422, ["people.0.email"])


def test_what_somebody_took_away_by_hand_is_there_again_after_a_bootstrap(day_one: DayOne, scene: Scene) -> None:
    account = day_one.organisation.make_account("taken-away")
    day_one.organisation.move(account, path=("Workloads", "Early"))
    eventually(lambda: ("ViewOnly", "Engineers") in day_one.view.assignments(account))
    eventually(lambda: day_one.get(f"/v1/accounts/{account}")["permission_sets"])
    client: Any = day_one.sandbox.client("sso-admin")
    client.delete_account_assignment(
        InstanceArn=day_one.instance.arn,
        TargetId=account,
        TargetType="AWS_ACCOUNT",
        PermissionSetArn=day_one.view.permission_sets()["ViewOnly"],
        PrincipalType="GROUP",
        PrincipalId=day_one.view.groups()["Engineers"],
    )
    eventually(lambda: not day_one.view.assignments(account))
    both = {"accounts": [account, scene.early_account]}
    change = day_one.succeeded(change_of(send(day_one, "POST", "/v1/accounts/bootstrap", both)))
    assert (change["change"]["cause"]["kind"], change["change"]["subjects"]) == ("bootstrap", 2)
    assert day_one.view.assignments(account) == [("ViewOnly", "Engineers")]
    again = change_of(send(day_one, "POST", f"/v1/accounts/{account}/bootstrap"))
    assert day_one.succeeded(again)["change"]["operations"] == 1
