"""What is attached to permission sets in Identity Center: policies of AWS's, of the accounts, inline, a boundary."""

from typing import Any, ClassVar

from dayone.adapters.aws_errors import translated
from dayone.adapters.dependent_actions import WRITES_ENCRYPTED, DependentActions
from dayone.adapters.sso_answers import receipt, seen
from dayone.adapters.sso_set_contents import SsoSetContents
from dayone.errors import AlreadyExists, Conflicting
from dayone.ports.identity_center import Receipt


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
