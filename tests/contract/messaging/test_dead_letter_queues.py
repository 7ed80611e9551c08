"""The port DeadLetterQueues, in memory and over SQS alike."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest

from dayone.adapters.sqs_dead_letters import SqsDeadLetterQueues
from dayone.errors import Unavailable
from dayone.model.failures import LetterQueue
from dayone.ports.operations import DeadLetterQueues
from sandbox import Sandbox
from tests.contract.actions import recorded_actions
from tests.contract.answers import sending
from tests.contract.identity_centers import fresh
from tests.fakes.dead_letters import MemoryDeadLetterQueues

INBOX, EVENTS = LetterQueue.INBOX, LetterQueue.ACCOUNT_EVENTS


@dataclass
class Office:
    """The queues, and how a message comes to lie in one."""

    queues: DeadLetterQueues
    lay: Callable[..., None]


def _urls(client: Any) -> dict[LetterQueue, str]:  # noqa: ANN401 - any client of SQS
    urls = {}
    for queue in LetterQueue:
        is_fifo = queue in (LetterQueue.INBOX, LetterQueue.ENGINE)
        name = fresh(queue) + (".fifo" if is_fifo else "")
        attributes = {"FifoQueue": "true"} if is_fifo else {}
        urls[queue] = str(client.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"])
    return urls


def _laying(client: Any, urls: dict[LetterQueue, str]) -> Callable[..., None]:  # noqa: ANN401 - any client of SQS
    def lay(queue: LetterQueue, body: str, **told: str) -> None:
        attributes = {name: {"DataType": "String", "StringValue": said} for name, said in told.items()}
        is_fifo = urls[queue].endswith(".fifo")
        group = {"MessageGroupId": body, "MessageDeduplicationId": fresh("d")} if is_fifo else {}
        client.send_message(QueueUrl=urls[queue], MessageBody=body, MessageAttributes=attributes, **group)

    return lay


@pytest.fixture(scope="module")
def sqs(sandbox: Sandbox) -> Any:  # noqa: ANN401 - any client of SQS
    return sandbox.client("sqs")


@pytest.fixture(params=["fake", "aws"])
def office(request: pytest.FixtureRequest) -> Office:
    if request.param == "fake":
        fake = MemoryDeadLetterQueues()
        return Office(fake, fake.lay)
    client = request.getfixturevalue("sqs")
    urls = _urls(client)
    return Office(SqsDeadLetterQueues(client, urls=urls), _laying(client, urls))


def test_a_letter_says_what_it_says_and_what_it_was_told(office: Office) -> None:
    office.lay(EVENTS, '{"detail": {}}', reason="names no account")
    (letter,) = office.queues.take(EVENTS, limit=10)
    assert (letter.queue, letter.body, letter.attributes) == (EVENTS, '{"detail": {}}', {"reason": "names no account"})
    assert letter.sent_at < datetime.now(UTC)
    assert letter.received >= 1


def test_what_is_taken_is_nobody_elses(office: Office) -> None:
    office.lay(INBOX, "a")
    assert office.queues.take(INBOX, limit=10)
    assert office.queues.take(INBOX, limit=10) == []


def test_what_is_put_back_can_be_taken_again_and_was_read_once_more(office: Office) -> None:
    office.lay(INBOX, "a")
    first = office.queues.take(INBOX, limit=10)
    office.queues.put_back(first)
    (again,) = office.queues.take(INBOX, limit=10)
    assert (again.id, again.received) == (first[0].id, first[0].received + 1)


def test_what_is_dropped_is_gone(office: Office) -> None:
    office.lay(INBOX, "a")
    letters = office.queues.take(INBOX, limit=10)
    office.queues.drop(letters)
    office.queues.put_back([])
    assert office.queues.counts()[INBOX] == 0


@pytest.mark.parametrize("queue", [INBOX, EVENTS])
def test_many_are_taken_up_to_the_limit_and_dropped_together(office: Office, queue: LetterQueue) -> None:
    for number in range(25):
        office.lay(queue, f"{number}")
    first = office.queues.take(queue, limit=12)
    second = office.queues.take(queue, limit=100)
    assert (len(first), len(second)) == (12, 13)
    assert {dead_letter.body for dead_letter in (*first, *second)} == {f"{number}" for number in range(25)}
    office.queues.drop([*first, *second])
    assert office.queues.counts()[queue] == 0


def test_each_queue_is_counted_with_what_is_taken_of_it(office: Office) -> None:
    for body in ("a", "b"):
        office.lay(INBOX, body)
    office.lay(EVENTS, "c")
    office.queues.take(INBOX, limit=1)
    assert {queue: number for queue, number in office.queues.counts().items() if number} == {INBOX: 2, EVENTS: 1}


def test_an_empty_queue_is_known_to_be_empty_soon(office: Office, sqs: Any) -> None:  # noqa: ANN401 - any client of SQS
    with sending(sqs, "ReceiveMessage") as sent:
        assert office.queues.take(EVENTS, limit=10) == []
    assert sum(call["WaitTimeSeconds"] for call in sent) < 3


def test_a_missing_queue_is_worth_another_try(sqs: Any) -> None:  # noqa: ANN401 - any client of SQS
    urls = {queue: f"{url}-gone" for queue, url in _urls(sqs).items()}
    with pytest.raises(Unavailable):
        SqsDeadLetterQueues(sqs, urls=urls).counts()


def test_the_adapter_calls_what_it_declares(sandbox: Sandbox) -> None:
    client = sandbox.client("sqs")
    urls = _urls(client)
    queues, lay = SqsDeadLetterQueues(client, urls=urls), _laying(client, urls)
    lay(EVENTS, "a")
    called = recorded_actions(client)
    queues.counts()
    letters = queues.take(EVENTS, limit=1)
    queues.put_back(letters)
    queues.drop(queues.take(EVENTS, limit=1))
    assert called == SqsDeadLetterQueues.ACTIONS
