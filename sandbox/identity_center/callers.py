"""Callers, and restrictions of a delegated administrator or another member account."""

from collections.abc import Callable, Mapping
from typing import Any

from moto.organizations.models import FakeDelegatedAdministrator

from sandbox.identity_center.identity_store.directory import arn
from sandbox.identity_center.organizations.moto_backend import OrganizationState
from sandbox.identity_center.protocol.service_error import ServiceError
from sandbox.identity_center.protocol.service_models import Operation

SERVICE_PRINCIPAL = "sso.amazonaws.com"
# A member account can see the organization's instance, and nothing that is in it.
_OPEN = frozenset({"ListInstances", "DescribeInstance"})
# "Must be called from the management account": IAM Identity Center API Reference. The instance belongs to it, too.
_MANAGEMENT_ONLY = frozenset({"ListAccountAssignmentsForPrincipal", "CreateInstance", "DeleteInstance"})
_READS = ("Describe", "Get", "List")
# "From the management account or a delegated administrator" holds for all reads and for these: Organizations API
# Reference. Any account may answer invitations, see those that it has, look at its organization, and leave it.
_DELEGATED_WRITES = frozenset(
    {
        *("CreatePolicy", "UpdatePolicy", "DeletePolicy", "AttachPolicy", "DetachPolicy"),
        *("EnablePolicyType", "DisablePolicyType", "TagResource", "UntagResource"),
    }
)
_ANYBODYS = frozenset(
    {
        *("AcceptHandshake", "DeclineHandshake", "DescribeHandshake", "ListHandshakesForAccount"),
        *("DescribeOrganization", "LeaveOrganization"),
    }
)
_ON_PRINCIPAL = (("UserId", "user"), ("GroupId", "group"), ("MembershipId", "membership"))


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

    def check(self, caller: str, operation: Operation, parameters: Mapping[str, Any], *, access_key: str = "") -> None:
        """Raise AccessDeniedException for what this account may not do."""
        management = self._organization.organization.master_account_id
        if caller == management or operation.name in _OPEN:
            return
        if operation.service == "organizations":
            self._check_organizations(caller, operation)
            return
        if not self.is_delegated(caller) or self._is_managements(management, operation, parameters):
            raise ServiceError("AccessDeniedException", _denial(caller, access_key, operation, parameters))

    def _check_organizations(self, caller: str, operation: Operation) -> None:
        if operation.name in _ANYBODYS:
            return
        is_admin = any(admin.account.id == caller and admin.services for admin in self._organization.admins)
        if not (is_admin and (operation.name.startswith(_READS) or operation.name in _DELEGATED_WRITES)):
            raise ServiceError("AccessDeniedException", "You don't have permissions to access this resource.")

    def delegate(self, account_id: str) -> None:
        """Take a new member account into the organization, and make it the administrator of Identity Center."""
        self._organization.create_account(AccountName="identity", Email="identity@example.com")
        self._organization.accounts[-1].id = account_id
        self._organization.register_delegated_administrator(AccountId=account_id, ServicePrincipal=SERVICE_PRINCIPAL)

    def is_delegated(self, account_id: str) -> bool:
        """Return whether the organization has made this account the administrator of Identity Center."""
        admins = self._organization.admins
        return any(
            fake_delegated_administrator.account.id == account_id
            and SERVICE_PRINCIPAL in fake_delegated_administrator.services
            for fake_delegated_administrator in admins
        )

    def _is_managements(self, management: str, operation: Operation, parameters: Mapping[str, Any]) -> bool:
        if operation.name in _MANAGEMENT_ONLY:
            return True
        if operation.name.startswith(_READS):
            return False
        permission_set_arn = parameters.get("PermissionSetArn") or parameters.get("ResourceArn", "")
        return parameters.get("TargetId") == management or self._holds(management, permission_set_arn)


def caller_arn(account_id: str, access_key: str) -> str:
    """Return the ARN of a caller: the root of an account, whose key is its id, or a session with its key as name."""
    if access_key in ("", account_id):
        return f"arn:aws:iam::{account_id}:root"
    return f"arn:aws:sts::{account_id}:assumed-role/caller/{access_key}"


def _denial(account_id: str, access_key: str, operation: Operation, parameters: Mapping[str, Any]) -> str:
    """Word it as AWS does: one sentence for each resource, joined by commas in identitystore."""
    action = f"{operation.model.service_model.signing_name}:{operation.name}"
    who = f"User: {caller_arn(account_id, access_key)} is not authorized to perform: {action}"
    if operation.service == "identitystore":
        why = f"because no identity-based policy allows the {action} action"
        store = parameters.get("IdentityStoreId", "*")
        resources = [arn(kind, parameters[name]) for name, kind in _ON_PRINCIPAL if name in parameters]
        resources.append(f"arn:aws:identitystore::{account_id}:identitystore/{store}")
        return ", ".join(f"{who} on resource: {resource} {why}" for resource in resources)
    named = ("PermissionSetArn", "ResourceArn", "InstanceArn")
    resource = next((str(parameters[name]) for name in named if name in parameters), "")
    return f"{who} on resource: {resource}" if resource else who
