"""Calls to Organizations keep to the rate of each API, and slow down when AWS throttles."""

from datetime import timedelta
from typing import Any

import boto3
import pytest

from dayone.adapters.organizations.accounts import OrganizationsPace
from tests.builders import NOON
from tests.contract.answers import answering


class _Time:
    """Moves when somebody sleeps."""

    def __init__(self) -> None:
        self.now = NOON
        self.slept: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += timedelta(seconds=seconds)


@pytest.fixture(scope="module")
def unguarded() -> Any:  # noqa: ANN401 - a boto3 client
    return boto3.client(
        "organizations", region_name="us-east-1", aws_access_key_id="none", aws_secret_access_key="none"
    )


@pytest.fixture
def time() -> _Time:
    return _Time()


@pytest.fixture
def client(unguarded: Any, time: _Time) -> Any:  # noqa: ANN401
    pace = OrganizationsPace(processes=8, clock=lambda: time.now, sleep=time.sleep)
    guarded: Any = pace.guard(unguarded)
    yield guarded
    guarded.meta.events.unregister("before-parameter-build", pace._before_call)
    guarded.meta.events.unregister("response-received", pace._answered)


def _calls(client: Any, number: int) -> None:  # noqa: ANN401
    with answering(client, "DescribeAccount", "AccountNotFoundException"):
        for _ in range(number):
            with pytest.raises(client.exceptions.AccountNotFoundException):
                client.describe_account(AccountId="444455556666")


def test_the_first_call_of_a_process_does_not_wait(client: Any, time: _Time) -> None:  # noqa: ANN401
    _calls(client, 1)
    assert time.slept == []


def test_calls_keep_to_this_process_share_of_the_rate(client: Any, time: _Time) -> None:  # noqa: ANN401
    # 20 a second for all; an eighth of that is 2.5.
    _calls(client, 100)
    assert 97 / 2.5 <= (time.now - NOON).total_seconds() <= 100 / 2.5


def test_each_api_has_a_rate_of_its_own(client: Any, time: _Time) -> None:  # noqa: ANN401
    _calls(client, 2)
    with (
        answering(client, "ListTagsForResource", "TargetNotFoundException"),
        pytest.raises(client.exceptions.ClientError),
    ):
        client.list_tags_for_resource(ResourceId="444455556666")
    assert time.slept == []


def test_a_throttle_slows_the_calls_that_follow_it(client: Any, time: _Time) -> None:  # noqa: ANN401
    _calls(client, 1)
    throttle = {"Error": {"Code": "TooManyRequestsException"}}
    client.meta.events.emit("response-received.organizations.DescribeAccount", parsed_response=throttle)
    _calls(client, 2)
    assert sum(time.slept) >= 1
