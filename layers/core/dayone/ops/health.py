"""Check health and count what is going on: the policy in force, open operations, and what needs attention."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Protocol

from dayone.model.audit import ALONE
from dayone.model.changes import CauseKind, Change, ChangeFilter, ChangeState
from dayone.model.failures import LetterQueue
from dayone.model.hr_sources import HrVersion, HrVersionState
from dayone.model.recovery import Recovery
from dayone.policy.protection import ProtectionPorts, check_protection
from dayone.policy.sensitive_notes import birthrights_in_force
from dayone.ports.hr import RecordedHrVersions
from dayone.ports.inventory import InventoryView
from dayone.ports.operations import Clock, DeadLetterQueues, InboxBacklog, StuckSubjects
from dayone.ports.records import AuditLog, History
from dayone.ports.recovery import Fence
from dayone.ports.store import DueWork, Ledger, PolicyInForce
from dayone.setup.check import CheckSettings, GivenSettings

_DAYS = 7


@dataclass(frozen=True, kw_only=True)
class Overview:
    """The ports for it; `waiting` are all queues by name, `pause` sleeps for seconds."""

    history: History
    audit_log: AuditLog
    dead_letters: DeadLetterQueues
    backlog: InboxBacklog
    waiting: Mapping[str, InboxBacklog]
    stuck: StuckSubjects
    surroundings: CheckSettings
    given: GivenSettings
    pause: Callable[[float], None]


class HealthPorts(ProtectionPorts, Protocol):
    """Looking at Day One: what it needs of the API's context."""

    policies: PolicyInForce
    work: DueWork
    hr_versions: RecordedHrVersions
    overview: Overview
    ledger: Ledger
    inventory: InventoryView
    fence: Fence
    clock: Clock


@dataclass(frozen=True, kw_only=True)
class Health:
    """Health: the policy in force (0 before the first), and whether operations are open.

    `recovery` says that the state table is being recovered, empty while it is not. `notices` name protected resources
    that do not exist or people who have left, SoleAdministrator being in force, and the number of held operations that
    expired; `hr_configuration` is one of HR systems that does not count. `drift` is how much of each kind the inventory
    of Identity Center has found beside its baseline and what is ignored, by the inventory of `inventory_at`, None
    before there is a complete one, and by the events of edits that had come by `events_at`.
    """

    policy_version: int
    operations_open: bool
    recovery: str = ""
    notices: tuple[str, ...] = ()
    hr_configuration: tuple[str, ...] = ()
    drift: Mapping[str, int] = field(default_factory=dict)
    inventory_at: datetime | None = None
    events_at: datetime | None = None

    @property
    def drift_in_words(self) -> str:
        """Return the number of each kind that differs, such as `2 changed, 1 missing`; empty for nothing."""
        return ", ".join(f"{number} {kind}" for kind, number in sorted(self.drift.items()))

    @property
    def warnings(self) -> tuple[str, ...]:
        """Everything that somebody should know, in sentences."""
        return (
            *([self.recovery] if self.recovery else []),
            *self.notices,
            *self.hr_configuration,
            *self._about_drift(),
        )

    def _about_drift(self) -> Iterator[str]:
        if self.drift:
            found = f"{self.drift_in_words}; {self.as_of}"
            yield f"Identity Center differs from the record ({found}): `dayone drift list`"

    @property
    def as_of(self) -> str:
        """Times of what is known of Identity Center, and what each rests on."""
        read, events = self.inventory_at, self.events_at
        inventory = f"as of {_minute(read)} (inventory)" if read else "no complete inventory yet"
        return f"{inventory}, {_minute(events)} (events)" if events else inventory


def _minute(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"


def check_health(ports: HealthPorts) -> Health:
    """Read the health of the deployment; raise Unavailable when the state cannot be read."""
    policy, now, complete = ports.policies.current(), ports.clock(), ports.inventory.complete()
    guards = check_protection(policy, in_force=policy, ports=ports)
    warnings = [str(note) for note in sorted(guards.warnings)]
    return Health(
        policy_version=policy.version,
        operations_open=ports.work.has_runnable() or ports.work.has_parked(),
        recovery=_about_recovery(ports.fence.recovery()),
        notices=(
            *([ALONE] if ports.overview.given.sole_administrator else []),
            *warnings,
            *birthrights_in_force(policy),
            *_about_expiry(ports),
        ),
        hr_configuration=tuple(_about_hr(ports.hr_versions.versions().newest)),
        drift=Counter(
            str(finding.difference.kind) for finding in ports.inventory.findings() if finding.is_to_be_decided(now)
        ),
        inventory_at=complete.finished_at if complete else None,
        events_at=ports.inventory.events_at(),
    )


def _about_recovery(recovery: Recovery | None) -> str:
    if recovery is None:
        return ""
    since = f" since {_minute(recovery.since)}" if recovery.since else ""
    return (
        f"the state table is another one than before{since}: nothing is given, and nothing taken but the access of "
        "people who are reported to have left, until `dayone recover` has rebuilt the record"
    )


def _about_expiry(ports: HealthPorts) -> Iterator[str]:
    today = ports.clock().astimezone(UTC).date()
    if number := ports.ledger.expired(today - timedelta(days=before) for before in range(_DAYS)):
        what = "1 held operation has" if number == 1 else f"{number} held operations have"
        ends = "what was asked for is not given until a newer policy asks again"
        yield f"{what} expired within {_DAYS} days, since nobody decided in time: {ends}; the audit log has the changes"


def _about_hr(newest: HrVersion | None) -> Iterator[str]:
    if newest is None or newest.state is HrVersionState.IN_FORCE:
        return
    what = f"version {newest.number} of the configuration of HR systems is {newest.state} and does not count"
    mends = f"; `dayone hr approve {newest.digest}`" if newest.state is HrVersionState.HELD else ""
    yield f"{what}: {'; '.join(newest.reasons)}{mends}"


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
    changes, complete = newest_changes(ChangeFilter(since=since), most=MOST_COUNTED, history=ports.overview.history)
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


def newest_changes(which: ChangeFilter, *, most: int, history: History) -> tuple[Sequence[Change], bool]:
    """Return the newest of these changes, and whether these are all."""
    found: list[Change] = []
    cursor = ""
    while len(found) < most:
        page = history.changes(which, cursor=cursor, limit=min(_PAGE, most - len(found)))
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
