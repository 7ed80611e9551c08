"""send_notifications through its handler: ticks of the schedule in, messages out."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from dayone.errors import Unreachable
from dayone.model.policy.notifications import Destination, Message
from dayone.notifications.service import SendNotifications
from dayone.wiring import functions as wiring
from functions.send_notifications import app
from tests.functions.conftest import Event, LambdaContext, Log
from tests.unit.notifications.notified_world import Notifying, held


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> Notifying:
    made = Notifying()
    monkeypatch.setattr(wiring, "send_notifications_ports", lambda: made.ports)
    return made


def test_what_is_held_is_a_message_five_minutes_later(
    world: Notifying, event_of: Callable[[str], Event], context: LambdaContext, log: Log
) -> None:
    world.queue.put(held(1))
    app.lambda_handler(event_of("send_notifications/every_minute"), context)
    app.lambda_handler(event_of("send_notifications/every_minute"), context)
    assert world.messages == []
    world.now += timedelta(minutes=5)
    app.lambda_handler(event_of("send_notifications/every_minute"), context)
    assert [message["data"]["counts"] for message in world.messages] == [{"change-held": 1}]
    assert [(line["collected"], line["sent"]) for line in log.lines] == [(1, 0), (0, 1)]


def test_what_is_not_taken_is_logged_without_its_content(
    world: Notifying, event_of: Callable[[str], Event], context: LambdaContext, log: Log
) -> None:
    def refuse(_message: Message, _to: Destination) -> None:
        raise Unreachable("the address answers 503")

    world.sender.refuse = refuse
    world.queue.put(held(1))
    world.minutes(4)
    world.now += timedelta(minutes=1)
    app.lambda_handler(event_of("send_notifications/every_minute"), context)
    assert log.messages("WARNING") == ["not notified"]
    assert "01KB7" not in log.text


def test_a_run_that_cannot_read_the_queue_fails(
    world: Notifying,
    event_of: Callable[[str], Event],
    context: LambdaContext,
    log: Log,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Broken:
        def take(self) -> dict[str, str]:
            raise Unreachable("no answer")

        def delete(self, receipts: object) -> None: ...

    world.queue.put(held(1))
    ports = SendNotifications(**{**vars(world.ports), "queue": Broken()})
    monkeypatch.setattr(wiring, "send_notifications_ports", lambda: ports)
    with pytest.raises(Unreachable):
        app.lambda_handler(event_of("send_notifications/every_minute"), context)
    assert log.messages("WARNING") == ["message failed"]
