"""Reads what is attached to permission sets in Identity Center."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from dayone.adapters.aws_errors import translated
from dayone.adapters.dependent_actions import READS_ENCRYPTED, DependentActions
from dayone.domain.existing import SetParts
from dayone.errors import NotFound

if TYPE_CHECKING:
    from mypy_boto3_sso_admin import SSOAdminClient


class SsoSetContents:
    """The reading side of the port SetPolicies. Source: IAM Identity Center API Reference."""

    ACTIONS: ClassVar[frozenset[str]] = frozenset(
        {
            "sso:ListManagedPoliciesInPermissionSet",
            "sso:ListCustomerManagedPolicyReferencesInPermissionSet",
            "sso:GetInlinePolicyForPermissionSet",
            "sso:GetPermissionsBoundaryForPermissionSet",
        }
    )
    DEPENDENT_ACTIONS: ClassVar[DependentActions] = READS_ENCRYPTED

    def __init__(self, client: "SSOAdminClient", *, instance_arn: str) -> None:
        self._client = client
        self._instance = instance_arn
        self._partition = instance_arn.split(":")[1]

    def parts(self, arn: str) -> SetParts:
        """See SetPolicies; four calls, and one for each further page of the two lists."""
        return SetParts(
            managed=frozenset(self._word(policy) for policy in self._managed(arn)),
            customer=self._customer(arn),
            inline=self.inline(arn),
            boundary=self.boundary(arn),
        )

    def inline(self, arn: str) -> str:
        """See SetPolicies."""
        with translated():
            return self._client.get_inline_policy_for_permission_set(**self._target(arn)).get("InlinePolicy", "")

    def boundary(self, arn: str) -> Mapping[str, str]:
        """See SetPolicies; AWS answers that there is no such thing where there is no boundary."""
        try:
            with translated():
                answer: Any = self._client.get_permissions_boundary_for_permission_set(**self._target(arn))
        except NotFound:
            return {}
        boundary = answer.get("PermissionsBoundary", {})
        if reference := boundary.get("CustomerManagedPolicyReference"):
            return {"customer_policy": _word_of(reference)}
        policy = boundary.get("ManagedPolicyArn", "")
        return {"managed_policy": self._word(policy)} if policy else {}

    def _managed(self, arn: str) -> frozenset[str]:
        listing = self._client.get_paginator("list_managed_policies_in_permission_set")
        with translated():
            pages = list(listing.paginate(**self._target(arn)))
        return frozenset(policy["Arn"] for page in pages for policy in page["AttachedManagedPolicies"])

    def _customer(self, arn: str) -> frozenset[str]:
        listing = self._client.get_paginator("list_customer_managed_policy_references_in_permission_set")
        with translated():
            pages = list(listing.paginate(**self._target(arn)))
        return frozenset(_word_of(policy) for page in pages for policy in page["CustomerManagedPolicyReferences"])

    def _target(self, arn: str) -> Any:  # noqa: ANN401 - keyword arguments of many boto3 methods
        return {"InstanceArn": self._instance, "PermissionSetArn": arn}

    def _policy_arn(self, managed_policy: str) -> str:
        whole = managed_policy.startswith("arn:")
        return managed_policy if whole else f"{self._prefix}{managed_policy}"

    def _word(self, policy_arn: str) -> str:
        return policy_arn.removeprefix(self._prefix)

    @property
    def _prefix(self) -> str:
        return f"arn:{self._partition}:iam::aws:policy/"


def _word_of(reference: Mapping[str, Any]) -> str:
    return f"{reference.get('Path', '/')}{reference['Name']}"
