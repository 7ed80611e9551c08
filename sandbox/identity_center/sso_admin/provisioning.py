"""Operations that update permission sets in accounts, and list their accounts."""

from collections.abc import Callable, Collection, Mapping
from typing import Any

from sandbox.identity_center.protocol.paging import page
from sandbox.identity_center.protocol.service_error import invalid
from sandbox.identity_center.sso_admin.account_states import check_account
from sandbox.identity_center.sso_admin.management_account import Calling, ManagementAccount
from sandbox.identity_center.sso_admin.moto_backend import SsoAdminState
from sandbox.identity_center.sso_admin.provisions import Provisions
from sandbox.identity_center.sso_admin.requests import Request, RequestFailed, Requests, no_permission_set

PROVISIONING = "provisioning"
# Source: IAM Identity Center User Guide, quotas.
ACCOUNTS_AT_ONCE = 3500
# AWS does not tell; this is a choice.
ACCOUNTS_SIDE_BY_SIDE = 10


class Provisioning:
    """Serves ProvisionPermissionSet, its statuses, and the two listings of what is provisioned."""

    def __init__(
        self,
        state: SsoAdminState,
        provisions: Provisions,
        requests: Requests,
        management_account: ManagementAccount,
        account_state: Callable[[str], str | None],
    ) -> None:
        self._state = state
        self._provisions = provisions
        self._requests = requests
        self._management_account = management_account
        self._account_state = account_state

    def provision_permission_set(self, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """Accept the provisioning of a permission set in one account or in all that have it."""
        arn = str(parameters["PermissionSetArn"])
        if not self._requests.behaviour.late_refusals:
            self._state.permission_set(arn)
        self._requests.check_room({PROVISIONING}, self._requests.behaviour.concurrent_provisionings)
        if parameters["TargetType"] == "AWS_ACCOUNT":
            request = self._start_in(_target(parameters), arn)
        else:
            request = self._start_everywhere(arn)
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

    def _start_in(self, account_id: str, arn: str) -> Request:
        subject = {"PermissionSetArn": arn, "AccountId": account_id}
        seconds, caller = self._requests.behaviour.provisioning_seconds, self._management_account.calling()
        return self._requests.start(
            PROVISIONING, subject, lambda: self._provision(arn, account_id, caller), seconds=seconds
        )

    def _start_everywhere(self, arn: str) -> Request:
        accounts = self._provisions.accounts(arn)
        count = len(accounts)
        if count > ACCOUNTS_AT_ONCE:
            raise invalid(f"The permission set is provisioned in more than {ACCOUNTS_AT_ONCE} accounts.")
        seconds = self._requests.behaviour.provisioning_seconds * max(1.0, count / ACCOUNTS_SIDE_BY_SIDE)
        subject, caller = {"PermissionSetArn": arn}, self._management_account.calling()
        return self._requests.start(
            PROVISIONING, subject, lambda: self._provision_everywhere(arn, accounts, caller), seconds=seconds
        )

    def _provision_everywhere(self, arn: str, accounts: Collection[str], caller: Calling) -> None:
        if not self._state.exists(arn):
            raise RequestFailed(no_permission_set(arn))
        failures = []
        left = set(accounts) - set(self._provisions.accounts(arn))
        if left and self._requests.behaviour.provisioning_races:
            failures.append(RequestFailed("Received a 404 status error: Assignment not found."))
        for account_id in self._provisions.accounts(arn):
            try:
                self._provision(arn, account_id, caller)
            except RequestFailed as failure:
                failures.append(failure)
        # Whether AWS goes on to the other accounts when one fails is not documented; this is a choice.
        if failures:
            raise failures[0]

    def _provision(self, arn: str, account_id: str, caller: Calling) -> None:
        if not self._state.exists(arn):
            raise RequestFailed(no_permission_set(arn))
        if self._provisions.holds(account_id, arn):
            check_account(account_id, self._account_state(account_id), is_taking="takes")
            self._management_account.check_provisioning(caller, account_id, arn)
        if not self._provisions.update(account_id, self._state.permission_set(arn)):
            raise RequestFailed(
                f"Received a 404 status error: Permission set provision not found in AWS account {account_id}."
            )


def _target(parameters: Mapping[str, Any]) -> str:
    if "TargetId" not in parameters:
        raise invalid("TargetId is required when TargetType is AWS_ACCOUNT.")
    return str(parameters["TargetId"])
