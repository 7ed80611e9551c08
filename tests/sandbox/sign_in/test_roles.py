"""The role behind a permission set: in which accounts it is, what it is called, what is in it, and when it goes."""

import json
import re

import pytest
from botocore.exceptions import ClientError

from sandbox import Credentials
from sandbox.sign_in.reserved_roles.role_trust import role_path
from tests.captures.reading import seen
from tests.sandbox.sign_in.access_world import VIEW_ONLY, World, world

__all__ = ["world"]

READ_QUEUES = json.dumps(
    {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sqs:List*", "Resource": "*"}]}
)


@pytest.fixture
def account(world: World) -> str:
    return world.calls.new_account()


@pytest.fixture
def somebody(world: World) -> str:
    return world.calls.new_user()


def test_it_is_there_as_soon_as_the_assignment_has_succeeded(world: World, account: str, somebody: str) -> None:
    permission_set = world.view_only(Name="Looking", Description="May look")
    assert world.assign(account, permission_set, somebody)["Status"] == "SUCCEEDED"
    (role,) = world.roles(account)
    assert re.fullmatch(r"AWSReservedSSO_Looking_[0-9a-f]{16}", role["RoleName"])
    assert role["Arn"] == f"arn:aws:iam::{account}:role/aws-reserved/sso.amazonaws.com/{role['RoleName']}"
    assert (role["MaxSessionDuration"], role["Description"]) == (43200, "May look")


def test_it_trusts_the_account_s_saml_provider_as_on_aws(world: World, account: str, somebody: str) -> None:
    world.assign(account, world.view_only(), somebody)
    (role,) = world.roles(account)
    aws = role["AssumeRolePolicyDocument"]["Statement"][0]
    (provider,) = world.in_account("iam", account).list_saml_providers()["SAMLProviderList"]
    assert re.search(r":saml-provider/AWSSSO_[0-9a-f]{16}_DO_NOT_DELETE$", provider["Arn"])
    assert aws["Principal"] == {"Federated": provider["Arn"]}
    assert aws["Action"] == ["sts:AssumeRoleWithSAML", "sts:TagSession"]


def test_nobody_in_the_account_but_its_root_may_assume_it(world: World, account: str, somebody: str) -> None:
    world.assign(account, world.view_only(), somebody)
    (role,) = world.roles(account)
    iam = world.in_account("iam", account)
    iam.create_user(UserName="intruder")
    everything = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [everything]})
    iam.put_user_policy(UserName="intruder", PolicyName="all", PolicyDocument=policy)
    key = iam.create_access_key(UserName="intruder")["AccessKey"]
    intruder = Credentials(access_key_id=key["AccessKeyId"], secret_access_key=key["SecretAccessKey"], arn="")
    with pytest.raises(ClientError, match="AccessDenied"):
        world.sandbox.client("sts", credentials=intruder).assume_role(RoleArn=role["Arn"], RoleSessionName="me")


def test_it_has_the_policies_of_the_permission_set(world: World, account: str, somebody: str) -> None:
    world.in_account("iam", account).create_policy(PolicyName="Ours", Path="/team/", PolicyDocument=READ_QUEUES)
    permission_set = world.view_only()
    which = {"PermissionSetArn": permission_set}
    world.calls.answer("sso-admin", "PutInlinePolicyToPermissionSet", **which, InlinePolicy=READ_QUEUES)
    world.calls.answer(
        "sso-admin",
        "AttachCustomerManagedPolicyReferenceToPermissionSet",
        **which,
        CustomerManagedPolicyReference={"Name": "Ours", "Path": "/team/"},
    )
    boundary = {"ManagedPolicyArn": "arn:aws:iam::aws:policy/PowerUserAccess"}
    world.calls.answer("sso-admin", "PutPermissionsBoundaryToPermissionSet", **which, PermissionsBoundary=boundary)
    assert world.assign(account, permission_set, somebody)["Status"] == "SUCCEEDED"
    (role,) = world.roles(account)
    assert policies(world, account) == {VIEW_ONLY, f"arn:aws:iam::{account}:policy/team/Ours"}
    inline = world.in_account("iam", account).get_role_policy(
        RoleName=role["RoleName"], PolicyName="AwsSSOInlinePolicy"
    )
    assert inline["PolicyDocument"] == json.loads(READ_QUEUES)
    assert role["PermissionsBoundary"]["PermissionsBoundaryArn"] == boundary["ManagedPolicyArn"]


def policies(world: World, account: str) -> set[str]:
    """The managed policies of the one role that Identity Center has in an account."""
    (role,) = world.roles(account)
    listed = world.in_account("iam", account).list_attached_role_policies(RoleName=role["RoleName"])
    return {pair["PolicyArn"] for pair in listed["AttachedPolicies"]}


def test_an_account_without_a_policy_that_the_permission_set_names_gets_no_assignment_and_no_role(
    world: World, account: str, somebody: str
) -> None:
    permission_set = world.view_only()
    world.calls.answer(
        "sso-admin",
        "AttachCustomerManagedPolicyReferenceToPermissionSet",
        PermissionSetArn=permission_set,
        CustomerManagedPolicyReference={"Name": "Missing"},
    )
    status = world.assign(account, permission_set, somebody)
    assert (status["Status"], status["FailureReason"]) == (
        "FAILED",
        f"Received a 404 status error: Not supported policy arn:aws:iam::{account}:policy/Missing.",
    )
    assert world.roles(account) == []


class TestSharedByTwo:
    @pytest.fixture
    def another(self, world: World) -> str:
        return world.calls.new_group()

    def test_it_is_one_role_that_goes_with_the_last_of_them(
        self, world: World, account: str, somebody: str, another: str
    ) -> None:
        permission_set = world.view_only()
        world.assign(account, permission_set, somebody)
        (role,) = world.roles(account)
        world.assign(account, permission_set, another, "GROUP")
        assert [pair["Arn"] for pair in world.roles(account)] == [role["Arn"]]
        world.unassign(account, permission_set, somebody)
        assert [pair["Arn"] for pair in world.roles(account)] == [role["Arn"]]
        world.unassign(account, permission_set, another, "GROUP")
        assert world.roles(account) == []

    def test_each_account_and_each_permission_set_has_its_own(
        self, world: World, account: str, somebody: str, another: str
    ) -> None:
        first, second, elsewhere = world.view_only(), world.view_only(), world.calls.new_account()
        world.assign(account, first, somebody)
        world.assign(account, second, another, "GROUP")
        world.assign(elsewhere, first, somebody)
        assert (len(world.roles(account)), len(world.roles(elsewhere))) == (2, 1)


def test_made_again_it_has_another_name(world: World, account: str, somebody: str) -> None:
    permission_set = world.view_only()
    world.assign(account, permission_set, somebody)
    (before,) = world.roles(account)
    world.unassign(account, permission_set, somebody)
    world.assign(account, permission_set, somebody)
    (after,) = world.roles(account)
    assert before["RoleName"] != after["RoleName"]


def test_it_goes_with_the_user_who_alone_had_it(world: World, account: str, somebody: str) -> None:
    world.assign(account, world.view_only(), somebody)
    world.calls.answer("identitystore", "DeleteUser", UserId=somebody)
    assert world.roles(account) == []


def test_an_edit_of_the_permission_set_reaches_it_by_provisioning_and_not_before(
    world: World, account: str, somebody: str
) -> None:
    permission_set = world.view_only(Description="Before")
    which = {"PermissionSetArn": permission_set}
    world.calls.answer("sso-admin", "PutInlinePolicyToPermissionSet", **which, InlinePolicy=READ_QUEUES)
    world.assign(account, permission_set, somebody)
    (before,) = world.roles(account)
    audit = "arn:aws:iam::aws:policy/SecurityAudit"
    world.calls.answer("sso-admin", "DetachManagedPolicyFromPermissionSet", **which, ManagedPolicyArn=VIEW_ONLY)
    world.calls.answer("sso-admin", "AttachManagedPolicyToPermissionSet", **which, ManagedPolicyArn=audit)
    world.calls.answer("sso-admin", "DeleteInlinePolicyFromPermissionSet", **which)
    world.calls.answer("sso-admin", "UpdatePermissionSet", **which, Description="After")
    boundary = {"ManagedPolicyArn": "arn:aws:iam::aws:policy/ReadOnlyAccess"}
    world.calls.answer("sso-admin", "PutPermissionsBoundaryToPermissionSet", **which, PermissionsBoundary=boundary)
    assert world.roles(account) == [before]
    assert policies(world, account) == {VIEW_ONLY}
    assert world.provision(permission_set, account)["Status"] == "SUCCEEDED"
    (after,) = world.roles(account)
    assert (after["Arn"], after["Description"]) == (before["Arn"], "After")
    assert policies(world, account) == {audit}
    assert after["PermissionsBoundary"]["PermissionsBoundaryArn"] == boundary["ManagedPolicyArn"]
    listed = world.in_account("iam", account).list_role_policies(RoleName=after["RoleName"])
    assert listed["PolicyNames"] == []


def test_a_provisioning_that_iam_refuses_fails_with_its_reason_and_leaves_the_role_as_it_was(
    world: World, account: str, somebody: str
) -> None:
    permission_set = world.view_only()
    world.assign(account, permission_set, somebody)
    world.calls.answer(
        "sso-admin",
        "AttachCustomerManagedPolicyReferenceToPermissionSet",
        PermissionSetArn=permission_set,
        CustomerManagedPolicyReference={"Name": "Missing"},
    )
    status = world.provision(permission_set, account)
    assert status["Status"] == "FAILED"
    assert "policy/Missing" in status["FailureReason"]
    assert policies(world, account) == {VIEW_ONLY}


@pytest.mark.parametrize(
    ("region", "arn"),
    [
        ("us-east-1", seen("portal-05")["role_us_east_1"]),
        ("eu-west-1", seen("portal-05")["role_elsewhere"]),
    ],
)
def test_its_path_names_the_home_region_unless_that_is_us_east_1(region: str, arn: str) -> None:
    assert f":role{role_path(region)}AWSReservedSSO_" in arn
