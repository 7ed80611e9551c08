"""What listeners of the local Identity Center are told, and when; in this process, without a server."""

from typing import Any, override

import pytest

from sandbox.identity_center.center import IdentityCenter
from sandbox.identity_center.listeners import AccessListener
from sandbox.identity_center.service_models import ServiceModels
from sandbox.identity_center.settings import Settings
from sandbox.identity_center.sso_admin.assignments import Assignment
from sandbox.identity_center.sso_admin.moto_backend import PermissionSet
from sandbox.identity_center.sso_admin.requests import RequestFailed
from tests.sandbox.identity_center_calls import eventually

MANAGEMENT = "111122223333"


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


class Desk:
    """Makes calls of a center in this process, which has a listener."""

    def __init__(self, models: ServiceModels) -> None:
        self.models = models
        self.center = IdentityCenter(Settings(account_id=MANAGEMENT), models, lambda *_: None)
        self.heard = Heard()
        self.center.listeners.add(self.heard)
        self.group = self.call("AWSIdentityStore.CreateGroup", DisplayName="engineers")["GroupId"]
        created = self.call("SWBExternalService.CreatePermissionSet", Name="View", SessionDuration="PT2H")
        self.permission_set = created["PermissionSet"]["PermissionSetArn"]
        self.assignment = {
            "TargetId": MANAGEMENT,
            "TargetType": "AWS_ACCOUNT",
            "PermissionSetArn": self.permission_set,
            "PrincipalType": "GROUP",
            "PrincipalId": self.group,
        }

    def call(self, target: str, **parameters: Any) -> dict[str, Any]:  # noqa: ANN401 - AWS takes every JSON type
        operation = self.models.operation(target)
        assert operation is not None
        known = {
            "IdentityStoreId": self.center.directory.store_id,
            "InstanceArn": self.center.sso_admin.instance.instance_arn,
        }
        assert operation.model.input_shape is not None
        fitting = {name: known[name] for name in known if name in operation.model.input_shape.members}
        return self.center.answer(operation, fitting | parameters)

    def change(self, operation: str, **parameters: Any) -> None:  # noqa: ANN401 - AWS takes every JSON type
        self.call(f"SWBExternalService.{operation}", **parameters)

    def hears(self, count: int) -> list[str]:
        """What has been heard when it is this much, without asking the center for anything."""
        return eventually(lambda: list(self.heard.all), lambda found: len(found) >= count)


@pytest.fixture
def desk() -> Desk:
    return Desk(ServiceModels())


def test_the_role_comes_before_the_assignment_and_goes_after_it_though_nobody_asks(desk: Desk) -> None:
    desk.change("CreateAccountAssignment", **desk.assignment)
    assert desk.hears(2) == [f"PT2H role in {MANAGEMENT}", "GROUP in"]
    desk.change("DeleteAccountAssignment", **desk.assignment)
    assert desk.hears(4)[2:] == ["GROUP out", f"no role in {MANAGEMENT}"]


def test_a_repeated_assignment_is_not_told_again_and_an_edit_only_when_it_is_provisioned(desk: Desk) -> None:
    desk.change("CreateAccountAssignment", **desk.assignment)
    desk.hears(2)
    desk.change("CreateAccountAssignment", **desk.assignment)
    desk.change("UpdatePermissionSet", PermissionSetArn=desk.permission_set, SessionDuration="PT4H")
    desk.change("ProvisionPermissionSet", PermissionSetArn=desk.permission_set, TargetType="ALL_PROVISIONED_ACCOUNTS")
    assert desk.hears(3)[2:] == [f"PT4H role in {MANAGEMENT}"]


def test_the_end_of_a_group_is_the_end_of_its_access(desk: Desk) -> None:
    desk.change("CreateAccountAssignment", **desk.assignment)
    desk.hears(2)
    desk.call("AWSIdentityStore.DeleteGroup", GroupId=desk.group)
    assert desk.heard.all[2:] == ["GROUP out", f"no role in {MANAGEMENT}"]


def test_a_listener_that_cannot_make_the_role_fails_the_request_and_nothing_is_assigned(desk: Desk) -> None:
    desk.heard.refusal = "Access denied by IAM"
    said = desk.call("SWBExternalService.CreateAccountAssignment", **desk.assignment)
    request = {"AccountAssignmentCreationRequestId": said["AccountAssignmentCreationStatus"]["RequestId"]}

    def status() -> dict[str, Any]:
        answer = desk.call("SWBExternalService.DescribeAccountAssignmentCreationStatus", **request)
        return dict(answer["AccountAssignmentCreationStatus"])

    done = eventually(status, lambda found: found["Status"] != "IN_PROGRESS")
    assert (done["Status"], done["FailureReason"]) == ("FAILED", "Access denied by IAM")
    with desk.center.reading() as center:
        assert (list(center.assignments), center.provisions.accounts(desk.permission_set)) == ([], [])
