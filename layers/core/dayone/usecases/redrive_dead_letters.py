"""Have what the dead letters are about planned again, and drop them; no old plan is ever replayed."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from dayone.domain.dead_letters import DeadLetter, LetterQueue
from dayone.ports.clock import Clock, RandomBytes
from dayone.ports.state import Changes, Inbox
from dayone.usecases.overview import Overview
from dayone.usecases.read_dead_letters import Understood, understand
from dayone.usecases.request_discovery import request_discovery

MOST_REDRIVEN = 500
# What a listener has missed is not planned: dropping it takes somebody who says so.
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
    """How many letters led to a subject being planned again, how many more were dropped, and how many stay.

    `changes` are those that go on or begin because of it. `stays` are letters that cannot be read.
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
    for one in [queue] if queue else _BY_ITSELF:
        taken = queues.take(one, limit=left) if counts[one] and left else ()
        left -= len(taken)
        done = _and(done, _redriven(one, tuple(map(understand, taken)), actor=actor, ports=ports))
    return done


def _redriven(queue: LetterQueue, letters: tuple[Understood, ...], *, actor: str, ports: RedrivePorts) -> Redriven:
    asked = [letter for letter in letters if letter.command]
    others = [letter for letter in letters if not letter.command]
    commands = [letter.command for letter in asked if letter.command]
    for command in commands:
        ports.changes.ask_again(command.cause.change, subject=command.subject)
    # A fact that is older than the known one is left aside, and what has been planned already is not planned twice.
    # Whoever redrives a letter speaks for nobody whose word is in it: what was refused is refused again.
    ports.redelivery.put(commands)
    changes = [command.cause.change for command in commands]
    if queue is LetterQueue.ACCOUNT_EVENTS and others:
        # Whichever account these are about, it is among all of them.
        changes.append(request_discovery(actor=actor, ports=ports))
    stays = others if queue is LetterQueue.INBOX else []
    dropped = [] if queue is LetterQueue.INBOX else others
    ports.overview.dead_letters.drop(_letters([*asked, *dropped]))
    ports.overview.dead_letters.put_back(_letters(stays))
    return Redriven(
        planned_again=len(asked), dropped=len(dropped), stays=len(stays), changes=tuple(dict.fromkeys(changes))
    )


def _letters(understood: Iterable[Understood]) -> list[DeadLetter]:
    return [one.letter for one in understood]


def _and(one: Redriven, other: Redriven) -> Redriven:
    return Redriven(
        planned_again=one.planned_again + other.planned_again,
        dropped=one.dropped + other.dropped,
        stays=one.stays + other.stays,
        changes=tuple(dict.fromkeys((*one.changes, *other.changes))),
    )
