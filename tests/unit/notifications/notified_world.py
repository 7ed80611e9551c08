"""Notifications over fakes: events in, messages out, minute by minute."""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from dayone.model.policy.notifications import Message
from dayone.model.policy.rules import Policy
from dayone.notifications.service import Notified, SendNotifications, send_notifications
from dayone.policy.language.parser import read_policy
from tests.fakes.notifications import MemoryNews, MemoryOutbox, MemorySender
from tests.fakes.queues import MemoryDeadLetters

NOON = datetime(2026, 11, 30, 12, tzinfo=UTC)
CHANGE = "01KB7Y3V8N4Q2R6T9W0X1Z5C7D"
ON_CALL = """
version: 1
notifications:
  on-call:
    kinds: [change-held, change-failed, operation-failed, person-ready, drift-found]
    urgent: [operation-failed]
    webhook: {url: "https://hooks.example.com/dayone"}
    quiet: {from: "22:00", until: "07:00", time_zone: Europe/Rome}
"""


@dataclass
class InForce:
    """The policy in force."""

    text: str = ON_CALL

    def current(self) -> Policy:
        return read_policy({"policy.yaml": self.text}, version=1)

    def current_version(self) -> int:
        return 1

    def version(self, version: int) -> Policy:
        return read_policy({"policy.yaml": self.text}, version=version)


def event(detail_type: str, id_: str, *, at: datetime = NOON, **detail: Any) -> str:  # noqa: ANN401
    """An event as EventBridge puts it on the queue."""
    return json.dumps(
        {
            "version": "0",
            "id": f"envelope-{id_}",
            "detail-type": detail_type,
            "source": "dayone",
            "time": at.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "detail": {**detail, "id": id_},
        }
    )


def held(number: int, **how: Any) -> str:  # noqa: ANN401
    """The news that a change is held."""
    detail: dict[str, Any] = {
        "change": f"{CHANGE[:-2]}{number:02d}",
        "held": 3,
        "held_reason": "more removals than the limit",
    }
    return event("Change Held", f"{number}/held", **detail, **how)


def failed(number: int) -> str:
    """The news that an operation has failed."""
    what: dict[str, Any] = {"kind": "create", "subject": f"person:e-{number}", "resource": "membership/engineers"}
    return event("Operation Failed", f"{number}/failed", change=CHANGE, failure_reason="AWS says no", **what)


@dataclass
class Notifying:
    """The function, run each minute."""

    now: datetime = NOON
    policies: InForce = field(default_factory=InForce)
    queue: MemoryNews = field(default_factory=MemoryNews)
    outbox: MemoryOutbox = field(default_factory=MemoryOutbox)
    sender: MemorySender = field(default_factory=MemorySender)
    dead_letters: MemoryDeadLetters = field(default_factory=MemoryDeadLetters)
    _numbers: "count[int]" = field(default_factory=lambda: count(1))

    @property
    def ports(self) -> SendNotifications:
        return SendNotifications(
            queue=self.queue,
            outbox=self.outbox,
            policies=self.policies,
            sender=self.sender,
            dead_letters=self.dead_letters,
            clock=lambda: self.now,
            entropy=lambda: next(self._numbers).to_bytes(10),
        )

    def run(self) -> Notified:
        return send_notifications(ports=self.ports)

    def minutes(self, number: int) -> None:
        """Run it now, and at the end of each of so many minutes."""
        self.run()
        for _ in range(number):
            self.now += timedelta(minutes=1)
            self.run()

    @property
    def messages(self) -> list[dict[str, Any]]:
        """Bodies of the messages that were taken."""
        return [json.loads(message.body) for _, message in self.sender.taken]

    @property
    def taken(self) -> list[Message]:
        return [message for _, message in self.sender.taken]
