"""How far a change has come: done of all, account by account, and how long the rest is likely to take."""

from dataclasses import dataclass
from typing import Protocol

from dayone.domain.changes import Change, ChangeState, Share
from dayone.domain.estimating import Ahead, can_be_estimated, lanes_to_look_at, seconds_left
from dayone.domain.operations import Operation
from dayone.domain.rate_limits import Budgets
from dayone.ports.progress import Progress
from dayone.ports.records import Page, Records
from dayone.usecases.read_access import Window, the_change
from dayone.usecases.time_to_no_access import AccessEnded, access_ended

_MOST_ACCOUNTS = 100


class ProgressPorts(Protocol):
    """Following a change: what it needs of the API's context."""

    records: Records
    progress: Progress
    budgets: Budgets


@dataclass(frozen=True, kw_only=True)
class Followed:
    """A change, part of its operations, its first accounts, and how many seconds are likely to be left.

    `access_ended` tells of a person who has lost all access by it. `seconds_left` is None where that cannot be said:
    while it is being planned, and when it waits for a human.
    """

    change: Change
    operations: Page[Operation]
    accounts: Page[Share]
    seconds_left: int | None
    access_ended: AccessEnded | None


def follow_change(change: str, *, window: Window, ports: ProgressPorts) -> Followed:
    """Raises NotFound for a change that is unknown."""
    found = the_change(change, records=ports.records)
    operations = ports.records.operations(change, cursor=window.cursor, limit=window.limit)
    return Followed(
        change=found,
        operations=operations,
        access_ended=None if window.cursor else access_ended(found, operations, records=ports.records),
        accounts=ports.progress.of_accounts(change, cursor="", limit=_MOST_ACCOUNTS),
        seconds_left=_seconds_left(found, ports=ports),
    )


def accounts_of_change(change: str, *, window: Window, ports: ProgressPorts) -> Page[Share]:
    """Part of the accounts that a change is about, by id; raises NotFound for a change that is unknown."""
    the_change(change, records=ports.records)
    return ports.progress.of_accounts(change, cursor=window.cursor, limit=window.limit)


def _seconds_left(found: Change, *, ports: ProgressPorts) -> int | None:
    if not can_be_estimated(found):
        return 0 if found.state in (ChangeState.SUCCEEDED, ChangeState.FAILED) else None
    ahead = Ahead(
        left=found.left,
        before={lane: ports.progress.before(found, lane) for lane in lanes_to_look_at(found)},
        longest_chain=ports.progress.longest_chain(found.id),
    )
    return seconds_left(ahead, budgets=ports.budgets)
