"""publish_events through its handler: a batch of the table's stream in, news on the bus out."""

from collections.abc import Callable, Iterable

import pytest

from dayone import wiring
from dayone.adapters.dynamodb_stream import DynamoStream
from dayone.domain.events import DomainEvent
from dayone.errors import Throttled
from dayone.usecases.publish_events import PublishEvents
from functions.publish_events import app
from tests.fakes.event_bus import MemoryEventBus
from tests.functions.conftest import Event, LambdaContext, Log


@pytest.fixture
def bus(monkeypatch: pytest.MonkeyPatch) -> MemoryEventBus:
    return _wired(MemoryEventBus(), monkeypatch)


def _wired(bus: MemoryEventBus, monkeypatch: pytest.MonkeyPatch) -> MemoryEventBus:
    ports = PublishEvents(stream=DynamoStream(), bus=bus)
    monkeypatch.setattr(wiring, "publish_events", lambda: ports)
    return bus


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("operation_succeeded", ["Operation Succeeded", "Change Succeeded"]),
        ("operation_failed", ["Operation Failed", "Change Failed"]),
        ("operation_begun", []),
    ],
)
def test_an_end_is_news_and_a_beginning_is_not(
    bus: MemoryEventBus, event_of: Callable[[str], Event], context: LambdaContext, name: str, expected: list[str]
) -> None:
    app.lambda_handler(event_of(f"publish_events/{name}"), context)
    assert [one.detail_type for one in bus.events] == expected


def test_the_same_batch_again_gives_the_same_ids(
    bus: MemoryEventBus, event_of: Callable[[str], Event], context: LambdaContext
) -> None:
    for _ in range(2):
        app.lambda_handler(event_of("publish_events/operation_failed"), context)
    assert bus.events[:2] == bus.events[2:]
    assert len({one.id for one in bus.events}) == 2


class _ThrottledBus(MemoryEventBus):
    def publish(self, _events: Iterable[DomainEvent]) -> None:
        raise Throttled("EventBridge: slow down")


def test_what_the_bus_does_not_take_comes_again(
    event_of: Callable[[str], Event], context: LambdaContext, log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    _wired(_ThrottledBus(), monkeypatch)
    with pytest.raises(Throttled):
        app.lambda_handler(event_of("publish_events/operation_failed"), context)
    assert log.messages("WARNING") == ["message failed"]


def test_only_counts_are_logged(
    bus: MemoryEventBus, event_of: Callable[[str], Event], context: LambdaContext, log: Log
) -> None:
    app.lambda_handler(event_of("publish_events/operation_succeeded"), context)
    (line,) = log.lines
    assert (line["message"], line["events"]) == ("published", len(bus.events))
    assert "e-1001" not in log.text
