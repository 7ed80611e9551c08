"""The queues: the inbox, in order for each subject, its backlog, the queue that wakes the executor, and of plans."""

import hashlib
import json
import re
import uuid
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from itertools import batched
from typing import TYPE_CHECKING, Any, ClassVar, Final

from dayone.adapters.aws.clients import batches
from dayone.adapters.aws.errors import never_rejected
from dayone.adapters.dynamodb.keys import check_name
from dayone.errors import TooLarge, Unavailable
from dayone.messages import inbox
from dayone.messages.codec import encode
from dayone.model.commands import Command
from dayone.model.policy.company_plans import PortionRequest
from dayone.ports.operations import QueueDepth

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_sqs.type_defs import (
        ChangeMessageVisibilityBatchRequestEntryTypeDef,
        DeleteMessageBatchRequestEntryTypeDef,
        SendMessageBatchRequestEntryTypeDef,
    )


# Source: Amazon SQS API Reference, SendMessageBatch: the limit of one message and of all in a batch.
_MOST_BYTES = 1_048_576
_MOST_ENTRIES = _AT_ONCE = 10
# Source: Amazon SQS API Reference, SendMessage, MessageGroupId: letters, digits and ASCII punctuation, no blanks.
_GROUP_ID = re.compile(r"[!-~]{1,128}")


class SqsInbox:
    """The port Inbox over a FIFO queue: one message group for each subject."""

    # A batch is authorised as the sending of its messages.
    ACTIONS: ClassVar[frozenset[str]] = frozenset({"sqs:SendMessage"})

    def __init__(self, client: "SQSClient", *, queue_url: str) -> None:
        self._client = client
        self._queue = queue_url

    def put(self, commands: Iterable[Command]) -> None:
        """See Inbox; raises TooLarge, before anything is sent, for what no message, or no key of the table, holds."""
        entries = [_entry(command) for command in commands]
        of_each = list(batches(entries, size=_size, most=_MOST_ENTRIES, most_bytes=_MOST_BYTES))
        if len(of_each) == 1 or len({entry["MessageGroupId"] for entry in entries}) < len(entries):
            for batch in of_each:
                self._send(batch)
            return
        # No two are about the same subject, so there is no order to keep: a thousand take as long as a hundred.
        with ThreadPoolExecutor(_AT_ONCE) as threads:
            list(threads.map(self._send, of_each))

    def _send(self, batch: "list[SendMessageBatchRequestEntryTypeDef]") -> None:
        numbered: list[SendMessageBatchRequestEntryTypeDef] = [
            {**entry, "Id": str(number)} for number, entry in enumerate(batch)
        ]
        with never_rejected():
            answer = self._client.send_message_batch(QueueUrl=self._queue, Entries=numbered)
        failed = answer.get("Failed", [])
        if failed:
            reasons = sorted({f"{record['Code']}: {record.get('Message', '')}" for record in failed})
            raise Unavailable(f"{len(failed)} of {len(batch)} messages were not taken: {'; '.join(reasons)}")


class SqsReturns:
    """Lets messages that a function could not carry out come back soon instead of when their queue's time is up."""

    ACTIONS: ClassVar[frozenset[str]] = frozenset({"sqs:ChangeMessageVisibility"})

    def __init__(self, client: "SQSClient", *, queue_url: str) -> None:
        self._client = client
        self._queue = queue_url

    def come_back(self, receipts: Mapping[str, int]) -> None:
        """Make each message, by its receipt handle, visible again after so many seconds; at most ten at once.

        A message for which that fails comes back when its queue's time is up. Raises Unavailable when all fail.
        """
        entries: list[ChangeMessageVisibilityBatchRequestEntryTypeDef] = [
            {"Id": str(number), "ReceiptHandle": receipt, "VisibilityTimeout": seconds}
            for number, (receipt, seconds) in enumerate(receipts.items())
        ]
        with never_rejected():
            self._client.change_message_visibility_batch(QueueUrl=self._queue, Entries=entries)


class SqsEngine:
    """The port Engine over a FIFO queue with a single message group, so that one executor runs at a time."""

    ACTIONS: ClassVar[frozenset[str]] = frozenset({"sqs:SendMessage"})

    def __init__(self, client: "SQSClient", *, queue_url: str) -> None:
        self._client = client
        self._queue = queue_url

    def wake(self) -> None:
        """See Engine."""
        # A duplicate would be dropped even after the first has been received, and with it the work it stands for.
        with never_rejected():
            self._client.send_message(
                QueueUrl=self._queue,
                MessageBody="wake",
                MessageGroupId="engine",
                MessageDeduplicationId=uuid.uuid4().hex,
            )


class SqsPlanQueue:
    """The port PlanQueue over a queue without an order: the portions of a plan have none."""

    ACTIONS: ClassVar[frozenset[str]] = frozenset({"sqs:SendMessage"})

    def __init__(self, client: "SQSClient", *, queue_url: str) -> None:
        self._client = client
        self._queue = queue_url

    def put(self, requests: Iterable[PortionRequest]) -> None:
        """See PlanQueue."""
        entries = [{"Id": str(number), "MessageBody": json.dumps(encode(each))} for number, each in enumerate(requests)]
        for batch in batched(entries, _MOST_ENTRIES, strict=False):
            with never_rejected():
                answer = self._client.send_message_batch(QueueUrl=self._queue, Entries=list(batch))  # type: ignore[arg-type]
            if failed := answer.get("Failed", []):
                raise Unavailable(f"{len(failed)} of {len(batch)} portions of a plan were not taken")


class SqsEditEvents:
    """The port EditEvents over a queue."""

    ACTIONS: ClassVar[frozenset[str]] = frozenset({"sqs:DeleteMessage", "sqs:ReceiveMessage"})

    def __init__(self, client: "SQSClient", *, queue_url: str) -> None:
        self._client = client
        self._queue = queue_url

    def take(self) -> Mapping[str, str]:
        """See EditEvents."""
        with never_rejected():
            # Without a wait SQS queries some of its servers only.
            answer = self._client.receive_message(
                QueueUrl=self._queue, MaxNumberOfMessages=_MOST_ENTRIES, WaitTimeSeconds=1
            )
        return {message["ReceiptHandle"]: message["Body"] for message in answer.get("Messages", [])}

    def delete(self, receipts: Iterable[str]) -> None:
        """See EditEvents; one that was not deleted is looked at once more."""
        entries: list[DeleteMessageBatchRequestEntryTypeDef] = [
            {"Id": str(number), "ReceiptHandle": receipt} for number, receipt in enumerate(receipts)
        ]
        if entries:
            with never_rejected():
                self._client.delete_message_batch(QueueUrl=self._queue, Entries=entries)


class SqsDeadLetters:
    """The port DeadLetters over a queue, FIFO for what has a group; the reason is the message attribute `reason`."""

    ACTIONS: ClassVar[frozenset[str]] = frozenset({"sqs:SendMessage"})

    def __init__(self, client: "SQSClient", *, queue_url: str) -> None:
        self._client = client
        self._queue = queue_url

    def put(self, body: str, *, reason: str, group: str = "") -> None:
        """See DeadLetters."""
        order: Any = {"MessageGroupId": group, "MessageDeduplicationId": uuid.uuid4().hex} if group else {}
        with never_rejected():
            self._client.send_message(
                QueueUrl=self._queue,
                MessageBody=body,
                MessageAttributes={"reason": {"DataType": "String", "StringValue": reason}},
                **order,
            )


def _entry(command: Command) -> "SendMessageBatchRequestEntryTypeDef":
    check_name(command.subject.name)
    body = inbox.to_json(command)
    if len(body) > _MOST_BYTES:
        raise TooLarge(f"the command about {command.subject.kind} is over {_MOST_BYTES} bytes")
    name = str(command.subject)
    return {
        "Id": "",
        "MessageBody": body,
        "MessageGroupId": name if _GROUP_ID.fullmatch(name) else hashlib.sha256(name.encode()).hexdigest(),
        "MessageDeduplicationId": deduplication_id(command),
    }


def deduplication_id(command: Command) -> str:
    """Return the id by which SQS takes two messages within five minutes for the same: a digest of the identity."""
    same = "|".join(map(str, command.identity))
    return hashlib.sha256(same.encode()).hexdigest()


def _size(entry: "SendMessageBatchRequestEntryTypeDef") -> int:
    return len(entry["MessageBody"].encode())


_WAITING: Final = "ApproximateNumberOfMessages"
_TAKEN: Final = "ApproximateNumberOfMessagesNotVisible"
# SQS reports each minute, some minutes late; older values do not describe the present.
_RECENT = timedelta(minutes=10)


class SqsInboxBacklog:
    """The port InboxBacklog over clients of `sqs` and `cloudwatch`.

    Sources: Amazon SQS API Reference, GetQueueAttributes, which has no age of a message; Amazon SQS Developer Guide,
    "Available CloudWatch metrics for Amazon SQS".
    """

    ACTIONS: ClassVar[frozenset[str]] = frozenset({"cloudwatch:GetMetricStatistics", "sqs:GetQueueAttributes"})

    def __init__(self, sqs: "SQSClient", cloudwatch: Any, *, queue_url: str) -> None:  # noqa: ANN401 - made when used
        self._sqs = sqs
        self._cloudwatch = cloudwatch
        self._queue = queue_url

    def backlog(self, *, now: datetime) -> QueueDepth:
        """See InboxBacklog."""
        with never_rejected():
            counts = self._sqs.get_queue_attributes(QueueUrl=self._queue, AttributeNames=[_WAITING, _TAKEN])[
                "Attributes"
            ]
            messages = sum(int(number) for number in counts.values())
            if not messages:
                return QueueDepth(messages=0, oldest_seconds=None)
            figures = self._cloudwatch.get_metric_statistics(
                Namespace="AWS/SQS",
                MetricName="ApproximateAgeOfOldestMessage",
                Dimensions=[{"Name": "QueueName", "Value": self._queue.rpartition("/")[2]}],
                StartTime=now - _RECENT,
                EndTime=now + timedelta(minutes=1),
                Period=60,
                Statistics=["Maximum"],
            )["Datapoints"]
        newest = max(figures, key=lambda figure: figure["Timestamp"], default=None)
        return QueueDepth(messages=messages, oldest_seconds=None if newest is None else int(newest["Maximum"]))
