"""Backlog of the inbox: SQS counts its messages, and reports their age to CloudWatch alone."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, ClassVar, Final

from dayone.adapters.aws.errors import never_rejected
from dayone.ports.failures import QueueDepth

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

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
