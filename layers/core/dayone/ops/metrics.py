"""The numbers of the last day, from what each change counts of itself: no operation is read for them."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from dayone.model.changes import CauseKind, Change, ChangeFilter, ChangeState
from dayone.model.failures import LetterQueue
from dayone.ops.health import Overview
from dayone.ports.operations import Clock
from dayone.ports.records import History
from dayone.ports.store import DueWork

MOST_COUNTED = 5_000
_A_DAY = timedelta(hours=24)
_PAGE = 100
# A policy, a discovery and a retry are about many subjects; their durations describe no single one.
_ABOUT_SUBJECT = frozenset({CauseKind.HR_EVENT, CauseKind.ACCOUNT_EVENT, CauseKind.DUE})


class MetricPorts(Protocol):
    """Reading metrics: what it needs of the API's context."""

    overview: Overview
    work: DueWork
    clock: Clock


@dataclass(frozen=True, kw_only=True)
class Spread:
    """Durations in seconds: half of them are at most `p50`, 95 of 100 at most `p95`, all at most `longest`."""

    changes: int
    p50: float
    p95: float
    longest: float


@dataclass(frozen=True, kw_only=True)
class Metrics:
    """Metrics of a day's changes; only the newest 5,000 when they are not `complete`.

    `to_access` is for changes about one person or account that succeeded and removed nothing, `to_no_access` for those
    that removed something: from the receipt by the inbox until the end of the last operation. None without any.
    """

    since: datetime
    until: datetime
    complete: bool
    by_state: Mapping[ChangeState, int]
    by_cause: Mapping[CauseKind, int]
    operations: Mapping[str, int]
    to_access: Spread | None
    to_no_access: Spread | None
    dead_letters: Mapping[LetterQueue, int]
    operations_open: bool


def read_metrics(*, ports: MetricPorts) -> Metrics:
    """Of the 24 hours until now, by the time of the changes' causes."""
    now = ports.clock()
    since = now - _A_DAY
    changes, complete = _changes(since, history=ports.overview.history)
    over = [
        change for change in changes if change.cause.origin in _ABOUT_SUBJECT and change.state is ChangeState.SUCCEEDED
    ]
    return Metrics(
        since=since,
        until=now,
        complete=complete,
        by_state=Counter(change.state for change in changes),
        by_cause=Counter(change.cause.kind for change in changes),
        operations=_operations(changes),
        to_access=_spread(change for change in over if not change.removals),
        to_no_access=_spread(change for change in over if change.removals),
        dead_letters=ports.overview.dead_letters.counts(),
        operations_open=ports.work.has_runnable() or ports.work.has_parked(),
    )


def _changes(since: datetime, *, history: History) -> tuple[Sequence[Change], bool]:
    found: list[Change] = []
    cursor = ""
    while len(found) < MOST_COUNTED:
        page = history.changes(ChangeFilter(since=since), cursor=cursor, limit=_PAGE)
        found += page.entries
        cursor = page.cursor
        if not cursor:
            return found, True
    return found, False


def _operations(changes: Iterable[Change]) -> Mapping[str, int]:
    counted = Counter[str]()
    for change in changes:
        counted.update(
            planned=change.operations,
            succeeded=change.succeeded,
            failed=change.failed,
            superseded=change.superseded,
            held=change.held,
            removals=change.removals,
            attempts=change.attempts,
        )
    return counted


def _spread(changes: Iterable[Change]) -> Spread | None:
    took = sorted(
        (change.ended_at - (change.cause.received_at or change.cause.at)).total_seconds()
        for change in changes
        if change.ended_at
    )
    if not took:
        return None
    return Spread(changes=len(took), p50=_at(took, 0.5), p95=_at(took, 0.95), longest=took[-1])


def _at(in_order: Sequence[float], share: float) -> float:
    """Return the least value that this share of them does not exceed."""
    return in_order[max(0, -(-len(in_order) * round(share * 100) // 100) - 1)]
