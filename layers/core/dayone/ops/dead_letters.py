"""List the dead letters and what is stuck, and plan anew what these are about; no old plan is replayed."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from dayone.accounts import events as account_events
from dayone.accounts.discovery import request_discovery
from dayone.accounts.events import command_of
from dayone.errors import Invalid, Malformed, NewerForm
from dayone.messages.inbox import from_json
from dayone.model.changes import Change, ChangeState
from dayone.model.commands import Command
from dayone.model.failures import DeadLetter, LetterQueue, Stuck, StuckKind
from dayone.model.people import USER_NAME, Person, has_left
from dayone.model.subjects import Subject, SubjectKind
from dayone.ops.health import Overview
from dayone.ports.operations import Clock, DeadLetterQueues, RandomBytes
from dayone.ports.records import Progress, SubjectIndex
from dayone.ports.store import Changes, Inbox, PolicyArchive, PolicyInForce


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
            except (Malformed, NewerForm) as error:
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
        case LetterQueue.ENGINE | LetterQueue.NOTIFICATIONS:
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


MOST_LETTERS = 100
# Those of them that are looked up in one request.
MOST_PROTECTED = 100
_IS_PROTECTED = (
    "they have left and the policy protects them, so nothing that they have is revoked: "
    "take them out of `protect`, and have somebody else approve that"
)


# Every change is planned for a moment; dead letters are not read for that.
_PLANNING_FOR_LONG = timedelta(seconds=30)


class WaitingPorts(Protocol):
    """Reading what a change waits for: what it needs of the API's context."""

    overview: Overview
    progress: Progress
    clock: Clock


class StuckPorts(WaitingPorts, Protocol):
    """Reading everything that is stuck needs the policy, its change, and whom it protects as well."""

    archive: PolicyArchive
    policies: PolicyInForce
    index: SubjectIndex


@dataclass(frozen=True, kw_only=True)
class AllStuck:
    """Stuck work, oldest first; not `complete` when there are more dead letters than were read."""

    stuck: Sequence[Stuck]
    complete: bool


def read_stuck(*, ports: StuckPorts) -> AllStuck:
    """Return noted stuck work, dead letters, the policy change waiting for these, and protected leavers."""
    noted = ports.overview.stuck.all(now=ports.clock())
    letters, complete = _dead_letters(ports.overview.dead_letters)
    given_up = {(stuck.subject, stuck.change) for stuck in letters}
    # A message may still be noted a few minutes after it was given up.
    stuck = [*(each for each in noted if (each.subject, each.change) not in given_up), *letters]
    stuck += _policy_waits(stuck, ports=ports)
    stuck += _protected(ports=ports)
    return AllStuck(stuck=sorted(stuck, key=lambda each: each.since), complete=complete)


def _protected(*, ports: StuckPorts) -> Iterator[Stuck]:
    """Yield protected people who have left according to HR; a protected user is found by their user name in HR."""
    policy, now = ports.policies.current(), ports.clock()
    named = {ports.index.holder_of(USER_NAME + name) for name in sorted(policy.protection.users)[:MOST_PROTECTED]}
    people = sorted({*policy.protection.people, *named} - {""})[:MOST_PROTECTED]
    found = ports.index.brief(Subject(SubjectKind.PERSON, name) for name in people)
    for subject, state in found.items():
        fact, version = state.head.fact, state.head.version
        if isinstance(fact, Person) and has_left(fact, cycle=policy.people, now=now):
            since = version.at if version else now
            yield Stuck(kind=StuckKind.PROTECTED, subject=str(subject), since=since, reason=_IS_PROTECTED)


def stuck_subjects_of(change: Change, *, ports: WaitingPorts) -> Sequence[Stuck]:
    """Return the stuck subjects that a change has not planned yet, each once."""
    now = ports.clock()
    if change.state is not ChangeState.PLANNING or now - change.cause.at < _PLANNING_FOR_LONG:
        return []
    letters, _ = _dead_letters(ports.overview.dead_letters)
    return _unplanned([*ports.overview.stuck.all(now=now), *letters], change=change, progress=ports.progress)


def _unplanned(stuck: Iterable[Stuck], *, change: Change, progress: Progress) -> Sequence[Stuck]:
    named = {each.subject: each for each in stuck if each.kind in (StuckKind.MESSAGE, StuckKind.DEAD_LETTER)}
    subjects = {subject: each for each in named.values() if (subject := _parsed(each.subject))}
    planned = progress.planned(change.id, subjects)
    return [each for subject, each in subjects.items() if subject not in planned]


def _parsed(subject: str) -> Subject | None:
    try:
        return Subject.parse(subject)
    except ValueError:
        return None


def _dead_letters(queues: DeadLetterQueues) -> tuple[list[Stuck], bool]:
    found = read_dead_letters(LetterQueue.INBOX, limit=MOST_LETTERS, queues=queues)
    others = read_dead_letters(LetterQueue.ACCOUNT_EVENTS, limit=MOST_LETTERS, queues=queues)
    letters = [*found.letters, *others.letters]
    waiting = found.counts[LetterQueue.INBOX] + found.counts[LetterQueue.ACCOUNT_EVENTS]
    return list(map(_of_letter, letters)), waiting <= len(letters)


def _of_letter(letter: Understood) -> Stuck:
    return Stuck(
        kind=StuckKind.DEAD_LETTER,
        subject=letter.subject,
        since=letter.letter.sent_at,
        reason=letter.reason or "the log of the function says why",
        change=letter.command.cause.change if letter.command else "",
    )


def _policy_waits(stuck: Iterable[Stuck], *, ports: StuckPorts) -> Iterator[Stuck]:
    uploaded_by = ports.archive.change_in_force()
    change = ports.overview.history.glance(uploaded_by) if uploaded_by else None
    if change is None or change.state is not ChangeState.PLANNING:
        return
    waits_for = _unplanned(stuck, change=change, progress=ports.progress)
    if waits_for:
        names = ", ".join(each.subject for each in waits_for[:10])
        yield Stuck(
            kind=StuckKind.CHANGE,
            subject=f"change:{change.id}",
            since=min(each.since for each in waits_for),
            reason=f"it is planned for {change.planned} of {change.subjects or 'its'} subjects, and waits for {names}",
            change=change.id,
        )
