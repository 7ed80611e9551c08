"""Reads who and what uses a group or a permission set of Identity Center, page by page."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any, ClassVar

from dayone.adapters.aws.dependent_actions import READS_ENCRYPTED, DependentActions
from dayone.adapters.aws.errors import translated
from dayone.ports.records import Page

if TYPE_CHECKING:
    from mypy_boto3_identitystore import IdentityStoreClient
    from mypy_boto3_sso_admin import SSOAdminClient


class AwsExistingUse:
    """The port ExistingUse over the APIs `sso-admin` and `identitystore`. Source: their API References."""

    ACTIONS: ClassVar[frozenset[str]] = frozenset(
        {"identitystore:ListGroupMemberships", "sso:ListAccountsForProvisionedPermissionSet"}
    )
    DEPENDENT_ACTIONS: ClassVar[DependentActions] = READS_ENCRYPTED

    def __init__(
        self,
        sso_admin: "SSOAdminClient",
        identitystore: "IdentityStoreClient",
        *,
        instance_arn: str,
        identity_store_id: str,
        turn: Callable[[], AbstractContextManager[None]],
    ) -> None:
        """`turn` gives the right to call."""
        self._sso = sso_admin
        self._store = identitystore
        self._instance = {"InstanceArn": instance_arn}
        self._in_store = {"IdentityStoreId": identity_store_id}
        self._turn = turn

    def turn(self) -> AbstractContextManager[None]:
        """See ExistingUse."""
        return self._turn()

    def accounts(self, permission_set_arn: str, *, cursor: str, limit: int) -> Page[str]:
        """See ExistingUse."""
        parameters: Any = {**self._instance, "PermissionSetArn": permission_set_arn, **_part(cursor, limit)}
        with translated():
            answer = self._sso.list_accounts_for_provisioned_permission_set(**parameters)
        return Page(answer.get("AccountIds", []), answer.get("NextToken") or "")

    def members(self, group_id: str, *, cursor: str, limit: int) -> Page[str]:
        """See ExistingUse."""
        parameters: Any = {**self._in_store, "GroupId": group_id, **_part(cursor, limit)}
        with translated():
            answer = self._store.list_group_memberships(**parameters)
        members = [str(entry["MemberId"].get("UserId", "")) for entry in answer["GroupMemberships"]]
        return Page(members, answer.get("NextToken") or "")


def _part(cursor: str, limit: int) -> dict[str, object]:
    return {"MaxResults": limit, **({"NextToken": cursor} if cursor else {})}
