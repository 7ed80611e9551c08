"""Retry times, and refusals that last in one way."""

from datetime import timedelta

import pytest

from dayone.model.retry import ENDLESS, Refusal, plan_again_at, refused_in_the_same_way, retry_at
from tests.builders import NOON


def test_each_try_waits_longer_up_to_a_minute() -> None:
    waits = [retry_at(attempts, now=NOON, jitter=0.999, retry_after=None) - NOON for attempts in (1, 2, 3, 7, 30)]
    assert waits == sorted(waits)
    assert timedelta(seconds=0.9) < waits[0] < timedelta(seconds=1)
    assert waits[-1] <= timedelta(minutes=1)


def test_aws_s_own_word_counts_when_it_is_longer() -> None:
    assert retry_at(1, now=NOON, jitter=0, retry_after=90) == NOON + timedelta(seconds=90)
    assert retry_at(7, now=NOON, jitter=0, retry_after=1) == NOON + timedelta(seconds=30)


def test_what_has_failed_is_planned_again_after_longer_and_longer_up_to_a_day() -> None:
    pauses = [plan_again_at(retries, now=NOON, is_removal=False) - NOON for retries in (0, 1, 2, 5, 30)]
    assert pauses == sorted(pauses)
    assert (pauses[0], pauses[-1]) == (timedelta(minutes=5), timedelta(days=1))


def test_what_leaves_somebody_their_access_is_planned_again_at_least_every_hour() -> None:
    assert plan_again_at(30, now=NOON, is_removal=True) == NOON + timedelta(hours=1)


@pytest.mark.parametrize("between", [Refusal.THROTTLED, Refusal.SILENCE])
def test_a_throttle_or_a_silence_between_two_refusals_does_not_make_them_new(between: Refusal) -> None:
    assert refused_in_the_same_way(between, before=Refusal.CONFLICT)


@pytest.mark.parametrize("before", [Refusal.NONE, Refusal.DENIED, Refusal.THROTTLED])
def test_a_silence_that_follows_something_else_begins_anew(before: Refusal) -> None:
    assert not refused_in_the_same_way(Refusal.SILENCE, before=before)


def test_a_conflict_does_not_count_the_time_of_our_own_outage() -> None:
    assert not refused_in_the_same_way(Refusal.CONFLICT, before=Refusal.DENIED)
    assert not refused_in_the_same_way(Refusal.DENIED, before=Refusal.CONFLICT)


def test_our_own_outage_ends_nothing() -> None:
    assert Refusal.DENIED in ENDLESS
    assert Refusal.CONFLICT not in ENDLESS
