"""Calls to listeners of the local Identity Center, and their time; in this process, without a server."""

from collections.abc import Iterator
from typing import Any, override

import pytest

from sandbox.identity_center.listeners import AccessListener
from sandbox.identity_center.sso_admin.assignments import Assignment
from sandbox.identity_center.sso_admin.moto_backend import PermissionSet
from sandbox.identity_center.sso_admin.requests import RequestFailed
from tests.sandbox.identity_center.calls import eventually
from tests.sandbox.identity_center.desk import MANAGEMENT, Desk


class Heard(AccessListener):
    """Keeps what it is told; refuses to let roles be made when told to."""

    def __init__(self) -> None:
        self.all: list[str] = []
        self.refusal = ""

    @override
    def on_provisioned(self, account_id: str, permission_set: PermissionSet) -> None:
        if self.refusal:
            raise RequestFailed(self.refusal)
        self.all.append(f"{permission_set.session_duration} role in {account_id}")

    @override
    def on_deprovisioned(self, account_id: str, permission_set_arn: str) -> None:
        self.all.append(f"no role in {account_id}")

    @override
    def on_assigned(self, assignment: Assignment) -> None:
        self.all.append(f"{assignment.principal_type} in")

    @override
    def on_unassigned(self, assignment: Assignment) -> None:
        self.all.append(f"{assignment.principal_type} out")


class Listened(Desk):
    """A center with a listener, a group and a permission set."""

    def __init__(self) -> None:
        super().__init__()
        self.heard = Heard()
        self.center.listeners.add(self.heard)
        self.group = self.call("identitystore", "CreateGroup", DisplayName="engineers")["GroupId"]
        made = self.call("sso-admin", "CreatePermissionSet", Name="View", SessionDuration="PT2H")
        self.permission_set = made["PermissionSet"]["PermissionSetArn"]
        self.assignment = {
            "TargetId": MANAGEMENT,
            "TargetType": "AWS_ACCOUNT",
            "PermissionSetArn": self.permission_set,
            "PrincipalType": "GROUP",
            "PrincipalId": self.group,
        }

    def change(self, operation: str, **request: Any) -> None:  # noqa: ANN401 - AWS takes every JSON type
        self.call("sso-admin", operation, **request)

    def hears(self, count: int) -> list[str]:
        """Return the calls once there are this many, without a call to the center."""
        return eventually(lambda: list(self.heard.all), lambda found: len(found) >= count)


@pytest.fixture
def desk() -> Iterator[Listened]:
    desk = Listened()
    yield desk
    desk.close()


def test_the_role_comes_before_the_assignment_and_goes_after_it_though_nobody_asks(desk: Listened) -> None:
    desk.change("CreateAccountAssignment", **desk.assignment)
    assert desk.hears(2) == [f"PT2H role in {MANAGEMENT}", "GROUP in"]
    desk.change("DeleteAccountAssignment", **desk.assignment)
    assert desk.hears(4)[2:] == ["GROUP out", f"no role in {MANAGEMENT}"]


def test_a_repeated_assignment_is_not_told_again_and_an_edit_only_when_it_is_provisioned(desk: Listened) -> None:
    desk.change("CreateAccountAssignment", **desk.assignment)
    desk.hears(2)
    desk.change("CreateAccountAssignment", **desk.assignment)
    desk.change("UpdatePermissionSet", PermissionSetArn=desk.permission_set, SessionDuration="PT4H")
    desk.change("ProvisionPermissionSet", PermissionSetArn=desk.permission_set, TargetType="ALL_PROVISIONED_ACCOUNTS")
    assert desk.hears(3)[2:] == [f"PT4H role in {MANAGEMENT}"]


def test_the_end_of_a_group_is_the_end_of_its_access(desk: Listened) -> None:
    desk.change("CreateAccountAssignment", **desk.assignment)
    desk.hears(2)
    desk.call("identitystore", "DeleteGroup", GroupId=desk.group)
    assert desk.heard.all[2:] == ["GROUP out", f"no role in {MANAGEMENT}"]


def test_a_listener_that_cannot_make_the_role_fails_the_request_and_nothing_is_assigned(desk: Listened) -> None:
    desk.heard.refusal = "Access denied by IAM"
    done = desk.assign(desk.assignment)
    assert (done["Status"], done["FailureReason"]) == ("FAILED", "Access denied by IAM")
    with desk.center.reading() as center:
        assert (list(center.assignments), center.provisions.accounts(desk.permission_set)) == ([], [])
