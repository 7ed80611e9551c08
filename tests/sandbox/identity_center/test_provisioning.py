"""Accounts of permission sets in the local Identity Center, and their revisions; through boto3."""

from collections.abc import Iterator
from typing import Any

import pytest

from sandbox.identity_center.process import IdentityCenterServer
from tests.sandbox.identity_center.calls import Calls

SSO = "sso-admin"
LATEST, OLD = "LATEST_PERMISSION_SET_PROVISIONED", "LATEST_PERMISSION_SET_NOT_PROVISIONED"


@pytest.fixture(scope="module")
def center() -> Iterator[Calls]:
    with IdentityCenterServer() as server:
        yield Calls(server)


@pytest.fixture
def assigned(center: Calls) -> dict[str, str]:
    """Make an assignment that is in force."""
    assignment = center.assignment(center.new_account(), center.new_permission_set(), center.new_group())
    assert center.assign(assignment)["Status"] == "SUCCEEDED"
    return assignment


def accounts(center: Calls, arn: str, status: str | None = None) -> list[str]:
    parameters = {"PermissionSetArn": arn} | ({"ProvisioningStatus": status} if status else {})
    return list(center.answer(SSO, "ListAccountsForProvisionedPermissionSet", **parameters)["AccountIds"])


def permission_sets(center: Calls, account: str, status: str | None = None) -> list[str]:
    parameters = {"AccountId": account} | ({"ProvisioningStatus": status} if status else {})
    return list(center.answer(SSO, "ListPermissionSetsProvisionedToAccount", **parameters)["PermissionSets"])


def provision(center: Calls, arn: str, **target: str) -> dict[str, Any]:
    accepted = center.answer(SSO, "ProvisionPermissionSet", PermissionSetArn=arn, **target)
    assert accepted["PermissionSetProvisioningStatus"]["Status"] == "IN_PROGRESS"
    return center.provisioned(accepted["PermissionSetProvisioningStatus"]["RequestId"])


def test_an_assignment_provisions_its_permission_set(center: Calls, assigned: dict[str, str]) -> None:
    arn, account = assigned["PermissionSetArn"], assigned["TargetId"]
    assert (accounts(center, arn), permission_sets(center, account)) == ([account], [arn])
    assert (accounts(center, arn, LATEST), accounts(center, arn, OLD)) == ([account], [])


@pytest.mark.parametrize("target", ["AWS_ACCOUNT", "ALL_PROVISIONED_ACCOUNTS"])
def test_a_changed_permission_set_is_old_in_its_accounts_until_it_is_provisioned(
    center: Calls, assigned: dict[str, str], target: str
) -> None:
    arn, account = assigned["PermissionSetArn"], assigned["TargetId"]
    policy = '{"Version": "2012-10-17", "Statement": []}'
    center.answer(SSO, "PutInlinePolicyToPermissionSet", PermissionSetArn=arn, InlinePolicy=policy)
    assert (permission_sets(center, account, LATEST), permission_sets(center, account, OLD)) == ([], [arn])
    parameters = {"TargetType": target} | ({"TargetId": account} if target == "AWS_ACCOUNT" else {})
    assert provision(center, arn, **parameters)["Status"] == "SUCCEEDED"
    assert permission_sets(center, account, LATEST) == [arn]


def test_another_assignment_does_not_bring_the_role_up_to_date(center: Calls, assigned: dict[str, str]) -> None:
    arn, account = assigned["PermissionSetArn"], assigned["TargetId"]
    center.answer(SSO, "UpdatePermissionSet", PermissionSetArn=arn, SessionDuration="PT4H")
    center.assign(assigned | {"PrincipalId": center.new_group()})
    assert permission_sets(center, account, OLD) == [arn]


def test_the_role_goes_with_the_last_assignment(center: Calls, assigned: dict[str, str]) -> None:
    arn, other = assigned["PermissionSetArn"], assigned | {"PrincipalId": center.new_group()}
    center.assign(other)
    for record, left in ((assigned, [assigned["TargetId"]]), (other, [])):
        accepted = center.answer(SSO, "DeleteAccountAssignment", **record)["AccountAssignmentDeletionStatus"]
        center.unassigned(accepted["RequestId"])
        assert accounts(center, arn) == left


def test_provisioning_where_nothing_is_assigned_fails(center: Calls, assigned: dict[str, str]) -> None:
    done = provision(center, assigned["PermissionSetArn"], TargetType="AWS_ACCOUNT", TargetId=center.new_account())
    assert done["Status"] == "FAILED"
    assert "Permission set provision not found in AWS account" in done["FailureReason"]


def test_provisioning_one_account_needs_its_id(center: Calls, assigned: dict[str, str]) -> None:
    parameters = {"PermissionSetArn": assigned["PermissionSetArn"], "TargetType": "AWS_ACCOUNT"}
    assert center.refusal(SSO, "ProvisionPermissionSet", **parameters)["Code"] == "ValidationException"


def test_provisionings_are_listed(center: Calls, assigned: dict[str, str]) -> None:
    done = provision(center, assigned["PermissionSetArn"], TargetType="ALL_PROVISIONED_ACCOUNTS")
    answer = center.answer(SSO, "ListPermissionSetProvisioningStatus", Filter={"Status": "SUCCEEDED"})
    assert done["RequestId"] in [status["RequestId"] for status in answer["PermissionSetsProvisioningStatus"]]
