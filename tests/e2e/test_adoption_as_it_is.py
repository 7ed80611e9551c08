"""Moving in without a change: what humans made is described, said in the policy or by HR, and adopted as it is."""

from collections.abc import Mapping
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
import yaml

from sandbox.day_one import expect
from tests.e2e import policies
from tests.e2e.command_line import Shell
from tests.e2e.day_one import DayOne
from tests.e2e.people import somebody

_AWS = "arn:aws:iam::aws:policy/"
# As a human writes it: blanks, a text of several lines, the keys in an order of their own.
_INLINE = """{ "Statement": [
   {"Resource": ["*"], "Action": ["iam:*", "organizations:*"], "Effect": "Deny", "Sid": "NoKeys",
    "Condition": {"Bool": {"aws:MultiFactorAuthPresent": "false"}} } ],
  "Version":"2012-10-17" }
"""
_SET, _GROUP = "harbour-prod", "Harbour crew"


class ByHand:
    """What a human made in Identity Center, and all that AWS tells of it."""

    def __init__(self, day_one: DayOne) -> None:
        self._sso: Any = day_one.sandbox.client("sso-admin")
        self._store: Any = day_one.sandbox.client("identitystore")
        self._instance = {"InstanceArn": day_one.instance.arn}
        self._in_store = {"IdentityStoreId": day_one.instance.identity_store_id}

    def group(self, *people: Mapping[str, str], ids: Mapping[str, Mapping[str, Any]]) -> str:
        """One with a description and these members; `ids` are the users by their names."""
        made = self._store.create_group(**self._in_store, DisplayName=_GROUP, Description="ask in #harbour: first")
        for person in people:
            member = {"UserId": ids[person["user_name"]]["UserId"]}
            self._store.create_group_membership(**self._in_store, GroupId=made["GroupId"], MemberId=member)
        return str(made["GroupId"])

    def user(self, person: Mapping[str, str], *, title: str) -> str:
        """A person's user, with another title."""
        made = self._store.create_user(
            **self._in_store,
            UserName=person["user_name"],
            DisplayName=person["display_name"],
            Name={"GivenName": person["given_name"], "FamilyName": person["family_name"]},
            Emails=[{"Value": person["email"], "Type": "work", "Primary": True}],
            Title=title,
        )
        return str(made["UserId"])

    def told_of_group(self, group_id: str) -> Any:  # noqa: ANN401 - JSON
        """A group, with its memberships by their ids."""
        on = {**self._in_store, "GroupId": group_id}
        members = self._store.list_group_memberships(**on)
        return _without_request({"itself": self._store.describe_group(**on), "members": members})

    def told_of_user(self, user_id: str) -> Any:  # noqa: ANN401 - JSON
        """A user with all attributes."""
        return _without_request({"itself": self._store.describe_user(**self._in_store, UserId=user_id)})


def _without_request(answers: Mapping[str, Any]) -> Any:  # noqa: ANN401 - JSON
    return {name: {key: one[key] for key in one if key != "ResponseMetadata"} for name, one in answers.items()}


@pytest.fixture
def by_hand(day_one: DayOne) -> ByHand:
    return ByHand(day_one)


@pytest.fixture
def shell(day_one: DayOne, tmp_path: Path) -> Shell:
    return Shell(day_one=day_one, home=tmp_path, credentials=day_one.deployed.api.credentials)


def _in_file(shell: Shell, policy: Mapping[str, Any]) -> Path:
    file = shell.home / policies.FILE
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(policies.text_of(policy))
    return shell.home


def _failures(change: Any) -> dict[str, str]:  # noqa: ANN401 - JSON
    return {str(one["subject"]): one["failure_reason"] for one in change["operations"] if one["state"] == "failed"}


def _refused(day_one: DayOne, policy: Mapping[str, Any]) -> dict[str, str]:
    change = day_one.over(str(expect(day_one.upload(policy), status=202)["change"]))
    assert change["change"]["state"] == "failed"
    return _failures(change)


def test_a_group_with_members_nobody_asked_for_is_described_and_adopted_with_them(
    day_one: DayOne, by_hand: ByHand, shell: Shell
) -> None:
    sailor, clerk = somebody("Harbour"), somebody("Finance")
    for person in (sailor, clerk):
        day_one.told(person)
    group_id = by_hand.group(sailor, clerk, ids=day_one.view.users())
    before = by_hand.told_of_group(group_id)
    own: dict[str, Any] = {"members": [{"department": "Harbour"}]}
    wanted = policies.base_with(groups={_GROUP: own})
    command = f"dayone policy describe 'group:{_GROUP}'"
    planned = shell.run("policy", "plan", _in_file(shell, wanted))
    assert f"member: person:{clerk['id']} → none" in planned.stdout
    assert f"`{command}`" in planned.stdout
    assert f"`{command}`" in _refused(day_one, wanted)[f"group:{_GROUP}"]

    described = shell.run("policy", "describe", f"group:{_GROUP}")
    assert described.returncode == 0, described.stderr
    (rule,) = yaml.safe_load(described.stdout)["groups"].values()
    assert rule == {"description": "ask in #harbour: first", "people": [clerk["id"]]}
    as_it_is = policies.base_with(groups={_GROUP: {**deepcopy(own), **rule}})
    planned = shell.run("policy", "plan", _in_file(shell, as_it_is))
    assert "exists with every part as wanted, and would be taken on" in planned.stdout
    assert "it differs" not in planned.stdout
    day_one.put_in_force(as_it_is)
    assert by_hand.told_of_group(group_id) == before
    assert day_one.get(f"/v1/groups/{_GROUP.replace(' ', '%20')}")["confirmed"]["adopted"] is True


def test_a_user_that_contradicts_hr_is_described_and_adopted_once_hr_says_it(
    day_one: DayOne, by_hand: ByHand, shell: Shell
) -> None:
    person = somebody("Finance", title="Controller")
    user_id = by_hand.user(person, title="Chief")
    before = by_hand.told_of_user(user_id)
    change = day_one.over(day_one.tell(person))
    subject = f"person:{person['id']}"
    assert f"`dayone policy describe {subject}`" in _failures(change)[subject]
    described = shell.run("policy", "describe", subject)
    assert (described.returncode, described.stdout.strip()) == (1, "")
    assert "HR does not say what is there: title: Chief → Controller" in described.stderr
    assert by_hand.told_of_user(user_id) == before

    day_one.told({**person, "title": "Chief"})
    assert day_one.get(f"/v1/people/{person['id']}")["user"]["adopted"] is True
    assert by_hand.told_of_user(user_id) == before
    assert person["user_name"] in day_one.view.members("Finance")
