"""Measure what nobody would notice: work that waits, moments that passed, HR sources and inventories that stopped."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice

from dayone.model.changes import OPEN_CHANGES, OPEN_FOR_LONG, ChangeFilter, ChangeState
from dayone.model.failures import Stuck, StuckKind
from dayone.model.hr_sources import HrVersionState
from dayone.model.inventory import LATE_AFTER
from dayone.model.monitoring import SUMMED, Metric
from dayone.model.subjects import Subject, SubjectKind
from dayone.ops.health import newest_changes
from dayone.ports.hr import HrDeliveries, HrSources, RecordedHrVersions
from dayone.ports.inventory import InventoryView
from dayone.ports.operations import Clock, StuckNotes, StuckSubjects
from dayone.ports.records import History
from dayone.ports.store import DueWork

_MOST = 100
# What fails again and again is among what has failed.
_COUNTED_APART = (StuckKind.OPERATIONS, StuckKind.HR_QUIET)
_HELD_TOO_LONG = timedelta(hours=24)
# An alarm is to ring within a quarter of an hour of the moment, and CloudWatch takes some minutes of that.
_PASSED = timedelta(minutes=10)
# A source is expected on the weekdays on which it has delivered for so many weeks, if these are a working week; each
# weekday may be missing once, and in all so many days, which may have been public holidays.
_WEEKS, _WORKING_WEEK, _HOLIDAYS = 4, 5, 2
# It is quiet when so many days on which it is expected have passed: two may be public holidays, as at Easter.
_MISSED = 3
# Until the next sweep, and some that fail.
_NOTED_FOR = timedelta(minutes=5)
_PAUSE_FROM, _PAUSE_UNTIL = (12, 24), (1, 1)


@dataclass(frozen=True, kw_only=True)
class QuietPorts:
    """Ports for HR sources that have gone quiet; the status names what is in `notes`."""

    deliveries: HrDeliveries
    sources: HrSources
    notes: StuckNotes


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
    """Return the metrics that the sweep publishes, each a number of what waits or has stopped; changes up to 100.

    Note HR sources that have gone quiet, for the status.
    """
    now, late = ports.clock(), ports.inventory_interval + LATE_AFTER
    newest, inventory = ports.hr_versions.versions().newest, ports.inventory.complete()
    held = _changes(ChangeFilter(state=ChangeState.HELD), ports=ports)
    measured = {
        Metric.HELD: held,
        Metric.HELD_FOR_A_DAY: held
        and _changes(ChangeFilter(state=ChangeState.HELD, until=now - _HELD_TOO_LONG), ports=ports),
        Metric.STUCK: len({each.subject for each in ports.stuck.all(now=now) if each.kind not in _COUNTED_APART}),
        Metric.FAILED: len(ports.stuck.failed()),
        Metric.OPEN_FOR_LONG: sum(
            _changes(ChangeFilter(state=state, until=now - OPEN_FOR_LONG), ports=ports) for state in OPEN_CHANGES
        ),
        Metric.MOMENTS_PASSED: len(ports.due_work.due(now=now - _PASSED, limit=_MOST)),
        Metric.QUIET_SOURCES: len(note_quiet_sources(now=now, ports=ports.quiet)),
        Metric.HR_CONFIGURATION: int(newest is not None and newest.state is not HrVersionState.IN_FORCE),
        Metric.INVENTORY_LATE: int(inventory is not None and now - (inventory.finished_at or now) > late),
    }
    return {**measured, Metric.NEEDS_SOMEBODY: sum(measured[metric] for metric in SUMMED)}


def _changes(which: ChangeFilter, *, ports: SilencePorts) -> int:
    return len(newest_changes(which, most=_MOST, history=ports.history)[0])


def note_quiet_sources(*, now: datetime, ports: QuietPorts) -> Collection[str]:
    """Return the configured HR sources from which nothing has come on three days on which it was to be expected.

    Each is noted as stuck until it is measured again.
    """
    today = now.astimezone(UTC).date()
    quiet = {source: days for source, days in ports.deliveries.days().items() if _is_quiet(days, today=today)}
    # The configuration is read only when there is one.
    configured = ports.sources.configuration().sources if quiet else {}
    found = {source: max(days) for source, days in quiet.items() if source in configured}
    for source, last in found.items():
        ports.notes.keep(_note(source, last=last, now=now), now=now)
    return found.keys()


def _note(source: str, *, last: date, now: datetime) -> Stuck:
    return Stuck(
        kind=StuckKind.HR_QUIET,
        subject=str(Subject(SubjectKind.HR_SOURCE, source)),
        since=datetime.combine(last + timedelta(days=1), time(), UTC),
        reason=f"nothing has come since {last}; before that something came on nearly each working day",
        until=now + _NOTED_FOR,
    )


def _is_quiet(days: Collection[date], *, today: date) -> bool:
    last = max(days)
    missing = {
        day.weekday(): _weeks_without(day, days=days) for day in (last - timedelta(days=number) for number in range(7))
    }
    expected = {weekday for weekday, weeks in missing.items() if weeks <= 1}
    if len(expected) < _WORKING_WEEK or sum(missing[weekday] for weekday in expected) > _HOLIDAYS:
        return False
    since = (last + timedelta(days=number) for number in range(1, (today - last).days))
    return sum(day.weekday() in expected and not _is_pause(day) for day in since) >= _MISSED


def _weeks_without(day: date, *, days: Collection[date]) -> int:
    """Return in how many of four weeks nothing has come on this weekday, pauses left out."""
    weeks = (day - timedelta(weeks=number) for number in range(2 * _WEEKS))
    return sum(each not in days for each in islice((each for each in weeks if not _is_pause(each)), _WEEKS))


def _is_pause(day: date) -> bool:
    """Return whether it is between the years, when many companies do not work."""
    return (day.month, day.day) >= _PAUSE_FROM or (day.month, day.day) <= _PAUSE_UNTIL
