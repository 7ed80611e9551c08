"""Moving in without a change: what humans made is described, said in the policy or by HR, and adopted as it is."""

from collections.abc import Mapping
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
import yaml

from sandbox.day_one import expect
from tests.e2e.deployed import policies
from tests.e2e.deployed.command_line import Shell
from tests.e2e.deployed.day_one import DayOne
from tests.e2e.deployed.people import somebody
from tests.e2e.deployed.scene import Scene
from tests.e2e.deployed.waiting import eventually

_AWS = "arn:aws:iam::aws:policy/"
# As a human writes it: blanks, a text of several lines, the keys in an order of their own.
_INLINE = """{ "Statement": [
   {"Resource": ["*"], "Action": ["iam:*", "organizations:*"], "Effect": "Deny", "Sid": "NoKeys",
    "Condition": {"Bool": {"aws:MultiFactorAuthPresent": "false"}} } ],
  "Version":"2012-10-17" }
"""
_SET, _GROUP = "harbour-prod", "Harbour crew"


class ByHand:
    """Resources created in Identity Center by a human, as AWS describes them."""

    def __init__(self, day_one: DayOne) -> None:
        self._sso: Any = day_one.sandbox.client("sso-admin")
        self._store: Any = day_one.sandbox.client("identitystore")
        self._instance = {"InstanceArn": day_one.instance.arn}
        self._in_store = {"IdentityStoreId": day_one.instance.identity_store_id}

    def permission_set(self) -> str:
        """One with something in each part."""
        made = self._sso.create_permission_set(
            **self._instance,
            Name=_SET,
            Description="Ships: to production, # carefully",
            SessionDuration="PT90M",
            RelayState="https://eu-central-1.console.aws.amazon.com/ecs?region=eu-central-1#/clusters",
            Tags=[{"Key": "owner", "Value": "harbour"}, {"Key": "cost:centre", "Value": "0042"}],
        )["PermissionSet"]["PermissionSetArn"]
        on = {**self._instance, "PermissionSetArn": made}
        for name in ("job-function/ViewOnlyAccess", "AWSSupportAccess"):
            self._sso.attach_managed_policy_to_permission_set(**on, ManagedPolicyArn=f"{_AWS}{name}")
        theirs = {"Name": "Deployer", "Path": "/teams/harbour/"}
        self._sso.attach_customer_managed_policy_reference_to_permission_set(
            **on, CustomerManagedPolicyReference=theirs
        )
        self._sso.put_inline_policy_to_permission_set(**on, InlinePolicy=_INLINE)
        boundary = {"CustomerManagedPolicyReference": {"Name": "Limit", "Path": "/"}}
        self._sso.put_permissions_boundary_to_permission_set(**on, PermissionsBoundary=boundary)
        return str(made)

    def set_in_use(self, group_id: str, *, account: str) -> str:
        """One that a group has in an account."""
        made = self._sso.create_permission_set(**self._instance, Name="Quay", SessionDuration="PT2H")
        arn = str(made["PermissionSet"]["PermissionSetArn"])
        read_only = f"{_AWS}ReadOnlyAccess"
        self._sso.attach_managed_policy_to_permission_set(
            **self._instance, PermissionSetArn=arn, ManagedPolicyArn=read_only
        )
        target = {"TargetId": account, "TargetType": "AWS_ACCOUNT"}
        whom = {"PrincipalType": "GROUP", "PrincipalId": group_id}
        self._sso.create_account_assignment(**self._instance, PermissionSetArn=arn, **target, **whom)
        eventually(lambda: self.assigned(arn, account=account))
        return arn

    def assigned(self, arn: str, *, account: str) -> Any:  # noqa: ANN401 - JSON
        """Return the assignments of the set in an account."""
        on = {**self._instance, "PermissionSetArn": arn}
        return self._sso.list_account_assignments(**on, AccountId=account)["AccountAssignments"]

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

    def told_of_set(self, arn: str) -> Any:  # noqa: ANN401 - JSON
        """Every part of a permission set."""
        on, sso = {**self._instance, "PermissionSetArn": arn}, self._sso
        answers = {
            "itself": sso.describe_permission_set(**on),
            "tags": sso.list_tags_for_resource(**self._instance, ResourceArn=arn),
            "managed": sso.list_managed_policies_in_permission_set(**on),
            "customer": sso.list_customer_managed_policy_references_in_permission_set(**on),
            "inline": sso.get_inline_policy_for_permission_set(**on),
            "boundary": self._boundary(on),
        }
        return _without_request(answers)

    def _boundary(self, on: Mapping[str, str]) -> Any:  # noqa: ANN401 - JSON
        try:
            return self._sso.get_permissions_boundary_for_permission_set(**on)
        except self._sso.exceptions.ResourceNotFoundException:
            return {}

    def told_of_group(self, group_id: str) -> Any:  # noqa: ANN401 - JSON
        """A group, with its memberships by their ids."""
        on = {**self._in_store, "GroupId": group_id}
        members = self._store.list_group_memberships(**on)
        return _without_request({"itself": self._store.describe_group(**on), "members": members})

    def told_of_user(self, user_id: str) -> Any:  # noqa: ANN401 - JSON
        """A user with all attributes."""
        return _without_request({"itself": self._store.describe_user(**self._in_store, UserId=user_id)})


def _without_request(answers: Mapping[str, Any]) -> Any:  # noqa: ANN401 - JSON
    return {name: {key: entry[key] for key in entry if key != "ResponseMetadata"} for name, entry in answers.items()}


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
    return {str(pair["subject"]): pair["failure_reason"] for pair in change["operations"] if pair["state"] == "failed"}


def _refused(day_one: DayOne, policy: Mapping[str, Any]) -> dict[str, str]:
    change = day_one.over(str(expect(day_one.upload(policy), status=202)["change"]))
    assert change["change"]["state"] == "failed"
    return _failures(change)


def test_a_set_that_differs_is_described_said_in_the_policy_and_adopted_with_nothing_written(
    day_one: DayOne, by_hand: ByHand, shell: Shell
) -> None:
    arn = by_hand.permission_set()
    before = by_hand.told_of_set(arn)
    rules = _described_set(day_one, shell)
    assert by_hand.told_of_set(arn) == before

    as_it_is = policies.base_with(permission_sets=rules["permission_sets"])
    planned = shell.run("policy", "plan", _in_file(shell, as_it_is))
    assert "exists with every part as wanted, and would be taken on" in planned.stdout
    assert "it differs" not in planned.stdout
    # It has a policy of the customer's, which Day One cannot read: another person approves.
    change = str(expect(day_one.upload(as_it_is), status=202)["change"])
    day_one.held(change)
    day_one.decided(change, to="approve")
    assert by_hand.told_of_set(arn) == before
    refused = shell.run("policy", "describe", "permission-set:Harbour")
    assert (refused.returncode, "manages permission-set:Harbour already" in refused.stderr) == (3, True)
    # It was theirs, and stays when the policy gives it up.
    day_one.put_in_force(policies.BASE)
    assert by_hand.told_of_set(arn) == before


def _described_set(day_one: DayOne, shell: Shell) -> Any:  # noqa: ANN401 - YAML
    """Return the output of the command that plan and failure name; it works before the rule is in force, and after."""
    wanted = policies.base_with(permission_sets={"Harbour": {"name": _SET, "managed_policies": ["ViewOnlyAccess"]}})
    command = f"dayone policy describe permission-set:Harbour --name {_SET}"
    planned = shell.run("policy", "plan", _in_file(shell, wanted))
    assert planned.returncode == 0, planned.stderr
    assert "would be left as it is: it differs" in planned.stdout
    assert f"`{command}`" in planned.stdout
    described = shell.run(*command.split()[1:])
    assert described.returncode == 0, described.stderr
    assert f"`{command}`" in _refused(day_one, wanted)["permission-set:Harbour"]
    assert shell.run("policy", "describe", "permission-set:Harbour").stdout == described.stdout
    return yaml.safe_load(described.stdout)


def test_a_set_that_is_in_use_is_described_and_adopted_with_its_assignment(
    day_one: DayOne, by_hand: ByHand, shell: Shell, scene: Scene
) -> None:
    account = scene.early_account
    arn = by_hand.set_in_use(day_one.view.groups()["Finance"], account=account)
    before = (by_hand.told_of_set(arn), by_hand.assigned(arn, account=account))
    described = shell.run("policy", "describe", "permission-set:Quay")
    assert described.returncode == 0, described.stderr
    rules = yaml.safe_load(described.stdout)
    assert rules["assignments"] == [{"group": "Finance", "permission_set": "Quay", "accounts": [{"id": [account]}]}]
    as_it_is = policies.base_with(permission_sets=rules["permission_sets"], assignments=rules["assignments"])
    planned = shell.run("policy", "plan", _in_file(shell, as_it_is))
    assert "exists with every part as wanted, and would be taken on" in planned.stdout
    assert "it differs" not in planned.stdout
    day_one.put_in_force(as_it_is)
    assert (by_hand.told_of_set(arn), by_hand.assigned(arn, account=account)) == before


def test_a_group_with_members_nobody_asked_for_is_described_and_adopted_with_them(
    day_one: DayOne, by_hand: ByHand, shell: Shell
) -> None:
    sailor, clerk = somebody("Wharf"), somebody("Finance")
    for person in (sailor, clerk):
        day_one.told(person)
    group_id = by_hand.group(sailor, clerk, ids=day_one.view.users())
    before = by_hand.told_of_group(group_id)
    own: dict[str, Any] = {"members": [{"department": "Wharf"}]}
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
