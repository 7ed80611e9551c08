"""Domain events, notifications, visibility of messages, and schedules."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from dayone.model.changes import Change
from dayone.model.inventory import DriftFinding
from dayone.model.operations import Operation
from dayone.model.policy.notifications import Destination, Message, Notice, NoticeDelivery, NoticeWindow, Outbox
from dayone.model.subject_state import Head


class DetailType(StrEnum):
    """The types of events that Day One publishes."""

    OPERATION_SUCCEEDED = "Operation Succeeded"
    OPERATION_FAILED = "Operation Failed"
    OPERATION_DENIED = "Operation Denied"
    OPERATION_SUPERSEDED = "Operation Superseded"
    OPERATION_HELD = "Operation Held"
    CHANGE_SUCCEEDED = "Change Succeeded"
    CHANGE_FAILED = "Change Failed"
    CHANGE_HELD = "Change Held"
    CHANGE_EXPIRED = "Change Expired"
    DRIFT_FOUND = "Drift Found"
    DRIFT_REPAIRED = "Drift Repaired"
    DRIFT_RESOLVED = "Drift Resolved"
    ACCOUNT_READY = "Account Ready"
    PERSON_READY = "Person Ready"
    AUDIT_CHECKPOINT = "Audit Checkpoint"


@dataclass(frozen=True, kw_only=True)
class DomainEvent:
    """One event of Day One.

    `id` is the same however often the event is sent, so that receivers can drop duplicates. `detail_type` is the type
    of the event, `detail` (JSON) its content, `resources` the ARNs of the affected resources. No personal data.
    """

    id: str
    detail_type: DetailType
    detail: Mapping[str, object]
    time: datetime
    resources: tuple[str, ...] = field(default=())


class EventBus(Protocol):
    """Event bus for receivers of Day One's events."""

    def publish(self, events: Iterable[DomainEvent]) -> None:
        """Send all of them, each at least once.

        Raises Unavailable when any was not taken, TooLarge for an event that no bus takes; others may have been sent.
        """


@dataclass(frozen=True, kw_only=True)
class OperationWritten:
    """An operation as it was before a write, None when it was not there, and as it is since."""

    before: Operation | None
    after: Operation
    at: datetime


@dataclass(frozen=True, kw_only=True)
class ChangeWritten:
    """A change as it was before a write, None when it was not there, and as it is since."""

    before: Change | None
    after: Change
    at: datetime


@dataclass(frozen=True, kw_only=True)
class AccountWritten:
    """Progress of an account's plan before a write, None when there was none, and after it.

    The heads have nothing else: the generation, the counts, and the bootstrap while it is under way.
    """

    before: Head | None
    after: Head
    at: datetime


@dataclass(frozen=True, kw_only=True)
class FindingWritten:
    """A finding of drift before a write, None when it was not there, and after it, None when it was closed."""

    before: DriftFinding | None
    after: DriftFinding | None
    at: datetime


Written = OperationWritten | ChangeWritten | AccountWritten | FindingWritten


class TableStream(Protocol):
    """The stream of what is written to the table."""

    def writes(self, event: Mapping[str, Any]) -> Iterable[Written]:
        """Return operations, changes, progress of accounts and findings in one batch of the stream, in its order."""


class Returns(Protocol):
    """Messages of the inbox on their way back."""

    def come_back(self, receipts: Mapping[str, int]) -> None:
        """Let each message, by its receipt handle, be seen again after so many seconds; raises Unavailable."""


class Schedules(Protocol):
    """Alarm clocks, each of which rings once."""

    def wake_at(self, moment: datetime) -> None:
        """Schedule a scan for due work at `moment`, which is in the future; repeating it is harmless."""


class NewsQueue(Protocol):
    """Events of the bus that somebody may be notified of, as they wait."""

    def take(self) -> Mapping[str, str]:
        """Return some of them by their receipts, JSON each; empty when none waits. Raises Unavailable."""

    def delete(self, receipts: Iterable[str]) -> None:
        """Delete these; what is not deleted comes again."""


class OutboxView(Protocol):
    """Windows and messages that wait to be sent, to be read only."""

    def read(self) -> Outbox:
        """Return all that waits."""


class OutboxStore(OutboxView, Protocol):
    """Windows and messages that wait to be sent; one run at a time works on them, and two do no harm."""

    def collect(self, news: Collection[tuple[Destination, Notice]], *, now: datetime) -> None:
        """Add notices to the windows of their destinations, each once however often it comes."""

    def close(self, window: NoticeWindow, *, message: Message | None, delivery: NoticeDelivery | None = None) -> bool:
        """Replace a window by its message, or by none; False when something was added to it meanwhile."""

    def keep(self, message: Message) -> None:
        """Keep a message, in place of the one of the same id."""

    def finish(self, message: Message, *, delivery: NoticeDelivery) -> None:
        """Forget a message, and keep the state of its destination."""


class Sender(Protocol):
    """The way to the outside."""

    def send(self, message: Message, *, to: Destination, at: datetime) -> None:
        """Send one message; return when it was taken.

        Raises Unavailable when it is worth another attempt, Rejected when it is not.
        """


class NotificationTests(Protocol):
    """Requests for test messages."""

    def request(self, destination: str, *, message_id: str, at: datetime) -> None:
        """Request one; raises Unavailable."""
