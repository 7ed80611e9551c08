"""Messages that were given up: what lies among the dead letters, and where."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class LetterQueue(StrEnum):
    """The queues of dead letters, named for what gave up."""

    INBOX = "inbox"
    ENGINE = "engine"
    ACCOUNT_EVENTS = "account-events"
    PUBLISH_EVENTS = "publish-events"


@dataclass(frozen=True, kw_only=True)
class DeadLetter:
    """A message as it lies there; `handle` is the queue's word for this look at it.

    `received` counts how often it was read, in the queue that it came from and here. `told` are the attributes that
    whoever put it there gave it, and `group` is its message group, which in the inbox is its subject.
    """

    queue: LetterQueue
    id: str
    handle: str
    body: str
    sent_at: datetime
    received: int
    told: Mapping[str, str] = field(default_factory=dict)
    group: str = ""
