"""Reads everything that Identity Center has, page by page, and counts its calls."""

import json
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from dayone.adapters.aws.dependent_actions import READS_ENCRYPTED, DependentActions
from dayone.adapters.aws.errors import translated
from dayone.adapters.identity_center.names import SET_MEMBERS, words_of_group, words_of_user
from dayone.adapters.identity_center.permission_set_policies import SsoSetContents
from dayone.errors import NotFound
from dayone.model.operations import TAG_PREFIX
from dayone.model.subjects import Resource, ResourceKind
from dayone.ports.identity_center import AssignmentKey, AwsPrincipal, PrincipalType
from dayone.ports.inventory import Attributes
from dayone.ports.records import Page

if TYPE_CHECKING:
    from mypy_boto3_identitystore import IdentityStoreClient
    from mypy_boto3_sso_admin import SSOAdminClient

_PAGE = 100
_OUTDATED = "LATEST_PERMISSION_SET_NOT_PROVISIONED"


class AwsInventoryReader:
    """The port InventoryReader over the APIs `sso-admin` and `identitystore`. Source: their API References."""

    ACTIONS: ClassVar[frozenset[str]] = SsoSetContents.ACTIONS | {
        "identitystore:DescribeGroup",
        "identitystore:DescribeUser",
        "identitystore:GetGroupMembershipId",
        "identitystore:ListGroupMemberships",
        "identitystore:ListGroupMembershipsForMember",
        "identitystore:ListGroups",
        "identitystore:ListUsers",
        "sso:DescribePermissionSet",
        "sso:ListAccountAssignments",
        "sso:ListAccountAssignmentsForPrincipal",
        "sso:ListAccountsForProvisionedPermissionSet",
        "sso:ListPermissionSets",
        "sso:ListPermissionSetsProvisionedToAccount",
        "sso:ListTagsForResource",
    }
    DEPENDENT_ACTIONS: ClassVar[DependentActions] = READS_ENCRYPTED

    def __init__(
        self,
        sso_admin: "SSOAdminClient",
        identitystore: "IdentityStoreClient",
        *,
        instance_arn: str,
        identity_store_id: str,
    ) -> None:
        self._sso: Any = sso_admin
        self._store: Any = identitystore
        self._instance = {"InstanceArn": instance_arn}
        self._in_store = {"IdentityStoreId": identity_store_id}
        self._contents = SsoSetContents(sso_admin, instance_arn=instance_arn)
        self.calls = 0
        for client in (sso_admin, identitystore):
            client.meta.events.register("before-call", self._count)

    def _count(self, **_: object) -> None:
        self.calls += 1

    def permission_sets(self, *, cursor: str) -> Page[str]:
        """See InventoryReader."""
        return self._listed(self._sso.list_permission_sets, "PermissionSets", {}, cursor=cursor)

    def permission_set(self, arn: str) -> Mapping[Resource, Attributes]:
        """See InventoryReader."""
        with translated():
            described = self._sso.describe_permission_set(**self._instance, PermissionSetArn=arn)["PermissionSet"]
        texts = {word: str(described.get(member, "")).strip() for word, member in SET_MEMBERS.items()}
        itself = {word: text for word, text in texts.items() if text} | dict(self._tags_of(arn))
        outdated = self._all(
            self._sso.list_accounts_for_provisioned_permission_set,
            "AccountIds",
            {"PermissionSetArn": arn, "ProvisioningStatus": _OUTDATED},
        )
        found = {Resource(ResourceKind.PERMISSION_SET): itself, **self._contents.parts(arn).attached}
        return found | ({Resource(ResourceKind.PROVISIONING): {"outdated": json.dumps(outdated)}} if outdated else {})

    def groups(self, *, cursor: str) -> Page[tuple[str, Attributes]]:
        """See InventoryReader."""
        found = self._directory(self._store.list_groups, "Groups", {}, cursor=cursor)
        return Page([(group["GroupId"], words_of_group(group)) for group in found.entries], found.cursor)

    def users(self, *, cursor: str) -> Page[tuple[str, Attributes]]:
        """See InventoryReader."""
        found = self._directory(self._store.list_users, "Users", {}, cursor=cursor)
        return Page([(user["UserId"], words_of_user(user)) for user in found.entries], found.cursor)

    def members(self, group_id: str, *, cursor: str) -> Page[str]:
        """See InventoryReader."""
        list_members = self._store.list_group_memberships
        found = self._directory(list_members, "GroupMemberships", {"GroupId": group_id}, cursor=cursor)
        return Page([member["MemberId"]["UserId"] for member in found.entries], found.cursor)

    def groups_of(self, user_id: str, *, cursor: str) -> Page[str]:
        """See InventoryReader."""
        list_groups = self._store.list_group_memberships_for_member
        found = self._directory(list_groups, "GroupMemberships", {"MemberId": {"UserId": user_id}}, cursor=cursor)
        return Page([membership["GroupId"] for membership in found.entries], found.cursor)

    def sets_in(self, account: str, *, cursor: str) -> Page[str]:
        """See InventoryReader."""
        list_sets = self._sso.list_permission_sets_provisioned_to_account
        return self._listed(list_sets, "PermissionSets", {"AccountId": account}, cursor=cursor)

    def accounts_of(self, arn: str, *, cursor: str) -> Page[str]:
        """See InventoryReader."""
        list_accounts = self._sso.list_accounts_for_provisioned_permission_set
        return self._listed(list_accounts, "AccountIds", {"PermissionSetArn": arn}, cursor=cursor)

    def assignments_in(self, account: str, *, permission_set_arn: str, cursor: str) -> Page[AssignmentKey]:
        """See InventoryReader."""
        pair = {"AccountId": account, "PermissionSetArn": permission_set_arn}
        return _keys(self._listed(self._sso.list_account_assignments, "AccountAssignments", pair, cursor=cursor))

    def assignments_of(self, principal: AwsPrincipal, *, cursor: str) -> Page[AssignmentKey]:
        """See InventoryReader."""
        whose = {"PrincipalId": principal.id, "PrincipalType": principal.kind.value}
        list_theirs = self._sso.list_account_assignments_for_principal
        return _keys(self._listed(list_theirs, "AccountAssignments", whose, cursor=cursor))

    def group(self, group_id: str) -> Attributes | None:
        """See InventoryReader."""
        found = _or_none(lambda: self._store.describe_group(**self._in_store, GroupId=group_id))
        return words_of_group(found) if found else None

    def user(self, user_id: str) -> Attributes | None:
        """See InventoryReader."""
        found = _or_none(lambda: self._store.describe_user(**self._in_store, UserId=user_id))
        return words_of_user(found) if found else None

    def is_member(self, user_id: str, *, group_id: str) -> bool:
        """See InventoryReader."""
        pair = {"GroupId": group_id, "MemberId": {"UserId": user_id}}
        return _or_none(lambda: self._store.get_group_membership_id(**self._in_store, **pair)) is not None

    def _tags_of(self, arn: str) -> Attributes:
        tags = self._all(self._sso.list_tags_for_resource, "Tags", {"ResourceArn": arn}, has_size=False)
        return {f"{TAG_PREFIX}{tag['Key']}": tag["Value"] for tag in tags}

    def _all(self, method: Callable[..., Any], member: str, of: Mapping[str, Any], *, has_size: bool = True) -> Any:  # noqa: ANN401 - entries of any list
        found: list[Any] = []
        cursor = ""
        while True:
            page = _page(method, member, {**self._instance, **of}, cursor=cursor, has_size=has_size)
            found += page.entries
            if not (cursor := page.cursor):
                return found

    def _listed(self, method: Callable[..., Any], member: str, of: Mapping[str, Any], *, cursor: str) -> Page[Any]:
        return _page(method, member, {**self._instance, **of}, cursor=cursor)

    def _directory(self, method: Callable[..., Any], member: str, of: Mapping[str, Any], *, cursor: str) -> Page[Any]:
        return _page(method, member, {**self._in_store, **of}, cursor=cursor)


def _page(
    method: Callable[..., Any], member: str, of: Mapping[str, Any], *, cursor: str, has_size: bool = True
) -> Page[Any]:
    size = {"MaxResults": _PAGE} if has_size else {}
    with translated():
        answer = method(**of, **size, **({"NextToken": cursor} if cursor else {}))
    # An answer without the list is none: it would read as if everything had gone.
    return Page(answer[member], answer.get("NextToken") or "")


def _keys(page: Page[Any]) -> Page[AssignmentKey]:
    keys = [
        AssignmentKey(
            account_id=entry["AccountId"],
            permission_set_arn=entry["PermissionSetArn"],
            principal_id=entry["PrincipalId"],
            principal_type=PrincipalType(entry["PrincipalType"]),
        )
        for entry in page.entries
    ]
    return Page(keys, page.cursor)


def _or_none(ask: Callable[[], Any]) -> Any:  # noqa: ANN401 - the answer of any call
    try:
        with translated():
            return ask()
    except NotFound:
        return None
