"""Have messages that could not be carried out tried again soon."""

from collections.abc import Mapping
from contextlib import suppress

from dayone.errors import Unavailable
from dayone.ports.returns import Returns


def let_come_back(receipts: Mapping[str, int], *, returns: Returns | None) -> None:
    """Let each come back after so many seconds; where that cannot be said, after as long as its queue hides it."""
    if receipts and returns is not None:
        with suppress(Unavailable):
            returns.come_back(receipts)
