"""Identity Center as an administrator sees it, read through its own API and never from Day One's table."""

from collections.abc import Iterator, Mapping
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


class IdentityCenterView:
    """Users, groups, permission sets and assignments, by the names that people use."""

    def __init__(self, sandbox: Sandbox, instance: Instance) -> None:
        self._store: Any = sandbox.client("identitystore")
        self._sso: Any = sandbox.client("sso-admin")
        self._in_store = {"IdentityStoreId": instance.identity_store_id}
        self._in_instance = {"InstanceArn": instance.arn}

    def users(self) -> dict[str, Mapping[str, Any]]:
        """Every user as AWS describes it, by user name."""
        return {pair["UserName"]: pair for pair in self._all(self._store, "list_users", "Users", **self._in_store)}

    def groups(self) -> dict[str, str]:
        """Return the id of every group, by display name."""
        found = self._all(self._store, "list_groups", "Groups", **self._in_store)
        return {pair["DisplayName"]: pair["GroupId"] for pair in found}

    def members(self, group: str) -> set[str]:
        """Return the user names of a group's members; none for a group that does not exist."""
        group_id = self.groups().get(group)
        if group_id is None:
            return set()
        names = {pair["UserId"]: name for name, pair in self.users().items()}
        return {names[pair["MemberId"]["UserId"]] for pair in self._memberships(group_id)}

    def memberships(self, group: str, *, user_name: str) -> int:
        """Return how many memberships a user has in a group."""
        group_id, user_id = self.groups()[group], self.users()[user_name]["UserId"]
        return sum(pair["MemberId"]["UserId"] == user_id for pair in self._memberships(group_id))

    def permission_sets(self) -> dict[str, str]:
        """Return the ARN of every permission set, by name."""
        return {self._describe(arn)["Name"]: arn for arn in self._permission_set_arns()}

    def managed_policies(self, permission_set: str) -> set[str]:
        """Return the names of the AWS managed policies attached to a permission set."""
        arn = self.permission_sets()[permission_set]
        attached = self._all(
            self._sso,
            "list_managed_policies_in_permission_set",
            "AttachedManagedPolicies",
            **self._in_instance,
            PermissionSetArn=arn,
        )
        return {pair["Arn"].rpartition("/")[2] for pair in attached}

    def inline_policy(self, permission_set: str) -> str:
        """Return the inline policy of a permission set as JSON text, empty when it has none."""
        arn = self.permission_sets()[permission_set]
        said = self._sso.get_inline_policy_for_permission_set(**self._in_instance, PermissionSetArn=arn)
        return str(said["InlinePolicy"])

    def assignments(self, account_id: str) -> list[tuple[str, str]]:
        """Return the assignments in an account: the pairs of permission set and group, in order."""
        groups = {group_id: name for name, group_id in self.groups().items()}
        sets = {arn: name for name, arn in self.permission_sets().items()}
        asked = {**self._in_instance, "AccountId": account_id}
        return sorted(
            (name, groups[pair["PrincipalId"]])
            for arn, name in sets.items()
            for pair in self._all(
                self._sso, "list_account_assignments", "AccountAssignments", **asked, PermissionSetArn=arn
            )
        )

    def assignment_requests(self, account_id: str, *, status: str = "SUCCEEDED") -> list[str]:
        """Return the ids of all requests to make an assignment in an account that have come to this status."""
        listed = self._all(
            self._sso,
            "list_account_assignment_creation_status",
            "AccountAssignmentsCreationStatus",
            **self._in_instance,
            Filter={"Status": status},
        )
        return [pair["RequestId"] for pair in listed if self._target_of(pair["RequestId"]) == account_id]

    def _target_of(self, request_id: str) -> str:
        said = self._sso.describe_account_assignment_creation_status(
            **self._in_instance, AccountAssignmentCreationRequestId=request_id
        )
        return str(said["AccountAssignmentCreationStatus"]["TargetId"])

    def _memberships(self, group_id: str) -> Iterator[Any]:
        return self._all(self._store, "list_group_memberships", "GroupMemberships", **self._in_store, GroupId=group_id)

    def _permission_set_arns(self) -> Iterator[str]:
        return self._all(self._sso, "list_permission_sets", "PermissionSets", **self._in_instance)

    def _describe(self, arn: str) -> Any:  # noqa: ANN401 - boto3's own types are not at hand
        return self._sso.describe_permission_set(**self._in_instance, PermissionSetArn=arn)["PermissionSet"]

    @staticmethod
    def _all(client: Any, operation: str, key: str, **request: Any) -> Iterator[Any]:  # noqa: ANN401
        for page in client.get_paginator(operation).paginate(**request):
            yield from page[key]
