"""How far a change has come: done of all, account by account, and how long the rest is likely to take."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from dayone.domain.changes import Change, ChangeState, Share
from dayone.domain.estimating import Ahead, can_be_estimated, lanes_to_look_at, seconds_left
from dayone.domain.operations import Operation
from dayone.domain.rate_limits import Budgets
from dayone.domain.stuck import Stuck
from dayone.ports.backlog import Backlog
from dayone.ports.clock import Clock
from dayone.ports.progress import Progress
from dayone.ports.records import Page, Records
from dayone.usecases.overview import Overview
from dayone.usecases.read_access import Window, accepted_at
from dayone.usecases.read_stuck import stuck_subjects_of
from dayone.usecases.time_to_no_access import AccessEnded, access_ended

_MOST_ACCOUNTS = 25


class ProgressPorts(Protocol):
    """Following a change: what it needs of the API's context."""

    records: Records
    progress: Progress
    overview: Overview
    budgets: Budgets
    clock: Clock


@dataclass(frozen=True, kw_only=True)
class NotPlannedYet:
    """A change of which nothing is recorded, though its message may wait in a queue; `at` is the time in its id.

    `dead_letters` is about how many messages were given up, whichever change they belong to.
    """

    id: str
    at: datetime
    backlog: Backlog
    dead_letters: int


@dataclass(frozen=True, kw_only=True)
class Followed:
    """A change, part of its operations, its first accounts, and how many seconds are likely to be left.

    `access_ended` tells of a person who has lost all access by it. `seconds_left` is None where that cannot be said:
    while it is being planned, and when it waits for a human. `waits_for` are stuck subjects that it has not planned.
    """

    change: Change
    operations: Page[Operation]
    accounts: Page[Share]
    seconds_left: int | None
    access_ended: AccessEnded | None
    waits_for: Sequence[Stuck]


def follow_change(change: str, *, window: Window, ports: ProgressPorts) -> Followed | NotPlannedYet:
    """Raises NotFound for what is no id, and for one of which nothing is recorded and no queue can have a message."""
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
    ahead = Ahead(
        left=found.left,
        before={lane: ports.progress.before(found, lane) for lane in lanes_to_look_at(found)},
        # Of thousands of accounts those that are shown stand for all: the longest chains are begun first everywhere.
        longest_chain=max((share.left for share in accounts), default=0),
    )
    return seconds_left(ahead, budgets=ports.budgets)
