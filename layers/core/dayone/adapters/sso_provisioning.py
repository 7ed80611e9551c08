"""The provisioning of permission sets of Identity Center to the accounts that they are in use in."""

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from dayone.adapters.aws_errors import translated
from dayone.adapters.dependent_actions import IN_ACCOUNTS, WRITES_ENCRYPTED, DependentActions
from dayone.adapters.sso_answers import FULL_PAGE, entries_of, explained, is_denied_by_iam, request_state, states_of
from dayone.ports.identity_center import RequestState

if TYPE_CHECKING:
    from mypy_boto3_sso_admin import SSOAdminClient

_OUTDATED = "LATEST_PERMISSION_SET_NOT_PROVISIONED"


class SsoProvisioning:
    """The provisioning side of the port PermissionSets. Source: IAM Identity Center API Reference."""

    ACTIONS: ClassVar[frozenset[str]] = frozenset(
        {
            "sso:ProvisionPermissionSet",
            "sso:DescribePermissionSetProvisioningStatus",
            "sso:ListPermissionSetProvisioningStatus",
            "sso:ListAccountsForProvisionedPermissionSet",
        }
    )
    DEPENDENT_ACTIONS: ClassVar[DependentActions] = {**IN_ACCOUNTS, **WRITES_ENCRYPTED}

    def __init__(self, client: "SSOAdminClient", *, instance_arn: str, lacks_rights: bool = False) -> None:
        """`lacks_rights` is whether the operator has given none in the management account."""
        self._client = client
        self._instance = instance_arn
        self._lacks_rights = lacks_rights

    def provision(self, arn: str, *, account: str = "") -> str:
        """See PermissionSets."""
        target: Any = {"TargetType": "ALL_PROVISIONED_ACCOUNTS"}
        if account:
            target = {"TargetType": "AWS_ACCOUNT", "TargetId": account}
        with translated():
            asked = self._client.provision_permission_set(**self._target(arn), **target)
        return asked["PermissionSetProvisioningStatus"]["RequestId"]

    def provisionings(self, asked: Collection[str]) -> Mapping[str, RequestState]:
        """See PermissionSets; a full page without them ends the look."""
        pages = self._client.get_paginator("list_permission_set_provisioning_status").paginate(
            InstanceArn=self._instance, PaginationConfig={"PageSize": FULL_PAGE}
        )
        with translated():
            listed = entries_of(pages, member="PermissionSetsProvisioningStatus", asked=asked)
        return states_of(listed, asked=asked, describe=self.provisioning)

    def provisioning(self, request_id: str) -> RequestState:
        """See PermissionSets."""
        with translated():
            answer = self._client.describe_permission_set_provisioning_status(
                InstanceArn=self._instance, ProvisionPermissionSetRequestId=request_id
            )
        told = answer["PermissionSetProvisioningStatus"]
        state, arn = request_state(told), told.get("PermissionSetArn")
        # AWS does not say how it ends where there is nothing to bring up to date. Then no account has an old form. And
        # in the management account it takes its caller's rights even where that has the newest one already.
        left = self.outdated_accounts if is_denied_by_iam(state) else self.accounts
        if state.failure_reason and arn and not left(arn):
            return RequestState(is_over=True)
        return explained(state, lacks_rights=self._lacks_rights)

    def accounts(self, arn: str) -> Collection[str]:
        """See PermissionSets."""
        return self._accounts(arn)

    def outdated_accounts(self, arn: str) -> Collection[str]:
        """See PermissionSets."""
        return self._accounts(arn, ProvisioningStatus=_OUTDATED)

    def _accounts(self, arn: str, **filtered: Any) -> frozenset[str]:  # noqa: ANN401 - keyword arguments of boto3
        pages = self._client.get_paginator("list_accounts_for_provisioned_permission_set")
        with translated():
            listed = list(pages.paginate(**self._target(arn), **filtered))
        return frozenset(account for page in listed for account in page.get("AccountIds", ()))

    def _target(self, arn: str) -> Any:  # noqa: ANN401 - keyword arguments of many boto3 methods
        return {"InstanceArn": self._instance, "PermissionSetArn": arn}
