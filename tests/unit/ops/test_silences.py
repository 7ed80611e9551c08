"""Measuring what nobody would notice, and what each extent of monitoring publishes of it."""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta

import pytest

from dayone.model.failures import Stuck, StuckKind
from dayone.model.hr_sources import HrVersion, HrVersions, HrVersionState
from dayone.model.monitoring import METRICS, MOST_SOURCES, Metric, Monitoring, source_dimension
from dayone.ops.silences import measure_silences, note_quiet_sources
from tests.builders import NOON, a_person
from tests.fakes.table.failed import MemoryStuck
from tests.unit.silences import holding, silences_of
from tests.unit.world import World

MONDAY = date(2026, 3, 2)
SETUP = "sources: {standard: {kind: standard}}"


def _measured(world: World) -> dict[Metric, float]:
    """Return what is published, which is what is not 0."""
    return {metric: value for metric, value in measure_silences(ports=silences_of(world)).items() if value}


def _working_days(first: date, *, until: date) -> Iterator[date]:
    days = (first + timedelta(days=number) for number in range((until - first).days))
    return (day for day in days if day.weekday() < 5 and not _is_between_the_years(day))


def _is_between_the_years(day: date) -> bool:
    return (day.month, day.day) >= (12, 24) or (day.month, day.day) <= (1, 1)


def _quiet(days: Iterable[date], *, today: date, source: str = "standard") -> list[str]:
    world = World(now=datetime.combine(today, time(), UTC))
    world.state.delivered_on[source] = set(days)
    quiet = list(note_quiet_sources(now=world.now, ports=silences_of(world).quiet))
    assert [each.subject for each in MemoryStuck(world.state).all(now=world.now)] == [
        f"hr-source:{name}" for name in quiet
    ]
    return quiet


def test_a_company_in_which_all_is_done_has_nothing_to_publish() -> None:
    world = World()
    world.hr_tells(a_person())
    world.settle()
    assert _measured(world) == {}


@pytest.mark.parametrize(("hours", "is_too_long"), [(1, False), (23, False), (25, True), (24 * 90, True)])
def test_what_is_held_is_counted_and_what_is_held_for_a_day_by_itself(hours: int, *, is_too_long: bool) -> None:
    world = holding()
    world.now += timedelta(hours=hours)
    measured = _measured(world)
    assert measured[Metric.HELD] == 1
    assert measured.get(Metric.HELD_FOR_A_DAY, 0) == is_too_long
    assert (Metric.NEEDS_SOMEBODY in measured) is is_too_long


def test_a_moment_has_passed_when_nobody_has_planned_it_for_ten_minutes() -> None:
    world = World()
    world.hr_tells(a_person(start_date=date(2026, 11, 24)))
    world.plan_all()
    world.now = datetime(2026, 11, 24, 0, 9, tzinfo=UTC)
    assert Metric.MOMENTS_PASSED not in _measured(world)
    world.now += timedelta(minutes=2)
    assert _measured(world)[Metric.MOMENTS_PASSED] == 1


def test_what_is_stuck_is_counted_by_subject_and_what_fails_again_among_the_failed() -> None:
    world = World()
    for subject, kind in (("person:e-1", StuckKind.MESSAGE), ("hr-source:workday", StuckKind.HR_SOURCE)):
        MemoryStuck(world.state).keep(Stuck(kind=kind, subject=subject, since=NOON, reason="x"), now=NOON)
    assert _measured(world)[Metric.STUCK] == 2


def test_a_configuration_of_hr_that_does_not_count_is_published() -> None:
    world = World()
    held = HrVersion(number=1, text=SETUP, at=NOON, state=HrVersionState.HELD)
    world.state.hr_versions = HrVersions(newest=held)
    assert _measured(world) == {Metric.HR_CONFIGURATION: 1}


def test_an_inventory_is_late_when_it_is_a_day_behind_its_interval() -> None:
    world = World()
    world.take_inventory()
    world.now += timedelta(hours=47)
    assert _measured(world) == {}
    world.now += timedelta(hours=2)
    assert _measured(world)[Metric.INVENTORY_LATE] == 1


def test_a_source_is_quiet_when_three_working_days_have_passed_without_a_delivery() -> None:
    days = list(_working_days(MONDAY, until=MONDAY + timedelta(days=31)))  # to Wednesday
    assert days[-1].weekday() == 2
    last = days[-1]
    assert _quiet(days, today=last + timedelta(days=2)) == []  # all of Thursday has passed
    assert _quiet(days, today=last + timedelta(days=5)) == []  # Friday and a weekend as well
    assert _quiet(days, today=last + timedelta(days=6)) == ["standard"]
    assert _quiet(days, today=last + timedelta(days=9)) == ["standard"]


@pytest.mark.parametrize(
    "holidays",
    [
        (date(2026, 4, 3), date(2026, 4, 6)),  # Good Friday and Easter Monday
        (date(2026, 11, 26), date(2026, 11, 27)),  # Thanksgiving and the day after it
        (date(2026, 5, 1), date(2026, 5, 1)),
    ],
)
def test_two_public_holidays_in_a_row_are_no_silence(holidays: tuple[date, date]) -> None:
    first, until = date(2026, 2, 2), date(2027, 2, 2)
    days = [day for day in _working_days(first, until=until) if day not in holidays]
    for number in range((until - first).days):
        today = first + timedelta(days=number)
        assert _quiet([day for day in days if day < today] or [first], today=today) == []


def test_a_quiet_source_is_named_to_the_status_until_something_comes() -> None:
    days = set(_working_days(MONDAY, until=MONDAY + timedelta(days=31)))
    world = World(now=datetime.combine(MONDAY + timedelta(days=36), time(9), UTC))
    world.state.delivered_on["standard"] = days
    measured = _measured(world)
    assert (measured[Metric.QUIET_SOURCES], measured.get(Metric.STUCK)) == (1, None)
    (note,) = MemoryStuck(world.state).all(now=world.now)
    assert (note.kind, note.subject, note.since.date()) == ("hr-quiet", "hr-source:standard", max(days) + timedelta(1))
    assert note.reason.startswith(f"nothing has come since {max(days)}; ")
    world.state.delivered_on["standard"] |= {world.now.date()}
    world.now += timedelta(minutes=6)
    assert _measured(world) == {}
    assert MemoryStuck(world.state).all(now=world.now) == []


def test_a_weekend_is_no_silence() -> None:
    friday = MONDAY + timedelta(days=32)
    days = list(_working_days(MONDAY, until=friday + timedelta(days=1)))
    assert [_quiet(days, today=friday + timedelta(days=number)) for number in range(1, 6)] == [[]] * 5
    assert _quiet(days, today=friday + timedelta(days=6)) == ["standard"]


def test_a_week_from_sunday_to_thursday_is_a_working_week_too() -> None:
    sunday = MONDAY - timedelta(days=1)
    days = [
        sunday + timedelta(days=number)
        for number in range(32)
        if (sunday + timedelta(days=number)).weekday() not in (4, 5)
    ]
    last = max(days)
    assert _quiet(days, today=last + timedelta(days=5)) == []
    assert _quiet(days, today=last + timedelta(days=6)) == ["standard"]


@pytest.mark.parametrize("missing", [{0}, {7}, {14}, {21}, {4, 7}, {15, 16}])
def test_public_holidays_in_the_weeks_before_do_not_keep_a_source_from_being_missed(missing: set[int]) -> None:
    days = set(_working_days(MONDAY, until=MONDAY + timedelta(days=26))) - {
        MONDAY + timedelta(number) for number in missing
    }
    assert _quiet(days, today=MONDAY + timedelta(days=60)) == ["standard"]


@pytest.mark.parametrize("missing", [{0, 7}, {0, 1, 2}, {3, 11, 15}, {4, 11, 18, 25}])
def test_a_source_that_leaves_out_more_working_days_is_not_expected_each_day(missing: set[int]) -> None:
    days = set(_working_days(MONDAY, until=MONDAY + timedelta(days=26))) - {
        MONDAY + timedelta(number) for number in missing
    }
    assert _quiet(days, today=MONDAY + timedelta(days=60)) == []


def test_a_source_of_less_than_four_weeks_is_not_expected_yet() -> None:
    days = list(_working_days(MONDAY, until=MONDAY + timedelta(days=19)))
    assert _quiet(days, today=MONDAY + timedelta(days=40)) == []


def test_a_year_with_weekends_and_a_pause_at_its_end_has_no_silence() -> None:
    first, until = date(2026, 2, 2), date(2027, 2, 2)
    days = list(_working_days(first, until=until))
    for number in range((until - first).days):
        today = first + timedelta(days=number)
        assert _quiet([day for day in days if day < today] or [first], today=today) == []


def test_the_pause_at_the_end_of_the_year_does_not_hide_what_stops_behind_it() -> None:
    days = [day for day in _working_days(date(2026, 10, 5), until=date(2027, 1, 9)) if day != date(2027, 1, 8)]
    assert _quiet(days, today=date(2027, 1, 13)) == ["standard"]
    assert _quiet(days, today=date(2027, 1, 12)) == []


def test_a_source_that_was_taken_out_is_not_missed() -> None:
    days = list(_working_days(MONDAY, until=MONDAY + timedelta(days=31)))
    assert _quiet(days, today=MONDAY + timedelta(days=40), source="gone") == []


def test_each_extent_has_its_metrics() -> None:
    assert METRICS[Monitoring.NONE] == set()
    assert METRICS[Monitoring.BASIC] | METRICS[Monitoring.FULL] == set(Metric)
    assert len(METRICS[Monitoring.BASIC]) == 2


def test_only_so_many_sources_have_a_metric_of_their_own() -> None:
    configured = [f"source-{number}" for number in range(50)]
    values = {source_dimension(source, configured=configured) for source in configured}
    assert len(values) == MOST_SOURCES + 1
    assert source_dimension("anybody", configured=configured) == ""
