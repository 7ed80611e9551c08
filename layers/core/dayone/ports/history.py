"""What was set off in the past, for those who look for something in it."""

from typing import Protocol

from dayone.domain.changes import Change
from dayone.domain.history import EVERY_CHANGE, ChangesWanted
from dayone.ports.records import Page


class History(Protocol):
    """The changes, to be read only; what was written a moment ago may be missing in a list."""

    def changes(self, wanted: ChangesWanted = EVERY_CHANGE, *, cursor: str, limit: int) -> Page[Change]:
        """Those that are wanted, the newest first, without notes; raises Invalid for a cursor of another list.

        A page may have fewer than `limit`, or none, and a cursor: that is as far as was looked.
        """

    def glance(self, change: str) -> Change | None:
        """One change as it stands, without notes; None when it is not known."""
