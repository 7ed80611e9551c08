"""Times of a person's access: first and last day in their zone."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dayone.model.people import LifeCycle, Person, Status, has_access, next_stage_at
from tests.builders import NOON, a_person

_DAY = date(2026, 11, 23)
_CYCLE = LifeCycle()


def _utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("case", "moment", "expected"),
    [
        ("not before the first day", "2026-11-22T23:59:59", False),
        ("from the first moment of the first day", "2026-11-23T00:00:00", True),
        ("to the last moment of the last day", "2026-11-25T23:59:59.999999", True),
        ("not when the last day is over", "2026-11-26T00:00:00", False),
    ],
)
def test_access_lasts_from_the_first_to_the_last_day(case: str, moment: str, *, expected: bool) -> None:
    person = a_person(start_date=_DAY, end_date=date(2026, 11, 25))
    assert has_access(person, cycle=_CYCLE, now=_utc(moment)) is expected, case


@pytest.mark.parametrize(
    ("zone", "begins", "ends"),
    [
        ("UTC", "2026-11-23T00:00:00", "2026-11-24T00:00:00"),
        ("Pacific/Kiritimati", "2026-11-22T10:00:00", "2026-11-23T10:00:00"),
        ("Pacific/Pago_Pago", "2026-11-23T11:00:00", "2026-11-24T11:00:00"),
        ("Asia/Kathmandu", "2026-11-22T18:15:00", "2026-11-23T18:15:00"),
    ],
)
def test_a_day_is_the_day_where_the_person_is(zone: str, begins: str, ends: str) -> None:
    person = a_person(start_date=_DAY, end_date=_DAY, time_zone=zone)
    second = timedelta(seconds=1)
    moments = (_utc(begins) - second, _utc(begins), _utc(ends) - second, _utc(ends))
    assert [has_access(person, cycle=_CYCLE, now=moment) for moment in moments] == [False, True, True, False]


@pytest.mark.parametrize(
    ("case", "zone", "day", "begins", "hours"),
    [
        ("clocks go forward at night", "Europe/Berlin", date(2026, 3, 29), "2026-03-28T23:00:00", 23),
        ("clocks go back at night", "Europe/Berlin", date(2026, 10, 25), "2026-10-24T22:00:00", 25),
        ("there is no midnight", "Africa/Cairo", date(2023, 4, 28), "2023-04-27T22:00:00", 23),
        ("there are two midnights", "America/Havana", date(2026, 11, 1), "2026-11-01T04:00:00", 25),
    ],
)
def test_a_day_on_which_the_clocks_change_is_whole(case: str, zone: str, day: date, begins: str, hours: int) -> None:
    person = a_person(start_date=day, end_date=day, time_zone=zone)
    first = _utc(begins)
    assert not has_access(person, cycle=_CYCLE, now=first - timedelta(seconds=1)), case
    assert has_access(person, cycle=_CYCLE, now=first), case
    assert has_access(person, cycle=_CYCLE, now=first + timedelta(hours=hours, seconds=-1)), case
    assert not has_access(person, cycle=_CYCLE, now=first + timedelta(hours=hours)), case


@pytest.mark.parametrize(
    ("zone", "ends"),
    [
        ("Etc/GMT+12", "2026-11-24T07:00:00"),
        ("Pacific/Honolulu", "2026-11-24T05:00:00"),
        ("America/Los_Angeles", "2026-11-24T03:00:00"),
        ("UTC", "2026-11-23T19:00:00"),
        ("Pacific/Kiritimati", "2026-11-23T05:00:00"),
    ],
)
def test_an_evening_is_that_where_the_person_is_on_whatever_day_it_is_elsewhere(zone: str, ends: str) -> None:
    person = a_person(end_date=date(2026, 11, 23), time_zone=zone)
    cycle, over = LifeCycle(access_until=time(19)), datetime.fromisoformat(ends).replace(tzinfo=UTC)
    assert has_access(person, cycle=cycle, now=over - timedelta(seconds=1))
    assert not has_access(person, cycle=cycle, now=over)
    assert next_stage_at(person, cycle=cycle, now=over - timedelta(seconds=1)) == over


def test_somebody_whose_employment_has_ended_has_no_access_on_any_day() -> None:
    person = a_person(start_date=_DAY, end_date=_DAY, status=Status.ENDED)
    assert not has_access(person, cycle=_CYCLE, now=NOON)
    assert next_stage_at(person, cycle=_CYCLE, now=NOON) is None


@pytest.mark.parametrize(
    ("case", "person", "expected"),
    [
        ("no dates: time alone changes nothing", a_person(), None),
        ("before the first day: the first day", a_person(start_date=date(2026, 12, 1)), "2026-12-01T00:00:00"),
        ("during employment: the end of the last day", a_person(end_date=_DAY), "2026-11-24T00:00:00"),
        (
            "before both: the earlier one",
            a_person(start_date=date(2026, 12, 1), end_date=date(2026, 12, 31)),
            "2026-12-01T00:00:00",
        ),
        ("after both: nothing more", a_person(start_date=date(2026, 1, 1), end_date=date(2026, 1, 31)), None),
    ],
)
def test_what_is_due_next(case: str, person: Person, expected: str | None) -> None:
    assert next_stage_at(person, cycle=_CYCLE, now=NOON) == (_utc(expected) if expected else None), case


@pytest.mark.parametrize("zone", ["UTC", "Pacific/Kiritimati", "Pacific/Pago_Pago"])
def test_the_last_day_there_is_means_no_last_day(zone: str) -> None:
    person = a_person(end_date=date.max, time_zone=zone)
    assert has_access(person, cycle=_CYCLE, now=NOON)
    assert next_stage_at(person, cycle=_CYCLE, now=NOON) is None


_dates = st.none() | st.dates(date(2026, 11, 1), date(2026, 12, 15))
_zones = st.sampled_from(["UTC", "Europe/Berlin", "America/Havana", "Pacific/Apia", "Asia/Kathmandu"])


@given(start=_dates, end=_dates, zone=_zones, seconds=st.integers(0, 60 * 86400))
def test_nothing_changes_before_it_is_due(start: date | None, end: date | None, zone: str, seconds: int) -> None:
    person = a_person(start_date=start, end_date=end, time_zone=zone)
    now = _utc("2026-10-25T00:00:00") + timedelta(seconds=seconds)
    due = next_stage_at(person, cycle=_CYCLE, now=now)
    just_before = (due or now + timedelta(days=1000)) - timedelta(microseconds=1)
    assert has_access(person, cycle=_CYCLE, now=now) is has_access(person, cycle=_CYCLE, now=just_before)
    assert due is None or due > now
