"""Moving in: what humans made under a name that the policy or HR asks for."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from sandbox.day_one import expect
from tests.e2e.deployed import policies
from tests.e2e.deployed.day_one import DayOne
from tests.e2e.deployed.people import somebody
from tests.e2e.deployed.scene import Scene
from tests.e2e.deployed.waiting import eventually

_LISTS = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:ListBucket", "Resource": "*"}]}
_ALLOW = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
_DENY = {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "iam:*", "Resource": "*"}]}


def _failures(change: Any) -> dict[str, str]:  # noqa: ANN401 - JSON
    return {f"{pair['kind']} {pair['subject']}": pair["failure_reason"] for pair in change["operations"]}


def _refused(day_one: DayOne, policy: dict[str, Any]) -> dict[str, str]:
    """The reasons of a policy's change that has failed."""
    answer = day_one.upload(policy)
    assert answer.status == 202
    change = day_one.over(answer.json()["change"])
    assert change["change"]["state"] == "failed"
    return _failures(change)


def _previewed(day_one: DayOne, policy: dict[str, Any]) -> Any:  # noqa: ANN401 - JSON
    body = json.dumps({"policy": policies.text_of(policy).decode()}).encode()
    headers = {"content-type": "application/json"}
    return expect(day_one.deployed.api.send("POST", "/v1/plan", body=body, headers=headers), status=200)


def test_a_set_with_another_inline_policy_is_neither_overwritten_nor_emptied(day_one: DayOne) -> None:
    sso: Any = day_one.sandbox.client("sso-admin")
    where = {"InstanceArn": day_one.instance.arn}
    made = sso.create_permission_set(**where, Name="Deploy")["PermissionSet"]["PermissionSetArn"]
    theirs = json.dumps(_DENY)
    sso.put_inline_policy_to_permission_set(**where, PermissionSetArn=made, InlinePolicy=theirs)
    rule = {"Deploy": {"inline_policy": _LISTS, "session_duration": "PT1H"}}
    plan = _previewed(day_one, policies.base_with(permission_sets=rule))
    (exists,) = [pair["existing"] for pair in plan["operations"] if pair["kind"] == "create-permission-set"]
    assert "inline policy: " in exists
    reasons = _refused(day_one, policies.base_with(permission_sets=rule))
    reason = reasons["create-permission-set permission-set:Deploy"]
    assert f"inline policy: {json.dumps(_DENY, separators=(',', ':'))} → " in reason
    assert day_one.view.inline_policy("Deploy") == theirs
    day_one.put_in_force(policies.BASE)
    assert day_one.view.inline_policy("Deploy") == theirs


def test_the_same_set_in_every_part_is_taken_on(day_one: DayOne) -> None:
    sso: Any = day_one.sandbox.client("sso-admin")
    where = {"InstanceArn": day_one.instance.arn}
    made = sso.create_permission_set(**where, Name="HandReading", SessionDuration="PT1H")["PermissionSet"]
    arn = made["PermissionSetArn"]
    managed = "arn:aws:iam::aws:policy/job-function/ViewOnlyAccess"
    sso.attach_managed_policy_to_permission_set(**where, PermissionSetArn=arn, ManagedPolicyArn=managed)
    theirs = json.dumps(_DENY, indent=2)
    sso.put_inline_policy_to_permission_set(**where, PermissionSetArn=arn, InlinePolicy=theirs)
    rule = {"managed_policies": ["ViewOnlyAccess"], "inline_policy": _DENY, "session_duration": "PT1H"}
    day_one.put_in_force(policies.base_with(permission_sets={"HandReading": rule}))
    assert day_one.view.inline_policy("HandReading") == theirs
    day_one.put_in_force(policies.BASE)
    assert day_one.view.inline_policy("HandReading") == theirs
    assert day_one.view.permission_sets()["HandReading"] == arn


def test_a_user_that_lacks_a_title_is_that_of_the_person(day_one: DayOne) -> None:
    person = somebody("Finance", title="Controller")
    store: Any = day_one.sandbox.client("identitystore")
    user_id = store.create_user(
        IdentityStoreId=day_one.instance.identity_store_id,
        UserName=person["user_name"],
        DisplayName=person["display_name"],
        Name={"GivenName": person["given_name"], "FamilyName": person["family_name"]},
        Emails=[{"Value": person["email"].upper(), "Type": "work", "Primary": True}],
    )["UserId"]
    day_one.told(person)
    user = day_one.get(f"/v1/people/{person['id']}")["user"]
    assert (user["adopted"], user["references"]) == (True, {"user_id": user_id})
    assert person["user_name"] in day_one.view.members("Finance")


def test_a_user_with_another_title_is_left_as_it_is_and_the_failure_says_so(day_one: DayOne) -> None:
    person = somebody("Finance", title="Controller")
    store: Any = day_one.sandbox.client("identitystore")
    store.create_user(
        IdentityStoreId=day_one.instance.identity_store_id,
        UserName=person["user_name"],
        DisplayName=person["display_name"],
        Name={"GivenName": person["given_name"], "FamilyName": person["family_name"]},
        Emails=[{"Value": person["email"], "Type": "work", "Primary": True}],
        Title="Chief",
    )
    change = day_one.over(day_one.tell(person))
    assert "title: Chief → Controller" in _failures(change)[f"create-user person:{person['id']}"]
    assert day_one.view.users()[person["user_name"]]["Title"] == "Chief"
    assert person["user_name"] not in day_one.view.members("Finance")
    # Nobody is to be planned for in what follows.
    day_one.told(person, event="person.ended")
    assert day_one.view.users()[person["user_name"]]["Title"] == "Chief"


def test_what_builds_on_a_group_that_is_left_to_others_ends_with_it(day_one: DayOne) -> None:
    store: Any = day_one.sandbox.client("identitystore")
    where = {"IdentityStoreId": day_one.instance.identity_store_id}
    store.create_group(**where, DisplayName="Guild", Description="ask in #guild")
    person = somebody("Guild")
    day_one.told(person)
    groups = {"Guild": {"members": [{"department": "Guild"}]}}
    assignment = {"group": "Guild", "permission_set": "ViewOnly", "accounts": [{"ou": "/Workloads/**"}]}
    edit = policies.base_with(groups=groups, assignments=[assignment])
    plan = _previewed(day_one, edit)
    (exists,) = [pair["existing"] for pair in plan["operations"] if pair["kind"] == "create-group"]
    assert "would be left as it is" in exists
    assert "description: ask in #guild → none" in exists
    assert not [note for note in plan["notes"] if note.startswith("not looked at")]
    reasons = _refused(day_one, edit)
    assert "description: ask in #guild → none" in reasons["create-group group:Guild"]
    assert "failed in change" in reasons[f"create-membership person:{person['id']}"]
    day_one.put_in_force(policies.BASE)
    assert day_one.view.members("Guild") == set()


def _adopt(day_one: DayOne, change: str, subject: str, *, digest: str) -> Any:  # noqa: ANN401 - JSON
    body = json.dumps({"subject": subject, "digest": digest, "reason": "ours from before"}).encode()
    headers = {"content-type": "application/json"}
    return day_one.deployed.api.send("POST", f"/v1/changes/{change}/adopt", body=body, headers=headers)


@pytest.fixture
def theirs(day_one: DayOne, scene: Scene) -> Iterator[str]:
    """The name of a permission set that somebody made with more in it, and gave to a group."""
    sso: Any = day_one.sandbox.client("sso-admin")
    where = {"InstanceArn": day_one.instance.arn}
    made = sso.create_permission_set(**where, Name="Shipping", Description="theirs")["PermissionSet"]
    on = {**where, "PermissionSetArn": made["PermissionSetArn"]}
    sso.attach_managed_policy_to_permission_set(**on, ManagedPolicyArn="arn:aws:iam::aws:policy/AdministratorAccess")
    sso.put_inline_policy_to_permission_set(**on, InlinePolicy=json.dumps(_ALLOW))
    group = {"PrincipalType": "GROUP", "PrincipalId": day_one.view.groups()["By hand"]}
    assigned = {**on, **group, "TargetId": scene.early_account, "TargetType": "AWS_ACCOUNT"}
    sso.create_account_assignment(**assigned)
    eventually(lambda: ("Shipping", "By hand") in day_one.view.assignments(scene.early_account))
    yield "Shipping"
    day_one.put_in_force(policies.BASE)
    sso.delete_account_assignment(**assigned)
    eventually(lambda: ("Shipping", "By hand") not in day_one.view.assignments(scene.early_account))


def _digest(day_one: DayOne, change: str, *, account: str) -> str:
    reason = _failures(day_one.over(change))["create-permission-set permission-set:Shipping"]
    assert f"assignment: group By hand in {account} → none" in reason
    (digest,) = re.findall(f"dayone changes adopt {change} permission-set:Shipping --digest ([0-9a-f]+)", reason)
    return str(digest)


def test_a_set_that_others_use_is_brought_in_line_once_another_person_has_approved(
    day_one: DayOne, scene: Scene, theirs: str
) -> None:
    rule = {"managed_policies": ["ViewOnlyAccess"], "inline_policy": _DENY, "session_duration": "PT1H"}
    change = expect(day_one.upload(policies.base_with(permission_sets={theirs: rule})), status=202)["change"]
    digest = _digest(day_one, change, account=scene.early_account)
    assert _adopt(day_one, change, "permission-set:Shipping", digest="0" * 16).status == 409

    taken = expect(_adopt(day_one, change, "permission-set:Shipping", digest=digest), status=202)["change"]
    assert {pair["state"] for pair in day_one.held(taken)["operations"]} == {"held"}
    assert day_one.view.managed_policies(theirs) == {"AdministratorAccess"}
    assert day_one.deployed.api.send("POST", f"/v1/changes/{taken}/approve").status == 403
    day_one.decided(taken, to="approve")
    assert day_one.view.managed_policies(theirs) == {"ViewOnlyAccess"}
    assert json.loads(day_one.view.inline_policy(theirs)) == _DENY
    assert (theirs, "By hand") in day_one.view.assignments(scene.early_account)

    entries = day_one.get("/v1/audit?subject=permission-set%3AShipping&limit=100")["entries"]
    details = [pair["detail"] for pair in entries if pair["action"] == "adopt-existing"]
    assert details == [f"ours from before (digest {digest})"]
