"""The port EventBus in memory."""

from collections.abc import Iterable

from dayone.ports.messaging import DomainEvent


class MemoryEventBus:
    def __init__(self) -> None:
        self.events: list[DomainEvent] = []

    def publish(self, events: Iterable[DomainEvent]) -> None:
        self.events.extend(events)
