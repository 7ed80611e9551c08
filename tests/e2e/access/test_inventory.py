"""Somebody changes Identity Center behind Day One's back, and the next inventory finds it and nothing else."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.e2e.deployed.command_line import Shell
from tests.e2e.deployed.day_one import DayOne
from tests.e2e.deployed.people import somebody
from tests.e2e.deployed.waiting import eventually

_CURRENT = {"pk": {"S": "INVENTORY"}, "sk": {"S": "CURRENT"}}


def _inventory(day_one: DayOne) -> Any:  # noqa: ANN401 - JSON
    """A day later: everything is read once more, and the answer is of then."""
    eventually(lambda: (day_one.get("/v1/inventory")["current"] or {}).get("finished_at"))
    before = day_one.get("/v1/inventory")["current"]["id"]
    day_one.sandbox.client("dynamodb").update_item(
        TableName=day_one.deployed.stack.outputs["TableName"],
        Key=_CURRENT,
        UpdateExpression="SET began_at = :yesterday",
        ExpressionAttributeValues={":yesterday": {"S": (datetime.now(UTC) - timedelta(days=2)).isoformat()}},
    )

    def is_over(answer: Any) -> bool:  # noqa: ANN401 - JSON
        current = answer["current"]
        return current["id"] != before and current["finished_at"] is not None

    day_one.sandbox.client("lambda").invoke(FunctionName=day_one.function("read_inventory"))
    return eventually(lambda: day_one.get("/v1/inventory"), holds=is_over)


def _drift(day_one: DayOne) -> set[str]:
    found = day_one.get("/v1/drift?limit=100")["drift"]
    return {f"{entry['kind']} {entry['subject']} {entry['resource']}" for entry in found}


@pytest.fixture
def behind_its_back(day_one: DayOne) -> Iterator[tuple[str, str]]:
    """A group that somebody makes, and a person whom they put into a group of Day One's; the group goes afterwards."""
    person = somebody("Engineering")
    day_one.told(person)
    store: Any = day_one.sandbox.client("identitystore")
    where = {"IdentityStoreId": day_one.instance.identity_store_id}
    named = {"UniqueAttribute": {"AttributePath": "userName", "AttributeValue": person["user_name"]}}
    user = store.get_user_id(**where, AlternateIdentifier=named)["UserId"]
    finance = {"UniqueAttribute": {"AttributePath": "displayName", "AttributeValue": "Finance"}}
    group = store.get_group_id(**where, AlternateIdentifier=finance)["GroupId"]
    member = store.create_group_membership(**where, GroupId=group, MemberId={"UserId": user})["MembershipId"]
    theirs = store.create_group(**where, DisplayName="Behind its back")["GroupId"]
    yield person["id"], member
    store.delete_group(**where, GroupId=theirs)


def test_what_others_add_is_found_by_the_next_inventory_and_gone_with_it(
    day_one: DayOne, behind_its_back: tuple[str, str]
) -> None:
    person, membership = behind_its_back
    answer = _inventory(day_one)
    assert answer["as_of"] == answer["current"]["finished_at"]
    found = _drift(day_one)
    assert "unmanaged group:Behind its back group" in found
    assert {line for line in found if person in line} == {f"unmanaged person:{person} membership/Finance"}
    store: Any = day_one.sandbox.client("identitystore")
    store.delete_group_membership(IdentityStoreId=day_one.instance.identity_store_id, MembershipId=membership)
    _inventory(day_one)
    assert not {line for line in _drift(day_one) if person in line}


@pytest.fixture
def shell(day_one: DayOne, tmp_path: Path) -> Shell:
    return Shell(day_one=day_one, home=tmp_path, credentials=day_one.deployed.api.credentials)


@pytest.fixture
def crew(day_one: DayOne) -> Iterator[list[dict[str, Any]]]:
    """Three people of a department of their own, in a group that somebody makes; the group goes afterwards."""
    people = [somebody("Harbour masters") for _ in range(3)]
    for person in people:
        day_one.told(person)
    store: Any = day_one.sandbox.client("identitystore")
    where = {"IdentityStoreId": day_one.instance.identity_store_id}
    group = store.create_group(**where, DisplayName="The crew")["GroupId"]
    users = day_one.view.users()
    for person in people:
        store.create_group_membership(**where, GroupId=group, MemberId={"UserId": users[person["user_name"]]["UserId"]})
    yield people
    store.delete_group(**where, GroupId=group)


def test_what_an_inventory_has_read_becomes_a_policy_that_gives_exactly_that(
    day_one: DayOne, shell: Shell, crew: list[dict[str, Any]]
) -> None:
    _inventory(day_one)
    written = shell.run("import", "write", shell.home / "as-it-is")
    assert written.returncode == 0, written.stderr + written.stdout
    groups = yaml.safe_load((shell.home / "as-it-is" / "groups.yaml").read_text())["groups"]
    assert groups["The crew"] == {"members": [{"department": "Harbour masters"}]}
    # Another policy is in force, with guards of its own: the plan has what these are to become.
    verified = shell.run("import", "verify", shell.home / "as-it-is")
    assert "memberships and assignments as they are" in verified.stdout, verified.stderr
    checked = shell.run("policy", "check", shell.home / "as-it-is")
    assert checked.returncode == 0, checked.stderr
    assert len(crew) == 3


def _reported(day_one: DayOne, group: str, *, actor: str) -> None:
    """CloudTrail reports that somebody has made a group."""
    detail = {
        "eventTime": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "eventName": "CreateGroup",
        "userIdentity": {"type": "AssumedRole", "arn": actor},
        "requestParameters": {"identityStoreId": day_one.instance.identity_store_id},
        "responseElements": {"group": {"groupId": group}},
    }
    event = {
        "Source": "aws.sso-directory",
        "DetailType": "AWS API Call via CloudTrail",
        "Detail": json.dumps(detail),
    }
    day_one.sandbox.client("events").put_events(Entries=[event])


@pytest.mark.usefixtures("behind_its_back")
def test_an_edit_that_cloudtrail_reports_is_found_at_once_with_who_did_it(day_one: DayOne) -> None:
    store: Any = day_one.sandbox.client("identitystore")
    theirs = {"UniqueAttribute": {"AttributePath": "displayName", "AttributeValue": "Behind its back"}}
    group = store.get_group_id(IdentityStoreId=day_one.instance.identity_store_id, AlternateIdentifier=theirs)[
        "GroupId"
    ]
    jane = "arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Admin_0123456789abcdef/jane"
    _reported(day_one, group, actor=jane)

    def its_edits() -> Any:  # noqa: ANN401 - JSON
        day_one.sandbox.client("lambda").invoke(FunctionName=day_one.function("read_inventory"))
        found = day_one.get("/v1/drift?limit=100")["drift"]
        return [entry["edit"] for entry in found if entry["ids"] == {"group_id": group} and entry["edit"]]

    (edit,) = eventually(its_edits)
    assert (edit["actor"], edit["action"]) == (jane, "CreateGroup")
