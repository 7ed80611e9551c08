"""Notifications: their destinations, their times, and the number of messages."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from dayone.errors import Refused, Unreachable
from dayone.model.policy.notifications import Destination, Message
from dayone.notifications.digest import MOST_WRITTEN_OUT
from tests.unit.notifications.notified_world import NOON, ON_CALL, Notifying, event, failed, held

MINUTE = timedelta(minutes=1)


@pytest.fixture
def world() -> Notifying:
    return Notifying()


def _refuse(_message: Message, _to: Destination) -> None:
    raise Unreachable("the address answers 503")


def test_forty_changes_that_are_held_together_are_one_message(world: Notifying) -> None:
    for number in range(40):
        world.queue.put(held(number))
        if number % 10 == 9:
            world.minutes(1)
    world.minutes(10)
    (message,) = world.messages
    assert message["data"]["counts"] == {"change-held": 40}
    assert message["data"]["text"].startswith("Day One: 40 changes are held\n")
    assert len(message["data"]["notices"]) == MOST_WRITTEN_OUT
    assert message["data"]["omitted"] == 40 - MOST_WRITTEN_OUT
    assert message["data"]["text"].endswith("… and 20 more")


def test_forty_urgent_events_of_a_minute_are_one_message_within_two(world: Notifying) -> None:
    for number in range(40):
        world.queue.put(failed(number))
        if number % 10 == 9:
            world.run()
            world.now += timedelta(seconds=10)
    world.minutes(1)
    (message,) = world.messages
    assert message["data"]["counts"] == {"operation-failed": 40}
    assert world.now - NOON < 2 * MINUTE


def test_urgent_events_that_go_on_are_one_message_each_five_minutes(world: Notifying) -> None:
    for number in range(20):
        world.queue.put(failed(number))
        world.minutes(1)
    world.minutes(10)
    assert sum(message["data"]["counts"]["operation-failed"] for message in world.messages) == 20
    assert len(world.messages) <= 5


def test_an_event_that_is_delivered_twice_counts_once(world: Notifying) -> None:
    world.queue.put(held(1))
    world.minutes(2)
    world.queue.put(held(1))
    world.minutes(8)
    world.queue.put(held(1))
    world.minutes(8)
    assert [message["data"]["counts"] for message in world.messages] == [{"change-held": 1}]


def test_a_crash_before_the_queue_forgets_loses_and_repeats_nothing(world: Notifying) -> None:
    world.queue.put(held(1))
    world.queue.fails_to_delete = True
    with pytest.raises(ConnectionError):
        world.run()
    world.queue.fails_to_delete = False
    world.minutes(8)
    assert [message["data"]["counts"] for message in world.messages] == [{"change-held": 1}]


def test_a_message_says_what_it_is_about_by_ids(world: Notifying) -> None:
    world.queue.put(held(7))
    world.minutes(6)
    (message,) = world.messages
    assert message["type"] == "dayone.notification"
    assert message["timestamp"] == world.sender.taken[0][0].isoformat()
    (notice,) = message["data"]["notices"]
    assert notice == {
        "id": "7/held",
        "kind": "change-held",
        "time": "2026-11-30T12:00:00+00:00",
        "text": "Change 01KB7Y3V8N4Q2R6T9W0X1Z5C07 is held: 3 operations wait for a decision "
        "(more removals than the limit)",
        "change": "01KB7Y3V8N4Q2R6T9W0X1Z5C07",
        "subject": "",
    }


def test_nobody_is_sent_a_name(world: Notifying) -> None:
    access = [{"account": "111122223333", "account_name": "Alice's sandbox", "permission_set": "Admin"}]
    ready: dict[str, Any] = {"person": "e-1", "user_name": "alice@example.com", "access": access, "change": "01CHANGE"}
    world.queue.put(event("Person Ready", "1/ready", **ready, cli_profiles="[profile alice]", portal_url=""))
    world.minutes(6)
    (message,) = world.taken
    assert "person:e-1" in message.body
    assert "lice" not in message.body


def test_what_nobody_wants_is_not_kept(world: Notifying) -> None:
    world.queue.put(event("Account Ready", "1/ready", account="111122223333", assignments=[], change="01CHANGE"))
    world.queue.put(event("Operation Succeeded", "1/succeeded", change="01CHANGE"))
    world.minutes(6)
    assert (world.messages, world.queue.waiting, world.outbox.windows) == ([], {}, {})


def test_without_notifications_in_the_policy_nothing_is_sent(world: Notifying) -> None:
    world.policies.text = "version: 1"
    world.queue.put(held(1))
    world.minutes(6)
    assert (world.messages, world.queue.waiting) == ([], {})


def test_in_quiet_hours_only_what_is_urgent_is_sent_and_the_rest_in_the_morning(world: Notifying) -> None:
    world.now = datetime(2026, 11, 30, 23, 30, tzinfo=UTC)
    world.queue.put(held(1))
    world.queue.put(failed(2))
    world.minutes(30)
    assert [message["data"]["counts"] for message in world.messages] == [{"operation-failed": 1}]
    world.queue.put(held(3))
    world.minutes(7 * 60)
    # At seven in Rome.
    (_, urgent), (at, message) = ((at, json.loads(message.body)) for at, message in world.sender.taken)
    assert (urgent["data"]["counts"], message["data"]["counts"]) == ({"operation-failed": 1}, {"change-held": 2})
    assert at == datetime(2026, 12, 1, 6, 0, tzinfo=UTC)


def test_what_is_not_taken_is_sent_again_under_its_id_until_it_is(world: Notifying) -> None:
    world.sender.refuse = _refuse
    world.queue.put(held(1))
    world.minutes(40)
    attempts = [at - world.sender.attempts[0][0] for at, _ in world.sender.attempts]
    assert attempts == [0 * MINUTE, 1 * MINUTE, 6 * MINUTE]
    world.sender.refuse = lambda _message, _to: None
    world.minutes(40)
    assert len({message_id for _, message_id in world.sender.attempts}) == 1
    assert len(world.taken) == 1
    assert world.outbox.read().messages == ()
    assert world.outbox.read().delivery("on-call").message == world.taken[0].id


def test_what_is_never_taken_is_a_dead_letter_after_a_day(world: Notifying) -> None:
    world.sender.refuse = _refuse
    world.queue.put(held(1))
    world.minutes(29 * 60)
    assert len(world.sender.attempts) == 8
    ((letter, reason),) = world.dead_letters.letters
    assert reason == "on-call: the address answers 503"
    assert json.loads(json.loads(letter)["body"])["data"]["counts"] == {"change-held": 1}
    assert world.outbox.read().messages == ()
    assert world.outbox.read().delivery("on-call").reason == "the address answers 503"


def test_an_address_that_wants_nothing_any_more_is_not_asked_again(world: Notifying) -> None:
    def gone(_message: Message, _to: Destination) -> None:
        raise Refused("the address answers 410")

    world.sender.refuse = gone
    world.queue.put(held(1))
    world.minutes(30)
    assert len(world.sender.attempts) == 1
    assert [reason for _, reason in world.dead_letters.letters] == ["on-call: the address answers 410"]


def test_an_address_that_comes_back_is_sent_one_message_for_all_that_was_meanwhile(world: Notifying) -> None:
    world.sender.refuse = _refuse
    for number in range(60):
        world.queue.put(held(number))
        world.minutes(1)
    world.sender.refuse = lambda _message, _to: None
    world.minutes(3 * 60)
    counts = [message["data"]["counts"]["change-held"] for message in world.messages]
    assert (len(counts), sum(counts)) == (2, 60)


def test_one_address_that_does_not_answer_delays_no_other(world: Notifying) -> None:
    world.policies.text = (
        ON_CALL
        + """
  chat: {kinds: [change-held], webhook: {format: slack}}
"""
    )

    def refuse(_message: Message, to: Destination) -> None:
        if to.name == "on-call":
            raise Unreachable("the address answers 503")

    world.sender.refuse = refuse
    world.queue.put(held(1))
    world.minutes(6)
    assert [message.destination for message in world.taken] == ["chat"]
    assert world.messages[0].keys() == {"text"}


def test_the_text_for_slack_has_no_markup_of_ours(world: Notifying) -> None:
    world.policies.text = "version: 1\nnotifications: {chat: {kinds: [change-held], webhook: {format: slack}}}"
    detail: dict[str, Any] = {"change": "01CHANGE", "held": 1, "held_reason": "<!channel> & more"}
    world.queue.put(event("Change Held", "1/held", **detail))
    world.minutes(6)
    assert world.messages == [
        {
            "text": "Day One: 1 change is held\n• Change 01CHANGE is held: 1 operation waits for a decision "
            "(&lt;!channel&gt; &amp; more)"
        }
    ]


def test_a_destination_that_the_policy_no_longer_has_gets_nothing(world: Notifying) -> None:
    world.queue.put(held(1))
    world.run()
    world.policies.text = "version: 1"
    world.minutes(10)
    assert (world.messages, world.outbox.windows) == ([], {})


def test_a_message_to_a_destination_that_is_gone_is_a_dead_letter(world: Notifying) -> None:
    world.sender.refuse = _refuse
    world.queue.put(held(1))
    world.minutes(6)
    world.policies.text = "version: 1"
    world.minutes(10)
    assert [reason for _, reason in world.dead_letters.letters] == [
        "on-call: the policy has no such destination any more"
    ]


def test_a_request_for_a_test_is_a_message_at_once_in_quiet_hours_too(world: Notifying) -> None:
    world.now = datetime(2026, 11, 30, 23, 30, tzinfo=UTC)
    for _ in range(2):
        world.queue.put(event("Notification Test", "msg_test", destination="on-call"))
    world.run()
    (message,) = world.messages
    assert (message["type"], message["data"]["destination"]) == ("dayone.test", "on-call")
    assert [message.id for message in world.taken] == ["msg_test"]


@pytest.mark.parametrize(
    "body",
    [
        "no JSON",
        "[]",
        '"text"',
        event("Change Held", "1/held"),
        event("Change Held", "1/held").replace('"dayone"', '"aws.s3"'),
        event("Change Held", "1/held", change="c", held=1, held_reason="").replace("00Z", "00"),
        "[" * 100_000,
    ],
)
def test_what_cannot_be_read_is_a_dead_letter_and_delays_nothing(world: Notifying, body: str) -> None:
    world.queue.put(body)
    world.queue.put(held(1))
    world.minutes(6)
    assert [letter for letter, _ in world.dead_letters.letters] == [body]
    assert len(world.messages) == 1


@pytest.mark.parametrize("way", ["topic: pager", "mail: {from: day-one@example.com, to: [ops@example.com]}"])
def test_over_a_topic_and_by_mail_it_is_a_subject_and_a_text(world: Notifying, way: str) -> None:
    world.policies.text = f"version: 1\nnotifications: {{ops: {{kinds: [change-held], {way}}}}}"
    world.queue.put(held(1))
    world.minutes(6)
    (message,) = world.messages
    assert message.keys() == {"subject", "text"}
    assert message["subject"] == message["text"].partition("\n")[0] == "Day One: 1 change is held"
