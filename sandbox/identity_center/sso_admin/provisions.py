"""Remembers in which accounts each permission set has its role, and which revision of it the role was made from."""

from collections import defaultdict

from sandbox.identity_center.listeners import AccessListener
from sandbox.identity_center.sso_admin.moto_backend import PermissionSet, SsoAdminState

LATEST, NOT_LATEST = "LATEST_PERMISSION_SET_PROVISIONED", "LATEST_PERMISSION_SET_NOT_PROVISIONED"


class Provisions:
    """The roles that Identity Center has made; a revision below the permission set's own means: not the latest."""

    def __init__(self, state: SsoAdminState, listener: AccessListener) -> None:
        self._state = state
        self._listener = listener
        # By account and then by permission set, and the other way round: both are asked for, and there may be many.
        self._revisions: defaultdict[str, dict[str, int]] = defaultdict(dict)
        self._accounts: defaultdict[str, set[str]] = defaultdict(set)

    def add(self, account_id: str, permission_set: PermissionSet) -> None:
        """Make the role in the account, unless it is there: an assignment does not bring it up to date."""
        if not self.holds(account_id, permission_set.permission_set_arn):
            self._make(account_id, permission_set)

    def update(self, account_id: str, permission_set: PermissionSet) -> bool:
        """Bring the role in the account up to date; False when the account has none."""
        if not self.holds(account_id, permission_set.permission_set_arn):
            return False
        self._make(account_id, permission_set)
        return True

    def remove(self, account_id: str, permission_set_arn: str) -> None:
        """Remove the role from the account."""
        if self.holds(account_id, permission_set_arn):
            del self._revisions[account_id][permission_set_arn]
            self._accounts[permission_set_arn].remove(account_id)
            self._listener.on_deprovisioned(account_id, permission_set_arn)

    def holds(self, account_id: str, permission_set_arn: str) -> bool:
        """Return whether the account has the permission set's role."""
        return permission_set_arn in self._revisions.get(account_id, ())

    def accounts(self, permission_set_arn: str, status: str | None = None) -> list[str]:
        """Return the accounts that have the permission set, with this ProvisioningStatus if one is given."""
        arn, found = permission_set_arn, self._accounts.get(permission_set_arn, ())
        return [account_id for account_id in found if status is None or status == self._status(account_id, arn)]

    def permission_sets(self, account_id: str, status: str | None = None) -> list[str]:
        """Return the ARNs of the permission sets in an account, with this ProvisioningStatus if one is given."""
        found = self._revisions.get(account_id, {})
        return [arn for arn in found if status is None or status == self._status(account_id, arn)]

    def _make(self, account_id: str, permission_set: PermissionSet) -> None:
        self._listener.on_provisioned(account_id, permission_set)
        self._revisions[account_id][permission_set.permission_set_arn] = permission_set.revision
        self._accounts[permission_set.permission_set_arn].add(account_id)

    def _status(self, account_id: str, permission_set_arn: str) -> str:
        latest = self._state.permission_set(permission_set_arn).revision
        return LATEST if self._revisions[account_id][permission_set_arn] == latest else NOT_LATEST
