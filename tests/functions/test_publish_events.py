"""publish_events through its handler: a batch of the table's stream in, news on the bus out."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime

import pytest

from dayone.adapters.messaging import DynamoStream
from dayone.errors import Throttled
from dayone.events import PublishEvents
from dayone.model.subjects import ResourceOf
from dayone.ports.messaging import DomainEvent
from dayone.wiring import functions as wiring
from functions.publish_events import app
from tests.builders import assignment, confirmed, the_account
from tests.fakes.event_bus import MemoryEventBus
from tests.fakes.table.open_changes import MemoryOpenChanges
from tests.fakes.table.records import MemoryRecords
from tests.fakes.table.state import State
from tests.functions.conftest import Event, LambdaContext, Log

_SOURCE = (
    "arn:aws:dynamodb:eu-central-1:111122223333:table/dayone-StateTable-1A2B3C4D5E6F7/stream/2026-11-20T09:00:00.000"
)


@pytest.fixture
def bus(monkeypatch: pytest.MonkeyPatch) -> MemoryEventBus:
    return _wired(MemoryEventBus(), monkeypatch)


def _wired(
    bus: MemoryEventBus, monkeypatch: pytest.MonkeyPatch, *, marks: MemoryOpenChanges | None = None
) -> MemoryEventBus:
    state = State()
    assigned = [confirmed(assignment()), confirmed(assignment("person:e-1001", "Admin"))]
    state.applied |= {ResourceOf(the_account(), applied.resource): applied for applied in assigned}
    ports = PublishEvents(
        stream=DynamoStream(), open_changes=marks or MemoryOpenChanges(), records=MemoryRecords(state), bus=bus
    )
    monkeypatch.setattr(wiring, "publish_events_ports", lambda: ports)
    monkeypatch.setattr(wiring, "event_source", lambda: _SOURCE)
    return bus


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("operation_succeeded", ["Operation Succeeded", "Change Succeeded"]),
        ("operation_failed", ["Operation Failed", "Change Failed"]),
        ("operation_denied", ["Operation Denied"]),
        ("operation_begun", []),
        ("account_ready", ["Account Ready"]),
    ],
)
def test_an_end_is_news_and_a_beginning_is_not(
    bus: MemoryEventBus, event_of: Callable[[str], Event], context: LambdaContext, name: str, expected: list[str]
) -> None:
    app.lambda_handler(event_of(f"publish_events/{name}"), context)
    assert [domain_event.detail_type for domain_event in bus.events] == expected


def test_the_same_batch_again_gives_the_same_ids(
    bus: MemoryEventBus, event_of: Callable[[str], Event], context: LambdaContext
) -> None:
    for _ in range(2):
        app.lambda_handler(event_of("publish_events/operation_failed"), context)
    assert bus.events[:2] == bus.events[2:]
    assert len({domain_event.id for domain_event in bus.events}) == 2


def test_an_account_that_is_ready_is_told_with_who_has_what_and_how_long_it_took(
    bus: MemoryEventBus, event_of: Callable[[str], Event], context: LambdaContext
) -> None:
    app.lambda_handler(event_of("publish_events/account_ready"), context)
    (told,) = bus.events
    assert told.id == "01KAR05X80Z3N7Q9V2M4T6W8YB/account:444455556666/ready"
    assert told.detail == {
        "account": "444455556666",
        "change": "01KAR05X80Z3N7Q9V2M4T6W8YB",
        "began_at": "2026-11-23T07:00:00+00:00",
        "ready_at": "2026-11-23T07:00:42+00:00",
        "seconds": 42.0,
        "assignments": [
            {"permission_set": "Admin", "person": "e-1001"},
            {"permission_set": "ViewOnly", "group": "engineers"},
        ],
    }


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


@pytest.mark.parametrize("kind", ["failed", "denied"])
def test_operations_that_have_failed_or_are_denied_are_counted_in_the_log_whatever_its_level(
    bus: MemoryEventBus, event_of: Callable[[str], Event], context: LambdaContext, log: Log, kind: str
) -> None:
    app.lambda_handler(event_of(f"publish_events/operation_{kind}"), context)
    counted = [line["operations"] for line in log.lines if line["message"] == f"operations {kind}"]
    assert counted == [1]
    assert log.messages("ERROR") == [f"operations {kind}"]
    assert f"Operation {kind.capitalize()}" in [told.detail_type for told in bus.events]


@pytest.mark.parametrize("name", ["operation_succeeded", "operation_begun", "account_ready"])
def test_what_has_not_failed_is_not_counted(
    bus: MemoryEventBus, event_of: Callable[[str], Event], context: LambdaContext, log: Log, name: str
) -> None:
    app.lambda_handler(event_of(f"publish_events/{name}"), context)
    assert log.messages("ERROR") == []
    assert "Operation Failed" not in [told.detail_type for told in bus.events]


def test_only_counts_are_logged(
    bus: MemoryEventBus, event_of: Callable[[str], Event], context: LambdaContext, log: Log
) -> None:
    app.lambda_handler(event_of("publish_events/operation_succeeded"), context)
    (line,) = log.lines
    assert (line["message"], line["events"]) == ("published", len(bus.events))
    assert "e-1001" not in log.text


def _open(counts: Event, *, operations: int) -> Event:
    """A change of which two operations have ended, as the stream has it."""
    return {**counts, "operations": {"N": str(operations)}, "succeeded": {"N": "2"}}


@pytest.mark.parametrize(
    ("minutes", "before", "after", "is_marked"),
    [
        (11, 2, 3, True),
        (9, 2, 3, False),
        (11, 3, 4, False),
        (11, 3, 2, False),
        (11, None, 3, True),
        (11, None, 2, False),
    ],
    ids=["opened late", "opened early", "was open", "is over", "came late", "came late and did nothing"],
)
def test_a_change_that_opens_when_the_sweep_may_have_passed_it_is_marked(
    monkeypatch: pytest.MonkeyPatch,
    event_of: Callable[[str], Event],
    context: LambdaContext,
    minutes: int,
    before: int | None,
    after: int,
    is_marked: bool,  # noqa: FBT001 - a column of the table
) -> None:
    marks, event = MemoryOpenChanges(), event_of("publish_events/operation_succeeded")
    _wired(MemoryEventBus(), monkeypatch, marks=marks)
    _, written = event["Records"]
    images, head = written["dynamodb"], written["dynamodb"]["NewImage"]
    images["NewImage"], old = _open(head, operations=after), images.pop("OldImage")
    images |= {"OldImage": _open(old, operations=before)} if before else {}
    images["ApproximateCreationDateTime"] = datetime(2026, 11, 23, 7, minutes, tzinfo=UTC).timestamp()
    app.lambda_handler(event, context)
    assert marks.marked == (["01M83K8NC0" + head["cause"]["M"]["change"]["S"]] if is_marked else [])


def test_what_is_packed_is_of_no_news_and_stops_none(
    bus: MemoryEventBus, event_of: Callable[[str], Event], context: LambdaContext
) -> None:
    """Lambda hands bytes on as text in base64."""
    event = event_of("publish_events/operation_succeeded")
    image = {"pk": {"S": "PLAN#01P"}, "sk": {"S": "CONTENT#0001#00000"}, "packed": {"B": "AP8="}}
    record = {**event["Records"][0], "dynamodb": {**event["Records"][0]["dynamodb"], "NewImage": image}}
    app.lambda_handler({"Records": [record, *event["Records"]]}, context)
    assert [domain_event.detail_type for domain_event in bus.events] == ["Operation Succeeded", "Change Succeeded"]
