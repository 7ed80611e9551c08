"""Shortcuts for calling a local Identity Center in tests; every refusal is checked against AWS's own model."""

import itertools
import time
from collections.abc import Callable
from typing import Any

import pytest
from botocore import xform_name
from botocore.config import Config
from botocore.exceptions import ClientError

from sandbox.identity_center.process import IdentityCenterServer
from sandbox.identity_center.protocol.request_validation import violations

_numbers = itertools.count(1)
# Seconds: what takes so long is in progress however slow the machine is, and no test waits for its end.
HOUR = 3600.0

DEPARTING_FROM_THE_MODEL = {
    "GetInlinePolicyForPermissionSet": "AWS answers with an empty text where its model wants one character at least",
}


class Calls:
    """The three clients of one server; they send what they are given, so that the server is the one to refuse it."""

    def __init__(self, server: IdentityCenterServer) -> None:
        config = Config(parameter_validation=False, retries={"total_max_attempts": 1})
        services = ("identitystore", "sso-admin", "organizations")
        self._let_pass = server.let_pass
        self._clients = {service: server.client(service, config) for service in services}
        self.store, self.sso, self.organizations = self._clients.values()
        instance = self.sso.list_instances()["Instances"][0]
        self.instance_arn: str = instance["InstanceArn"]
        self.store_id: str = instance["IdentityStoreId"]

    def answer(self, service: str, operation: str, **parameters: Any) -> dict[str, Any]:  # noqa: ANN401 - AWS takes every JSON type
        """Make the call, with the identity store and instance filled in; the answer must be one AWS's model allows."""
        client = self._clients[service]
        model = client.meta.service_model.operation_model(operation)
        existing = {"IdentityStoreId": self.store_id, "InstanceArn": self.instance_arn}
        wanted = {
            name: value for name, value in existing.items() if model.input_shape and name in model.input_shape.members
        }
        answer = getattr(client, xform_name(operation))(**(wanted | parameters))
        del answer["ResponseMetadata"]
        if model.output_shape and operation not in DEPARTING_FROM_THE_MODEL:
            assert [str(broken) for broken in violations(model.output_shape, answer)] == []
        return dict(answer)

    def refusal(self, service: str, operation: str, **parameters: Any) -> dict[str, Any]:  # noqa: ANN401 - AWS takes every JSON type
        """Make a call that must be refused with an error AWS's model has for it; return code, message and members."""
        with pytest.raises(ClientError) as caught:
            self.answer(service, operation, **parameters)
        response: dict[str, Any] = dict(caught.value.response)
        code = response["Error"]["Code"]
        model = self._clients[service].meta.service_model.operation_model(operation)
        assert code in [shape.name for shape in model.error_shapes]
        assert response["ResponseMetadata"]["HTTPStatusCode"] == 400
        return response | {"Code": code, "Message": response["Error"]["Message"]}

    def new_user(self, **changes: Any) -> str:  # noqa: ANN401 - AWS takes every JSON type
        name = f"person{next(_numbers)}"
        return str(self.answer("identitystore", "CreateUser", **(person(name) | changes))["UserId"])

    def new_group(self, name: str | None = None) -> str:
        return str(self.answer("identitystore", "CreateGroup", DisplayName=name or f"group{next(_numbers)}")["GroupId"])

    def new_permission_set(self, **attributes: Any) -> str:  # noqa: ANN401 - AWS takes every JSON type
        created = self.answer("sso-admin", "CreatePermissionSet", **({"Name": f"Set{next(_numbers)}"} | attributes))
        return str(created["PermissionSet"]["PermissionSetArn"])

    def new_account(self, name: str | None = None, **attributes: Any) -> str:  # noqa: ANN401 - AWS takes every JSON type
        name = name or f"account{next(_numbers)}"
        request = {"AccountName": name, "Email": f"{name}@example.com"} | attributes
        status = self.answer("organizations", "CreateAccount", **request)["CreateAccountStatus"]
        return str(self.created(status["Id"])["AccountId"])

    def created(self, request_id: str) -> dict[str, Any]:
        """Let the creation of an account come to its end and return its status."""
        self._let_pass(HOUR)

        def status() -> dict[str, Any]:
            answer = self.answer("organizations", "DescribeCreateAccountStatus", CreateAccountRequestId=request_id)
            return dict(answer["CreateAccountStatus"])

        return eventually(status, lambda found: found["State"] != "IN_PROGRESS")

    def assignment(self, account: str, permission_set: str, principal: str, kind: str = "GROUP") -> dict[str, str]:
        """Return the parameters of CreateAccountAssignment and DeleteAccountAssignment."""
        return {
            "TargetId": account,
            "TargetType": "AWS_ACCOUNT",
            "PermissionSetArn": permission_set,
            "PrincipalType": kind,
            "PrincipalId": principal,
        }

    def assign(self, assignment: dict[str, str]) -> dict[str, Any]:
        """Create an assignment and let it come to its end."""
        accepted = self.answer("sso-admin", "CreateAccountAssignment", **assignment)
        return self.assigned(accepted["AccountAssignmentCreationStatus"]["RequestId"])

    def assigned(self, request_id: str) -> dict[str, Any]:
        return self._ended("AccountAssignmentCreation", "AccountAssignmentCreationRequestId", request_id)

    def unassigned(self, request_id: str) -> dict[str, Any]:
        return self._ended("AccountAssignmentDeletion", "AccountAssignmentDeletionRequestId", request_id)

    def provisioned(self, request_id: str) -> dict[str, Any]:
        return self._ended("PermissionSetProvisioning", "ProvisionPermissionSetRequestId", request_id)

    def _ended(self, kind: str, parameter: str, request_id: str) -> dict[str, Any]:
        def status() -> dict[str, Any]:
            return dict(self.answer("sso-admin", f"Describe{kind}Status", **{parameter: request_id})[f"{kind}Status"])

        self._let_pass(HOUR)
        return eventually(status, lambda found: found["Status"] != "IN_PROGRESS")


def person(name: str) -> dict[str, Any]:
    """Return the parameters of a CreateUser that AWS accepts."""
    return {
        "UserName": name,
        "DisplayName": name.title(),
        "Name": {"GivenName": name, "FamilyName": "Doe"},
        "Emails": [{"Value": f"{name}@example.com", "Type": "work", "Primary": True}],
    }


def eventually[T](read: Callable[[], T], wanted: Callable[[T], bool], *, seconds: float = 120.0) -> T:
    """Return the first reading that is wanted, or the last one when time is up."""
    deadline = time.monotonic() + seconds
    while not wanted(reading := read()) and time.monotonic() < deadline:
        time.sleep(0.02)
    return reading
