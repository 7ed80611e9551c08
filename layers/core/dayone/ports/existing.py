"""Reading who and what uses something in Identity Center that Day One is about to take on."""

from contextlib import AbstractContextManager
from typing import Protocol

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
