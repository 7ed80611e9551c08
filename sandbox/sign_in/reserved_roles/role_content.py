"""Contents of an account's role, from a permission set as it is at one moment."""

import re
from dataclasses import dataclass

from sandbox.identity_center.sso_admin.moto_backend import PermissionSet

_HOURS_AND_MINUTES = re.compile(
    r"PT?(?:(?P<days>\d+)D)?T?(?:(?P<hours>\d+)H)?(?:(?P<minutes>\d+)M)?(?:(?P<seconds>\d+)S)?"
)
_SECONDS = {"days": 86400, "hours": 3600, "minutes": 60, "seconds": 1}


@dataclass(frozen=True, kw_only=True)
class RoleContent:
    """The policies of a role: managed ones by ARN, the inline one as JSON text; empty text where there is none."""

    managed_policies: frozenset[str]
    inline_policy: str
    boundary: str
    description: str
    session_seconds: int


def content_of(permission_set: PermissionSet, *, account_id: str) -> RoleContent:
    """Return what the role in this account is made of."""
    customer = (
        customer_policy(account_id, path=customer_managed_policy.path, name=customer_managed_policy.name)
        for customer_managed_policy in permission_set.customer_managed_policies
    )
    return RoleContent(
        managed_policies=frozenset(
            [*(managed_policy.arn for managed_policy in permission_set.managed_policies), *customer]
        ),
        inline_policy=permission_set.inline_policy or "",
        boundary=_boundary(permission_set, account_id=account_id),
        description=permission_set.description or "",
        session_seconds=_seconds(permission_set.session_duration or "PT1H"),
    )


def customer_policy(account_id: str, *, path: str | None, name: str) -> str:
    """Return the ARN that a customer managed policy of this path and name has in an account."""
    return f"arn:aws:iam::{account_id}:policy{path or '/'}{name}"


def _boundary(permission_set: PermissionSet, *, account_id: str) -> str:
    boundary = permission_set.boundary or {}
    if reference := boundary.get("CustomerManagedPolicyReference"):
        return customer_policy(account_id, path=reference.get("Path"), name=reference["Name"])
    return str(boundary.get("ManagedPolicyArn", ""))


def _seconds(duration: str) -> int:
    found = _HOURS_AND_MINUTES.fullmatch(duration)
    assert found is not None  # checked when the permission set was written
    return sum(int(amount or 0) * _SECONDS[unit] for unit, amount in found.groupdict().items())
