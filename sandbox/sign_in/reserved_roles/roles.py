"""Keeps the roles `AWSReservedSSO_…` in the accounts: they come with the first assignment and go with the last."""

import sys
from dataclasses import dataclass, replace

from sandbox.identity_center.listeners import AccessListener
from sandbox.identity_center.sso_admin.moto_backend import PermissionSet
from sandbox.identity_center.sso_admin.requests import RequestFailed
from sandbox.sign_in.member_accounts import MemberAccounts
from sandbox.sign_in.reserved_roles.account_roles import AccountRoles, Home
from sandbox.sign_in.reserved_roles.role_content import RoleContent, content_of
from sandbox.sign_in.reserved_roles.role_trust import new_role_name


@dataclass(frozen=True, kw_only=True)
class Role:
    """A role in an account, with what it was made of when its permission set was last provisioned there."""

    name: str
    arn: str
    content: RoleContent


class Roles(AccessListener):
    """The roles of one Identity Center, by account and ARN of the permission set."""

    def __init__(self, accounts: MemberAccounts, *, home: Home) -> None:
        self._accounts = accounts
        self._home = home
        self._roles: dict[tuple[str, str], Role] = {}

    def find(self, account_id: str, permission_set_arn: str) -> Role | None:
        """Return the role of a permission set in an account."""
        return self._roles.get((account_id, permission_set_arn))

    def on_provisioned(self, account_id: str, permission_set: PermissionSet) -> None:
        """Make the role, or make it what the permission set is now; raises RequestFailed with the reason of IAM."""
        key = account_id, permission_set.permission_set_arn
        content = content_of(permission_set, account_id=account_id)
        there = self._in(account_id)
        if role := self._roles.get(key):
            there.change(role.name, old=role.content, new=content)
            self._roles[key] = replace(role, content=content)
        else:
            name = new_role_name(permission_set.name)
            self._roles[key] = Role(name=name, arn=there.create(name, content), content=content)

    def on_deprovisioned(self, account_id: str, permission_set_arn: str) -> None:
        """Remove the role; what keeps IAM from it is written to standard error, because the assignment has gone."""
        role = self._roles.pop((account_id, permission_set_arn), None)
        if role is None:
            return
        try:
            self._in(account_id).delete(role.name, role.content)
        except RequestFailed as failure:
            print(f"{role.arn} stays: {failure}", file=sys.stderr)

    def _in(self, account_id: str) -> AccountRoles:
        return AccountRoles(self._accounts.iam(account_id), account_id, home=self._home)
