"""List the dead letters, and plan anew what they are about; no old plan is replayed."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

from dayone.accounts import events as account_events
from dayone.accounts.discovery import request_discovery
from dayone.accounts.events import command_of
from dayone.errors import Invalid, Malformed
from dayone.messages.inbox import from_json
from dayone.model.commands import Command
from dayone.model.failures import DeadLetter, LetterQueue
from dayone.ops.health import Overview
from dayone.ports.failures import DeadLetterQueues
from dayone.ports.operations import Clock, RandomBytes
from dayone.ports.store import Changes, Inbox


@dataclass(frozen=True, kw_only=True)
class Understood:
    """A dead letter, and its command: None when it cannot be parsed, or when there is nothing to do."""

    letter: DeadLetter
    command: Command | None = None
    reason: str = ""

    @property
    def subject(self) -> str:
        """Subject such as `person:e-1001`, also if the letter cannot be parsed; empty when it is unknown."""
        if self.command:
            return str(self.command.subject)
        return self.letter.group if self.letter.queue is LetterQueue.INBOX else ""


@dataclass(frozen=True, kw_only=True)
class DeadLetterSummary:
    """Letters, and about how many lie in each queue."""

    letters: tuple[Understood, ...]
    counts: Mapping[LetterQueue, int]


def read_dead_letters(queue: LetterQueue | None, *, limit: int, queues: DeadLetterQueues) -> DeadLetterSummary:
    """Read letters of one queue or of all, at most so many; they stay where they are.

    Reading hides them for a moment, so that another reader at the same time may see fewer.
    """
    counts = queues.counts()
    found: list[DeadLetter] = []
    for entry in [queue] if queue else LetterQueue:
        if counts[entry] and len(found) < limit:
            found += queues.take(entry, limit=limit - len(found))
    queues.put_back(found)
    return DeadLetterSummary(letters=tuple(map(understand, found)), counts=counts)


def understand(letter: DeadLetter) -> Understood:
    """Return the command of a letter, and its recorded or derived reason."""
    given = letter.attributes.get("reason") or ": ".join(
        filter(None, map(letter.attributes.get, ("ERROR_CODE", "ERROR_MESSAGE")))
    )
    match letter.queue:
        case LetterQueue.INBOX:
            try:
                return Understood(letter=letter, command=from_json(letter.body, taken_at=letter.sent_at), reason=given)
            except Malformed as error:
                return Understood(letter=letter, reason=given or str(error))
        case LetterQueue.ACCOUNT_EVENTS:
            try:
                event = account_events.read(letter.body)
            except Invalid as error:
                return Understood(letter=letter, reason=given or str(error))
            if event.ignored:
                return Understood(letter=letter, reason=given or event.ignored)
            return Understood(letter=letter, command=command_of(event), reason=given)
        case LetterQueue.PUBLISH_EVENTS:
            return Understood(letter=letter, reason=given or _condition(letter.body))
        case LetterQueue.ENGINE:
            return Understood(letter=letter, reason=given)


def _condition(body: str) -> str:
    """Return Lambda's condition for a batch that it gave up on, such as `RetryAttemptsExhausted`."""
    try:
        parsed = json.loads(body)
        return str(parsed["requestContext"]["condition"])
    except (ValueError, LookupError, TypeError, RecursionError):
        return ""


MOST_REDRIVEN = 500
# An event that a listener missed is not planned: it is dropped only on request.
_BY_ITSELF = (LetterQueue.INBOX, LetterQueue.ACCOUNT_EVENTS, LetterQueue.ENGINE)


class RedrivePorts(Protocol):
    """Redriving: what it needs of the API's context."""

    overview: Overview
    inbox: Inbox
    redelivery: Inbox
    changes: Changes
    clock: Clock
    entropy: RandomBytes


@dataclass(frozen=True, kw_only=True)
class Redriven:
    """Number of letters that were planned again, number of others that were dropped, and number that stay.

    `changes` are those that continue or begin because of it. `stays` are letters that cannot be parsed.
    """

    planned_again: int = 0
    dropped: int = 0
    stays: int = 0
    changes: tuple[str, ...] = ()


def redrive_dead_letters(queue: LetterQueue | None, *, actor: str, ports: RedrivePorts) -> Redriven:
    """Of one queue, or of all that stand for work, at most 500 letters; `actor` is the ARN of the caller.

    A crash on the way leaves letters that are planned again once more, which is harmless.
    """
    queues, left, done = ports.overview.dead_letters, MOST_REDRIVEN, Redriven()
    counts = queues.counts()
    for entry in [queue] if queue else _BY_ITSELF:
        taken = queues.take(entry, limit=left) if counts[entry] and left else ()
        left -= len(taken)
        other = _redriven(entry, tuple(map(understand, taken)), actor=actor, ports=ports)
        done = Redriven(
            planned_again=done.planned_again + other.planned_again,
            dropped=done.dropped + other.dropped,
            stays=done.stays + other.stays,
            changes=tuple(dict.fromkeys((*done.changes, *other.changes))),
        )
    return done


def _redriven(queue: LetterQueue, letters: tuple[Understood, ...], *, actor: str, ports: RedrivePorts) -> Redriven:
    redrivable = [letter for letter in letters if letter.command]
    others = [letter for letter in letters if not letter.command]
    commands = [letter.command for letter in redrivable if letter.command]
    for command in commands:
        ports.changes.ask_again(command.cause.change, subject=command.subject)
    # A fact older than the recorded one is ignored, and a command that was planned already is not planned twice.
    # Whoever redrives a letter speaks for nobody whose word is in it: what was refused is refused again.
    ports.redelivery.put(commands)
    changes = [command.cause.change for command in commands]
    if queue is LetterQueue.ACCOUNT_EVENTS and others:
        # Whichever account these are about, it is among all of them.
        changes.append(request_discovery(actor=actor, ports=ports))
    stays = others if queue is LetterQueue.INBOX else []
    dropped = [] if queue is LetterQueue.INBOX else others
    ports.overview.dead_letters.drop(_letters([*redrivable, *dropped]))
    ports.overview.dead_letters.put_back(_letters(stays))
    return Redriven(
        planned_again=len(redrivable), dropped=len(dropped), stays=len(stays), changes=tuple(dict.fromkeys(changes))
    )


def _letters(understood: Iterable[Understood]) -> list[DeadLetter]:
    return [message.letter for message in understood]
