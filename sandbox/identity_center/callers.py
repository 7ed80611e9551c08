"""Who calls, and what a delegated administrator or another member account may not do."""

from collections.abc import Callable, Mapping
from typing import Any

from moto.organizations.models import FakeDelegatedAdministrator

from sandbox.identity_center.organizations.moto_backend import OrganizationState
from sandbox.identity_center.service_error import ServiceError
from sandbox.identity_center.service_models import Operation

SERVICE_PRINCIPAL = "sso.amazonaws.com"
# A member account can see the organization's instance, and nothing that is in it.
_OPEN = frozenset({"ListInstances", "DescribeInstance"})
# "Must be called from the management account": IAM Identity Center API Reference. The instance belongs to it, too.
_MANAGEMENT_ONLY = frozenset({"ListAccountAssignmentsForPrincipal", "CreateInstance", "DeleteInstance"})
_READS = ("Describe", "Get", "List")


class Callers:
    """Knows what each account may do. `holds(account, permission set ARN)` tells where permission sets are.

    Source: IAM Identity Center User Guide, delegated administration: a delegated administrator may not change
    permission sets that are provisioned in the management account, nor access to it.
    """

    def __init__(self, organization: OrganizationState, holds: Callable[[str, str], bool]) -> None:
        self._organization = organization
        self._holds = holds
        if SERVICE_PRINCIPAL not in FakeDelegatedAdministrator.SUPPORTED_SERVICES:
            # moto knows few services that can be delegated, and this is none of them.
            FakeDelegatedAdministrator.SUPPORTED_SERVICES.append(SERVICE_PRINCIPAL)

    def check(self, caller: str, operation: Operation, parameters: Mapping[str, Any]) -> None:
        """Raise AccessDeniedException for what this account may not do; Organizations has rules of its own."""
        management = self._organization.organization.master_account_id
        if operation.service == "organizations" or caller == management or operation.name in _OPEN:
            return
        if not self.is_delegated(caller) or self._is_managements(management, operation, parameters):
            action = f"{operation.model.service_model.signing_name}:{operation.name}"
            message = f"User: arn:aws:iam::{caller}:root is not authorized to perform: {action}"
            raise ServiceError("AccessDeniedException", message)

    def delegate(self, account_id: str) -> None:
        """Take a new member account into the organization, and make it the administrator of Identity Center."""
        self._organization.create_account(AccountName="identity", Email="identity@example.com")
        self._organization.accounts[-1].id = account_id
        self._organization.register_delegated_administrator(AccountId=account_id, ServicePrincipal=SERVICE_PRINCIPAL)

    def is_delegated(self, account_id: str) -> bool:
        """Say whether the organization has made this account the administrator of Identity Center."""
        admins = self._organization.admins
        return any(one.account.id == account_id and SERVICE_PRINCIPAL in one.services for one in admins)

    def _is_managements(self, management: str, operation: Operation, parameters: Mapping[str, Any]) -> bool:
        if operation.name in _MANAGEMENT_ONLY:
            return True
        if operation.name.startswith(_READS):
            return False
        permission_set_arn = parameters.get("PermissionSetArn") or parameters.get("ResourceArn", "")
        return parameters.get("TargetId") == management or self._holds(management, permission_set_arn)
