"""moto's sso-admin backend, which keeps the permission sets and their policies, corrected where AWS differs."""

import json
import secrets
from functools import cache
from typing import Any

import moto.ssoadmin.models as moto_models
from moto.iam.aws_managed_policies import aws_managed_policies_data
from moto.ssoadmin.models import ManagedPolicy, SSOAdminBackend

from sandbox.identity_center.protocol.service_error import not_found
from sandbox.identity_center.sso_admin.quotas import POLICIES_PER_PERMISSION_SET


class PermissionSet(moto_models.PermissionSet):
    """A permission set that also knows its permissions boundary and how often it has been changed."""

    def __init__(self, name: str, instance_arn: str, **optional: Any) -> None:  # noqa: ANN401 - moto's own signature
        super().__init__(name=name, instance_arn=instance_arn, **optional)
        # moto hangs the id under the ARN of the instance; AWS has a resource type of its own for it.
        instance_id = instance_arn.rpartition("/")[2]
        self.permission_set_arn = f"arn:aws:sso:::permissionSet/{instance_id}/ps-{secrets.token_hex(8)}"
        self.boundary: dict[str, Any] | None = None
        self.revision = 1

    def described(self) -> dict[str, Any]:
        """Return what DescribePermissionSet answers: optional attributes only when they are set."""
        return {name: value for name, value in self.to_json(include_creation_date=True).items() if value}


class SsoAdminState(SSOAdminBackend):
    """The state behind sso-admin for the one instance of one account."""

    def __init__(self, region: str, account_id: str, identity_store_id: str) -> None:
        super().__init__(region, account_id)
        # moto still has AWS's earlier quota.
        moto_models.MAX_MANAGED_POLICIES_PER_PERMISSION_SET = POLICIES_PER_PERMISSION_SET
        self.instance = self.instances[0]
        # moto draws ids from all letters; AWS's are hexadecimal and the models' patterns say so.
        self.instance.instance_arn = f"arn:aws:sso:::instance/ssoins-{secrets.token_hex(8)}"
        self.instance.identity_store_id = identity_store_id
        self.instance_tags: list[dict[str, str]] = []
        self.has_instance = True

    def permission_set(self, arn: str) -> PermissionSet:
        """Return the permission set, or raise moto's ResourceNotFoundException."""
        found = self._find_permission_set(self.instance.instance_arn, arn)
        assert isinstance(found, PermissionSet)  # only `add` puts permission sets here
        return found

    def add(self, permission_set: PermissionSet) -> None:
        """Keep a new permission set."""
        self.permission_sets.append(permission_set)

    def exists(self, arn: str) -> bool:
        """Return whether there is a permission set with this ARN."""
        return any(found.permission_set_arn == arn for found in self.permission_sets)

    def _find_managed_policy(self, managed_policy_arn: str) -> ManagedPolicy:
        """Find a policy that AWS has: moto itself looks for the path under another key than its own list uses."""
        name = managed_policy_arn.rpartition("/")[2]
        path = _aws_managed_policies().get(name, {}).get("Path")
        if managed_policy_arn != f"arn:aws:iam::aws:policy{path}{name}":
            raise not_found(f"Policy does not exist with ARN: {managed_policy_arn}")
        return ManagedPolicy(managed_policy_arn, name)


@cache
def _aws_managed_policies() -> dict[str, dict[str, Any]]:
    policies: dict[str, dict[str, Any]] = json.loads(aws_managed_policies_data)
    return policies
