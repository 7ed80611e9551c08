"""A local Identity Center in this process, with some people in it; every answer is held against AWS's own model."""

import json
import threading
from collections.abc import Mapping
from functools import cache
from typing import Any

import pytest
from botocore.model import ListShape, MapShape, OperationModel, Shape, StructureShape

from sandbox.identity_center.behaviour import Behaviour
from sandbox.identity_center.center import IdentityCenter
from sandbox.identity_center.protocol.request_validation import violations
from sandbox.identity_center.protocol.service_error import ServiceError
from sandbox.identity_center.protocol.service_models import Operation, ServiceModels
from sandbox.identity_center.settings import Settings
from tests.sandbox.identity_center.calls import person

MANAGEMENT = "111122223333"
AT_ONCE = Behaviour.instant(assignment_seconds=0, deletion_seconds=0, provisioning_seconds=0, account_seconds=0)
_A_MOMENT = 1.0  # seconds
_PATIENCE = 120.0  # seconds
_PREFIXES = {"identitystore": "AWSIdentityStore", "sso-admin": "SWBExternalService"}
# AWS answers with an empty text where its model wants one character at least.
_DEPARTING_FROM_THE_MODEL = {"GetInlinePolicyForPermissionSet"}


@cache
def models() -> ServiceModels:
    return ServiceModels()


def operation_of(service: str, name: str) -> Operation:
    prefix = _PREFIXES.get(service, "AWSOrganizationsV20161128")
    operation = models().operation(f"{prefix}.{name}")
    assert operation is not None
    return operation


class SlowCalls:
    """From now on the calls of other threads take their time until all `end`."""

    def __init__(self, center: IdentityCenter) -> None:
        self._began, self._end = threading.Semaphore(0), threading.Event()
        center.pause = self

    def __call__(self, seconds: float) -> None:
        if seconds and threading.current_thread() is not threading.main_thread():
            self._began.release()
            assert self._end.wait(_PATIENCE)

    def begun(self, count: int) -> None:
        """Wait until so many are under way."""
        assert all(self._began.acquire(timeout=_PATIENCE) for _ in range(count))

    def end(self) -> None:
        self._end.set()


class Desk:
    """Makes calls; `$name` in a request stands for what is known under that name, such as `$user`."""

    def __init__(self, behaviour: Behaviour = AT_ONCE, **settings: Any) -> None:  # noqa: ANN401 - the fields of Settings
        self.center = IdentityCenter(Settings(behaviour=behaviour, **settings), models(), lambda *_: None)
        self.ids: dict[str, Any] = {
            "store": self.center.directory.store_id,
            "instance": self.center.sso_admin.instance.instance_arn,
            "management": self.center.settings.account_id,
        }

    def call(self, service: str, name: str, *, caller: str | None = None, **request: Any) -> dict[str, Any]:  # noqa: ANN401
        """Make a call, with store and instance filled in; the answer must be one that AWS's model allows."""
        operation = operation_of(service, name)
        answer = self.center.answer(operation, self._filled(operation.model, request), caller=caller)
        if name not in _DEPARTING_FROM_THE_MODEL and operation.model.output_shape is not None:
            assert [str(violation) for violation in violations(operation.model.output_shape, answer)] == []
        assert unknown_members(operation.model.output_shape, json.loads(json.dumps(answer))) == []
        return answer

    def refusal(self, service: str, name: str, *, caller: str | None = None, **request: Any) -> ServiceError:  # noqa: ANN401
        """Make a call that must be refused with an error that AWS's model has for it, with members that it has."""
        with pytest.raises(ServiceError) as caught:
            self.call(service, name, caller=caller, **request)
        shapes = {shape.name: shape for shape in operation_of(service, name).model.error_shapes}
        assert caught.value.code in shapes
        members = {name: modelled(name, value) for name, value in caught.value.members.items()}
        assert [str(violation) for violation in violations(shapes[caught.value.code], members)] == []
        assert unknown_members(shapes[caught.value.code], caught.value.members) == []
        return caught.value

    def ended(self, kind: str, request_id: str) -> dict[str, Any]:
        """Let a request (`AccountAssignmentCreation`, …) that takes a moment come to its end, and return its status."""
        parameter = {"PermissionSetProvisioning": "ProvisionPermissionSet"}.get(kind, kind) + "RequestId"
        self.center.let_pass(_A_MOMENT)
        answer = self.call("sso-admin", f"Describe{kind}Status", **{parameter: request_id})
        return dict(answer[f"{kind}Status"])

    def assign(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Create an assignment and let it come to its end."""
        accepted = self.call("sso-admin", "CreateAccountAssignment", **request)["AccountAssignmentCreationStatus"]
        return self.ended("AccountAssignmentCreation", accepted["RequestId"])

    def unassign(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Delete an assignment and let that come to its end."""
        accepted = self.call("sso-admin", "DeleteAccountAssignment", **request)["AccountAssignmentDeletionStatus"]
        return self.ended("AccountAssignmentDeletion", accepted["RequestId"])

    def provision(self, **request: Any) -> dict[str, Any]:  # noqa: ANN401 - AWS takes every JSON type
        """Provision a permission set and let that come to its end."""
        accepted = self.call("sso-admin", "ProvisionPermissionSet", **request)["PermissionSetProvisioningStatus"]
        return self.ended("PermissionSetProvisioning", accepted["RequestId"])

    def settle_in(self) -> "Desk":
        """Make what the cases speak of: people, groups, permission sets, and an assignment of one to another."""
        existing, store = self.ids, "identitystore"
        existing["user"] = self.call(store, "CreateUser", **person("ada"))["UserId"]
        existing["stranger"] = self.call(store, "CreateUser", **person("bob"))["UserId"]
        existing["group"] = self.call(store, "CreateGroup", DisplayName="engineers")["GroupId"]
        existing["empty_group"] = self.call(store, "CreateGroup", DisplayName="nobody")["GroupId"]
        member = {"UserId": "$user"}
        made = self.call(store, "CreateGroupMembership", GroupId="$group", MemberId=member)
        existing["membership"] = made["MembershipId"]
        self._make_permission_sets()
        existing["assignment"] = {
            "TargetId": MANAGEMENT,
            "TargetType": "AWS_ACCOUNT",
            "PermissionSetArn": existing["view"],
            "PrincipalType": "GROUP",
            "PrincipalId": existing["group"],
        }
        other = existing["assignment"] | {"PrincipalId": existing["empty_group"]}
        existing["creation"] = self.assign(existing["assignment"])["RequestId"]
        self.assign(other)
        existing["deletion"] = self.unassign(other)["RequestId"]
        provisioning = self.provision(PermissionSetArn="$view", TargetType="ALL_PROVISIONED_ACCOUNTS")
        existing["provisioning"] = provisioning["RequestId"]
        return self

    def _make_permission_sets(self) -> None:
        existing, sso = self.ids, "sso-admin"
        for name in ("View", "Free", "Full"):
            made = self.call(sso, "CreatePermissionSet", Name=name, Tags=[{"Key": "team", "Value": "a"}])
            existing[name.lower()] = made["PermissionSet"]["PermissionSetArn"]
        attached = {"PermissionSetArn": "$full", "ManagedPolicyArn": "arn:aws:iam::aws:policy/ReadOnlyAccess"}
        self.call(sso, "AttachManagedPolicyToPermissionSet", **attached)
        attach = "AttachCustomerManagedPolicyReferenceToPermissionSet"
        self.call(sso, attach, PermissionSetArn="$full", CustomerManagedPolicyReference={"Name": "deploy", "Path": "/"})
        boundary = {"ManagedPolicyArn": "arn:aws:iam::aws:policy/ReadOnlyAccess"}
        self.call(sso, "PutPermissionsBoundaryToPermissionSet", PermissionSetArn="$full", PermissionsBoundary=boundary)

    def close(self) -> None:
        self.center.close()

    def _filled(self, model: OperationModel, request: Mapping[str, Any]) -> dict[str, Any]:
        scope = {"IdentityStoreId": "$store", "InstanceArn": "$instance"}
        members = model.input_shape.members if model.input_shape is not None else {}
        given = {name: value for name, value in scope.items() if name in members} | dict(request)
        return {name: self.resolved(value) for name, value in given.items() if value is not None}

    def resolved(self, value: object) -> Any:  # noqa: ANN401 - whatever is known
        """Put what is known in the place of its name, however deep."""
        if isinstance(value, str) and value[:1] == "$" and value[1:] in self.ids:
            return self.ids[value[1:]]
        if isinstance(value, Mapping):
            return {name: self.resolved(inner) for name, inner in value.items()}
        return [self.resolved(inner) for inner in value] if isinstance(value, list) else value


def modelled(name: str, value: str | int) -> str | int:
    """A member of a refusal as the model has it: AWS puts the member that is meant behind a Reason."""
    return value.partition(":")[0] if name == "Reason" and isinstance(value, str) else value


def unknown_members(shape: Shape | None, value: object, path: str = "") -> list[str]:
    """Return members of an answer that are not in AWS's model; SDKs drop them silently."""
    match shape, value:
        case StructureShape(), dict():
            unknown = [f"{path}.{name}" for name in value if name not in shape.members]
            inner = [(shape.members[name], entry, name) for name, entry in value.items() if name in shape.members]
        case ListShape(), list():
            unknown, inner = [], [(shape.member, entry, str(index)) for index, entry in enumerate(value)]
        case MapShape(), dict():
            unknown, inner = [], [(shape.value, entry, name) for name, entry in value.items()]
        case None, dict():
            unknown, inner = list(value), []
        case _:
            unknown, inner = [], []
    return unknown + [found for shape, part, name in inner for found in unknown_members(shape, part, f"{path}.{name}")]
