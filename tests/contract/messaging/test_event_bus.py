"""The port EventBus, in memory and over AWS alike."""

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest

from dayone.adapters.messaging import EventBridgeBus
from dayone.errors import TooLarge, Unavailable
from dayone.ports.messaging import DetailType, DomainEvent, EventBus
from sandbox import Sandbox
from tests.contract.actions import recorded_actions
from tests.contract.answers import altering, sending
from tests.contract.identity_centers import fresh
from tests.fakes.event_bus import MemoryEventBus

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)
GROUP_ARN = "arn:aws:identitystore:::group/00000000-0000-4000-8000-000000000000"


def an_event(number: int = 0, detail: Mapping[str, object] | None = None) -> DomainEvent:
    return DomainEvent(
        id=f"event-{number:02d}",
        detail_type=DetailType.OPERATION_SUCCEEDED,
        detail=detail or {"operation": f"person:e-{number}@1-a/0000", "reasons": [{"rule": "policy.yaml:3"}]},
        time=NOON,
        resources=(GROUP_ARN,),
    )


@dataclass
class Listener:
    """A bus, and what somebody who listens to it hears, when that many events are expected."""

    bus: EventBus
    heard: Callable[[int], list[DomainEvent]]


@dataclass
class LocalBus:
    """A bus of the local AWS with a rule that puts everything of Day One on a queue."""

    events: Any
    sqs: Any
    name: str
    queue_url: str

    @property
    def adapter(self) -> EventBridgeBus:
        return EventBridgeBus(self.events, bus=self.name)

    def heard(self, expected: int) -> list[DomainEvent]:
        heard: list[DomainEvent] = []
        deadline = time.monotonic() + 120.0
        while len(heard) < expected and time.monotonic() < deadline:
            answer = self.sqs.receive_message(QueueUrl=self.queue_url, MaxNumberOfMessages=10, WaitTimeSeconds=1)
            heard += [_event(json.loads(message["Body"])) for message in answer.get("Messages", [])]
        return sorted(heard, key=lambda event: event.id)


def _event(heard: dict[str, Any]) -> DomainEvent:
    assert heard["source"] == "dayone"
    detail = dict(heard["detail"])
    return DomainEvent(
        id=detail.pop("id"),
        detail_type=DetailType(heard["detail-type"]),
        detail=detail,
        time=NOON,  # MiniStack puts its own time into the envelope whatever was sent
        resources=tuple(heard["resources"]),
    )


@pytest.fixture(scope="module")
def clients(sandbox: Sandbox) -> tuple[Any, Any]:
    return sandbox.client("events"), sandbox.client("sqs")


@pytest.fixture
def local_bus(clients: tuple[Any, Any]) -> LocalBus:
    events, sqs = clients
    name = fresh("bus")
    events.create_event_bus(Name=name)
    queue_url = sqs.create_queue(QueueName=name)["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue_url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    events.put_rule(Name=name, EventBusName=name, EventPattern=json.dumps({"source": ["dayone"]}))
    events.put_targets(Rule=name, EventBusName=name, Targets=[{"Id": "queue", "Arn": arn}])
    return LocalBus(events, sqs, name, queue_url)


@pytest.fixture(params=["fake", "aws"])
def listener(request: pytest.FixtureRequest) -> Listener:
    if request.param == "fake":
        fake = MemoryEventBus()
        return Listener(fake, lambda _: list(fake.events))
    local: LocalBus = request.getfixturevalue("local_bus")
    return Listener(local.adapter, local.heard)


def test_what_is_published_is_heard_whole(listener: Listener) -> None:
    event = an_event()
    listener.bus.publish([event])
    assert listener.heard(1) == [event]


def test_more_events_than_one_call_takes_are_all_heard(listener: Listener) -> None:
    published = [an_event(number) for number in range(25)]
    listener.bus.publish(published)
    assert listener.heard(25) == published


def test_an_event_carries_the_time_at_which_it_happened(local_bus: LocalBus) -> None:
    with sending(local_bus.events, "PutEvents") as sent:
        local_bus.adapter.publish([an_event()])
    assert [entry["Time"] for entry in sent[0]["Entries"]] == [NOON]


def test_nothing_published_makes_no_call(local_bus: LocalBus) -> None:
    with sending(local_bus.events, "PutEvents") as sent:
        local_bus.adapter.publish([])
    assert sent == []


def test_no_call_is_over_what_eventbridge_takes(local_bus: LocalBus) -> None:
    large = [an_event(number, {"text": "A" * 400_000}) for number in range(3)]
    with sending(local_bus.events, "PutEvents") as sent:
        local_bus.adapter.publish(large)
    assert [len(call["Entries"]) for call in sent] == [2, 1]


def test_an_event_that_no_bus_takes_is_too_large_and_nothing_is_sent(local_bus: LocalBus) -> None:
    with sending(local_bus.events, "PutEvents") as sent, pytest.raises(TooLarge):
        local_bus.adapter.publish([an_event(), an_event(1, {"text": "A" * 1_000_000})])
    assert sent == []


def test_an_event_that_was_not_taken_makes_the_whole_unavailable(local_bus: LocalBus) -> None:
    def fail_one(answer: dict[str, Any]) -> None:
        answer.update(FailedEntryCount=1, Entries=[{"EventId": "1"}, {"ErrorCode": "ThrottlingException"}])

    with (
        altering(local_bus.events, "PutEvents", fail_one),
        pytest.raises(Unavailable, match=r"1 of 2.*ThrottlingException"),
    ):
        local_bus.adapter.publish([an_event(), an_event(1)])


def test_the_adapter_needs_every_action_it_names(local_bus: LocalBus) -> None:
    called = recorded_actions(local_bus.events)
    local_bus.adapter.publish([an_event()])
    assert called == EventBridgeBus.ACTIONS
