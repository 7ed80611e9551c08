"""The management account, in which Identity Center works with the IAM rights of whoever calls it."""

import hashlib
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from sandbox.identity_center.behaviour import Behaviour
from sandbox.identity_center.caller_rights import CallerRights
from sandbox.identity_center.settings import Settings
from sandbox.identity_center.sso_admin.moto_backend import SsoAdminState
from sandbox.identity_center.sso_admin.requests import RequestFailed
from sandbox.sign_in.reserved_roles.role_trust import provider_name, role_path

_PROVIDER = ("iam:GetSAMLProvider", "iam:UpdateSAMLProvider")
_NEW_PROVIDER = ("iam:CreateSAMLProvider", "iam:TagSAMLProvider")
_READ = ("iam:GetRole", "iam:ListRolePolicies", "iam:ListAttachedRolePolicies", "iam:GetRolePolicy")
_WRITE = (
    *("iam:UpdateRole", "iam:UpdateRoleDescription", "iam:UpdateAssumeRolePolicy"),
    *("iam:AttachRolePolicy", "iam:PutRolePolicy", "iam:PutRolePermissionsBoundary"),
)
_TAKE_AWAY = ("iam:DetachRolePolicy", "iam:DeleteRolePolicy", "iam:DeleteRolePermissionsBoundary")


@dataclass(frozen=True)
class Calling:
    """A caller, by access key, and the source of their rights."""

    access_key: str
    rights: CallerRights


class ManagementAccount:
    """Refuses work there to callers without the rights; each check raises RequestFailed with AWS's reason.

    AWS documents neither which rights which work takes nor in which order they are asked for. Its refusals name them
    one at a time, and public roles that work have all of these; so each kind of work here takes all that it could need.
    A removal takes none, unless the behaviour says so: AWS was seen to do one by its own service-linked role.
    """

    def __init__(
        self,
        settings: Settings,
        state: SsoAdminState,
        behaviour: Callable[[], Behaviour],
        calling: Callable[[], Calling],
    ) -> None:
        self._id = settings.account_id
        self._region = settings.region
        self._state = state
        self._behaviour = behaviour
        self.calling = calling

    def check_assignment(self, caller: Calling, account_id: str, arn: str, *, has_role: bool) -> None:
        """Refuse to make an assignment, and its role unless the account has it."""
        if account_id == self._id:
            new_provider, new_role = ((), ()) if has_role else (_NEW_PROVIDER, ("iam:CreateRole", *_WRITE))
            self._check(caller, arn, provider=(*_PROVIDER, *new_provider), role=(*_READ, *new_role))

    def check_provisioning(self, caller: Calling, account_id: str, arn: str) -> None:
        """Refuse to bring the role up to date."""
        if account_id == self._id:
            self._check(caller, arn, provider=_PROVIDER, role=(*_READ, *_WRITE, *_TAKE_AWAY))

    def check_removal(self, caller: Calling, account_id: str, arn: str) -> None:
        """Refuse to remove the role with its last assignment."""
        if account_id == self._id and self._behaviour().management_removals_by_caller:
            self._check(caller, arn, role=(*_READ, *_TAKE_AWAY, "iam:DeleteRole"))

    def _check(self, caller: Calling, arn: str, *, role: Iterable[str], provider: Iterable[str] = ()) -> None:
        iam = f"arn:aws:iam::{self._id}"
        provider_arn = f"{iam}:saml-provider/{provider_name(self._state.instance.instance_arn)}"
        # The end of the name is told before there is a role.
        end = hashlib.sha256(f"{self._id}{arn}".encode()).hexdigest()[:16]
        name = f"AWSReservedSSO_{self._state.permission_set(arn).name}_{end}"
        on_role = ((action, f"{iam}:role{role_path(self._region)}{name}") for action in role)
        for action, resource in (*((name, provider_arn) for name in provider), *on_role):
            if refusal := caller.rights.refusal(caller.access_key, action, resource):
                raise RequestFailed(_reason(refusal))


def _reason(refusal: str) -> str:
    return (
        "Received a 403 status error: Access denied by IAM. Please check your policy, or wait for role propagation to "
        f"complete. IAM Error: {refusal} (Service: AmazonIdentityManagement; Status Code: 403; Error Code: "
        f"AccessDenied; Request ID: {uuid.uuid4()}; Proxy: null)"
    )
