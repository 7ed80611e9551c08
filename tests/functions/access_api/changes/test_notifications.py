"""Notifications over the API: who is notified of what, what was not taken, and test messages."""

from datetime import timedelta
from typing import Any

import pytest

from dayone.model.policy.notifications import Message, Notice, NoticeDelivery, NotificationKind
from dayone.notifications.news import TrialRequest, read_news, trial_request
from dayone.policy.language.parser import read_policy
from tests.functions.access_api.policies import keep
from tests.functions.access_api.state import NOW
from tests.functions.access_api.world import World
from tests.unit.notifications.notified_world import ON_CALL


@pytest.fixture
def world() -> World:
    made = World()
    keep(made.state, ON_CALL, in_force=1)
    return made


def _on_call(world: World) -> dict[str, Any]:
    (destination,) = world.send("list_notifications").body["destinations"]
    return dict(destination)


def test_a_destination_that_nothing_was_sent_to_is_listed(world: World) -> None:
    found = _on_call(world)
    assert (found["destination"], found["urgent"]) == ("on-call", ["operation-failed"])
    assert (found["waiting"], found["delivered_at"], found["attempts"], found["reason"]) == (0, None, 0, "")


def test_what_waits_and_what_is_not_taken_is_listed(world: World) -> None:
    (on_call,) = read_policy({"policy.yaml": ON_CALL}, version=1).notifications
    kinds = (NotificationKind.CHANGE_HELD, NotificationKind.OPERATION_FAILED)
    news = [(on_call, Notice(id=str(kind), kind=kind, at=NOW, text="news")) for kind in kinds]
    world.outbox.collect(news, now=NOW)
    again = NOW + timedelta(minutes=5)
    reason = "the address answers 503"
    body = '{"text": "secret of ours"}'
    world.outbox.keep(
        Message(id="msg_1", destination="on-call", body=body, created_at=NOW, next_at=again, attempts=2, reason=reason)
    )
    answer = world.send("list_notifications")
    (found,) = answer.body["destinations"]
    assert (found["waiting"], found["attempts"], found["reason"], found["next_at"]) == (2, 2, reason, again.isoformat())
    assert "secret of ours" not in str(answer.body)


def test_what_was_taken_and_what_was_given_up_is_listed(world: World) -> None:
    world.outbox.deliveries["on-call"] = NoticeDelivery(
        destination="on-call", delivered_at=NOW, message="msg_1", failed_at=NOW, reason="the address answers 410"
    )
    found = _on_call(world)
    assert (found["delivered_at"], found["message"]) == (NOW.isoformat(), "msg_1")
    assert (found["failed_at"], found["reason"]) == (NOW.isoformat(), "the address answers 410")


def test_a_test_is_requested_and_named_by_its_id(world: World) -> None:
    answer = world.send("send_test_notification")
    assert (answer.status, answer.headers["Location"]) == (202, "/v1/notifications")
    ((destination, message),) = world.notification_tests.requested
    assert (answer.body["destination"], answer.body["message"]) == (destination, message) == ("on-call", message)
    assert read_news(trial_request(destination, message_id=message, at=NOW)) == TrialRequest(
        id=message, destination="on-call", at=NOW
    )


def test_what_the_policy_does_not_name_is_not_found(world: World) -> None:
    keep(world.state, "version: 1", in_force=1)
    answer = world.send("send_test_notification")
    assert (answer.status, answer.body["detail"]) == (
        404,
        "the policy in force has no destination on-call; it has none",
    )
    assert world.notification_tests.requested == []
