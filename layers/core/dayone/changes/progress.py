"""Progress of a change, its remaining time, waiting until it is over, and the deprovisioning time."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from dayone.changes.estimate import WorkAhead, can_be_estimated, lanes_to_look_at, seconds_left
from dayone.executor.rate_limits import Allowances, Budgets
from dayone.lookups import Window, accepted_at
from dayone.model.changes import OPEN_CHANGES, Change, ChangeState, Share
from dayone.model.failures import Stuck
from dayone.model.operations import Action, Operation, OperationState
from dayone.model.subjects import ResourceKind, Subject, SubjectKind
from dayone.ops.dead_letters import stuck_subjects_of
from dayone.ops.health import Overview
from dayone.planning.facts import change_of_accounts
from dayone.ports.operations import Clock, LearnedQuotas, QueueDepth
from dayone.ports.records import Page, Progress, Records

LONGEST_WAIT = 20  # seconds; API Gateway ends a request after 29
_FIRST_PAUSE, _LONGEST_PAUSE = 0.2, 1.0  # seconds


class WaitPorts(Protocol):
    """Waiting for a change: what it needs of the API's context."""

    overview: Overview
    clock: Clock


def await_change(change: str, *, seconds: int, ports: WaitPorts) -> None:
    """Return when it has succeeded, failed or is held, or after so many seconds; one that is unknown may yet come."""
    until = ports.clock() + timedelta(seconds=seconds)
    pause = _FIRST_PAUSE
    while (left := (until - ports.clock()).total_seconds()) > 0:
        found = ports.overview.history.glance(change)
        if found is not None and found.state not in OPEN_CHANGES:
            return
        ports.overview.pause(min(pause, left))
        pause = min(pause * 1.5, _LONGEST_PAUSE)


_MOST_ACCOUNTS = 25


class ProgressPorts(Protocol):
    """Following a change: what it needs of the API's context."""

    records: Records
    progress: Progress
    overview: Overview
    quotas: LearnedQuotas
    budgets: Budgets
    clock: Clock


@dataclass(frozen=True, kw_only=True)
class NotPlannedYet:
    """A change of which nothing is recorded, though its message may wait in a queue; `at` is the time in its id.

    `dead_letters` is about how many messages were given up, whichever change they belong to.
    """

    id: str
    at: datetime
    backlog: QueueDepth
    dead_letters: int


@dataclass(frozen=True, kw_only=True)
class AccessEnded:
    """Time at which the last of a person's access was revoked, and the seconds since the request.

    `sessions_ended_at` is when their live sessions were ended, None if that was not, or not yet, done.
    """

    at: datetime
    seconds: float
    sessions_ended_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class Followed:
    """A change, part of its operations, its first accounts, and the estimate of the remaining seconds.

    `access_ended` is set for a person who has lost all access by it. `seconds_left` is None while the change is being
    planned, and when it waits for a human. `waits_for` are stuck subjects that it has not planned.
    """

    change: Change
    operations: Page[Operation]
    accounts: Page[Share]
    seconds_left: int | None
    access_ended: AccessEnded | None
    waits_for: Sequence[Stuck]


def follow_change(change: str, *, window: Window, ports: ProgressPorts) -> Followed | NotPlannedYet:
    """Return a change's progress; raise NotFound for a text that is no id, and for a change that cannot be queued."""
    found = ports.records.change(change)
    if found is None:
        return _not_planned_yet(change, ports=ports)
    operations = ports.records.operations(change, cursor=window.cursor, limit=window.limit)
    accounts = ports.progress.of_accounts(change, cursor="", limit=_MOST_ACCOUNTS)
    return Followed(
        change=found,
        operations=operations,
        access_ended=None if window.cursor else access_ended(found, operations, records=ports.records),
        accounts=accounts,
        seconds_left=_seconds_left(found, accounts=accounts.entries, ports=ports),
        waits_for=stuck_subjects_of(found, ports=ports),
    )


def _not_planned_yet(change: str, *, ports: ProgressPorts) -> NotPlannedYet:
    now = ports.clock()
    return NotPlannedYet(
        id=change,
        at=accepted_at(change, now=now),
        backlog=ports.overview.backlog.backlog(now=now),
        dead_letters=sum(ports.overview.dead_letters.counts().values()),
    )


def accounts_of_change(change: str, *, window: Window, ports: ProgressPorts) -> Page[Share] | NotPlannedYet:
    """Part of the accounts that a change is about, by id; raises NotFound as `follow_change` does."""
    if ports.records.change(change) is None:
        return _not_planned_yet(change, ports=ports)
    return ports.progress.of_accounts(change, cursor=window.cursor, limit=window.limit)


def _seconds_left(found: Change, *, accounts: Sequence[Share], ports: ProgressPorts) -> int | None:
    if not can_be_estimated(found):
        return 0 if found.state in (ChangeState.SUCCEEDED, ChangeState.FAILED) else None
    ahead = WorkAhead(
        left=found.left,
        before={lane: ports.progress.before(found, lane) for lane in lanes_to_look_at(found)},
        # Of thousands of accounts those that are shown stand for all: the longest chains are begun first everywhere.
        longest_chain=max((share.left for share in accounts), default=0),
    )
    allowances = Allowances(ports.budgets, ports.quotas.learned())
    return seconds_left(ahead, budgets=allowances.at(ports.clock()))


_ACCESS = frozenset({ResourceKind.MEMBERSHIP, ResourceKind.ASSIGNMENT})


def access_ended(change: Change, operations: Page[Operation], *, records: Records) -> AccessEnded | None:
    """For a change by which one person has lost all access; None for any other, and while some of it is left.

    What they were assigned directly goes by a change of its own beside this one, and counts.
    """
    people = {operation.subject for operation in operations.entries if operation.subject.kind is SubjectKind.PERSON}
    if len(people) != 1 or operations.cursor or _gives(operations.entries):
        return None
    theirs = [*_taken(operations.entries), *_of_accounts(people.pop(), change=change, records=records)]
    ends = [
        operation.finished_at
        for operation in theirs
        if operation.state is OperationState.SUCCEEDED and operation.finished_at
    ]
    if not ends or len(ends) < len(theirs):
        return None
    query_text = change.cause.received_at or change.cause.at
    return AccessEnded(
        at=max(ends),
        seconds=(max(ends) - query_text).total_seconds(),
        sessions_ended_at=next(_sessions(operations.entries), None),
    )


def _gives(operations: Iterable[Operation]) -> bool:
    return any(operation.action is Action.CREATE and operation.resource.kind in _ACCESS for operation in operations)


def _taken(operations: Iterable[Operation]) -> Iterator[Operation]:
    yield from (
        operation
        for operation in operations
        if operation.action is Action.DELETE and operation.resource.kind in _ACCESS
    )


def _of_accounts(person: Subject, *, change: Change, records: Records) -> Iterator[Operation]:
    beside, cursor = change_of_accounts(person, cause=change.cause), ""
    while True:
        page = records.operations(beside, cursor=cursor, limit=100)
        yield from _taken(page.entries)
        cursor = page.cursor
        if not cursor:
            return


def _sessions(operations: Iterable[Operation]) -> Iterator[datetime]:
    for operation in operations:
        is_end = operation.action is Action.CREATE and operation.resource.kind is ResourceKind.ENDED_SESSIONS
        if is_end and operation.state is OperationState.SUCCEEDED and operation.finished_at:
            yield operation.finished_at
