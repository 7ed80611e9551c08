"""The tables of the account, and for which stack one of them was taken."""

from datetime import datetime
from typing import Protocol

from dayone.domain.state_table import TableDescription, TableOwner


class StateTables(Protocol):
    """DynamoDB, in the Region where the question is asked."""

    def describe(self, name: str) -> TableDescription:
        """The table of that name; raises NotFound."""

    def owner(self, name: str) -> TableOwner | None:
        """Whom the table says that it was taken for, or None when it says nothing."""

    def take(self, name: str, owner: TableOwner, *, before: TableOwner | None, at: datetime) -> None:
        """Have the table say so from now on; raises Conflicting when it no longer says what it said `before`."""
