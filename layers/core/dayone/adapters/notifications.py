"""The outbox of notifications in DynamoDB, and the queue of what happens."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, ClassVar

from boto3.dynamodb.conditions import Attr, ConditionBase, Key

from dayone.adapters.aws.errors import never_rejected
from dayone.adapters.dynamodb.keys import RecordKey, fitting
from dayone.adapters.dynamodb.table import DynamoTable
from dayone.adapters.dynamodb.writes import IS_NEW, Delete, Put, Write
from dayone.adapters.sqs import SqsEditEvents
from dayone.messages.codec import decode, encode
from dayone.model.policy.notifications import Destination, Message, Notice, NoticeDelivery, NoticeWindow, Outbox
from dayone.notifications.digest import with_notices
from dayone.notifications.news import trial_request

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient


_OUTBOX = "NOTIFICATIONS"
_WINDOW, _MESSAGE, _DELIVERY = "WINDOW#", "MESSAGE#", "DELIVERY#"
# For longer than a queue keeps a message, 14 days.
_REMEMBERED_FOR = timedelta(days=16)
_CLOSED = "window"


class DynamoOutboxView:
    """The port OutboxView."""

    ACTIONS: ClassVar[frozenset[str]] = frozenset({"dynamodb:Query"})

    def __init__(self, table: DynamoTable) -> None:
        self._table = table

    def read(self) -> Outbox:
        """See OutboxView."""
        records = list(self._table.query(Key("pk").eq(_OUTBOX)))
        return Outbox(
            windows=tuple(decode(NoticeWindow, record) for record in records if record["sk"].startswith(_WINDOW)),
            messages=tuple(decode(Message, record) for record in records if record["sk"].startswith(_MESSAGE)),
            deliveries=tuple(
                decode(NoticeDelivery, record) for record in records if record["sk"].startswith(_DELIVERY)
            ),
        )


class DynamoOutbox(DynamoOutboxView):
    """The port OutboxStore."""

    ACTIONS: ClassVar[frozenset[str]] = frozenset(
        {"dynamodb:BatchGetItem", "dynamodb:DeleteItem", "dynamodb:PutItem", "dynamodb:Query"}
    )

    def collect(self, news: Collection[tuple[Destination, Notice]], *, now: datetime) -> None:
        """See OutboxStore."""
        self._table.transact(lambda: self._collection(news, now=now), what="collecting notifications")

    def _collection(self, news: Collection[tuple[Destination, Notice]], *, now: datetime) -> Mapping[str, Write]:
        claims = {notice.id: _claim_key(notice.id) for _, notice in news}
        taken = {RecordKey(record["pk"], record["sk"]) for record in self._table.get_all(claims.values())}
        windows = {window.name: window for window in self.read().windows}
        added: dict[str, dict[str, Notice]] = defaultdict(dict)
        for destination, notice in news:
            if claims[notice.id] in taken:
                continue
            new = NoticeWindow(destination=destination.name, is_urgent=notice.kind in destination.urgent, opened_at=now)
            windows.setdefault(new.name, new)
            added[new.name][notice.id] = notice
        expires = int((now + _REMEMBERED_FOR).timestamp())
        writes: dict[str, Write] = {
            name: Put({**key._asdict(), "expires_at": expires}, condition=IS_NEW)
            for name, key in claims.items()
            if key not in taken
        }
        for name, notices in added.items():
            writes[f"{_WINDOW}{name}"] = _extended(windows[name], notices.values())
        return writes

    def close(self, window: NoticeWindow, *, message: Message | None, delivery: NoticeDelivery | None = None) -> bool:
        """See OutboxStore."""
        writes: dict[str, Write] = {_CLOSED: Delete(_window_key(window), condition=_is_as_read(window))}
        if message is not None:
            writes[_MESSAGE] = _put_message(message)
        if delivery is not None:
            writes[_DELIVERY] = _put_delivery(delivery)
        return not self._table.transact(lambda: writes, what="closing notifications", over_when=[_CLOSED])

    def keep(self, message: Message) -> None:
        """See OutboxStore."""
        self._table.write(_put_message(message), what="keeping a notification")

    def finish(self, message: Message, *, delivery: NoticeDelivery) -> None:
        """See OutboxStore."""
        gone = Delete(_message_key(message))
        self._table.transact(lambda: {_MESSAGE: gone, _DELIVERY: _put_delivery(delivery)}, what="ending a notification")


def _extended(window: NoticeWindow, notices: Collection[Notice]) -> Put:
    extended = with_notices(window, notices)
    record = {**_window_key(window)._asdict(), **encode(extended), "revision": window.revision + 1}
    return Put(record, condition=_is_as_read(window))


def _is_as_read(window: NoticeWindow) -> ConditionBase:
    """Require that nothing was added to the window since it was read."""
    condition: ConditionBase = Attr("revision").eq(window.revision) if window.revision else IS_NEW
    return condition


def _put_message(message: Message) -> Put:
    return Put({**_message_key(message)._asdict(), **encode(message)})


def _put_delivery(delivery: NoticeDelivery) -> Put:
    return Put({"pk": _OUTBOX, "sk": f"{_DELIVERY}{delivery.destination}", **encode(delivery)})


def _window_key(window: NoticeWindow) -> RecordKey:
    return RecordKey(_OUTBOX, f"{_WINDOW}{window.name}")


def _message_key(message: Message) -> RecordKey:
    return RecordKey(_OUTBOX, f"{_MESSAGE}{message.id}")


def _claim_key(notice: str) -> RecordKey:
    return RecordKey(f"NOTIFIED#{fitting(notice)}", "HEAD")


class SqsNews(SqsEditEvents):
    """The port NewsQueue over a queue."""


class SqsNotificationTests:
    """The port NotificationTests over the queue of news."""

    ACTIONS: ClassVar[frozenset[str]] = frozenset({"sqs:SendMessage"})

    def __init__(self, client: "SQSClient", *, queue_url: str) -> None:
        self._client = client
        self._queue = queue_url

    def request(self, destination: str, *, message_id: str, at: datetime) -> None:
        """See NotificationTests."""
        with never_rejected():
            self._client.send_message(
                QueueUrl=self._queue, MessageBody=trial_request(destination, message_id=message_id, at=at)
            )
