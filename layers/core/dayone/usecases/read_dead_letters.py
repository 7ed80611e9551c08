"""Say what lies among the dead letters: what each was about, and why it is there as far as it says."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from dayone.contracts import account_events
from dayone.contracts.inbox import from_json
from dayone.domain.commands import Command
from dayone.domain.dead_letters import DeadLetter, LetterQueue
from dayone.errors import Invalid, Malformed
from dayone.ports.dead_letters import DeadLetterQueues
from dayone.usecases.record_account_event import command_of


@dataclass(frozen=True, kw_only=True)
class Understood:
    """A letter, and what it asks for: None when that cannot be told, or when there is nothing to ask for."""

    letter: DeadLetter
    command: Command | None = None
    reason: str = ""

    @property
    def subject(self) -> str:
        """What it is about, such as `person:e-1001`, also where it cannot be read; empty when that is not known."""
        if self.command:
            return str(self.command.subject)
        return self.letter.group if self.letter.queue is LetterQueue.INBOX else ""


@dataclass(frozen=True, kw_only=True)
class Found:
    """Letters, and about how many lie in each queue."""

    letters: tuple[Understood, ...]
    counts: Mapping[LetterQueue, int]


def read_dead_letters(queue: LetterQueue | None, *, limit: int, queues: DeadLetterQueues) -> Found:
    """Letters of one queue or of all, at most so many; they stay where they are.

    Whoever looks takes them for a moment, so that another who looks at the same time may see fewer.
    """
    counts = queues.counts()
    found: list[DeadLetter] = []
    for one in [queue] if queue else LetterQueue:
        if counts[one] and len(found) < limit:
            found += queues.take(one, limit=limit - len(found))
    queues.put_back(found)
    return Found(letters=tuple(map(understand, found)), counts=counts)


def understand(letter: DeadLetter) -> Understood:
    """What a letter asks for, and the reason that it gives or has."""
    given = letter.told.get("reason") or ": ".join(filter(None, map(letter.told.get, ("ERROR_CODE", "ERROR_MESSAGE"))))
    match letter.queue:
        case LetterQueue.INBOX:
            return _of_inbox(letter, given=given)
        case LetterQueue.ACCOUNT_EVENTS:
            return _of_account_events(letter, given=given)
        case LetterQueue.PUBLISH_EVENTS:
            return Understood(letter=letter, reason=given or _condition(letter.body))
        case LetterQueue.ENGINE:
            return Understood(letter=letter, reason=given)


def _of_inbox(letter: DeadLetter, *, given: str) -> Understood:
    try:
        return Understood(letter=letter, command=from_json(letter.body, taken_at=letter.sent_at), reason=given)
    except Malformed as error:
        return Understood(letter=letter, reason=given or str(error))


def _of_account_events(letter: DeadLetter, *, given: str) -> Understood:
    try:
        event = account_events.read(letter.body)
    except Invalid as error:
        return Understood(letter=letter, reason=given or str(error))
    if event.ignored:
        return Understood(letter=letter, reason=given or event.ignored)
    return Understood(letter=letter, command=command_of(event), reason=given)


def _condition(body: str) -> str:
    """What Lambda says of a batch that it gave up on, such as `RetryAttemptsExhausted`."""
    try:
        said = json.loads(body)
        return str(said["requestContext"]["condition"])
    except (ValueError, LookupError, TypeError, RecursionError):
        return ""
