"""The port Inbox, in memory and over AWS alike."""

import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime
from typing import Any

import pytest

from dayone.adapters.sqs import SqsInbox, SqsReturns, deduplication_id
from dayone.errors import TooLarge, Unavailable
from dayone.hr.merge import source_record
from dayone.messages import inbox as messages
from dayone.model.changes import Cause, CauseKind, Decision
from dayone.model.commands import COMMANDS, ActivatePolicy, ApplyHrRecord, Command, ReconcileSubject, RefreshAccount
from dayone.model.subjects import THE_POLICY, Subject, SubjectKind
from dayone.ports.store import Inbox
from sandbox import Sandbox
from tests.contract.actions import recorded_actions
from tests.contract.answers import altering, answering, sending
from tests.contract.identity_centers import fresh
from tests.fakes.queues import MemoryInbox

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)


def a_cause(change: str = "") -> Cause:
    return Cause(
        change=change or uuid.uuid4().hex, kind=CauseKind.HR_EVENT, actor="hr:standard", reference="m-1", at=NOON
    )


def a_command(subject: str = "person:e-1", *, change: str = "") -> ReconcileSubject:
    return ReconcileSubject(subject=Subject.parse(subject), cause=a_cause(change))


def an_hr_record(**attributes: str) -> ApplyHrRecord:
    record = source_record({"given_name": "Ada", "title": "", **attributes}, source="standard", at=NOON)
    return ApplyHrRecord(subject=Subject.parse("person:e-1"), cause=a_cause(), record=record)


@dataclass
class FifoQueue:
    """A queue of the local AWS, and what it holds."""

    client: Any
    url: str

    def messages(self) -> Iterator[dict[str, Any]]:
        while found := self.client.receive_message(
            QueueUrl=self.url, MaxNumberOfMessages=10, MessageSystemAttributeNames=["MessageGroupId"]
        ).get("Messages"):
            for message in found:
                self.client.delete_message(QueueUrl=self.url, ReceiptHandle=message["ReceiptHandle"])
                yield message

    def commands(self) -> list[Command]:
        return [messages.from_json(message["Body"]) for message in self.messages()]


@pytest.fixture(scope="module")
def sqs(sandbox: Sandbox) -> Any:  # noqa: ANN401
    return sandbox.client("sqs")


@pytest.fixture
def queue(sqs: Any) -> FifoQueue:  # noqa: ANN401
    # Duplicates are looked for in the whole queue, which is the stricter of the two scopes SQS has.
    made = sqs.create_queue(QueueName=f"{fresh('inbox')}.fifo", Attributes={"FifoQueue": "true"})
    return FifoQueue(sqs, made["QueueUrl"])


@dataclass
class Border:
    """An inbox, and what has arrived in it so far."""

    inbox: Inbox
    arrived: Callable[[], list[Command]]


@pytest.fixture(params=["fake", "aws"])
def border(request: pytest.FixtureRequest) -> Border:
    if request.param == "fake":
        inbox = MemoryInbox()
        return Border(inbox, lambda: list(inbox.commands))
    queue = request.getfixturevalue("queue")
    return Border(SqsInbox(queue.client, queue_url=queue.url), queue.commands)


def test_what_is_put_arrives_whole(border: Border) -> None:
    command = an_hr_record()
    border.inbox.put([command])
    assert border.arrived() == [command]


def test_commands_for_a_subject_arrive_in_order(border: Border) -> None:
    commands = [a_command(change=f"change-{number:02d}") for number in range(25)]
    border.inbox.put(commands)
    assert border.arrived() == commands


def test_commands_for_many_subjects_all_arrive(border: Border) -> None:
    commands = [a_command(f"person:e-{number}", change="one") for number in range(25)]
    border.inbox.put(commands)
    assert sorted(border.arrived(), key=repr) == sorted(commands, key=repr)


def test_nothing_put_is_nothing_arrived(border: Border) -> None:
    border.inbox.put([])
    assert border.arrived() == []


def test_the_same_again_arrives_once(border: Border) -> None:
    request = a_command(change="same")
    border.inbox.put([request, request])
    border.inbox.put([request])
    assert border.arrived() == [request]


def test_another_kind_or_another_policy_version_is_not_the_same(border: Border) -> None:
    first = ActivatePolicy(subject=THE_POLICY, cause=a_cause("same"), version=1)
    account = Subject.parse("account:111122223333")
    commands = [
        *(first, replace(first, version=2), replace(first, version=2, cursor="assessing-1")),
        ReconcileSubject(subject=account, cause=a_cause("same")),
        RefreshAccount(subject=account, cause=a_cause("same")),
    ]
    border.inbox.put(commands)
    assert border.arrived() == commands


def test_the_next_portion_of_a_command_is_not_the_same() -> None:
    """By whatever field it goes on: a portion that the queue dropped would end the command half-way."""
    goes_on = [kind for kind in COMMANDS if any(field.name == "cursor" for field in fields(kind))]
    assert ActivatePolicy in goes_on
    for kind in goes_on:
        ids = [deduplication_id(a_portion(kind, cursor=cursor)) for cursor in ("", "1", "2")]
        assert len(set(ids)) == 3, kind.__name__


def a_portion(kind: type[Command], *, cursor: str) -> Command:
    given: dict[str, Any] = {
        "version": 1,
        "decision": Decision(is_approved=True, actor="arn:approver", at=NOON),
        "workforce": "",
        "days": 365,
    }
    named = {field.name: given[field.name] for field in fields(kind) if field.name in given}
    made: Callable[..., Command] = kind
    return made(subject=THE_POLICY, cause=a_cause("same"), cursor=cursor, **named)


def test_a_subject_with_blanks_or_other_alphabets_has_a_group_of_its_own(queue: FifoQueue) -> None:
    inbox = SqsInbox(queue.client, queue_url=queue.url)
    names = ["Data Engineers", "Müller", "Data Engineers", "x" * 128, "plain"]
    inbox.put([a_command(f"group:{name}") for name in names])
    groups = [message["Attributes"]["MessageGroupId"] for message in queue.messages()]
    assert len(groups) == len(names)
    assert len(set(groups)) == len(set(names))
    assert str(Subject(SubjectKind.GROUP, "plain")) in groups
    assert all(len(group) <= 128 and group.isascii() and " " not in group for group in groups)


def test_no_batch_is_over_what_sqs_takes(queue: FifoQueue) -> None:
    inbox = SqsInbox(queue.client, queue_url=queue.url)
    with sending(queue.client, "SendMessageBatch") as sent:
        inbox.put([an_hr_record(title="A" * 400_000) for _ in range(3)])
    assert [len(batch["Entries"]) for batch in sent] == [2, 1]


def test_a_request_that_no_message_holds_is_too_large_and_nothing_is_sent(queue: FifoQueue) -> None:
    inbox = SqsInbox(queue.client, queue_url=queue.url)
    with pytest.raises(TooLarge):
        inbox.put([a_command(), an_hr_record(title="A" * 1_048_576)])
    assert queue.commands() == []


def test_a_message_that_was_not_taken_makes_the_whole_unavailable(queue: FifoQueue) -> None:
    def fail_one(answer: dict[str, Any]) -> None:
        answer["Failed"] = [{"Id": "1", "SenderFault": False, "Code": "InternalError"}]

    inbox = SqsInbox(queue.client, queue_url=queue.url)
    with (
        altering(queue.client, "SendMessageBatch", fail_one),
        pytest.raises(Unavailable, match=r"1 of 2.*InternalError"),
    ):
        inbox.put([a_command(), a_command()])


def test_one_of_many_that_was_not_taken_makes_the_whole_unavailable(queue: FifoQueue) -> None:
    """Batches about different subjects are sent side by side."""

    def fail_one(answer: dict[str, Any]) -> None:
        if len(answer["Successful"]) == 5:
            answer["Failed"] = [{"Id": "1", "SenderFault": False, "Code": "InternalError"}]

    with altering(queue.client, "SendMessageBatch", fail_one), pytest.raises(Unavailable, match="InternalError"):
        SqsInbox(queue.client, queue_url=queue.url).put(
            [a_command(f"person:e-{number}", change="one") for number in range(25)]
        )
    assert len(queue.commands()) == 25


def test_a_queue_that_is_missing_or_forbidden_is_not_the_senders_fault(queue: FifoQueue) -> None:
    with pytest.raises(Unavailable):
        SqsInbox(queue.client, queue_url=f"{queue.url}-not-there").put([a_command()])
    with (
        answering(queue.client, "SendMessageBatch", "AccessDenied", status=403),
        pytest.raises(Unavailable, match="AccessDenied"),
    ):
        SqsInbox(queue.client, queue_url=queue.url).put([a_command()])


def test_the_adapter_needs_every_action_it_names(queue: FifoQueue) -> None:
    called = recorded_actions(queue.client)
    SqsInbox(queue.client, queue_url=queue.url).put([a_command()])
    assert called == SqsInbox.ACTIONS


def test_a_message_comes_back_when_it_is_told_to(queue: FifoQueue) -> None:
    SqsInbox(queue.client, queue_url=queue.url).put([a_command()])
    called = recorded_actions(queue.client)
    (hidden,) = queue.client.receive_message(QueueUrl=queue.url, VisibilityTimeout=600)["Messages"]
    assert queue.commands() == []
    called.clear()
    SqsReturns(queue.client, queue_url=queue.url).come_back({hidden["ReceiptHandle"]: 0})
    assert called == SqsReturns.ACTIONS
    assert len(queue.commands()) == 1


def test_that_it_cannot_come_back_earlier_is_said(queue: FifoQueue) -> None:
    with pytest.raises(Unavailable):
        SqsReturns(queue.client, queue_url=f"{queue.url}-not-there").come_back({"handle": 5})
