"""Where Day One's own events go."""

from collections.abc import Iterable
from typing import Protocol

from dayone.domain.events import DomainEvent


class EventBus(Protocol):
    """Whoever wants to know what Day One has done, listens here."""

    def publish(self, events: Iterable[DomainEvent]) -> None:
        """Send all of them, each at least once.

        Raises Unavailable when any was not taken, TooLarge for an event that no bus takes; others may have been sent.
        """
