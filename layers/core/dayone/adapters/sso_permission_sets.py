"""Permission sets in Identity Center, what is attached to them, and their provisioning to accounts."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from dayone.adapters.aws_errors import translated
from dayone.adapters.sso_answers import receipt, request_state, seen
from dayone.adapters.sso_permission_set_names import PermissionSetNames
from dayone.errors import AlreadyExists, Conflicting
from dayone.ports.identity_center import Found, Receipt, RequestState

if TYPE_CHECKING:
    from mypy_boto3_sso_admin import SSOAdminClient

_MEMBERS = {"description": "Description", "session_duration": "SessionDuration", "relay_state": "RelayState"}
# AWS takes no empty description, and does not say what leaving it out of an update does. A blank is allowed.
_BLANK = " "
_DEFAULT_SESSION = "PT1H"


class SsoPermissionSets:
    """The port PermissionSets over the API `sso-admin`. Source: IAM Identity Center API Reference."""

    ACTIONS: ClassVar[frozenset[str]] = PermissionSetNames.ACTIONS | frozenset(
        {
            "sso:CreatePermissionSet",
            "sso:UpdatePermissionSet",
            "sso:DeletePermissionSet",
            "sso:AttachManagedPolicyToPermissionSet",
            "sso:DetachManagedPolicyFromPermissionSet",
            "sso:ListManagedPoliciesInPermissionSet",
            "sso:PutInlinePolicyToPermissionSet",
            "sso:DeleteInlinePolicyFromPermissionSet",
            "sso:ProvisionPermissionSet",
            "sso:DescribePermissionSetProvisioningStatus",
        }
    )

    def __init__(self, client: "SSOAdminClient", *, instance_arn: str) -> None:
        self._client = client
        self._instance = instance_arn
        self._partition = instance_arn.split(":")[1]
        self._by_name = PermissionSetNames(client, instance_arn=instance_arn)

    def create(self, name: str, *, attributes: Mapping[str, str]) -> Receipt:
        """See PermissionSets."""
        given: Any = {_MEMBERS[word]: text for word, text in attributes.items() if text}
        try:
            with translated():
                made = self._client.create_permission_set(InstanceArn=self._instance, Name=name, **given)
        except Conflicting as conflict:
            if seen(lambda: self.find(name) is not None):
                raise AlreadyExists(str(conflict)) from conflict
            raise
        return receipt(made, permission_set_arn=made["PermissionSet"]["PermissionSetArn"])

    def find(self, name: str) -> Found | None:
        """See PermissionSets; reads all permission sets until it is found, because AWS has no key for the name."""
        described = self._by_name.find(name)
        if described is None:
            return None
        texts = {word: str(described.get(member, "")).strip() for word, member in _MEMBERS.items()}
        return Found(
            references={"permission_set_arn": described["PermissionSetArn"]},
            attributes={word: text for word, text in texts.items() if text},
        )

    def update(self, arn: str, *, attributes: Mapping[str, str]) -> Receipt:
        """See PermissionSets."""
        # AWS itself clears a relay state that is left out, and has no other way to clear one.
        given: Any = {"RelayState": attributes["relay_state"]} if attributes.get("relay_state") else {}
        with translated():
            return receipt(
                self._client.update_permission_set(
                    **self._target(arn),
                    Description=attributes.get("description") or _BLANK,
                    SessionDuration=attributes.get("session_duration") or _DEFAULT_SESSION,
                    **given,
                )
            )

    def delete(self, arn: str) -> Receipt:
        """See PermissionSets."""
        with translated():
            return receipt(self._client.delete_permission_set(**self._target(arn)))

    def attach(self, arn: str, *, managed_policy: str) -> Receipt:
        """See PermissionSets."""
        policy = self._policy_arn(managed_policy)
        try:
            with translated():
                done = self._client.attach_managed_policy_to_permission_set(
                    **self._target(arn), ManagedPolicyArn=policy
                )
        except Conflicting as conflict:
            if seen(lambda: policy in self._attached(arn)):
                raise AlreadyExists(str(conflict)) from conflict
            raise
        return receipt(done)

    def detach(self, arn: str, *, managed_policy: str) -> Receipt:
        """See PermissionSets."""
        policy = self._policy_arn(managed_policy)
        with translated():
            return receipt(
                self._client.detach_managed_policy_from_permission_set(**self._target(arn), ManagedPolicyArn=policy)
            )

    def put_inline_policy(self, arn: str, *, document: str) -> Receipt:
        """See PermissionSets."""
        with translated():
            return receipt(self._client.put_inline_policy_to_permission_set(**self._target(arn), InlinePolicy=document))

    def delete_inline_policy(self, arn: str) -> Receipt:
        """See PermissionSets."""
        with translated():
            return receipt(self._client.delete_inline_policy_from_permission_set(**self._target(arn)))

    def provision(self, arn: str) -> str:
        """See PermissionSets."""
        with translated():
            asked = self._client.provision_permission_set(**self._target(arn), TargetType="ALL_PROVISIONED_ACCOUNTS")
        return asked["PermissionSetProvisioningStatus"]["RequestId"]

    def provisioning(self, request_id: str) -> RequestState:
        """See PermissionSets."""
        with translated():
            told = self._client.describe_permission_set_provisioning_status(
                InstanceArn=self._instance, ProvisionPermissionSetRequestId=request_id
            )
        return request_state(told["PermissionSetProvisioningStatus"])

    def _attached(self, arn: str) -> frozenset[str]:
        listing = self._client.get_paginator("list_managed_policies_in_permission_set")
        with translated():
            pages = list(listing.paginate(**self._target(arn)))
        return frozenset(policy["Arn"] for page in pages for policy in page["AttachedManagedPolicies"])

    def _target(self, arn: str) -> Any:  # noqa: ANN401 - keyword arguments of many boto3 methods
        return {"InstanceArn": self._instance, "PermissionSetArn": arn}

    def _policy_arn(self, managed_policy: str) -> str:
        whole = managed_policy.startswith("arn:")
        return managed_policy if whole else f"arn:{self._partition}:iam::aws:policy/{managed_policy}"
