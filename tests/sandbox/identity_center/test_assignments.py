"""Account assignments of the local Identity Center: accepted now, done later, listed when done; through boto3."""

from collections.abc import Iterator
from typing import Any

import pytest

from sandbox.identity_center.behaviour import Behaviour
from sandbox.identity_center.process import IdentityCenterServer
from sandbox.identity_center.settings import Settings
from tests.captures.reading import seen
from tests.sandbox.identity_center.calls import HOUR, Calls

SSO = "sso-admin"
NOBODY = "00000000-0000-4000-8000-000000000000"
GONE = seen("sso-admin-09")["FailureReason"].partition("{")[0]


@pytest.fixture(scope="module")
def center() -> Iterator[Calls]:
    with IdentityCenterServer(
        Settings(behaviour=Behaviour.instant(assignment_seconds=HOUR, deletion_seconds=HOUR, spread=0))
    ) as server:
        yield Calls(server)


@pytest.fixture(scope="module")
def account(center: Calls) -> str:
    return center.new_account()


@pytest.fixture
def assignment(center: Calls, account: str) -> dict[str, str]:
    return center.assignment(account, center.new_permission_set(), center.new_group())


def listed(center: Calls, assignment: dict[str, str]) -> list[str]:
    """Return the principals that have the assignment's permission set in its account."""
    where = {"AccountId": assignment["TargetId"], "PermissionSetArn": assignment["PermissionSetArn"]}
    found = center.answer(SSO, "ListAccountAssignments", **where)["AccountAssignments"]
    return [pair["PrincipalId"] for pair in found]


def remove(center: Calls, assignment: dict[str, str]) -> dict[str, Any]:
    accepted = center.answer(SSO, "DeleteAccountAssignment", **assignment)["AccountAssignmentDeletionStatus"]
    assert accepted["Status"] == "IN_PROGRESS"
    return center.unassigned(accepted["RequestId"])


def test_an_assignment_is_in_progress_first_and_listed_only_when_it_has_succeeded(
    center: Calls, assignment: dict[str, str]
) -> None:
    accepted = center.answer(SSO, "CreateAccountAssignment", **assignment)["AccountAssignmentCreationStatus"]
    assert accepted["Status"] == "IN_PROGRESS"
    assert {name: accepted[name] for name in assignment} == assignment
    assert listed(center, assignment) == []
    done = center.assigned(accepted["RequestId"])
    assert done["Status"] == "SUCCEEDED"
    assert listed(center, assignment) == [assignment["PrincipalId"]]


def test_a_deletion_is_asynchronous_too(center: Calls, assignment: dict[str, str]) -> None:
    center.assign(assignment)
    accepted = center.answer(SSO, "DeleteAccountAssignment", **assignment)["AccountAssignmentDeletionStatus"]
    assert listed(center, assignment) == [assignment["PrincipalId"]]
    assert center.unassigned(accepted["RequestId"])["Status"] == "SUCCEEDED"
    assert listed(center, assignment) == []


def test_of_two_deletions_under_way_the_second_finds_nothing(center: Calls, assignment: dict[str, str]) -> None:
    center.assign(assignment)
    center.answer(SSO, "DeleteAccountAssignment", **assignment)
    done = remove(center, assignment)
    assert (done["Status"], done["FailureReason"][: len(GONE)]) == ("FAILED", GONE)


def test_creating_what_is_there_is_accepted_and_changes_nothing(center: Calls, assignment: dict[str, str]) -> None:
    assert [center.assign(assignment)["Status"] for _ in range(2)] == ["SUCCEEDED", "SUCCEEDED"]
    assert listed(center, assignment) == [assignment["PrincipalId"]]


def test_deleting_what_is_not_there_is_refused(center: Calls, assignment: dict[str, str]) -> None:
    assert center.refusal(SSO, "DeleteAccountAssignment", **assignment)["Code"] == "ResourceNotFoundException"


def test_creation_and_deletion_of_one_assignment_exclude_each_other(center: Calls, assignment: dict[str, str]) -> None:
    center.assign(assignment)
    again = center.answer(SSO, "CreateAccountAssignment", **assignment)["AccountAssignmentCreationStatus"]
    assert center.refusal(SSO, "DeleteAccountAssignment", **assignment)["Code"] == "ConflictException"
    center.assigned(again["RequestId"])
    center.answer(SSO, "DeleteAccountAssignment", **assignment)
    assert center.refusal(SSO, "CreateAccountAssignment", **assignment)["Code"] == "ConflictException"


def test_other_assignments_are_not_held_up(center: Calls, assignment: dict[str, str]) -> None:
    center.assign(assignment)
    center.answer(SSO, "DeleteAccountAssignment", **assignment)
    other = assignment | {"PrincipalId": center.new_group()}
    assert center.assign(other)["Status"] == "SUCCEEDED"


def test_an_unknown_principal_fails_with_the_reason_that_aws_gives(center: Calls, assignment: dict[str, str]) -> None:
    done = center.assign(assignment | {"PrincipalId": NOBODY})
    assert done["Status"] == "FAILED"
    reason = f"Received a 404 status error: the GROUP assignee {NOBODY} was not found in directory {center.store_id}"
    assert done["FailureReason"] == reason


def test_a_group_is_no_user(center: Calls, assignment: dict[str, str]) -> None:
    assert "the USER assignee" in center.assign(assignment | {"PrincipalType": "USER"})["FailureReason"]


def test_an_unknown_permission_set_or_account_fails(center: Calls, assignment: dict[str, str]) -> None:
    gone = center.new_permission_set()
    center.answer(SSO, "DeletePermissionSet", PermissionSetArn=gone)
    assert "Could not find PermissionSet" in center.assign(assignment | {"PermissionSetArn": gone})["FailureReason"]
    assert "999988887777" in center.assign(assignment | {"TargetId": "999988887777"})["FailureReason"]


def test_a_closed_account_takes_no_assignment(center: Calls, assignment: dict[str, str]) -> None:
    closed = center.new_account()
    center.answer("organizations", "CloseAccount", AccountId=closed)
    done = center.assign(assignment | {"TargetId": closed})
    assert (done["Status"], closed in done["FailureReason"]) == ("FAILED", True)


@pytest.mark.parametrize(
    ("changes", "member"),
    [
        ({"TargetId": "12345"}, "targetId"),
        ({"TargetType": "ROOT"}, "targetType"),
        ({"PrincipalType": "ROLE"}, "principalType"),
        ({"PrincipalId": "nobody"}, "principalId"),
        ({"PermissionSetArn": "arn:aws:sso:::permissionSet/x"}, "permissionSetArn"),
        ({"InstanceArn": "arn:aws:sso:::instance/x"}, "instanceArn"),
    ],
)
def test_a_request_that_breaks_the_model_is_refused(
    center: Calls, assignment: dict[str, str], changes: dict[str, str], member: str
) -> None:
    refusal = center.refusal(SSO, "CreateAccountAssignment", **(assignment | changes))
    assert refusal["Code"] == "ValidationException"
    assert f"at '{member}' failed to satisfy constraint" in refusal["Message"]


def test_a_users_assignments_include_those_of_the_users_groups(center: Calls, account: str) -> None:
    user, group, permission_set = center.new_user(), center.new_group(), center.new_permission_set()
    center.answer("identitystore", "CreateGroupMembership", GroupId=group, MemberId={"UserId": user})
    center.assign(center.assignment(account, permission_set, user, "USER"))
    center.assign(center.assignment(account, permission_set, group))
    for kind, principal, expected in (("USER", user, {user, group}), ("GROUP", group, {group})):
        wanted = {"PrincipalType": kind, "PrincipalId": principal}
        found = center.answer(SSO, "ListAccountAssignmentsForPrincipal", **wanted)["AccountAssignments"]
        assert {pair["PrincipalId"] for pair in found} == expected
        elsewhere = center.answer(SSO, "ListAccountAssignmentsForPrincipal", **wanted, Filter={"AccountId": "9" * 12})
        assert elsewhere["AccountAssignments"] == []


def test_assignments_go_with_their_principal_and_with_their_account(center: Calls) -> None:
    account, permission_set = center.new_account(), center.new_permission_set()
    user, group, other = center.new_user(), center.new_group(), center.new_group()
    for kind, principal in (("USER", user), ("GROUP", group), ("GROUP", other)):
        center.assign(center.assignment(account, permission_set, principal, kind))
    center.answer("identitystore", "DeleteUser", UserId=user)
    center.answer("identitystore", "DeleteGroup", GroupId=group)
    assert listed(center, center.assignment(account, permission_set, other)) == [other]
    center.answer("organizations", "RemoveAccountFromOrganization", AccountId=account)
    assert listed(center, center.assignment(account, permission_set, other)) == []
