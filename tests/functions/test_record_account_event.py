"""record_account_event through its handler: a batch of a standard queue in, accounts on the inbox out."""

from collections.abc import Callable

import pytest

from dayone.accounts.events import RecordAccountEvent
from dayone.errors import Unreachable
from dayone.model.commands import Command, RefreshAccount
from dayone.wiring import functions as wiring
from functions.record_account_event import app
from tests.fakes.queues import MemoryDeadLetters, MemoryInbox
from tests.functions.conftest import Event, LambdaContext, Log

_SOURCE = "arn:aws:sqs:eu-west-1:111122223333:dayone-AccountEventsQueue"


class _Queues:
    def __init__(self, inbox: MemoryInbox) -> None:
        self.inbox, self.dead_letters = inbox, MemoryDeadLetters()


class _InboxThatFailsOnce(MemoryInbox):
    def __init__(self) -> None:
        super().__init__()
        self.has_failed = False

    def put(self, requests: object) -> None:
        if not self.has_failed:
            self.has_failed = True
            raise Unreachable("SQS did not answer")
        super().put(requests)  # type: ignore[arg-type]


@pytest.fixture
def queues(monkeypatch: pytest.MonkeyPatch) -> _Queues:
    return _wired(MemoryInbox(), monkeypatch)


def _wired(inbox: MemoryInbox, monkeypatch: pytest.MonkeyPatch) -> _Queues:
    queues = _Queues(inbox)
    ports = RecordAccountEvent(inbox=queues.inbox, dead_letters=queues.dead_letters)
    monkeypatch.setattr(wiring, "record_account_event_ports", lambda: ports)
    monkeypatch.setattr(wiring, "event_source", lambda: _SOURCE)
    return queues


def _subjects(requests: list[Command]) -> list[str]:
    return [str(command.subject) for command in requests]


@pytest.mark.parametrize(
    "name",
    ["create_account_result", "move_account", "account_joined", "create_managed_account", "tag_change_on_resource"],
)
def test_the_account_of_an_event_is_on_the_inbox(
    queues: _Queues, event_of: Callable[[str], Event], context: LambdaContext, name: str
) -> None:
    answer = app.lambda_handler(event_of(f"record_account_event/{name}"), context)
    assert answer == {"batchItemFailures": []}
    assert _subjects(queues.inbox.commands) == ["account:444455556666"]
    assert isinstance(queues.inbox.commands[0], RefreshAccount)


def test_whatever_one_new_account_causes_is_about_that_account(
    queues: _Queues, event_of: Callable[[str], Event], context: LambdaContext
) -> None:
    answer = app.lambda_handler(event_of("record_account_event/one_new_account"), context)
    assert answer == {"batchItemFailures": []}
    assert _subjects(queues.inbox.commands) == ["account:444455556666"] * 6
    assert queues.dead_letters.letters == []


def test_what_cannot_be_understood_is_put_aside_and_holds_nothing_up(
    queues: _Queues, event_of: Callable[[str], Event], context: LambdaContext, log: Log
) -> None:
    answer = app.lambda_handler(event_of("record_account_event/batch"), context)
    assert answer == {"batchItemFailures": []}
    assert len(queues.inbox.commands) == 2
    ((body, reason),) = queues.dead_letters.letters
    assert "AccountJoinedOrganization" in body
    assert reason.endswith("names no account")
    assert log.messages("WARNING") == ["account event"]


def test_a_failed_message_alone_stays_with_its_queue(
    event_of: Callable[[str], Event], context: LambdaContext, log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    queues = _wired(_InboxThatFailsOnce(), monkeypatch)
    event = event_of("record_account_event/batch")
    answer = app.lambda_handler(event, context)
    assert answer == {"batchItemFailures": [{"itemIdentifier": event["Records"][0]["messageId"]}]}
    assert len(queues.inbox.commands) == 1
    assert "message failed" in log.messages("WARNING")


def test_when_every_message_fails_each_is_reported_and_nothing_raised(
    event_of: Callable[[str], Event], context: LambdaContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    _wired(_InboxThatFailsOnce(), monkeypatch)
    event = event_of("record_account_event/move_account")
    answer = app.lambda_handler(event, context)
    assert answer == {"batchItemFailures": [{"itemIdentifier": event["Records"][0]["messageId"]}]}


@pytest.mark.usefixtures("queues")
def test_who_made_a_call_is_not_logged(event_of: Callable[[str], Event], context: LambdaContext, log: Log) -> None:
    for name in ("batch", "move_account", "tag_account", "move_account_refused"):
        app.lambda_handler(event_of(f"record_account_event/{name}"), context)
    assert log.lines
    assert "203.0.113.7" not in log.text
    assert "OrganizationAdmin" not in log.text
