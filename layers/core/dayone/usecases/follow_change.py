"""How far a change has come: done of all, account by account, and how long the rest is likely to take."""

from dataclasses import dataclass

from dayone.domain.changes import Change, ChangeState, Share
from dayone.domain.estimating import Ahead, can_be_estimated, lanes_to_look_at, seconds_left
from dayone.domain.operations import Operation
from dayone.ports.records import Page
from dayone.usecases.access_api import AccessApi
from dayone.usecases.read_access import Window, the_change
from dayone.usecases.time_to_no_access import AccessEnded, access_ended

_MOST_ACCOUNTS = 100


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


def follow_change(change: str, *, window: Window, api: AccessApi) -> Followed:
    """Raises NotFound for a change that is unknown."""
    found = the_change(change, records=api.records)
    operations = api.records.operations(change, cursor=window.cursor, limit=window.limit)
    return Followed(
        change=found,
        operations=operations,
        access_ended=None if window.cursor else access_ended(found, operations, records=api.records),
        accounts=api.progress.of_accounts(change, cursor="", limit=_MOST_ACCOUNTS),
        seconds_left=_seconds_left(found, api=api),
    )


def accounts_of_change(change: str, *, window: Window, api: AccessApi) -> Page[Share]:
    """Part of the accounts that a change is about, by id; raises NotFound for a change that is unknown."""
    the_change(change, records=api.records)
    return api.progress.of_accounts(change, cursor=window.cursor, limit=window.limit)


def _seconds_left(found: Change, *, api: AccessApi) -> int | None:
    if not can_be_estimated(found):
        return 0 if found.state in (ChangeState.SUCCEEDED, ChangeState.FAILED) else None
    ahead = Ahead(
        left=found.left,
        before={lane: api.progress.before(found, lane) for lane in lanes_to_look_at(found)},
        longest_chain=api.progress.longest_chain(found.id),
    )
    return seconds_left(ahead, budgets=api.budgets)
