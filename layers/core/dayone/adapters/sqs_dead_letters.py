"""The dead-letter queues in SQS, whose messages can only be read by taking them for a moment."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from itertools import batched
from typing import TYPE_CHECKING, Any, ClassVar, Final

from dayone.adapters.aws.errors import never_rejected
from dayone.errors import Unavailable
from dayone.model.failures import DeadLetter, LetterQueue

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

# Source: Amazon SQS API Reference, ReceiveMessage.
_MOST_AT_ONCE = 10
_TAKEN_FOR = 60  # seconds
# Without a wait SQS queries some of its servers only, and may return nothing from a queue that is not empty.
_WAIT = 1  # seconds
_WAITING: Final = "ApproximateNumberOfMessages"
_TAKEN: Final = "ApproximateNumberOfMessagesNotVisible"

type _Failed = Sequence[Mapping[str, Any]]


class SqsDeadLetterQueues:
    """The port DeadLetterQueues; `urls` has every queue."""

    # Batches are authorised as what they do with one message.
    ACTIONS: ClassVar[frozenset[str]] = frozenset(
        {"sqs:ChangeMessageVisibility", "sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage"}
    )

    def __init__(self, client: "SQSClient", *, urls: Mapping[LetterQueue, str]) -> None:
        self._client = client
        self._urls = urls

    def counts(self) -> Mapping[LetterQueue, int]:
        """See DeadLetterQueues; SQS counts approximately, and is right about a minute after the last letter."""
        return {queue: self._count(url) for queue, url in self._urls.items()}

    def take(self, queue: LetterQueue, *, limit: int) -> Sequence[DeadLetter]:
        """See DeadLetterQueues."""
        taken: list[DeadLetter] = []
        while len(taken) < limit:
            with never_rejected():
                answer = self._client.receive_message(
                    QueueUrl=self._urls[queue],
                    MaxNumberOfMessages=min(_MOST_AT_ONCE, limit - len(taken)),
                    VisibilityTimeout=_TAKEN_FOR,
                    WaitTimeSeconds=_WAIT,
                    MessageSystemAttributeNames=["ApproximateReceiveCount", "MessageGroupId", "SentTimestamp"],
                    MessageAttributeNames=["All"],
                )
            if not answer.get("Messages"):
                break
            taken += [_letter(queue, record) for record in answer["Messages"]]
        return taken

    def put_back(self, letters: Iterable[DeadLetter]) -> None:
        """See DeadLetterQueues."""
        self._each(
            letters,
            lambda url, entries: self._client.change_message_visibility_batch(
                QueueUrl=url, Entries=[entry | {"VisibilityTimeout": 0} for entry in entries]
            ).get("Failed", []),
        )

    def drop(self, letters: Iterable[DeadLetter]) -> None:
        """See DeadLetterQueues."""
        self._each(
            letters,
            lambda url, entries: self._client.delete_message_batch(QueueUrl=url, Entries=entries).get("Failed", []),
        )

    def _count(self, url: str) -> int:
        with never_rejected():
            answer = self._client.get_queue_attributes(QueueUrl=url, AttributeNames=[_WAITING, _TAKEN])
        return sum(int(number) for number in answer["Attributes"].values())

    def _each(self, letters: Iterable[DeadLetter], do: Callable[[str, Any], _Failed]) -> None:
        of_queue: dict[LetterQueue, list[DeadLetter]] = {}
        for dead_letter in letters:
            of_queue.setdefault(dead_letter.queue, []).append(dead_letter)
        for queue, its in of_queue.items():
            for batch in batched(its, _MOST_AT_ONCE, strict=False):
                entries = [{"Id": str(number), "ReceiptHandle": letter.handle} for number, letter in enumerate(batch)]
                with never_rejected():
                    failed = do(self._urls[queue], entries)
                if failed:
                    raise Unavailable(f"{len(failed)} letters of {queue} stayed as they were: {failed[0].get('Code')}")


def _letter(queue: LetterQueue, message: Mapping[str, Any]) -> DeadLetter:
    attributes = message["Attributes"]
    return DeadLetter(
        queue=queue,
        id=message["MessageId"],
        handle=message["ReceiptHandle"],
        body=message["Body"],
        sent_at=datetime.fromtimestamp(int(attributes["SentTimestamp"]) / 1000, UTC),
        received=int(attributes["ApproximateReceiveCount"]),
        group=attributes.get("MessageGroupId", ""),
        attributes={
            name: str(dead_letter.get("StringValue", ""))
            for name, dead_letter in message.get("MessageAttributes", {}).items()
        },
    )
