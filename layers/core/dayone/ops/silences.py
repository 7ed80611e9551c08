"""Measure what nobody would notice: work that waits, moments that passed, HR sources and inventories that stopped."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import islice

from dayone.model.changes import OPEN_CHANGES, OPEN_FOR_LONG, ChangeFilter, ChangeState
from dayone.model.failures import StuckKind
from dayone.model.hr_sources import HrVersionState
from dayone.model.monitoring import SUMMED, Metric
from dayone.ops.health import newest_changes
from dayone.ports.hr import HrDeliveries, HrSources, RecordedHrVersions
from dayone.ports.inventory import InventoryView
from dayone.ports.operations import Clock, StuckSubjects
from dayone.ports.records import History
from dayone.ports.store import DueWork

_MOST = 100
_HELD_TOO_LONG = timedelta(hours=24)
# An alarm is to ring within a quarter of an hour of the moment, and CloudWatch takes some minutes of that.
_PASSED = timedelta(minutes=10)
_INVENTORY_LATE = timedelta(hours=24)
# A source is expected on the weekdays on which it has delivered in each of so many weeks, if these are a working week.
_WEEKS, _WORKING_WEEK = 4, 5
# Of days on which it is expected so many may pass: on a single one may be a public holiday.
_MISSED = 2
_PAUSE_FROM, _PAUSE_UNTIL = (12, 24), (1, 1)


@dataclass(frozen=True, kw_only=True)
class QuietPorts:
    """Ports for HR sources that have gone quiet."""

    deliveries: HrDeliveries
    sources: HrSources


@dataclass(frozen=True, kw_only=True)
class SilencePorts:
    """Ports for measuring; `inventory_interval` is from the beginning of one inventory to that of the next."""

    history: History
    stuck: StuckSubjects
    due_work: DueWork
    inventory: InventoryView
    hr_versions: RecordedHrVersions
    quiet: QuietPorts
    inventory_interval: timedelta
    clock: Clock


def measure_silences(*, ports: SilencePorts) -> Mapping[Metric, float]:
    """Return the metrics that the sweep publishes, each a number of what waits or has stopped; changes up to 100."""
    now, late = ports.clock(), ports.inventory_interval + _INVENTORY_LATE
    newest, inventory = ports.hr_versions.versions().newest, ports.inventory.complete()
    held = _changes(ChangeFilter(state=ChangeState.HELD), ports=ports)
    measured = {
        Metric.HELD: held,
        Metric.HELD_FOR_A_DAY: held and _held_for_a_day(now, ports=ports),
        # What fails again and again is among what has failed.
        Metric.STUCK: len({each.subject for each in ports.stuck.all(now=now) if each.kind is not StuckKind.OPERATIONS}),
        Metric.FAILED: len(ports.stuck.failed()),
        Metric.OPEN_FOR_LONG: sum(
            _changes(ChangeFilter(state=state, until=now - OPEN_FOR_LONG), ports=ports) for state in OPEN_CHANGES
        ),
        Metric.MOMENTS_PASSED: len(ports.due_work.due(now=now - _PASSED, limit=_MOST)),
        Metric.QUIET_SOURCES: len(quiet_sources(today=now.astimezone(UTC).date(), ports=ports.quiet)),
        Metric.HR_CONFIGURATION: int(newest is not None and newest.state is not HrVersionState.IN_FORCE),
        Metric.INVENTORY_LATE: int(inventory is not None and now - (inventory.finished_at or now) > late),
    }
    return {**measured, Metric.NEEDS_SOMEBODY: sum(measured[metric] for metric in SUMMED)}


def _held_for_a_day(now: datetime, *, ports: SilencePorts) -> int:
    return _changes(ChangeFilter(state=ChangeState.HELD, until=now - _HELD_TOO_LONG), ports=ports)


def _changes(which: ChangeFilter, *, ports: SilencePorts) -> int:
    return len(newest_changes(which, most=_MOST, history=ports.history)[0])


def quiet_sources(*, today: date, ports: QuietPorts) -> Collection[str]:
    """Return the configured HR sources from which nothing has come on two days on which it was to be expected."""
    quiet = [source for source, days in ports.deliveries.days().items() if _is_quiet(days, today=today)]
    # The configuration is read only when there is one.
    return set(quiet) & ports.sources.configuration().sources.keys() if quiet else ()


def _is_quiet(days: Collection[date], *, today: date) -> bool:
    last = max(days)
    expected = {day.weekday() for day in _weekdays_before(last) if _came_each_week(day, days=days)}
    if len(expected) < _WORKING_WEEK:
        return False
    since = (last + timedelta(days=number) for number in range(1, (today - last).days))
    return sum(day.weekday() in expected and not _is_pause(day) for day in since) >= _MISSED


def _weekdays_before(last: date) -> Iterator[date]:
    return (last - timedelta(days=number) for number in range(7))


def _came_each_week(day: date, *, days: Collection[date]) -> bool:
    """Return whether something has come on this weekday in each of four weeks, pauses left out."""
    weeks = (day - timedelta(weeks=number) for number in range(2 * _WEEKS))
    return all(each in days for each in islice((each for each in weeks if not _is_pause(each)), _WEEKS))


def _is_pause(day: date) -> bool:
    """Return whether it is between the years, when many companies do not work."""
    return (day.month, day.day) >= _PAUSE_FROM or (day.month, day.day) <= _PAUSE_UNTIL
