"""Name what is stuck: by its subject, since when, why, and which change waits for it."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from dayone.hr.resolve_person import USER_NAME
from dayone.model.changes import Change, ChangeState
from dayone.model.failures import LetterQueue, Stuck, StuckKind
from dayone.model.lifecycle import has_left
from dayone.model.people import Person
from dayone.model.subjects import Subject, SubjectKind
from dayone.ops.dead_letters import Understood, read_dead_letters
from dayone.ops.health import Overview
from dayone.ports.failures import DeadLetterQueues
from dayone.ports.operations import Clock
from dayone.ports.records import Progress, SubjectIndex
from dayone.ports.store import PolicyArchive, PolicyInForce

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
        yield _waiting(change, waits_for=waits_for)


def _waiting(change: Change, *, waits_for: Sequence[Stuck]) -> Stuck:
    names = ", ".join(each.subject for each in waits_for[:10])
    return Stuck(
        kind=StuckKind.CHANGE,
        subject=f"change:{change.id}",
        since=min(each.since for each in waits_for),
        reason=f"it is planned for {change.planned} of {change.subjects or 'its'} subjects, and waits for {names}",
        change=change.id,
    )
