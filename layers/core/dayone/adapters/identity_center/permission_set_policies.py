"""Read and change what is attached to permission sets: managed, customer, inline policies, and a boundary."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from dayone.adapters.aws.dependent_actions import READS_ENCRYPTED, WRITES_ENCRYPTED, DependentActions
from dayone.adapters.aws.errors import translated
from dayone.adapters.identity_center.responses import receipt, seen
from dayone.errors import AlreadyExists, Conflicting, NotFound
from dayone.ports.identity_center import Receipt, SetParts

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


class SsoSetPolicies(SsoSetContents):
    """The port SetPolicies over the API `sso-admin`. Source: IAM Identity Center API Reference."""

    ACTIONS: ClassVar[frozenset[str]] = SsoSetContents.ACTIONS | frozenset(
        {
            "sso:AttachManagedPolicyToPermissionSet",
            "sso:DetachManagedPolicyFromPermissionSet",
            "sso:AttachCustomerManagedPolicyReferenceToPermissionSet",
            "sso:DetachCustomerManagedPolicyReferenceFromPermissionSet",
            "sso:PutInlinePolicyToPermissionSet",
            "sso:DeleteInlinePolicyFromPermissionSet",
            "sso:PutPermissionsBoundaryToPermissionSet",
            "sso:DeletePermissionsBoundaryFromPermissionSet",
        }
    )
    DEPENDENT_ACTIONS: ClassVar[DependentActions] = WRITES_ENCRYPTED

    def attach_managed(self, arn: str, *, managed_policy: str) -> Receipt:
        """See SetPolicies."""
        policy = self._policy_arn(managed_policy)
        try:
            with translated():
                done = self._client.attach_managed_policy_to_permission_set(
                    **self._target(arn), ManagedPolicyArn=policy
                )
        except Conflicting as conflict:
            if seen(lambda: policy in self._managed(arn)):
                raise AlreadyExists(str(conflict)) from conflict
            raise
        return receipt(done)

    def detach_managed(self, arn: str, *, managed_policy: str) -> Receipt:
        """See SetPolicies."""
        policy = self._policy_arn(managed_policy)
        with translated():
            return receipt(
                self._client.detach_managed_policy_from_permission_set(**self._target(arn), ManagedPolicyArn=policy)
            )

    def attach_customer(self, arn: str, *, customer_policy: str) -> Receipt:
        """See SetPolicies."""
        reference = _reference(customer_policy)
        try:
            with translated():
                done = self._client.attach_customer_managed_policy_reference_to_permission_set(
                    **self._target(arn), CustomerManagedPolicyReference=reference
                )
        except Conflicting as conflict:
            if seen(lambda: customer_policy in self._customer(arn)):
                raise AlreadyExists(str(conflict)) from conflict
            raise
        return receipt(done)

    def detach_customer(self, arn: str, *, customer_policy: str) -> Receipt:
        """See SetPolicies."""
        with translated():
            return receipt(
                self._client.detach_customer_managed_policy_reference_from_permission_set(
                    **self._target(arn), CustomerManagedPolicyReference=_reference(customer_policy)
                )
            )

    def put_inline(self, arn: str, *, document: str) -> Receipt:
        """See SetPolicies."""
        with translated():
            return receipt(self._client.put_inline_policy_to_permission_set(**self._target(arn), InlinePolicy=document))

    def delete_inline(self, arn: str) -> Receipt:
        """See SetPolicies."""
        with translated():
            return receipt(self._client.delete_inline_policy_from_permission_set(**self._target(arn)))

    def put_boundary(self, arn: str, *, managed_policy: str = "", customer_policy: str = "") -> Receipt:
        """See SetPolicies."""
        boundary: Any = (
            {"ManagedPolicyArn": self._policy_arn(managed_policy)}
            if managed_policy
            else {"CustomerManagedPolicyReference": _reference(customer_policy)}
        )
        with translated():
            return receipt(
                self._client.put_permissions_boundary_to_permission_set(
                    **self._target(arn), PermissionsBoundary=boundary
                )
            )

    def delete_boundary(self, arn: str) -> Receipt:
        """See SetPolicies."""
        with translated():
            return receipt(self._client.delete_permissions_boundary_from_permission_set(**self._target(arn)))


def _reference(customer_policy: str) -> Any:  # noqa: ANN401 - the stubs have a type for this alone
    path, _, name = customer_policy.rpartition("/")
    return {"Path": f"{path}/", "Name": name}
