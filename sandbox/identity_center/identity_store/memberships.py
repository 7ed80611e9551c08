"""The operations on memberships: who is in which group."""

from collections.abc import Mapping
from typing import Any

from sandbox.identity_center.identity_store.directory import (
    Directory,
    Membership,
    arn,
    bare_id,
    new_id,
)
from sandbox.identity_center.identity_store.refusals import not_here
from sandbox.identity_center.protocol.paging import page


class Memberships:
    """Serves the membership operations over a directory."""

    def __init__(self, directory: Directory) -> None:
        self._directory = directory

    def create_group_membership(self, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """Put a user into a group, both of which must exist."""
        user = self._directory.user(parameters["MemberId"]["UserId"])
        group = self._directory.group(parameters["GroupId"])
        membership = Membership(id=new_id(), group_id=group.id, user_id=user.id, created_by=self._directory.caller)
        self._directory.add_membership(membership)
        return self._named(membership)

    def describe_group_membership(self, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """Answer with one membership."""
        return self._described(self._directory.membership(parameters["MembershipId"]))

    def get_group_membership_id(self, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """Answer with the membership of this user in this group."""
        group = self._directory.group(parameters["GroupId"])
        membership = self._directory.membership_of(bare_id(parameters["MemberId"]["UserId"]), group)
        if membership is None:
            raise not_here("GROUP_MEMBERSHIP")
        return self._named(membership)

    def delete_group_membership(self, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """Take a user out of a group."""
        self._directory.delete_membership(self._directory.membership(parameters["MembershipId"]))
        return {}

    def list_group_memberships(self, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """Answer with one page of a group's memberships."""
        members = self._directory.members_of(self._directory.group(parameters["GroupId"]))
        return page(
            "GroupMemberships",
            ((membership.id, membership) for membership in members),
            parameters,
            shown=self._described,
        )

    def list_group_memberships_for_member(self, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """Answer with one page of a user's memberships."""
        members = self._directory.memberships_of(self._directory.user(parameters["MemberId"]["UserId"]))
        return page(
            "GroupMemberships",
            ((membership.id, membership) for membership in members),
            parameters,
            shown=self._described,
        )

    def is_member_in_groups(self, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """Answer, for each named group, whether the user is in it; in one that is not there, nobody is."""
        user_id = parameters["MemberId"]["UserId"]
        results = [
            {
                "GroupId": group_id,
                "MemberId": {"UserId": user_id},
                "MembershipExists": self._directory.are_paired(user_id, group_id),
            }
            for group_id in parameters["GroupIds"]
        ]
        return {"Results": results}

    def _named(self, membership: Membership) -> dict[str, Any]:
        return {
            "MembershipId": membership.id,
            "MembershipArn": arn("membership", membership.id),
            "IdentityStoreId": self._directory.store_id,
        }

    def _described(self, membership: Membership) -> dict[str, Any]:
        pair = {"GroupId": membership.group_id, "MemberId": {"UserId": membership.user_id}}
        times = {"CreatedAt": membership.created_at, "UpdatedAt": membership.created_at}
        authors = {"CreatedBy": membership.created_by, "UpdatedBy": membership.created_by}
        return self._named(membership) | pair | times | authors
