"""What Identity Center itself says, read through its API and never from Day One's table."""

from dataclasses import dataclass
from typing import Any

from sandbox.sandbox import Sandbox


@dataclass(frozen=True, kw_only=True)
class Instance:
    """The settings of IAM Identity Center that Day One rests on."""

    arn: str
    identity_store_id: str
    status: str
    permission_sets_enabled: bool


def instance_of(sandbox: Sandbox) -> Instance:
    """Read the settings of the one instance there is."""
    sso_admin = sandbox.client("sso-admin")
    arn = sso_admin.list_instances()["Instances"][0]["InstanceArn"]
    said = sso_admin.describe_instance(InstanceArn=arn)
    return Instance(
        arn=arn,
        identity_store_id=said["IdentityStoreId"],
        status=said["Status"],
        permission_sets_enabled=said["PermissionSetsEnabled"],
    )


@dataclass(frozen=True, kw_only=True)
class Expected:
    """What must be seen in Identity Center for the story to be true."""

    user_name: str
    group: str
    permission_set: str
    managed_policy: str
    account_id: str


class IdentityCenterView:
    """Identity Center through the eyes of an administrator."""

    def __init__(self, sandbox: Sandbox, instance: Instance) -> None:
        self._store: Any = sandbox.client("identitystore")
        self._sso: Any = sandbox.client("sso-admin")
        self._store_id = instance.identity_store_id
        self._instance = {"InstanceArn": instance.arn}

    def missing(self, expected: Expected) -> str:
        """The first thing that is not there yet, in words; empty when all of it is."""
        user_id = self._user(expected.user_name)
        if user_id is None:
            return f"no user {expected.user_name}"
        group_id = self._group(expected.group)
        if group_id is None:
            return f"no group {expected.group}"
        if not self._is_member(user_id, group_id):
            return f"{expected.user_name} is not in {expected.group}"
        arn = self.permission_set(expected.permission_set)
        if arn is None:
            return f"no permission set {expected.permission_set}"
        if expected.managed_policy not in self._managed_policies(arn):
            return f"{expected.permission_set} lacks {expected.managed_policy}"
        if not self._is_assigned(arn, group_id, expected.account_id):
            return f"{expected.group} has no {expected.permission_set} in {expected.account_id}"
        return ""

    def permission_set(self, name: str) -> str | None:
        """The ARN of a permission set, or None."""
        for page in self._sso.get_paginator("list_permission_sets").paginate(**self._instance):
            for arn in page["PermissionSets"]:
                said = self._sso.describe_permission_set(**self._instance, PermissionSetArn=arn)
                if said["PermissionSet"]["Name"] == name:
                    return str(arn)
        return None

    def _user(self, user_name: str) -> str | None:
        unique = {"AttributePath": "userName", "AttributeValue": user_name}
        try:
            said = self._store.get_user_id(
                IdentityStoreId=self._store_id, AlternateIdentifier={"UniqueAttribute": unique}
            )
        except self._store.exceptions.ResourceNotFoundException:
            return None
        return str(said["UserId"])

    def _group(self, name: str) -> str | None:
        unique = {"AttributePath": "displayName", "AttributeValue": name}
        try:
            said = self._store.get_group_id(
                IdentityStoreId=self._store_id, AlternateIdentifier={"UniqueAttribute": unique}
            )
        except self._store.exceptions.ResourceNotFoundException:
            return None
        return str(said["GroupId"])

    def _is_member(self, user_id: str, group_id: str) -> bool:
        said = self._store.is_member_in_groups(
            IdentityStoreId=self._store_id, MemberId={"UserId": user_id}, GroupIds=[group_id]
        )
        return bool(said["Results"][0]["MembershipExists"])

    def _managed_policies(self, arn: str) -> set[str]:
        said = self._sso.list_managed_policies_in_permission_set(**self._instance, PermissionSetArn=arn)
        return {one["Arn"] for one in said["AttachedManagedPolicies"]}

    def _is_assigned(self, arn: str, group_id: str, account_id: str) -> bool:
        said = self._sso.list_account_assignments(**self._instance, AccountId=account_id, PermissionSetArn=arn)
        if group_id not in {one["PrincipalId"] for one in said["AccountAssignments"]}:
            return False
        succeeded = self._sso.list_account_assignment_creation_status(**self._instance, Filter={"Status": "SUCCEEDED"})
        requests = [one["RequestId"] for one in succeeded["AccountAssignmentsCreationStatus"]]
        told = (
            self._sso.describe_account_assignment_creation_status(
                **self._instance, AccountAssignmentCreationRequestId=request
            )["AccountAssignmentCreationStatus"]
            for request in requests
        )
        wanted = (arn, group_id, account_id)
        return any((one["PermissionSetArn"], one["PrincipalId"], one["TargetId"]) == wanted for one in told)
