"""Reading Identity Center as it is at this moment, and from which account it may be administered."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from dayone.model.policy.context import OffLimits
from dayone.ports.identity_center import AssignmentKey, PrincipalType
from dayone.ports.records import Page


class ExistingUse(Protocol):
    """Accounts of a permission set, and members of a group; cursors are AWS's own."""

    def turn(self) -> AbstractContextManager[None]:
        """Acquire the right to read, which one thread has at a time; raise Awaited while another has it.

        Within it every call to Identity Center waits until the others leave half of the rate unused, and raises Awaited
        when they do not for seconds.
        """

    def accounts(self, permission_set_arn: str, *, cursor: str, limit: int) -> Page[str]:
        """Return the ids of the accounts that have the set; raise NotFound when it does not exist."""

    def members(self, group_id: str, *, cursor: str, limit: int) -> Page[str]:
        """Return the ids of the users in a group; raise NotFound when it does not exist."""


@dataclass(frozen=True, kw_only=True)
class AwsPrincipal:
    """A group or a user, by AWS's id."""

    kind: PrincipalType
    id: str


class LiveAccess(Protocol):
    """Assignments, and the names of what they are of; cursors are AWS's own."""

    def permission_sets_in(self, account: str) -> Sequence[str]:
        """Return the ARNs of all permission sets in use in an account, in order."""

    def in_account(self, account: str, *, permission_set_arn: str, cursor: str, limit: int) -> Page[AssignmentKey]:
        """Return the assignments of a permission set in an account; none when either does not exist."""

    def of_principal(self, principal: AwsPrincipal, *, account: str, cursor: str, limit: int) -> Page[AssignmentKey]:
        """Return the assignments of a group, or of a user and their groups, in one account or, if empty, in all.

        None when the principal does not exist. AWS answers this in the management account only, and raises Refused
        elsewhere.
        """

    def permission_set_name(self, arn: str) -> str:
        """Return the name of a permission set, empty when it does not exist."""

    def principal_name(self, principal: AwsPrincipal) -> str:
        """Return the display name of a group or the user name of a user, empty when they do not exist."""

    def group_called(self, name: str) -> AwsPrincipal | None:
        """Return the group of this display name, or None."""

    def user_called(self, name: str) -> AwsPrincipal | None:
        """Return the user of this user name, or None."""


class Standing(Protocol):
    """Limits that AWS sets for this account."""

    def off_limits(self) -> OffLimits:
        """Nothing in the management account with IAM rights for it. What is in use there may show a minute later."""
