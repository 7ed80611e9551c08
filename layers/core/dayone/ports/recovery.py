"""The fence around a lost record: whether the state table is the one that the stack has worked with."""

from datetime import datetime
from typing import Protocol

from dayone.model.recovery import Recovery, TableIdentity


class Fence(Protocol):
    """The identity of the table, in it and outside it."""

    def recovery(self) -> Recovery | None:
        """Return the open recovery, None while the table is the stack's own.

        What cannot be read outside the table does not count against it; Unavailable when the table cannot be read.
        """


class Recoveries(Fence, Protocol):
    """The fence, and what is noted of a recovery."""

    def begin(self, *, at: datetime) -> Recovery | None:
        """Return the open recovery, noted since then unless it was before; None while there is none."""

    def note(self, recovery: Recovery) -> None:
        """Keep how far the open recovery has come."""


class EndingRecoveries(Recoveries, Protocol):
    """The same for whoever may end a recovery."""

    def end(self) -> None:
        """Make the table the stack's own, in a new epoch; harmless again, and after it was cut off anywhere."""


class OutsideIdentity(Protocol):
    """The identity of the stack's table that stands outside the table."""

    def read(self) -> TableIdentity | None:
        """Return it, None where there is none; raises Unavailable."""

    def write(self, identity: TableIdentity) -> None:
        """Replace it."""
