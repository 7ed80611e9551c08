"""A batch of the inbox after it was handled: what became of each message, and the answer to the queue."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from dayone.errors import Malformed
from dayone.messages.inbox import from_json
from dayone.model.commands import Command


@dataclass(frozen=True, kw_only=True)
class HandledMessage:
    """A message, and why it failed: `error` is None when it was handled, or skipped behind another of its group.

    `received` counts how often the queue has handed it out, and `group` is its message group, which is its subject
    where SQS takes that for one.
    """

    id: str
    receipt: str
    group: str
    body: str
    received: int
    sent_at: datetime
    error: Exception | None = None
    is_skipped: bool = False

    @property
    def command(self) -> Command | None:
        """Command in the message; None when it cannot be parsed."""
        try:
            return from_json(self.body, taken_at=self.sent_at)
        except Malformed:
            return None


def handled_messages(
    event: Mapping[str, Any], answer: Mapping[str, Any], *, errors: Mapping[str, Exception]
) -> tuple[HandledMessage, ...]:
    """Return the messages of an SQS event; `answer` is its partial batch response, and `errors` are by message id."""
    failed = {failure["itemIdentifier"] for failure in answer["batchItemFailures"]}
    return tuple(
        HandledMessage(
            id=record["messageId"],
            receipt=record["receiptHandle"],
            group=str(record["attributes"].get("MessageGroupId", "")),
            body=record["body"],
            received=int(record["attributes"]["ApproximateReceiveCount"]),
            sent_at=datetime.fromtimestamp(int(record["attributes"]["SentTimestamp"]) / 1000, UTC),
            error=errors.get(record["messageId"]),
            is_skipped=record["messageId"] in failed - errors.keys(),
        )
        for record in event["Records"]
    )


def without(answer: Mapping[str, Any], ended: Collection[str]) -> dict[str, Any]:
    """Return the partial batch response without messages that the queue need not keep, by message id."""
    failures = answer["batchItemFailures"]
    return {**answer, "batchItemFailures": [failure for failure in failures if failure["itemIdentifier"] not in ended]}
