"""Schemas of the routes about dead letters."""

from typing import Annotated, NotRequired, TypedDict

from dayone.api.examples import AT, CHANGE
from dayone.api.params import words_in
from dayone.api.spec import LIMIT, Body, Description, Parameter
from dayone.messages.types import ChangeId, Count, Href, Moment, enum_of
from dayone.model.failures import LetterQueue


class DeadLetterAnswer(TypedDict):
    """A message that failed permanently; `subject` and `change` are empty where the message does not name them.

    `receive_count` is how often it was received, listings included; `reason` is empty when it is only in the function's
    log.
    """

    queue: Annotated[str, enum_of(*LetterQueue)]
    id: str
    subject: str
    change: str
    receive_count: Count
    sent_at: Moment
    reason: str


class QueueAnswer(TypedDict):
    """The approximate number of messages in a queue."""

    queue: Annotated[str, enum_of(*LetterQueue)]
    messages: Count


class DeadLettersAnswer(TypedDict):
    """Some of the dead letters, and how many there are; SQS has no pages, so `cursor` is always empty."""

    dead_letters: list[DeadLetterAnswer]
    queues: list[QueueAnswer]
    cursor: str


class RedriveRequest(TypedDict):
    """The dead letters of one queue; without it, those of all queues with work."""

    queue: NotRequired[Annotated[str, enum_of(*LetterQueue)]]


class RedrivenAnswer(TypedDict):
    """The result of a redrive: `replanned` and `dropped` letters are deleted; `unreadable` cannot be read and remain.

    `changes` continue or start because of it; `href` is the only one, or the list of changes.
    """

    replanned: Count
    dropped: Count
    unreadable: Count
    changes: list[ChangeId]
    href: Href


_LETTERS: DeadLettersAnswer = {
    "dead_letters": [
        {
            "queue": "inbox",
            "id": "3a2c6bcf-e07b-4767-8aa7-409759a53b05",
            "subject": "person:e-1001",
            "change": CHANGE,
            "receive_count": 6,
            "sent_at": AT,
            "reason": "",
        }
    ],
    "queues": [
        {"queue": "inbox", "messages": 1},
        {"queue": "engine", "messages": 0},
        {"queue": "account-events", "messages": 0},
        {"queue": "publish-events", "messages": 0},
    ],
    "cursor": "",
}
_REDRIVEN: RedrivenAnswer = {
    "replanned": 1,
    "dropped": 0,
    "unreadable": 0,
    "changes": [CHANGE],
    "href": f"/v1/changes/{CHANGE}",
}
_WHICH: RedriveRequest = {"queue": "inbox"}
_QUEUE = Parameter(name="queue", text="Only this queue.", example="inbox", schema=words_in(LetterQueue))
DEAD_LETTERS = Description(tag="operations", answer=DeadLettersAnswer, example=_LETTERS, takes=(_QUEUE, LIMIT))
REDRIVE = Description(
    tag="operations",
    answer=RedrivenAnswer,
    example=_REDRIVEN,
    status=202,
    bodies=(Body(shape=RedriveRequest, example=_WHICH, required=False),),
)
