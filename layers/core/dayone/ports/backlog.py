"""What waits in the inbox, for whoever asks how long something may still take."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, kw_only=True)
class Backlog:
    """About how many messages are in the inbox, those being handled included, and the age of the oldest in seconds.

    `oldest_seconds` is None while the queue reports no age.
    """

    messages: int
    oldest_seconds: int | None


class InboxBacklog(Protocol):
    """The inbox from outside."""

    def backlog(self, *, now: datetime) -> Backlog:
        """What waits there; raises Unavailable when that cannot be read."""
