"""What the HTTP API takes and answers about dead letters."""

from typing import Annotated, NotRequired, TypedDict

from dayone.contracts.api_words import ChangeId, Count, Href, Moment, one_of
from dayone.domain.dead_letters import LetterQueue


class DeadLetterAnswer(TypedDict):
    """A message that failed permanently; `subject` and `change` are empty where the message does not name them.

    `received` is how often it was received, listings included; `reason` is empty when it is only in the function's
    log.
    """

    queue: Annotated[str, one_of(*LetterQueue)]
    id: str
    subject: str
    change: str
    received: Count
    sent_at: Moment
    reason: str


class LettersInQueue(TypedDict):
    """The approximate number of messages in a queue."""

    queue: Annotated[str, one_of(*LetterQueue)]
    letters: Count


class DeadLettersAnswer(TypedDict):
    """Some of the dead letters, and how many there are; SQS has no pages, so `cursor` is always empty."""

    dead_letters: list[DeadLetterAnswer]
    queues: list[LettersInQueue]
    cursor: str


class WhichQueue(TypedDict):
    """The dead letters of one queue; without it, those of all queues with work."""

    queue: NotRequired[Annotated[str, one_of(*LetterQueue)]]


class RedrivenAnswer(TypedDict):
    """The result of a redrive: `planned_again` and `dropped` letters are deleted; `stays` cannot be read and remain.

    `changes` continue or start because of it; `href` is the only one, or the list of changes.
    """

    planned_again: Count
    dropped: Count
    stays: Count
    changes: list[ChangeId]
    href: Href
