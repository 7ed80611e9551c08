"""sign_checkpoint through its handler: an hour in, a signed checkpoint on the bus and in the archive."""

import json
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from dayone.errors import Throttled
from dayone.model.audit import LaneEnd
from dayone.ops.checkpoints import SignCheckpoint, parse_checkpoint, signed_text
from dayone.wiring import functions as wiring
from functions.sign_checkpoint import app
from tests.contract.state_samples import entry
from tests.fakes.checkpoints import MemoryArchive, MemoryLaneEnds, MemorySigningKey
from tests.fakes.event_bus import MemoryEventBus
from tests.fakes.table.state import LANE, State
from tests.functions.conftest import Event, LambdaContext, Log

NOW = datetime(2026, 11, 23, 8, 0, 2, tzinfo=UTC)


class Place:
    def __init__(self) -> None:
        self.state, self.bus, self.archive = State(), MemoryEventBus(), MemoryArchive()
        self.has_archive = True

    def ports(self) -> SignCheckpoint:
        return SignCheckpoint(
            ends=MemoryLaneEnds(self.state),
            key=MemorySigningKey(),
            bus=self.bus,
            archive=self.archive if self.has_archive else None,
            table="dayone-StateTable-1",
            clock=lambda: NOW,
        )


@pytest.fixture
def place(monkeypatch: pytest.MonkeyPatch) -> Place:
    made = Place()
    made.state.record(entry())
    made.state.record(entry(detail="second"))
    monkeypatch.setattr(wiring, "sign_checkpoint_ports", made.ports)
    return made


@pytest.fixture
def sign(event_of: Callable[[str], Event], context: LambdaContext) -> Callable[[], None]:
    return lambda: app.lambda_handler(event_of("sign_checkpoint/every_hour"), context)


def test_the_ends_of_the_lanes_are_signed_kept_and_published(place: Place, sign: Callable[[], None]) -> None:
    sign()
    (event,) = place.bus.events
    assert (event.detail_type, event.time) == ("Audit Checkpoint", NOW)
    ((name, text),) = place.archive.texts.items()
    assert name == "2026-11-23/2026-11-23T08-00-02.000000.json"
    assert json.loads(text) == event.detail
    signed = parse_checkpoint(json.loads(text))
    last = place.state.audit_records()[-1]
    assert signed.checkpoint.ends == {LANE: LaneEnd(number=2, day=last.day, hash=last.hash)}
    assert (signed.checkpoint.at, signed.checkpoint.table, signed.key) == (
        NOW,
        "dayone-StateTable-1",
        MemorySigningKey.arn,
    )
    assert signed.signature == b"signed:" + signed_text(signed.checkpoint)


def test_without_a_bucket_the_bus_alone_has_it(place: Place, sign: Callable[[], None]) -> None:
    place.has_archive = False
    sign()
    assert len(place.bus.events) == 1
    assert place.archive.texts == {}


def test_a_checkpoint_that_cannot_be_kept_fails(
    place: Place, sign: Callable[[], None], monkeypatch: pytest.MonkeyPatch, log: Log
) -> None:
    def refuse(_name: str, _text: str) -> None:
        raise Throttled("S3: slow down")

    monkeypatch.setattr(place.archive, "keep", refuse)
    with pytest.raises(Throttled):
        sign()
    assert log.messages("WARNING") == ["message failed"]


def test_nothing_personal_is_logged(place: Place, sign: Callable[[], None], log: Log) -> None:
    assert place.state.log
    sign()
    (line,) = log.lines
    assert (line["message"], line["lanes"], line["entries"]) == ("checkpoint signed", 1, 2)
