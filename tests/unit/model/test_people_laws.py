"""Laws of people's dates, wherever they are and whenever they are asked about."""

from datetime import date, datetime, time, timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dayone.model.people import LifeCycle, Person, day_begins, has_access, has_come
from tests.builders import NOON, a_person

_ZONES = ("UTC", "Pacific/Kiritimati", "Etc/GMT+12", "Europe/Berlin", "America/New_York")
# Near each other, for that is where zones matter, and far apart.
_days = st.dates(date(2026, 11, 22), date(2026, 11, 24)) | st.sampled_from([date.min, date(9999, 12, 30), date.max])
_people = st.builds(
    a_person,
    start_date=st.none() | _days,
    end_date=st.none() | _days,
    time_zone=st.sampled_from(_ZONES),
)
_hours = st.sampled_from([*range(-36, 37), -1000, 1000])
_moments = _hours.map(lambda hours: NOON + timedelta(hours=hours))
_times = st.sampled_from([time(0), time(8), time(23, 59)])
_cycles = st.builds(LifeCycle, access_from=_times, access_until=st.none() | _times)
_offsets = st.sampled_from([-40, -1, 0, 1, 40])


def _began(person: Person, *, days: int, now: datetime) -> bool:
    begins = day_begins(person, "start_date", days=days)
    return begins is not None and begins <= now


@pytest.mark.parametrize("zone", _ZONES)
def test_a_day_comes_in_the_hour_it_begins_where_the_person_is(zone: str) -> None:
    hours = [NOON + timedelta(hours=hour) for hour in range(-48, 49)]
    for day, days in product((22, 23, 24), (-1, 0, 1)):
        person = a_person(start_date=date(2026, 11, day), time_zone=zone)
        came = [has_come(person, "start_date", days=days, now=now) for now in hours]
        assert came == [_began(person, days=days, now=now) for now in hours], (day, days)


@given(person=_people, days=_offsets, now=_moments)
def test_days_far_away_come_just_as_those_near(person: Person, days: int, now: datetime) -> None:
    assert has_come(person, "start_date", days=days, now=now) is _began(person, days=days, now=now)


@given(person=_people, now=_moments, cycle=_cycles)
def test_access_lasts_from_its_time_on_the_first_day_to_its_time_on_the_last(
    person: Person, now: datetime, cycle: LifeCycle
) -> None:
    begins = day_begins(person, "start_date", days=0, at=cycle.access_from)
    # The last day is included: without a time it ends with the next.
    ends = day_begins(person, "end_date", days=0 if cycle.access_until else 1, at=cycle.access_until or time.min)
    has_begun = person.start_date is None or (begins is not None and begins <= now)
    assert has_access(person, cycle=cycle, now=now) is (has_begun and (ends is None or now < ends))
