"""Notifications: the kinds, who is notified of which, and what waits to be sent."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo


class NotificationKind(StrEnum):
    """The kinds of news that somebody can be notified of."""

    CHANGE_HELD = "change-held"
    CHANGE_FAILED = "change-failed"
    CHANGE_EXPIRED = "change-expired"
    OPERATION_FAILED = "operation-failed"
    OPERATION_DENIED = "operation-denied"
    DRIFT_FOUND = "drift-found"
    ACCOUNT_READY = "account-ready"
    PERSON_READY = "person-ready"


class WebhookFormat(StrEnum):
    """Bodies that a webhook can have: that of Standard Webhooks, or a text for Slack and what is compatible with it."""

    STANDARD = "standard"
    SLACK = "slack"


@dataclass(frozen=True)
class Webhook:
    """An address outside; an empty `url` is the one in the secret."""

    url: str = ""
    format: WebhookFormat = WebhookFormat.STANDARD


@dataclass(frozen=True)
class NotificationMail:
    """E-mails from an address that SES may send as."""

    sender: str
    recipients: tuple[str, ...]


@dataclass(frozen=True)
class QuietHours:
    """Hours of each day in which only what is urgent is sent, over midnight when `begins` is later than `ends`."""

    begins: time
    ends: time
    time_zone: str

    def over_at(self, moment: datetime) -> datetime:
        """Return when the quiet hours around a moment end; outside of them the moment itself."""
        zone = ZoneInfo(self.time_zone)
        local = moment.astimezone(zone)
        clock = local.time()
        is_quiet = self.begins <= clock < self.ends
        if self.begins > self.ends:
            is_quiet = clock >= self.begins or clock < self.ends
        if not is_quiet:
            return moment
        day = local.date() + timedelta(days=1 if clock >= self.ends else 0)
        return datetime.combine(day, self.ends, tzinfo=zone).astimezone(UTC)


@dataclass(frozen=True, kw_only=True)
class Destination:
    """Somebody to notify: of these `kinds`, of which the `urgent` ones pass the quiet hours.

    It has one of `webhook`, `topic` (the end of the name of an SNS topic) and `mail`. News of `collect` together are
    one message.
    """

    name: str
    kinds: frozenset[NotificationKind]
    webhook: Webhook | None = None
    topic: str = ""
    mail: NotificationMail | None = None
    urgent: frozenset[NotificationKind] = frozenset()
    collect: timedelta = timedelta(minutes=5)
    quiet: QuietHours | None = None


@dataclass(frozen=True, kw_only=True)
class Notice:
    """One piece of news; `id` is that of the event, and `text` a sentence with ids and no names of people."""

    id: str
    kind: NotificationKind
    at: datetime
    text: str
    change: str = ""
    subject: str = ""


@dataclass(frozen=True, kw_only=True)
class NoticeWindow:
    """News for one destination that are collected for one message: how many of each kind, and the first of them."""

    destination: str
    is_urgent: bool
    opened_at: datetime
    counts: Mapping[str, int] = field(default_factory=dict)
    first: tuple[Notice, ...] = ()
    revision: int = 0

    @property
    def name(self) -> str:
        """Name of the window, of which a destination has two."""
        return f"{self.destination}#{'urgent' if self.is_urgent else 'usual'}"


@dataclass(frozen=True, kw_only=True)
class Message:
    """A message that is sent until it is taken, under the same `id`; `body` is JSON text, the same in each attempt."""

    id: str
    destination: str
    body: str
    created_at: datetime
    next_at: datetime
    attempts: int = 0
    reason: str = ""
    is_urgent: bool = False


@dataclass(frozen=True, kw_only=True)
class NoticeDelivery:
    """State of a destination: the last message that was taken, and the last that was not, with the reason."""

    destination: str
    urgent_at: datetime | None = None
    delivered_at: datetime | None = None
    message: str = ""
    failed_at: datetime | None = None
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class Outbox:
    """Everything that waits, and the state of each destination that was sent anything."""

    windows: tuple[NoticeWindow, ...] = ()
    messages: tuple[Message, ...] = ()
    deliveries: tuple[NoticeDelivery, ...] = ()

    def delivery(self, destination: str) -> NoticeDelivery:
        """Return the state of a destination."""
        found = [delivery for delivery in self.deliveries if delivery.destination == destination]
        return found[0] if found else NoticeDelivery(destination=destination)
