"""Users, groups and memberships in the Identity Store of Identity Center."""

from collections.abc import Mapping
from typing import Any, ClassVar

from dayone.adapters.aws.dependent_actions import WRITES_ENCRYPTED, DependentActions
from dayone.adapters.aws.errors import translated
from dayone.adapters.identity_center.names import (
    IdentityStoreNames,
    changes_of_group,
    changes_of_user,
    new_group,
    new_user,
)
from dayone.errors import NotFound
from dayone.ports.identity_center import Receipt


class IdentityStoreDirectory(IdentityStoreNames):
    """The port Directory over the API `identitystore`.

    Names, e-mail addresses and memberships are looked up by key. Source: Identity Store API Reference.
    """

    ACTIONS: ClassVar[frozenset[str]] = IdentityStoreNames.ACTIONS | frozenset(
        {
            "identitystore:CreateUser",
            "identitystore:UpdateUser",
            "identitystore:DeleteUser",
            "identitystore:CreateGroup",
            "identitystore:UpdateGroup",
            "identitystore:DeleteGroup",
            "identitystore:CreateGroupMembership",
            "identitystore:GetGroupMembershipId",
            "identitystore:DeleteGroupMembership",
        }
    )
    DEPENDENT_ACTIONS: ClassVar[DependentActions] = WRITES_ENCRYPTED

    def create_user(self, attributes: Mapping[str, str]) -> Receipt:
        """See Directory."""
        with translated():
            made = self._client.create_user(IdentityStoreId=self._store, **new_user(attributes))
        return _receipt(made, user_id=made["UserId"])

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


def _receipt(answer: Mapping[str, Any], **references: str) -> Receipt:
    return Receipt(request_id=answer["ResponseMetadata"]["RequestId"], references=references)
