"""The port Engine, in memory and over AWS alike."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from dayone.adapters.sqs import SqsEngine
from dayone.errors import Unavailable
from dayone.ports.store import Engine
from sandbox import Sandbox
from tests.contract.actions import recorded_actions
from tests.contract.identity_centers import fresh
from tests.fakes.queues import MemoryEngine


@dataclass
class Bell:
    """An engine, and how often it was woken."""

    engine: Engine
    rings: Callable[[], int]


@pytest.fixture(scope="module")
def sqs(sandbox: Sandbox) -> Any:  # noqa: ANN401
    return sandbox.client("sqs")


@pytest.fixture
def queue_url(sqs: Any) -> str:  # noqa: ANN401
    return str(sqs.create_queue(QueueName=f"{fresh('engine')}.fifo", Attributes={"FifoQueue": "true"})["QueueUrl"])


@pytest.fixture(params=["fake", "aws"])
def bell(request: pytest.FixtureRequest) -> Bell:
    if request.param == "fake":
        fake = MemoryEngine()
        return Bell(fake, lambda: fake.rings)
    client, url = request.getfixturevalue("sqs"), request.getfixturevalue("queue_url")

    def waiting() -> int:
        answer = client.get_queue_attributes(QueueUrl=url, AttributeNames=["ApproximateNumberOfMessages"])
        return int(answer["Attributes"]["ApproximateNumberOfMessages"])

    return Bell(SqsEngine(client, queue_url=url), waiting)


def test_each_ring_is_heard(bell: Bell) -> None:
    bell.engine.wake()
    bell.engine.wake()
    assert bell.rings() == 2


def test_one_that_looks_is_enough(sqs: Any, queue_url: str) -> None:  # noqa: ANN401
    engine = SqsEngine(sqs, queue_url=queue_url)
    engine.wake()
    engine.wake()
    assert len(sqs.receive_message(QueueUrl=queue_url, MaxNumberOfMessages=1)["Messages"]) == 1
    assert "Messages" not in sqs.receive_message(QueueUrl=queue_url, MaxNumberOfMessages=10)


def test_a_missing_queue_is_unavailable(sqs: Any, queue_url: str) -> None:  # noqa: ANN401
    with pytest.raises(Unavailable):
        SqsEngine(sqs, queue_url=f"{queue_url}-not-there").wake()


def test_the_adapter_needs_every_action_it_names(sqs: Any, queue_url: str) -> None:  # noqa: ANN401
    called = recorded_actions(sqs)
    SqsEngine(sqs, queue_url=queue_url).wake()
    assert called == SqsEngine.ACTIONS
