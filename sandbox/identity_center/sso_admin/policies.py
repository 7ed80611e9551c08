"""The operations on the policies of permission sets: AWS managed, customer managed, inline, and the boundary."""

import json
from collections.abc import Mapping
from typing import Any

from sandbox.identity_center.protocol.paging import page
from sandbox.identity_center.protocol.service_error import ServiceError, invalid, not_found
from sandbox.identity_center.sso_admin.moto_backend import PermissionSet, SsoAdminState

INLINE_POLICY_CHARACTERS = 10_240


class Policies:
    """Serves the policy operations on moto's state; every change makes the permission set newer than its roles."""

    def __init__(self, state: SsoAdminState) -> None:
        self._state = state

    def attach_managed_policy_to_permission_set(self, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """Attach a policy that AWS has, once."""
        target = self._target(parameters)
        self._state.attach_managed_policy_to_permission_set(*target, parameters["ManagedPolicyArn"])
        return self._changed(parameters)

    def detach_managed_policy_from_permission_set(self, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """Detach a policy that is attached."""
        target = self._target(parameters)
        self._state.detach_managed_policy_from_permission_set(*target, parameters["ManagedPolicyArn"])
        return self._changed(parameters)

    def list_managed_policies_in_permission_set(self, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """Answer with one page of the AWS managed policies."""
        policies = self._permission_set(parameters).managed_policies
        found = ((policy.arn, {"Name": policy.name, "Arn": policy.arn}) for policy in policies)
        return page("AttachedManagedPolicies", found, parameters)

    def attach_customer_managed_policy_reference_to_permission_set(
        self, parameters: Mapping[str, Any]
    ) -> dict[str, Any]:
        """Attach the name of a policy that each account is expected to have."""
        reference = parameters["CustomerManagedPolicyReference"]
        target = self._target(parameters)
        self._state.attach_customer_managed_policy_reference_to_permission_set(*target, reference)
        return self._changed(parameters)

    def detach_customer_managed_policy_reference_from_permission_set(
        self, parameters: Mapping[str, Any]
    ) -> dict[str, Any]:
        """Detach the name of a policy of the accounts."""
        reference = parameters["CustomerManagedPolicyReference"]
        target = self._target(parameters)
        self._state.detach_customer_managed_policy_reference_from_permission_set(*target, reference)
        return self._changed(parameters)

    def list_customer_managed_policy_references_in_permission_set(
        self, parameters: Mapping[str, Any]
    ) -> dict[str, Any]:
        """Answer with one page of the names of policies of the accounts."""
        policies = self._permission_set(parameters).customer_managed_policies
        found = ((policy.path + policy.name, {"Name": policy.name, "Path": policy.path}) for policy in policies)
        return page("CustomerManagedPolicyReferences", found, parameters)

    def put_inline_policy_to_permission_set(self, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """Set the inline policy, which must be JSON and short enough for IAM."""
        permission_set = self._permission_set(parameters)
        _check_inline_policy(parameters["InlinePolicy"])
        permission_set.inline_policy = parameters["InlinePolicy"]
        return self._changed(parameters)

    def get_inline_policy_for_permission_set(self, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """Answer with the inline policy, empty when there is none."""
        return {"InlinePolicy": self._permission_set(parameters).inline_policy}

    def delete_inline_policy_from_permission_set(self, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """Remove the inline policy."""
        self._permission_set(parameters).inline_policy = ""
        return self._changed(parameters)

    def put_permissions_boundary_to_permission_set(self, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """Set the boundary: one AWS managed policy or one name of a policy of the accounts."""
        boundary = parameters["PermissionsBoundary"]
        if len(boundary) != 1:
            raise invalid("Specify either CustomerManagedPolicyReference or ManagedPolicyArn as permissions boundary.")
        self._permission_set(parameters).boundary = boundary
        return self._changed(parameters)

    def get_permissions_boundary_for_permission_set(self, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """Answer with the boundary."""
        boundary = self._permission_set(parameters).boundary
        if boundary is None:
            raise not_found("Could not find a permissions boundary for the permission set.")
        return {"PermissionsBoundary": boundary}

    def delete_permissions_boundary_from_permission_set(self, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """Remove the boundary."""
        self.get_permissions_boundary_for_permission_set(parameters)
        self._permission_set(parameters).boundary = None
        return self._changed(parameters)

    def _target(self, parameters: Mapping[str, Any]) -> tuple[str, str]:
        return parameters["InstanceArn"], parameters["PermissionSetArn"]

    def _permission_set(self, parameters: Mapping[str, Any]) -> PermissionSet:
        return self._state.permission_set(parameters["PermissionSetArn"])

    def _changed(self, parameters: Mapping[str, Any]) -> dict[str, Any]:
        self._permission_set(parameters).revision += 1
        return {}


def _check_inline_policy(text: str) -> None:
    try:
        document = json.loads(text)
    except ValueError as error:
        raise _invalid_document(text) from error
    if not isinstance(document, dict) or "Statement" not in document:
        raise _invalid_document(text)
    if len("".join(text.split())) > INLINE_POLICY_CHARACTERS:
        raise ServiceError(
            "ServiceQuotaExceededException",
            f"The inline policy exceeds {INLINE_POLICY_CHARACTERS} characters without white space.",
        )


def _invalid_document(text: str) -> ServiceError:
    # AWS repeats the whole document.
    return invalid(f"Invalid PermissionsPolicy Document: {text}")
