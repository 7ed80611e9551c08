"""What Identity Center has at this moment, whoever made it, read in few calls."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from dayone.ports.identity_center import AssignmentKey, PrincipalType
from dayone.ports.records import Page


@dataclass(frozen=True, kw_only=True)
class Principal:
    """A group or a user, by AWS's id."""

    kind: PrincipalType
    id: str


class LiveAccess(Protocol):
    """Assignments, and the names of what they are of; cursors are AWS's own."""

    def permission_sets_in(self, account: str) -> Sequence[str]:
        """The ARNs of all that are in use in an account, in order."""

    def in_account(self, account: str, *, permission_set_arn: str, cursor: str, limit: int) -> Page[AssignmentKey]:
        """Who has a permission set in an account; nobody when either is gone."""

    def of_principal(self, principal: Principal, *, account: str, cursor: str, limit: int) -> Page[AssignmentKey]:
        """What a group has, or a user by themselves and by their groups, in one account or, if empty, in all.

        Nothing when the principal is gone. AWS answers this in the management account only, and is Refused elsewhere.
        """

    def permission_set_name(self, arn: str) -> str:
        """What a permission set is called, empty when it is gone."""

    def principal_name(self, principal: Principal) -> str:
        """The display name of a group or the user name of a user, empty when they are gone."""

    def group_called(self, name: str) -> Principal | None:
        """The group of this display name, or None."""

    def user_called(self, name: str) -> Principal | None:
        """The user of this user name, or None."""
