"""Users, groups and memberships in the Identity Store of Identity Center."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from dayone.adapters.aws_errors import translated
from dayone.adapters.dependent_actions import WRITES_ENCRYPTED, DependentActions
from dayone.adapters.identity_store_attributes import (
    changes_of_group,
    changes_of_user,
    new_group,
    new_user,
    words_of_group,
    words_of_user,
)
from dayone.errors import NotFound
from dayone.ports.identity_center import Found, Receipt

if TYPE_CHECKING:
    from mypy_boto3_identitystore import IdentityStoreClient


class IdentityStoreDirectory:
    """The port Directory over the API `identitystore`.

    Names, e-mail addresses and memberships are looked up by key. Source: Identity Store API Reference.
    """

    ACTIONS: ClassVar[frozenset[str]] = frozenset(
        {
            "identitystore:CreateUser",
            "identitystore:GetUserId",
            "identitystore:DescribeUser",
            "identitystore:UpdateUser",
            "identitystore:DeleteUser",
            "identitystore:CreateGroup",
            "identitystore:GetGroupId",
            "identitystore:DescribeGroup",
            "identitystore:UpdateGroup",
            "identitystore:DeleteGroup",
            "identitystore:CreateGroupMembership",
            "identitystore:GetGroupMembershipId",
            "identitystore:DeleteGroupMembership",
        }
    )
    DEPENDENT_ACTIONS: ClassVar[DependentActions] = WRITES_ENCRYPTED

    def __init__(self, client: "IdentityStoreClient", *, identity_store_id: str) -> None:
        self._client = client
        self._store = identity_store_id

    def create_user(self, attributes: Mapping[str, str]) -> Receipt:
        """See Directory."""
        with translated():
            made = self._client.create_user(IdentityStoreId=self._store, **new_user(attributes))
        return _receipt(made, user_id=made["UserId"])

    def find_user(self, user_name: str) -> Found | None:
        """See Directory; two calls, GetUserId and DescribeUser."""
        try:
            with translated():
                named = self._client.get_user_id(
                    IdentityStoreId=self._store, AlternateIdentifier=_unique("userName", user_name)
                )
                user = self._client.describe_user(IdentityStoreId=self._store, UserId=named["UserId"])
        except NotFound:
            return None
        return Found(references={"user_id": user["UserId"]}, attributes=words_of_user(user))

    def update_user(self, user_id: str, *, attributes: Mapping[str, str]) -> Receipt:
        """See Directory."""
        with translated():
            done = self._client.update_user(
                IdentityStoreId=self._store, UserId=user_id, Operations=changes_of_user(attributes)
            )
        return _receipt(done)

    def delete_user(self, user_id: str) -> Receipt:
        """See Directory."""
        with translated():
            return _receipt(self._client.delete_user(IdentityStoreId=self._store, UserId=user_id))

    def create_group(self, attributes: Mapping[str, str]) -> Receipt:
        """See Directory."""
        with translated():
            made = self._client.create_group(IdentityStoreId=self._store, **new_group(attributes))
        return _receipt(made, group_id=made["GroupId"])

    def find_group(self, name: str) -> Found | None:
        """See Directory; two calls, GetGroupId and DescribeGroup."""
        try:
            with translated():
                named = self._client.get_group_id(
                    IdentityStoreId=self._store, AlternateIdentifier=_unique("displayName", name)
                )
                group = self._client.describe_group(IdentityStoreId=self._store, GroupId=named["GroupId"])
        except NotFound:
            return None
        return Found(references={"group_id": group["GroupId"]}, attributes=words_of_group(group))

    def update_group(self, group_id: str, *, attributes: Mapping[str, str]) -> Receipt:
        """See Directory."""
        with translated():
            done = self._client.update_group(
                IdentityStoreId=self._store, GroupId=group_id, Operations=changes_of_group(attributes)
            )
        return _receipt(done)

    def delete_group(self, group_id: str) -> Receipt:
        """See Directory; its memberships and assignments go with it."""
        with translated():
            return _receipt(self._client.delete_group(IdentityStoreId=self._store, GroupId=group_id))

    def add_member(self, *, group_id: str, user_id: str) -> Receipt:
        """See Directory."""
        with translated():
            made = self._client.create_group_membership(
                IdentityStoreId=self._store, GroupId=group_id, MemberId={"UserId": user_id}
            )
        return _receipt(made, membership_id=made["MembershipId"])

    def find_membership(self, *, group_id: str, user_id: str) -> str | None:
        """See Directory."""
        try:
            with translated():
                found = self._client.get_group_membership_id(
                    IdentityStoreId=self._store, GroupId=group_id, MemberId={"UserId": user_id}
                )
        except NotFound:
            return None
        return found["MembershipId"]

    def remove_member(self, membership_id: str) -> Receipt:
        """See Directory."""
        with translated():
            return _receipt(
                self._client.delete_group_membership(IdentityStoreId=self._store, MembershipId=membership_id)
            )


def _unique(path: str, value: str) -> Any:  # noqa: ANN401 - the type is known to the stubs only, twice under two names
    return {"UniqueAttribute": {"AttributePath": path, "AttributeValue": value}}


def _receipt(answer: Mapping[str, Any], **references: str) -> Receipt:
    return Receipt(request_id=answer["ResponseMetadata"]["RequestId"], references=references)
