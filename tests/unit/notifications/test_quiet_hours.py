"""Quiet hours in a time zone, on days of any length."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from dayone.model.policy.notifications import QuietHours

NIGHT = QuietHours(time(22), time(7), "Europe/Rome")
ROME = ZoneInfo("Europe/Rome")


def test_over_midnight_they_end_in_the_morning() -> None:
    assert NIGHT.over_at(datetime(2026, 11, 30, 23, tzinfo=ROME)) == datetime(2026, 12, 1, 7, tzinfo=ROME)
    assert NIGHT.over_at(datetime(2026, 12, 1, 6, 59, tzinfo=ROME)) == datetime(2026, 12, 1, 7, tzinfo=ROME)


def test_outside_of_them_nothing_waits() -> None:
    for moment in (datetime(2026, 12, 1, 7, tzinfo=ROME), datetime(2026, 12, 1, 21, 59, tzinfo=ROME)):
        assert NIGHT.over_at(moment) == moment


def test_those_of_one_day_end_on_it() -> None:
    lunch = QuietHours(time(12), time(13), "Europe/Rome")
    assert lunch.over_at(datetime(2026, 12, 1, 12, 30, tzinfo=ROME)) == datetime(2026, 12, 1, 13, tzinfo=ROME)


def test_in_the_night_in_which_clocks_change_they_end_by_the_clock() -> None:
    assert NIGHT.over_at(datetime(2026, 3, 28, 23, tzinfo=ROME)) == datetime(2026, 3, 29, 5, tzinfo=UTC)


MINUTES = st.integers(0, 366 * 24 * 60)
TIMES = st.builds(time, st.integers(0, 23), st.sampled_from([0, 30]))


@given(minutes=MINUTES, begins=TIMES, ends=TIMES, zone=st.sampled_from(["Europe/Rome", "America/New_York", "UTC"]))
def test_they_end_within_a_day_and_are_over_then(minutes: int, begins: time, ends: time, zone: str) -> None:
    if begins == ends:
        return
    quiet, moment = QuietHours(begins, ends, zone), datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    over = quiet.over_at(moment)
    assert moment <= over <= moment + timedelta(hours=25)
    # An end that the clocks skip is reached by the first moment after it.
    assert quiet.over_at(over) - over <= timedelta(hours=1)
