"""Rates of calls and numbers of requests, whatever is asked of them and when."""

from datetime import datetime, timedelta
from math import ceil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dayone.executor.in_flight import Durations
from dayone.executor.rate_limits import Allowances, Budgets, CallRate, InFlightLimit, SpareAllowances
from dayone.model.operations import MAIL, SSO_ADMIN
from dayone.model.subjects import ResourceKind
from dayone.ports.operations import Learned, Lowered
from tests.builders import NOON

_SECOND, _MINUTE = timedelta(seconds=1), timedelta(minutes=1)
_CREATE_USER = "identitystore:CreateUser"


def _pace(rate: float) -> CallRate:
    return CallRate(lambda _: rate, most=rate, now=NOON)


def _window(limit: int) -> InFlightLimit:
    return InFlightLimit(lambda _: limit)


def _allowances(*, since: datetime = NOON, **budgets: float) -> Allowances:
    return Allowances(Budgets(**budgets), Learned(since=since))  # type: ignore[arg-type]


def _calls_in_a_second(pace: CallRate, *, since: datetime) -> int:
    """Return how many calls fit into the second, made as soon as allowed."""
    calls = 0
    while pace.free_at(since) < since + _SECOND:
        pace.take(since)
        calls += 1
    return calls


@given(
    rate=st.floats(0.5, 50),
    pauses=st.lists(st.floats(0, 3), min_size=1, max_size=80),
    throttles=st.sets(st.integers(0, 79)),
)
def test_no_second_holds_more_calls_than_the_rate(rate: float, pauses: list[float], throttles: set[int]) -> None:
    pace, now, calls = _pace(rate), NOON, list[datetime]()
    for number, pause in enumerate(pauses):
        now += timedelta(seconds=pause)
        calls.append(pace.take(now))
        if number in throttles:
            pace.throttled(now)
    for first in calls:
        within = [moment for moment in calls if first <= moment < first + _SECOND]
        assert len(within) <= ceil(rate)


@given(
    pauses=st.lists(st.floats(0, 90), min_size=1, max_size=60),
    refused=st.sets(st.integers(0, 59)),
    given_=st.floats(1, 30),
    is_shared=st.booleans(),
)
def test_whatever_is_refused_and_when_no_second_holds_more_calls_than_may_ever_be(
    pauses: list[float], refused: set[int], given_: float, *, is_shared: bool
) -> None:
    allowances = _allowances(sso_admin_calls=given_, is_shared=is_shared)
    _, most = allowances.budgets.range_of(SSO_ADMIN)
    pace = CallRate(lambda now: allowances.of(SSO_ADMIN, now), most=most, now=NOON)
    now, calls = NOON, list[datetime]()
    for number, pause in enumerate(pauses):
        now += timedelta(seconds=pause)
        calls += [pace.take(now) for _ in range(5)]
        if number in refused:
            allowances.refused(SSO_ADMIN, now=now)
            pace.throttled(now)
    assert all(sum(first <= moment < first + _SECOND for moment in calls) <= ceil(most) for first in calls)


def test_a_rate_that_is_not_whole_holds_in_every_second_too() -> None:
    pace = _pace(2.5)
    later = NOON + timedelta(hours=1)
    assert [pace.take(later) for _ in range(4)] == [later, later, later, later + 1.2 * _SECOND]


def test_an_idle_hour_saves_nothing_up_beyond_one_second() -> None:
    pace = _pace(3)
    later = NOON + timedelta(hours=1)
    assert [pace.take(later) for _ in range(7)] == [later + _SECOND * (number // 3) for number in range(7)]


def test_a_new_pace_does_not_know_what_was_called_before_and_takes_it_for_all_that_is_allowed() -> None:
    pace = _pace(4)
    assert [pace.take(NOON) for _ in range(4)] == [NOON + _SECOND * number / 4 for number in range(1, 5)]


def test_a_throttle_halves_the_rate_and_time_gives_it_back() -> None:
    pace = _pace(10)
    pace.throttled(NOON)
    assert _calls_in_a_second(pace, since=NOON + 2 * _SECOND) in (5, 6)
    assert 6 < _calls_in_a_second(pace, since=NOON + 15 * _SECOND) < 10
    assert _calls_in_a_second(pace, since=NOON + 90 * _SECOND) == 10


def test_what_aws_says_about_waiting_is_kept_to() -> None:
    pace = _pace(10)
    pace.throttled(NOON, retry_after=7)
    assert pace.free_at(NOON) == NOON + 7 * _SECOND


def test_a_window_has_room_up_to_its_limit() -> None:
    window = _window(3)
    assert window.has_room(2, now=NOON)
    assert not window.has_room(3, now=NOON)


def test_a_request_whose_answer_was_lost_keeps_its_place_for_a_while() -> None:
    window = _window(3)
    window.hold(until=NOON + 20 * _SECOND)
    assert not window.has_room(2, now=NOON)
    assert window.next_room() == NOON + 20 * _SECOND
    assert window.has_room(2, now=NOON + 20 * _SECOND)


def test_a_window_is_never_closed_altogether() -> None:
    assert InFlightLimit(lambda _: 0.7).has_room(0, now=NOON)


@pytest.mark.parametrize(
    ("budgets", "quota", "begins", "most"),
    [
        (Budgets(), SSO_ADMIN, 16, 19),
        (Budgets(), _CREATE_USER, 15, 19),
        (Budgets(), ResourceKind.ASSIGNMENT, 14, 14),
        (Budgets(), ResourceKind.PROVISIONING, 2, 2),
        (Budgets(is_shared=False), SSO_ADMIN, 16, 20),
        (Budgets(is_shared=False), ResourceKind.ASSIGNMENT, 14, 15),
        (Budgets(is_shared=False), ResourceKind.PROVISIONING, 2, 3),
        (Budgets(sso_admin_calls=8), SSO_ADMIN, 8, 8),
        (Budgets(sso_admin_calls=8, is_shared=False), SSO_ADMIN, 8, 8),
        (Budgets(sso_admin_calls=20), SSO_ADMIN, 19, 19),
        (Budgets(sso_admin_calls=40), SSO_ADMIN, 39, 39),
        (Budgets(outstanding_assignments=5), ResourceKind.ASSIGNMENT, 5, 5),
        (Budgets(), MAIL, 1, 1),
    ],
)
def test_a_budget_begins_below_awss_quota_and_leaves_one_of_it_to_others_unless_all_is_ours(
    budgets: Budgets, quota: str, begins: float, most: float
) -> None:
    assert budgets.range_of(quota) == (begins, most)


def test_a_budget_goes_up_one_by_one_after_minutes_without_a_refusal_and_no_further_than_it_may() -> None:
    allowances = _allowances()
    found = [allowances.of(SSO_ADMIN, NOON + number * _MINUTE) for number in range(7)]
    assert found == [16, 16, 17, 18, 19, 19, 19]


def test_one_that_nobody_has_looked_up_stays_where_it_begins() -> None:
    assert Allowances(Budgets()).of(SSO_ADMIN, NOON + 60 * _MINUTE) == 16


def test_a_refusal_takes_a_part_of_the_budget_at_once_and_it_comes_back_one_by_one() -> None:
    allowances, later = _allowances(), NOON + 60 * _MINUTE
    allowances.refused(SSO_ADMIN, now=later)
    lowered = 19 * 0.8
    found = [allowances.of(SSO_ADMIN, later + number * _MINUTE) for number in (0, 1, 2, 3, 60)]
    assert found == pytest.approx([lowered, lowered, lowered + 1, lowered + 2, 19])


def test_a_refusal_concerns_its_own_quota_alone() -> None:
    allowances = _allowances()
    allowances.refused(SSO_ADMIN, now=NOON)
    assert [allowances.of(quota, NOON) for quota in (_CREATE_USER, ResourceKind.ASSIGNMENT)] == [15, 14]


def test_calls_that_were_on_their_way_together_count_as_one_refusal() -> None:
    allowances = _allowances()
    for number in range(16):
        allowances.refused(SSO_ADMIN, now=NOON + number * _SECOND / 20)
    assert allowances.of(SSO_ADMIN, NOON + _SECOND) == pytest.approx(16 * 0.8)
    allowances.refused(SSO_ADMIN, now=NOON + _SECOND)
    assert allowances.of(SSO_ADMIN, NOON + _SECOND) == pytest.approx(16 * 0.8 * 0.8)


def test_what_is_refused_for_ever_never_comes_to_nothing() -> None:
    allowances = _allowances()
    for number in range(100):
        allowances.refused(SSO_ADMIN, now=NOON + number * _SECOND)
    assert allowances.of(SSO_ADMIN, NOON + 99 * _SECOND) == pytest.approx(1.6)


def test_a_crowded_window_shrinks_to_a_part_of_what_aws_takes() -> None:
    allowances = _allowances()
    allowances.refused(ResourceKind.ASSIGNMENT, now=NOON, at=7)
    window = InFlightLimit(lambda now: allowances.of(ResourceKind.ASSIGNMENT, now))
    assert [window.has_room(taken, now=NOON) for taken in (4, 5)] == [True, False]
    assert [window.has_room(taken, now=NOON + 60 * _MINUTE) for taken in (13, 14)] == [True, False]


def test_what_has_come_back_altogether_is_not_remembered_any_more() -> None:
    allowances = _allowances()
    allowances.refused(_CREATE_USER, now=NOON)
    allowances.refused(SSO_ADMIN, now=NOON + 60 * _MINUTE)
    assert allowances.learned is not None
    assert allowances.learned.lowered.keys() == {SSO_ADMIN}


def test_what_was_learned_counts_for_whoever_is_told() -> None:
    learned = Learned(since=NOON, lowered={SSO_ADMIN: Lowered(5.0, NOON)})
    other = Allowances(Budgets(), learned)
    assert [other.of(SSO_ADMIN, NOON + number * _MINUTE) for number in (0, 2, 600)] == [5, 6, 19]


def test_a_longer_wait_that_aws_has_asked_for_is_not_cut_short_by_the_next_throttle() -> None:
    pace = _pace(10)
    pace.throttled(NOON, retry_after=30)
    pace.throttled(NOON + _SECOND, retry_after=2)
    assert pace.free_at(NOON + 5 * _SECOND) == NOON + 30 * _SECOND


def test_a_call_that_can_wait_leaves_half_of_the_rate_to_others() -> None:
    pace, later = _pace(10), NOON + 10 * _SECOND
    for number in range(5):
        assert pace.spare_at(later + number * _SECOND / 100) == later + number * _SECOND / 100
        pace.take(later + number * _SECOND / 100)
    now = later + _SECOND / 10
    assert (pace.free_at(now), pace.spare_at(now)) == (now, later + _SECOND)


def test_calls_on_their_way_together_count_as_one_refusal_long_after_the_first_one_too() -> None:
    allowances, later = _allowances(), NOON + 90 * _SECOND
    for moment in (NOON, later, later + _SECOND / 2):
        allowances.refused(SSO_ADMIN, now=moment)
    assert allowances.of(SSO_ADMIN, later + _SECOND) == pytest.approx(16 * 0.8 * 0.8)


def test_what_was_learned_of_one_quota_stays_when_another_is_refused() -> None:
    allowances = _allowances()
    allowances.refused(_CREATE_USER, now=NOON)
    allowances.refused(SSO_ADMIN, now=NOON + 2 * _SECOND)
    later = NOON + 3 * _SECOND
    assert [allowances.of(quota, later) for quota in (_CREATE_USER, SSO_ADMIN)] == pytest.approx([12, 12.8])


def test_whoever_has_time_asks_at_most_every_two_seconds_whether_the_executor_has_work() -> None:
    """Each question is a read of the table; and a run that has begun is noticed within two seconds."""
    answers = iter([False, True, False])
    spare = SpareAllowances.of_rates(spare=8, busy=1, is_busy=lambda: next(answers))
    found = [spare.of(SSO_ADMIN, NOON + number * _SECOND / 2) for number in range(10)]
    assert found == [8, 8, 8, 8, 1, 1, 1, 1, 8, 8]


@pytest.mark.parametrize(("took", "counts_as"), [(0, 0.1), (-5, 0.1), (0.1, 0.1), (5, 5), (60, 60), (86_400, 60)])
def test_no_single_request_makes_all_others_waited_for_too_long_or_too_short(took: float, counts_as: float) -> None:
    """Clocks that were put right, and a request that AWS kept for a day, say nothing about the next one."""
    durations = Durations(mean=10.0)
    durations.seen(timedelta(seconds=took))
    assert durations.mean == pytest.approx(10 + 0.05 * (counts_as - 10))
