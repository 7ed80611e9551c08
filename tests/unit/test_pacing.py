"""Rates of calls and numbers of requests, whatever is asked of them and when."""

from datetime import datetime, timedelta
from math import ceil

from hypothesis import given
from hypothesis import strategies as st

from dayone.domain.rate_limits import Pace, Window
from tests.builders import NOON

_SECOND = timedelta(seconds=1)


@given(
    rate=st.floats(0.5, 50),
    pauses=st.lists(st.floats(0, 3), min_size=1, max_size=80),
    throttles=st.sets(st.integers(0, 79)),
)
def test_no_second_holds_more_calls_than_the_rate(rate: float, pauses: list[float], throttles: set[int]) -> None:
    pace, now, calls = Pace(rate, now=NOON), NOON, list[datetime]()
    for number, pause in enumerate(pauses):
        now += timedelta(seconds=pause)
        calls.append(pace.take(now))
        if number in throttles:
            pace.throttled(now)
    for first in calls:
        within = [one for one in calls if first <= one < first + _SECOND]
        assert len(within) <= ceil(rate)


def test_a_rate_that_is_not_whole_holds_in_every_second_too() -> None:
    pace = Pace(2.5, now=NOON)
    later = NOON + timedelta(hours=1)
    assert [pace.take(later) for _ in range(4)] == [later, later, later, later + 1.2 * _SECOND]


def test_an_idle_hour_saves_nothing_up_beyond_one_second() -> None:
    pace = Pace(3, now=NOON)
    later = NOON + timedelta(hours=1)
    assert [pace.take(later) for _ in range(7)] == [later + _SECOND * (number // 3) for number in range(7)]


def test_a_new_pace_does_not_know_what_was_called_before_and_takes_it_for_all_that_is_allowed() -> None:
    pace = Pace(4, now=NOON)
    assert [pace.take(NOON) for _ in range(4)] == [NOON + _SECOND * number / 4 for number in range(1, 5)]


def test_a_throttle_halves_the_rate_and_time_gives_it_back() -> None:
    pace = Pace(10, now=NOON)
    pace.throttled(NOON)
    assert pace.rate == 5
    pace.take(NOON + 10 * _SECOND)
    assert 5 < pace.rate < 10
    pace.take(NOON + 60 * _SECOND)
    assert pace.rate == 10


def test_what_aws_says_about_waiting_is_kept_to() -> None:
    pace = Pace(10, now=NOON)
    pace.throttled(NOON, retry_after=7)
    assert pace.free_at(NOON) == NOON + 7 * _SECOND


def test_a_window_has_room_up_to_its_limit() -> None:
    window = Window(3, now=NOON)
    assert window.has_room(2, now=NOON)
    assert not window.has_room(3, now=NOON)


def test_a_request_whose_answer_was_lost_keeps_its_place_for_a_while() -> None:
    window = Window(3, now=NOON)
    window.hold(until=NOON + 20 * _SECOND)
    assert not window.has_room(2, now=NOON)
    assert window.next_room() == NOON + 20 * _SECOND
    assert window.has_room(2, now=NOON + 20 * _SECOND)


def test_a_crowded_window_shrinks_to_what_aws_takes_and_grows_again() -> None:
    window = Window(12, now=NOON)
    window.crowded(7, now=NOON)
    assert window.has_room(6, now=NOON)
    assert not window.has_room(7, now=NOON)
    assert window.has_room(7, now=NOON + 10 * _SECOND)
    assert not window.has_room(8, now=NOON + 10 * _SECOND)
    assert window.has_room(11, now=NOON + 3600 * _SECOND)
    assert not window.has_room(12, now=NOON + 3600 * _SECOND)


def test_a_window_is_never_closed_altogether() -> None:
    window = Window(1, now=NOON)
    window.crowded(0, now=NOON)
    assert window.has_room(0, now=NOON)
