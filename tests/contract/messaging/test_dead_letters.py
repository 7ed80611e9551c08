"""The port DeadLetters, in memory and over AWS alike."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from dayone.adapters.sqs import SqsDeadLetters
from dayone.errors import Unavailable
from dayone.ports.store import DeadLetters
from sandbox import Sandbox
from tests.contract.actions import recorded_actions
from tests.contract.identity_centers import fresh
from tests.fakes.queues import MemoryDeadLetters


@dataclass
class Shelf:
    """Dead letters, and how to read them back as (body, reason)."""

    letters: DeadLetters
    kept: Callable[[], list[tuple[str, str]]]


@pytest.fixture(scope="module")
def sqs(sandbox: Sandbox) -> Any:  # noqa: ANN401
    return sandbox.client("sqs")


@pytest.fixture
def queue_url(sqs: Any) -> str:  # noqa: ANN401
    return str(sqs.create_queue(QueueName=fresh("dead-letters"))["QueueUrl"])


@pytest.fixture(params=["fake", "aws"])
def shelf(request: pytest.FixtureRequest) -> Shelf:
    if request.param == "fake":
        fake = MemoryDeadLetters()
        return Shelf(fake, lambda: fake.letters)
    client, url = request.getfixturevalue("sqs"), request.getfixturevalue("queue_url")

    def kept() -> list[tuple[str, str]]:
        answer = client.receive_message(QueueUrl=url, MaxNumberOfMessages=10, MessageAttributeNames=["All"])
        return [(pair["Body"], pair["MessageAttributes"]["reason"]["StringValue"]) for pair in answer["Messages"]]

    return Shelf(SqsDeadLetters(client, queue_url=url), kept)


def test_a_letter_is_kept_as_it_came_with_the_reason(shelf: Shelf) -> None:
    shelf.letters.put('{"detail": {}}', reason="MoveAccount 7 names no account")
    assert shelf.kept() == [('{"detail": {}}', "MoveAccount 7 names no account")]


def test_a_missing_queue_is_worth_another_try(sqs: Any, queue_url: str) -> None:  # noqa: ANN401
    letters = SqsDeadLetters(sqs, queue_url=f"{queue_url}-gone")
    with pytest.raises(Unavailable):
        letters.put("{}", reason="any")


def test_the_adapter_calls_what_it_declares(sqs: Any, queue_url: str) -> None:  # noqa: ANN401
    called = recorded_actions(sqs)
    SqsDeadLetters(sqs, queue_url=queue_url).put("{}", reason="any")
    assert called == SqsDeadLetters.ACTIONS
