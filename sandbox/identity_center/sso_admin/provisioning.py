"""The operations that bring permission sets up to date in accounts, and tell where they are."""

from collections.abc import Mapping
from typing import Any

from sandbox.identity_center.paging import page
from sandbox.identity_center.service_error import invalid
from sandbox.identity_center.sso_admin.moto_backend import SsoAdminState
from sandbox.identity_center.sso_admin.provisions import Provisions
from sandbox.identity_center.sso_admin.requests import RequestFailed, Requests

PROVISIONING = "provisioning"


class Provisioning:
    """Serves ProvisionPermissionSet, its statuses, and the two listings of what is provisioned."""

    def __init__(self, state: SsoAdminState, provisions: Provisions, requests: Requests) -> None:
        self._state = state
        self._provisions = provisions
        self._requests = requests

    def provision_permission_set(self, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """Accept the provisioning of a permission set in one account or in all that have it."""
        arn = self._state.permission_set(parameters["PermissionSetArn"]).permission_set_arn
        account_id = parameters.get("TargetId")
        subject = {"PermissionSetArn": arn}
        if parameters["TargetType"] == "ALL_PROVISIONED_ACCOUNTS":
            request = self._requests.start(PROVISIONING, subject, lambda: self._provision_everywhere(arn))
        elif account_id is None:
            raise invalid("TargetId is required when TargetType is AWS_ACCOUNT.")
        else:
            subject |= {"AccountId": account_id}
            request = self._requests.start(PROVISIONING, subject, lambda: self._provision(arn, account_id))
        return {"PermissionSetProvisioningStatus": request.described()}

    def describe_permission_set_provisioning_status(self, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """Answer how far a provisioning is."""
        request_id = parameters["ProvisionPermissionSetRequestId"]
        return {"PermissionSetProvisioningStatus": self._requests.describe(PROVISIONING, request_id)}

    def list_permission_set_provisioning_status(self, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """Answer with one page of provisionings and how far they are."""
        return self._requests.listed("PermissionSetsProvisioningStatus", PROVISIONING, parameters)

    def list_permission_sets_provisioned_to_account(self, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """Answer with one page of the permission sets that an account has."""
        found = self._provisions.permission_sets(parameters["AccountId"], parameters.get("ProvisioningStatus"))
        return page("PermissionSets", ((arn, arn) for arn in found), parameters)

    def list_accounts_for_provisioned_permission_set(self, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """Answer with one page of the accounts that have a permission set."""
        arn = self._state.permission_set(parameters["PermissionSetArn"]).permission_set_arn
        found = self._provisions.accounts(arn, parameters.get("ProvisioningStatus"))
        return page("AccountIds", ((account_id, account_id) for account_id in found), parameters)

    def _provision_everywhere(self, arn: str) -> None:
        for account_id in self._provisions.accounts(arn):
            self._provision(arn, account_id)

    def _provision(self, arn: str, account_id: str) -> None:
        if not self._state.exists(arn) or not self._provisions.update(account_id, self._state.permission_set(arn)):
            raise RequestFailed(
                f"Received a 404 status error: Permission set provision not found in AWS account {account_id}."
            )
