"""Reading Identity Center as it is at this moment, and from which account it may be administered."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from dayone.model.policy.context import OffLimits
from dayone.ports.identity_center import AssignmentKey, PrincipalType
from dayone.ports.records import Page


class ExistingUse(Protocol):
    """Where a permission set is provisioned, and who is in a group; cursors are AWS's own."""

    def turn(self) -> AbstractContextManager[None]:
        """The right to read, which one thread has at a time; raises Awaited while another has it.

        Within it every call to Identity Center waits until the others leave half of the rate unused, and raises Awaited
        when they do not for seconds.
        """

    def accounts(self, permission_set_arn: str, *, cursor: str, limit: int) -> Page[str]:
        """The ids of the accounts that have the set; raises NotFound when it is gone."""

    def members(self, group_id: str, *, cursor: str, limit: int) -> Page[str]:
        """The ids of the users in a group; raises NotFound when it is gone."""


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


class Standing(Protocol):
    """What AWS does not let this account touch."""

    def off_limits(self) -> OffLimits:
        """Nothing in the management account with IAM rights for it. What is in use there may show a minute later."""
