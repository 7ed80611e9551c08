"""Stage of a person's employment at a moment: by their place, its clock, and the policy."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dayone.model.people import (
    LifeCycle,
    OnLeave,
    Person,
    Stage,
    Status,
    day_begins,
    has_access,
    next_stage_at,
    stage_of,
)
from tests.builders import NOON, a_person

_OFFICE = LifeCycle(created_days_before=3, access_from=time(8), access_until=time(18))
_SUSPENDING = replace(_OFFICE, on_leave=OnLeave.SUSPEND)
_HIRED = a_person(start_date=date(2026, 12, 1), end_date=date(2026, 12, 31), time_zone="Europe/Berlin")


def _utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def _comes_to(stage: Stage, person: Person, *, cycle: LifeCycle) -> datetime | None:
    """Return when time alone takes the person to a stage."""
    moment: datetime | None = datetime(2020, 1, 1, tzinfo=UTC)
    while moment is not None and stage_of(person, cycle=cycle, now=moment) is not stage:
        moment = next_stage_at(person, cycle=cycle, now=moment)
    return moment


def _bounds(person: Person, *, cycle: LifeCycle) -> tuple[datetime | None, datetime | None]:
    """Return when time gives access to somebody without it, and when it takes it from somebody with it."""
    hired, leaving = replace(person, end_date=None), replace(person, start_date=None)
    return _comes_to(Stage.PRESENT, hired, cycle=cycle), _comes_to(Stage.LEFT, leaving, cycle=cycle)


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        ("2026-11-27T22:59:59", Stage.AWAITED),
        ("2026-11-27T23:00:00", Stage.EXPECTED),  # midnight in Berlin, three days before
        ("2026-12-01T06:59:59", Stage.EXPECTED),
        ("2026-12-01T07:00:00", Stage.PRESENT),  # eight o'clock in Berlin
        ("2026-12-31T16:59:59", Stage.PRESENT),
        ("2026-12-31T17:00:00", Stage.LEFT),  # six o'clock
    ],
)
def test_somebody_is_expected_then_present_then_gone(moment: str, expected: Stage) -> None:
    assert stage_of(_HIRED, cycle=_OFFICE, now=_utc(moment)) is expected


@pytest.mark.parametrize(
    ("case", "zone", "day", "begins", "ends"),
    [
        ("winter", "Europe/Berlin", date(2026, 12, 1), "2026-12-01T07:00:00", "2026-12-01T17:00:00"),
        ("summer", "Europe/Berlin", date(2026, 7, 1), "2026-07-01T06:00:00", "2026-07-01T16:00:00"),
        (
            "half an hour beside the others",
            "Asia/Kolkata",
            date(2026, 7, 1),
            "2026-07-01T02:30:00",
            "2026-07-01T12:30:00",
        ),
        ("a day ahead", "Pacific/Kiritimati", date(2026, 7, 1), "2026-06-30T18:00:00", "2026-07-01T04:00:00"),
        (
            "the day the clocks go forward",
            "America/New_York",
            date(2026, 3, 8),
            "2026-03-08T12:00:00",
            "2026-03-08T22:00:00",
        ),
    ],
)
def test_a_time_is_one_on_the_clock_where_the_person_is(
    case: str, zone: str, day: date, begins: str, ends: str
) -> None:
    person = a_person(start_date=day, end_date=day, time_zone=zone)
    assert _bounds(person, cycle=_OFFICE) == (_utc(begins), _utc(ends)), case


@pytest.mark.parametrize(
    ("case", "at", "day", "expected"),
    [
        ("left out that night: when the clocks go on", time(2, 30), date(2026, 3, 29), "2026-03-29T01:00:00"),
        ("shown twice: the first time", time(2, 30), date(2026, 10, 25), "2026-10-25T00:30:00"),
    ],
)
def test_a_time_that_the_clocks_do_not_show_once(case: str, at: time, day: date, expected: str) -> None:
    person = a_person(start_date=day, end_date=day, time_zone="Europe/Berlin")
    cycle = LifeCycle(access_from=at, access_until=at)
    assert _bounds(person, cycle=cycle) == (_utc(expected), _utc(expected)), case


_LEAVE = replace(a_person(), leave_start=date(2026, 11, 20), leave_end=date(2026, 11, 30))


@pytest.mark.parametrize(
    ("case", "person", "now", "expected"),
    [
        ("before the leave", _LEAVE, "2026-11-19T23:59:59", Stage.PRESENT),
        ("from its first day", _LEAVE, "2026-11-20T00:00:00", Stage.ON_LEAVE),
        ("to the end of its last", _LEAVE, "2026-11-30T23:59:59", Stage.ON_LEAVE),
        ("back on the day after", _LEAVE, "2026-12-01T00:00:00", Stage.PRESENT),
        ("HR says so, without dates", a_person(status=Status.ON_LEAVE), "2026-11-23T12:00:00", Stage.ON_LEAVE),
        (
            "HR says so, until a day",
            replace(a_person(status=Status.ON_LEAVE), leave_end=date(2026, 11, 22)),
            "2026-11-23T12:00:00",
            Stage.PRESENT,
        ),
        (
            "a leave that was cancelled",
            replace(_LEAVE, leave_start=None, leave_end=None),
            "2026-11-23T12:00:00",
            Stage.PRESENT,
        ),
        ("whoever leaves during it", replace(_LEAVE, end_date=date(2026, 11, 21)), "2026-11-23T12:00:00", Stage.LEFT),
    ],
)
def test_on_leave_where_the_policy_suspends(case: str, person: Person, now: str, expected: Stage) -> None:
    assert stage_of(person, cycle=_SUSPENDING, now=_utc(now)) is expected, case
    keeping = Stage.PRESENT if expected is Stage.ON_LEAVE else expected
    assert stage_of(person, cycle=_OFFICE, now=_utc(now)) is keeping, case


def test_who_has_left_at_once_has_nothing_on_any_day() -> None:
    person = replace(_HIRED, status=Status.ENDED)
    assert stage_of(person, cycle=_OFFICE, now=_utc("2026-12-10T12:00:00")) is Stage.LEFT
    assert next_stage_at(person, cycle=_OFFICE, now=NOON) is None


def test_a_second_record_of_somebody_has_nothing() -> None:
    merged = LifeCycle(duplicates=(("e-2", "e-1"), ("e-3", "e-1"), ("e-5", "e-4")))
    for second in ("e-2", "e-3", "e-5"):
        assert stage_of(a_person(second), cycle=merged, now=NOON) is Stage.LEFT
    assert stage_of(a_person("e-4"), cycle=merged, now=NOON) is Stage.PRESENT
    assert stage_of(a_person("e-1"), cycle=merged, now=NOON) is Stage.PRESENT


@pytest.mark.parametrize("zone", ["UTC", "Asia/Tokyo", "Etc/GMT+12"])
def test_the_first_day_there_is_has_begun_everywhere(zone: str) -> None:
    """Some systems write so that somebody has been there for ever."""
    person = a_person(start_date=date.min, time_zone=zone)
    begins = day_begins(person, "start_date", days=0)
    assert begins is not None
    assert begins.year == 1
    assert has_access(person, cycle=_OFFICE, now=NOON)


_days = st.none() | st.dates(date(2026, 10, 20), date(2026, 12, 15))
_people = st.builds(
    lambda start, end, leave, back, zone: replace(
        a_person(start_date=start, end_date=end, time_zone=zone), leave_start=leave, leave_end=back
    ),
    *[_days] * 4,
    st.sampled_from(["UTC", "Europe/Berlin", "America/Havana", "Pacific/Apia", "Asia/Kathmandu"]),
)
_times = st.sampled_from([time(0), time(2, 30), time(8), time(23, 59)])
_cycles = st.builds(
    LifeCycle,
    created_days_before=st.integers(0, 5),
    access_from=_times,
    access_until=st.none() | _times,
    on_leave=st.sampled_from(OnLeave),
)


@given(person=_people, cycle=_cycles, seconds=st.integers(0, 60 * 86400))
def test_nobody_gets_further_before_it_is_due(person: Person, cycle: LifeCycle, seconds: int) -> None:
    now = _utc("2026-10-20T00:00:00") + timedelta(seconds=seconds)
    due = next_stage_at(person, cycle=cycle, now=now)
    just_before = (due or now + timedelta(days=1000)) - timedelta(microseconds=1)
    assert stage_of(person, cycle=cycle, now=now) is stage_of(person, cycle=cycle, now=just_before)
    assert due is None or due > now


@given(person=_people, cycle=_cycles, seconds=st.integers(0, 60 * 86400))
def test_access_never_outlasts_the_days_at_work(person: Person, cycle: LifeCycle, seconds: int) -> None:
    now = _utc("2026-10-20T00:00:00") + timedelta(seconds=seconds)
    whole_days = stage_of(person, cycle=LifeCycle(), now=now) is Stage.PRESENT
    assert whole_days or not has_access(person, cycle=cycle, now=now)
