"""The ports of notifications in memory."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from dayone.model.policy.notifications import Destination, Message, Notice, NoticeDelivery, NoticeWindow, Outbox
from dayone.notifications.digest import with_notices


class MemoryNews:
    """Events that wait, by their receipts; `fails_to_delete` leaves them there, as a crash would."""

    def __init__(self) -> None:
        self.waiting: dict[str, str] = {}
        self.fails_to_delete = False

    def put(self, body: str) -> None:
        self.waiting[f"receipt-{len(self.waiting)}-{hash(body)}"] = body

    def take(self) -> Mapping[str, str]:
        return dict(list(self.waiting.items())[:10])

    def delete(self, receipts: Iterable[str]) -> None:
        if self.fails_to_delete:
            raise ConnectionError("the process has died")
        for receipt in receipts:
            self.waiting.pop(receipt, None)


class MemoryOutbox:
    """Windows and messages that wait to be sent."""

    def __init__(self) -> None:
        self.windows: dict[str, NoticeWindow] = {}
        self.messages: dict[str, Message] = {}
        self.deliveries: dict[str, NoticeDelivery] = {}
        self._claims: set[str] = set()

    def read(self) -> Outbox:
        return Outbox(
            windows=tuple(self.windows[name] for name in sorted(self.windows)),
            messages=tuple(self.messages[name] for name in sorted(self.messages)),
            deliveries=tuple(self.deliveries[name] for name in sorted(self.deliveries)),
        )

    def collect(self, news: Collection[tuple[Destination, Notice]], *, now: datetime) -> None:
        new = {notice.id for _, notice in news} - self._claims
        added: dict[str, dict[str, Notice]] = {}
        for destination, notice in news:
            if notice.id in new:
                window = NoticeWindow(
                    destination=destination.name, is_urgent=notice.kind in destination.urgent, opened_at=now
                )
                self.windows.setdefault(window.name, window)
                added.setdefault(window.name, {})[notice.id] = notice
        for name, notices in added.items():
            before = self.windows[name]
            self.windows[name] = replace(with_notices(before, notices.values()), revision=before.revision + 1)
        self._claims |= new

    def close(self, window: NoticeWindow, *, message: Message | None, delivery: NoticeDelivery | None = None) -> bool:
        current = self.windows.get(window.name)
        if current is None or current.revision != window.revision:
            return False
        del self.windows[window.name]
        if message is not None:
            self.keep(message)
        if delivery is not None:
            self.deliveries[delivery.destination] = delivery
        return True

    def keep(self, message: Message) -> None:
        self.messages[message.id] = message

    def finish(self, message: Message, *, delivery: NoticeDelivery) -> None:
        self.messages.pop(message.id, None)
        self.deliveries[delivery.destination] = delivery


@dataclass
class MemorySender:
    """Messages that were taken, each with the time; `refuse` raises what an address would answer."""

    taken: list[tuple[datetime, Message]] = field(default_factory=list)
    attempts: list[tuple[datetime, str]] = field(default_factory=list)
    refuse: Callable[[Message, Destination], None] = lambda _message, _to: None

    def send(self, message: Message, *, to: Destination, at: datetime) -> None:
        self.attempts.append((at, message.id))
        self.refuse(message, to)
        self.taken.append((at, message))


@dataclass
class MemoryNotificationTests:
    """Requests for test messages: destination and id."""

    requested: list[tuple[str, str]] = field(default_factory=list)

    def request(self, destination: str, *, message_id: str, at: datetime) -> None:
        assert at.tzinfo
        self.requested.append((destination, message_id))
