"""Rights of a delegated administrator of the local Identity Center, and of the management account alone."""

from collections.abc import Iterator
from typing import Any

import pytest

from sandbox.identity_center.process import IdentityCenterServer
from sandbox.identity_center.settings import Settings
from tests.sandbox.identity_center.desk import MANAGEMENT, Desk

DELEGATE, OTHER = "444455556666", "777788889999"
SSO = "sso-admin"


@pytest.fixture
def desk() -> Iterator[Desk]:
    """Yield a desk with the permission set `view` in the management account, and `free` nowhere."""
    desk = Desk(delegated_administrator=DELEGATE)
    as_management(desk)
    yield desk
    desk.close()


def as_management(desk: Desk) -> None:
    call = desk.call
    desk.call = lambda *names, caller=MANAGEMENT, **request: call(*names, caller=caller, **request)  # type: ignore[method-assign]
    desk.settle_in()
    desk.call = call  # type: ignore[method-assign]


def assignment(account: str, permission_set: str) -> dict[str, Any]:
    return {
        "TargetId": account,
        "TargetType": "AWS_ACCOUNT",
        "PermissionSetArn": permission_set,
        "PrincipalType": "GROUP",
        "PrincipalId": "$group",
    }


def test_who_calls_with_no_accounts_key_is_the_delegated_administrator(desk: Desk) -> None:
    assert desk.refusal(SSO, "CreateAccountAssignment", **assignment(MANAGEMENT, "$free")).code == (
        "AccessDeniedException"
    )


def test_it_manages_people_and_permission_sets_and_access_to_member_accounts(desk: Desk) -> None:
    desk.call("identitystore", "CreateGroup", DisplayName="new")
    desk.call(SSO, "UpdatePermissionSet", PermissionSetArn="$free", SessionDuration="PT2H")
    assert desk.assign(assignment(DELEGATE, "$free"))["Status"] == "SUCCEEDED"
    assert desk.unassign(assignment(DELEGATE, "$free"))["Status"] == "SUCCEEDED"


@pytest.mark.parametrize(
    ("operation", "request_"),
    [
        ("CreateAccountAssignment", assignment(MANAGEMENT, "$free")),
        ("DeleteAccountAssignment", assignment(MANAGEMENT, "$view")),
        ("CreateAccountAssignment", assignment(DELEGATE, "$view")),
        ("UpdatePermissionSet", {"PermissionSetArn": "$view", "SessionDuration": "PT2H"}),
        ("DeletePermissionSet", {"PermissionSetArn": "$view"}),
        ("PutInlinePolicyToPermissionSet", {"PermissionSetArn": "$view", "InlinePolicy": '{"Statement": []}'}),
        ("ProvisionPermissionSet", {"PermissionSetArn": "$view", "TargetType": "ALL_PROVISIONED_ACCOUNTS"}),
        ("TagResource", {"ResourceArn": "$view", "Tags": []}),
        ("ListAccountAssignmentsForPrincipal", {"PrincipalType": "GROUP", "PrincipalId": "$group"}),
        ("DeleteInstance", {}),
    ],
)
def test_what_is_the_management_accounts_is_denied(desk: Desk, operation: str, request_: dict[str, Any]) -> None:
    refused = desk.refusal(SSO, operation, caller=DELEGATE, **request_)
    assert refused.code == "AccessDeniedException"
    assert f"is not authorized to perform: sso:{operation} on resource: arn:aws:sso:::" in refused.message


def test_it_may_read_what_it_may_not_change(desk: Desk) -> None:
    desk.call(SSO, "DescribePermissionSet", caller=DELEGATE, PermissionSetArn="$view")
    found = desk.call(SSO, "ListAccountAssignments", caller=DELEGATE, PermissionSetArn="$view", AccountId=MANAGEMENT)
    assert len(found["AccountAssignments"]) == 1


def test_a_permission_set_is_its_own_again_when_it_has_left_the_management_account(desk: Desk) -> None:
    for_management = assignment(MANAGEMENT, "$view")
    status = desk.call(SSO, "DeleteAccountAssignment", caller=MANAGEMENT, **for_management)
    desk.ended("AccountAssignmentDeletion", status["AccountAssignmentDeletionStatus"]["RequestId"])
    desk.call(SSO, "UpdatePermissionSet", caller=DELEGATE, PermissionSetArn="$view", SessionDuration="PT2H")


def test_any_other_member_account_is_denied_until_it_is_registered(desk: Desk) -> None:
    assert desk.refusal(SSO, "ListPermissionSets", caller=OTHER).code == "AccessDeniedException"
    assert desk.refusal("identitystore", "ListUsers", caller=OTHER).code == "AccessDeniedException"


def test_the_organization_names_it_and_the_key_of_a_request_tells_the_account() -> None:
    with IdentityCenterServer(Settings(delegated_administrator=DELEGATE)) as server:
        organizations = server.client("organizations", account=MANAGEMENT)
        registered = organizations.list_delegated_administrators(ServicePrincipal="sso.amazonaws.com")
        assert [pair["Id"] for pair in registered["DelegatedAdministrators"]] == [DELEGATE]
        instance = server.client(SSO).list_instances()["Instances"][0]
        assert instance["OwnerAccountId"] == MANAGEMENT
        by_principal = {"PrincipalType": "GROUP", "PrincipalId": "00000000-0000-4000-8000-000000000000"}
        mine, theirs = (server.client(SSO, account=account) for account in (MANAGEMENT, DELEGATE))
        of_nobody = mine.list_account_assignments_for_principal(InstanceArn=instance["InstanceArn"], **by_principal)
        assert of_nobody["AccountAssignments"] == []
        with pytest.raises(theirs.exceptions.AccessDeniedException):
            theirs.list_account_assignments_for_principal(InstanceArn=instance["InstanceArn"], **by_principal)
