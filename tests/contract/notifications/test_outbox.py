"""The port OutboxStore, in memory and over DynamoDB alike."""

from datetime import timedelta
from typing import Any

import pytest

from dayone.adapters.dynamodb.table import DynamoTable
from dayone.adapters.notifications import DynamoOutbox, SqsNews, SqsNotificationTests
from dayone.model.policy.notifications import Destination, Message, Notice, NoticeDelivery, NotificationKind, Webhook
from dayone.notifications.news import TrialRequest, read_news
from dayone.ports.messaging import OutboxStore
from sandbox import Sandbox
from tests.contract.actions import recorded_actions
from tests.contract.identity_centers import fresh
from tests.contract.state_databases import IMPLEMENTATIONS, table_of
from tests.contract.state_ports import StateTable
from tests.contract.state_samples import NOW
from tests.fakes.notifications import MemoryOutbox

pytest_plugins = ("tests.contract.state_fixtures",)

HELD, FAILED = NotificationKind.CHANGE_HELD, NotificationKind.OPERATION_FAILED
ON_CALL = Destination(
    name="on-call",
    kinds=frozenset({HELD, FAILED}),
    urgent=frozenset({FAILED}),
    webhook=Webhook(url="https://hooks.example.com/dayone"),
)
CHAT = Destination(name="chat", kinds=frozenset({HELD}), webhook=Webhook())


def notice(number: int, kind: NotificationKind = HELD) -> Notice:
    return Notice(id=f"{number}/{kind}", kind=kind, at=NOW, text=f"number {number}", change="01CHANGE")


def message(name: str = "msg_1") -> Message:
    return Message(id=name, destination="on-call", body='{"ä": 1}', created_at=NOW, next_at=NOW)


@pytest.fixture(params=IMPLEMENTATIONS)
def outbox(request: pytest.FixtureRequest) -> OutboxStore:
    return MemoryOutbox() if request.param == "fake" else DynamoOutbox(table_of(request).wrapped())


def test_nothing_waits_at_first(outbox: OutboxStore) -> None:
    read = outbox.read()
    assert (read.windows, read.messages, read.deliveries) == ((), (), ())


def test_notices_are_collected_in_the_windows_of_their_destinations(outbox: OutboxStore) -> None:
    outbox.collect([(ON_CALL, notice(1)), (CHAT, notice(1)), (ON_CALL, notice(2, FAILED))], now=NOW)
    outbox.collect([(ON_CALL, notice(3))], now=NOW + timedelta(minutes=1))
    windows = {window.name: window for window in outbox.read().windows}
    assert {name: dict(window.counts) for name, window in windows.items()} == {
        "on-call#usual": {HELD: 2},
        "on-call#urgent": {FAILED: 1},
        "chat#usual": {HELD: 1},
    }
    assert [notice.id for notice in windows["on-call#usual"].first] == ["1/change-held", "3/change-held"]
    assert windows["on-call#usual"].opened_at == NOW
    assert windows["on-call#usual"].first[0] == notice(1)


def test_a_notice_is_collected_once(outbox: OutboxStore) -> None:
    outbox.collect([(ON_CALL, notice(1)), (ON_CALL, notice(1))], now=NOW)
    outbox.collect([(ON_CALL, notice(1)), (ON_CALL, notice(2))], now=NOW)
    (window,) = outbox.read().windows
    assert dict(window.counts) == {HELD: 2}
    assert outbox.close(window, message=message())
    outbox.collect([(ON_CALL, notice(2))], now=NOW)
    assert outbox.read().windows == ()


def test_a_window_becomes_its_message(outbox: OutboxStore) -> None:
    outbox.collect([(ON_CALL, notice(1, FAILED))], now=NOW)
    (window,) = outbox.read().windows
    assert outbox.close(window, message=message(), delivery=NoticeDelivery(destination="on-call", urgent_at=NOW))
    read = outbox.read()
    assert (read.windows, read.messages) == ((), (message(),))
    assert read.delivery("on-call").urgent_at == NOW


def test_what_is_added_meanwhile_is_not_lost(outbox: OutboxStore) -> None:
    outbox.collect([(ON_CALL, notice(1))], now=NOW)
    (before,) = outbox.read().windows
    outbox.collect([(ON_CALL, notice(2))], now=NOW)
    assert not outbox.close(before, message=message())
    read = outbox.read()
    assert ([dict(window.counts) for window in read.windows], read.messages) == ([{HELD: 2}], ())


def test_a_window_of_nobody_is_dropped(outbox: OutboxStore) -> None:
    outbox.collect([(CHAT, notice(1))], now=NOW)
    assert outbox.close(outbox.read().windows[0], message=None)
    assert outbox.read().windows == ()


def test_a_message_is_kept_under_its_id_until_it_is_finished(outbox: OutboxStore) -> None:
    outbox.keep(message())
    outbox.keep(message("msg_2"))
    outbox.keep(message())
    assert [kept.id for kept in outbox.read().messages] == ["msg_1", "msg_2"]
    outbox.finish(message(), delivery=NoticeDelivery(destination="on-call", delivered_at=NOW, message="msg_1"))
    read = outbox.read()
    assert [kept.id for kept in read.messages] == ["msg_2"]
    assert read.delivery("on-call").delivered_at == NOW
    assert read.delivery("chat") == NoticeDelivery(destination="chat")


def test_a_message_of_an_inconvenient_size_is_kept(outbox: OutboxStore) -> None:
    notices = [(ON_CALL, notice(number)) for number in range(45)]
    outbox.collect(notices, now=NOW)
    (window,) = outbox.read().windows
    assert (dict(window.counts), len(window.first)) == ({HELD: 45}, 20)


def test_it_makes_the_calls_that_it_declares(state_table: StateTable) -> None:
    operations = recorded_actions(state_table.client)
    outbox = DynamoOutbox(DynamoTable(state_table.client, state_table.name))
    outbox.collect([(ON_CALL, notice(1))], now=NOW)
    outbox.close(outbox.read().windows[0], message=message())
    outbox.keep(message())
    outbox.finish(message(), delivery=NoticeDelivery(destination="on-call"))
    # A transaction is authorised as its writes: it puts and deletes.
    writes = {"dynamodb:PutItem", "dynamodb:DeleteItem"}
    assert (operations - {"dynamodb:TransactWriteItems"}) | writes == DynamoOutbox.ACTIONS


def test_a_request_for_a_test_is_on_the_queue_of_news(sandbox: Sandbox) -> None:
    client: Any = sandbox.client("sqs")
    url = client.create_queue(QueueName=fresh("news"))["QueueUrl"]
    actions = recorded_actions(client)
    SqsNotificationTests(client, queue_url=url).request("on-call", message_id="msg_1", at=NOW)
    assert actions == SqsNotificationTests.ACTIONS
    taken = SqsNews(client, queue_url=url).take()
    assert [read_news(body) for body in taken.values()] == [TrialRequest(id="msg_1", destination="on-call", at=NOW)]
    SqsNews(client, queue_url=url).delete(taken)
    assert actions == SqsNotificationTests.ACTIONS | SqsNews.ACTIONS
