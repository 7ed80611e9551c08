"""The management account of the local Identity Center, where AWS works with the IAM rights of whoever calls it."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from sandbox import Sandbox
from sandbox.access import Credentials
from sandbox.identity_center.behaviour import Behaviour
from sandbox.identity_center.caller_rights import StatedRights
from tests.captures.reading import seen
from tests.project.repository import resource
from tests.sandbox.conftest import eventually
from tests.sandbox.identity_center.desk import AT_ONCE, MANAGEMENT, Desk

MEMBER = "444455556666"
DENIED = "Access denied by IAM. Please check your policy, or wait for role propagation to complete."
(POLICY,) = [
    policy["Fn::If"][1]["PolicyDocument"]
    for policy in resource("ExecuteOperationsRole")["Policies"]
    if "Fn::If" in policy and policy["Fn::If"][1]["PolicyName"] == "management-account"
]
RIGHTS = [action for statement in POLICY["Statement"] for action in statement["Action"]]
# Only a role that is to be changed or removed has anything to be taken from it.
OF_A_CREATION = [entry for entry in RIGHTS if "Detach" not in entry and "Delete" not in entry]
OF_AN_EDIT = [entry for entry in RIGHTS if entry not in ("iam:CreateRole", "iam:DeleteRole")]
OF_AN_EDIT = [entry for entry in OF_AN_EDIT if entry not in ("iam:CreateSAMLProvider", "iam:TagSAMLProvider")]


class Caller(Desk):
    """A desk whose caller has some IAM rights, and the same one afterwards with others."""

    def may(self, *actions: str) -> None:
        self.center.rights = StatedRights(actions)


@pytest.fixture
def desk() -> Iterator[Caller]:
    """Yield a caller with the set `view` in use in the management account and in a member account, `free` nowhere."""
    desk = Caller(delegated_administrator=None)
    desk.settle_in()
    yield desk
    desk.close()


def in_management_account(permission_set: str, principal: str = "$group") -> dict[str, Any]:
    return {
        "TargetId": MANAGEMENT,
        "TargetType": "AWS_ACCOUNT",
        "PermissionSetArn": permission_set,
        "PrincipalType": "GROUP",
        "PrincipalId": principal,
    }


def without(rights: list[str], missing: str) -> list[str]:
    return [right for right in rights if right != missing]


@pytest.mark.parametrize("missing", OF_A_CREATION)
def test_an_assignment_fails_without_any_one_of_the_rights(desk: Caller, missing: str) -> None:
    desk.may(*without(RIGHTS, missing))
    ended = desk.assign(in_management_account("$free"))
    assert ended["Status"] == "FAILED"
    assert ended["FailureReason"].startswith(f"Received a 403 status error: {DENIED} IAM Error: User: ")
    assert f"is not authorized to perform: {missing} on resource: arn:aws:iam::{MANAGEMENT}:" in ended["FailureReason"]


@pytest.mark.parametrize("missing", OF_AN_EDIT)
def test_a_provisioning_fails_without_any_one_of_the_rights(desk: Caller, missing: str) -> None:
    desk.may(*without(RIGHTS, missing))
    desk.call("sso-admin", "UpdatePermissionSet", PermissionSetArn="$view", SessionDuration="PT2H")
    ended = desk.provision(PermissionSetArn="$view", TargetType="ALL_PROVISIONED_ACCOUNTS")
    assert (ended["Status"], f"perform: {missing} on" in ended["FailureReason"]) == ("FAILED", True)


def test_all_of_the_rights_together_are_enough(desk: Caller) -> None:
    desk.may(*RIGHTS)
    desk.center.behave(AT_ONCE.but(management_removals_by_caller=True))
    assert desk.assign(in_management_account("$free"))["Status"] == "SUCCEEDED"
    desk.call("sso-admin", "UpdatePermissionSet", PermissionSetArn="$free", SessionDuration="PT2H")
    assert desk.provision(PermissionSetArn="$free", TargetType="ALL_PROVISIONED_ACCOUNTS")["Status"] == "SUCCEEDED"
    assert desk.unassign(in_management_account("$free"))["Status"] == "SUCCEEDED"


def test_a_removal_takes_no_rights_unless_the_behaviour_says_so(desk: Caller) -> None:
    desk.may("sso:*")
    assert desk.unassign(in_management_account("$view"))["Status"] == "SUCCEEDED"
    desk.may("*")
    desk.assign(in_management_account("$view"))
    desk.may("sso:*")
    desk.center.behave(AT_ONCE.but(management_removals_by_caller=True))
    assert DENIED in desk.unassign(in_management_account("$view"))["FailureReason"]


def test_member_accounts_are_provisioned_by_aws_itself() -> None:
    desk = Caller(delegated_administrator=MEMBER)
    desk.ids["management"] = MANAGEMENT
    desk.may("sso:*")
    group = desk.call("identitystore", "CreateGroup", DisplayName="engineers")["GroupId"]
    made = desk.call("sso-admin", "CreatePermissionSet", Name="View")["PermissionSet"]["PermissionSetArn"]
    assert desk.assign(in_management_account(made, group) | {"TargetId": MEMBER})["Status"] == "SUCCEEDED"
    desk.close()


def test_it_is_refused_in_the_words_that_aws_was_seen_to_use(desk: Caller) -> None:
    desk.may("iam:Get*")
    ended = desk.assign(in_management_account("$free"))
    assert without_names(ended["FailureReason"]) == without_names(seen("sso-admin-03")["failure_reason"])


def without_names(reason: str) -> list[str]:
    """Return the words that are no name of a user, a provider or a request."""
    return [word for word in reason.split() if not any(mark in word for mark in ("arn:", "-", "/"))][:-1]


class TestWithRoles:
    @pytest.fixture
    def users(self, sandbox: Sandbox) -> Mapping[str, Credentials]:
        sso = {"Effect": "Allow", "Action": ["sso:*"], "Resource": "*"}
        replaced = json.dumps(POLICY).replace("${AWS::Partition}", "aws").replace("${AWS::AccountId}", MANAGEMENT)
        statements = [pair | {"Resource": pair["Resource"]["Fn::Sub"]} for pair in json.loads(replaced)["Statement"]]
        documents = {"poor": [sso], "able": [sso, *statements]}
        return {
            name: sandbox.create_user(name, policy={"Version": "2012-10-17", "Statement": document})
            for name, document in documents.items()
        }

    def test_the_policy_of_the_template_is_what_it_takes(
        self, sandbox: Sandbox, users: Mapping[str, Credentials]
    ) -> None:
        sandbox.behave(Behaviour.instant(management_removals_by_caller=True))
        administrator = sandbox.client("sso-admin")
        instance = administrator.list_instances()["Instances"][0]
        made = administrator.create_permission_set(InstanceArn=instance["InstanceArn"], Name="View")
        group = sandbox.client("identitystore").create_group(
            IdentityStoreId=instance["IdentityStoreId"], DisplayName="engineers"
        )
        wanted = in_management_account(made["PermissionSet"]["PermissionSetArn"], group["GroupId"])
        wanted["InstanceArn"] = instance["InstanceArn"]
        assert "user/poor is not authorized to perform: iam:" in reason(sandbox, users["poor"], "creation", wanted)
        assert reason(sandbox, users["able"], "creation", wanted) == ""
        assert DENIED in reason(sandbox, users["poor"], "deletion", wanted)
        assert reason(sandbox, users["able"], "deletion", wanted) == ""


def reason(sandbox: Sandbox, caller: Credentials, kind: str, request: Mapping[str, Any]) -> str:
    """Return the failure of an assignment's creation or deletion, or empty when it succeeds."""
    client = sandbox.client("sso-admin", credentials=caller)
    call = client.create_account_assignment if kind == "creation" else client.delete_account_assignment
    member = f"AccountAssignment{kind.title()}"
    request_id = call(**request)[f"{member}Status"]["RequestId"]
    describe = getattr(client, f"describe_account_assignment_{kind}_status")
    asked = {"InstanceArn": request["InstanceArn"], f"{member}RequestId": request_id}

    def over() -> dict[str, Any] | None:
        status: dict[str, Any] = describe(**asked)[f"{member}Status"]
        return None if status["Status"] == "IN_PROGRESS" else status

    ended = eventually(over)
    assert ended is not None
    return str(ended.get("FailureReason", ""))
