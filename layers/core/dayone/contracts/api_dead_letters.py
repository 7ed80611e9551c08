"""What the HTTP API takes and answers about dead letters."""

from typing import Annotated, NotRequired, TypedDict

from dayone.contracts.api_words import ChangeId, Count, Href, Moment, one_of
from dayone.domain.dead_letters import LetterQueue


class DeadLetterAnswer(TypedDict):
    """A message that was given up; `subject` and `change` are empty where it does not say.

    `received` is how often it was read, looks at it included; `reason` is empty where only the function's log knows it.
    """

    queue: Annotated[str, one_of(*LetterQueue)]
    id: str
    subject: str
    change: str
    received: Count
    sent_at: Moment
    reason: str


class LettersInQueue(TypedDict):
    """About how many letters lie in a queue."""

    queue: Annotated[str, one_of(*LetterQueue)]
    letters: Count


class DeadLettersAnswer(TypedDict):
    """Some of the letters, and how many there are; SQS has no place to go on from, so `cursor` is always empty."""

    dead_letters: list[DeadLetterAnswer]
    queues: list[LettersInQueue]
    cursor: str


class WhichQueue(TypedDict):
    """Which letters are meant: those of one queue, or of all that stand for work."""

    queue: NotRequired[Annotated[str, one_of(*LetterQueue)]]


class RedrivenAnswer(TypedDict):
    """What became of the letters: `planned_again` and `dropped` are gone, `stays` cannot be read and are still there.

    `changes` go on or begin because of it; `href` is the only one of them, or the list of all changes.
    """

    planned_again: Count
    dropped: Count
    stays: Count
    changes: list[ChangeId]
    href: Href
