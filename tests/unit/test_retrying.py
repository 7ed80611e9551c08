"""Which of AWS's words mean that waiting helps, and how long is waited."""

from datetime import timedelta

import pytest

from dayone.domain.retrying import is_passing, retry_at
from tests.builders import NOON

_PASSING = (
    "Account 123456789012 is not ready",
    "The account is pending activation",
    "Received a 500 status error: Internal Server Error",
    "An unexpected internal service exception occurred",
    "SubscriptionRequiredException: The AWS Access Key Id needs a subscription for the service",
    "Provisioning is taking longer than usual",
    "Throttling: Rate exceeded",
    "A concurrent operation is in progress",
)
_FINAL = (
    "AccessDeniedException: You do not have sufficient access",
    "ValidationException: the ARN is malformed",
    "The policy arn:aws:iam::aws:policy/Nonsense does not exist",
)


@pytest.mark.parametrize("reason", _PASSING)
def test_what_passes_by_itself_is_waited_for(reason: str) -> None:
    assert is_passing(reason)


@pytest.mark.parametrize("reason", _FINAL)
def test_what_waiting_does_not_mend_is_an_end(reason: str) -> None:
    assert not is_passing(reason)


def test_each_try_waits_longer_up_to_a_minute() -> None:
    waits = [retry_at(attempts, now=NOON, jitter=0.999, retry_after=None) - NOON for attempts in (1, 2, 3, 7, 30)]
    assert waits == sorted(waits)
    assert timedelta(seconds=0.9) < waits[0] < timedelta(seconds=1)
    assert waits[-1] <= timedelta(minutes=1)


def test_aws_s_own_word_counts_when_it_is_longer() -> None:
    assert retry_at(1, now=NOON, jitter=0, retry_after=90) == NOON + timedelta(seconds=90)
    assert retry_at(7, now=NOON, jitter=0, retry_after=1) == NOON + timedelta(seconds=30)
