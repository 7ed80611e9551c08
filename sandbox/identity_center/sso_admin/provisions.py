"""Remembers in which accounts each permission set has its role, and which revision of it the role was made from."""

from sandbox.identity_center.listeners import AccessListener
from sandbox.identity_center.sso_admin.moto_backend import PermissionSet, SsoAdminState


class Provisions:
    """The roles that Identity Center has made; a revision below the permission set's own means: not the latest."""

    def __init__(self, state: SsoAdminState, listener: AccessListener) -> None:
        self._state = state
        self._listener = listener
        self._revisions: dict[tuple[str, str], int] = {}

    def add(self, account_id: str, permission_set: PermissionSet) -> None:
        """Make the role in the account, unless it is there: an assignment does not bring it up to date."""
        if (account_id, permission_set.permission_set_arn) not in self._revisions:
            self._make(account_id, permission_set)

    def update(self, account_id: str, permission_set: PermissionSet) -> bool:
        """Bring the role in the account up to date; False when the account has none."""
        if (account_id, permission_set.permission_set_arn) not in self._revisions:
            return False
        self._make(account_id, permission_set)
        return True

    def remove(self, account_id: str, permission_set_arn: str) -> None:
        """Remove the role from the account."""
        if self._revisions.pop((account_id, permission_set_arn), None) is not None:
            self._listener.on_deprovisioned(account_id, permission_set_arn)

    def holds(self, account_id: str, permission_set_arn: str) -> bool:
        """Say whether the account has the permission set's role."""
        return (account_id, permission_set_arn) in self._revisions

    def accounts(self, permission_set_arn: str, status: str | None = None) -> list[str]:
        """Return the accounts that have the permission set, with this ProvisioningStatus if one is given."""
        return [account_id for account_id, arn in self._matching(status) if arn == permission_set_arn]

    def permission_sets(self, account_id: str, status: str | None = None) -> list[str]:
        """Return the ARNs of the permission sets in an account, with this ProvisioningStatus if one is given."""
        return [arn for account, arn in self._matching(status) if account == account_id]

    def _make(self, account_id: str, permission_set: PermissionSet) -> None:
        self._listener.on_provisioned(account_id, permission_set)
        self._revisions[account_id, permission_set.permission_set_arn] = permission_set.revision

    def _matching(self, status: str | None) -> list[tuple[str, str]]:
        return [key for key in self._revisions if status in (None, self._status(key))]

    def _status(self, key: tuple[str, str]) -> str:
        latest = self._revisions[key] == self._state.permission_set(key[1]).revision
        return "LATEST_PERMISSION_SET_PROVISIONED" if latest else "LATEST_PERMISSION_SET_NOT_PROVISIONED"
