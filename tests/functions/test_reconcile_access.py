"""reconcile_access through its handler: a tick of the schedule in, requests on the inbox out."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest

from dayone.errors import Throttled
from dayone.model.failures import Stuck, StuckKind
from dayone.wiring import functions as wiring
from functions.reconcile_access import app
from tests.builders import NOON, a_person
from tests.fakes.queues import MemoryInbox
from tests.fakes.table.failed import MemoryStuck
from tests.functions.conftest import Event, LambdaContext, Log
from tests.unit.silences import silences_of
from tests.unit.world import World


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    made = World()
    made.hr_tells(a_person(start_date=date(2026, 11, 24)))
    made.plan_all()
    monkeypatch.setattr(wiring, "reconcile_access_ports", made.sweeping)
    monkeypatch.setattr(wiring, "reconcile_access_measures", lambda: silences_of(made))
    return made


def test_who_starts_today_is_asked_for(world: World, event_of: Callable[[str], Event], context: LambdaContext) -> None:
    world.now = NOON + timedelta(hours=12)
    app.lambda_handler(event_of("reconcile_access/every_minute"), context)
    assert [str(command.subject) for command in world.inbox.commands] == ["person:e-1"]


def test_open_operations_are_rung_for(world: World, event_of: Callable[[str], Event], context: LambdaContext) -> None:
    world.hr_tells(a_person("e-2"))
    world.plan_all()
    world.engine.rings = 0
    app.lambda_handler(event_of("reconcile_access/every_minute"), context)
    assert world.engine.rings == 1


def test_what_is_open_for_a_quarter_of_an_hour_is_marked(
    world: World, event_of: Callable[[str], Event], context: LambdaContext
) -> None:
    app.lambda_handler(event_of("reconcile_access/every_minute"), context)
    assert world.state.swept_at == world.now
    assert world.open_changes.swept == [(world.now - timedelta(minutes=15), 100)]


class _ThrottledInbox(MemoryInbox):
    def put(self, _requests: object) -> None:
        raise Throttled("SQS: slow down")


def test_a_sweep_that_cannot_be_done_fails(
    world: World, event_of: Callable[[str], Event], context: LambdaContext, log: Log
) -> None:
    world.now = NOON + timedelta(hours=12)
    world.inbox = _ThrottledInbox()  # type: ignore[assignment]
    with pytest.raises(Throttled):
        app.lambda_handler(event_of("reconcile_access/every_minute"), context)
    assert log.messages("WARNING") == ["message failed"]


def test_nothing_personal_is_logged(
    world: World, event_of: Callable[[str], Event], context: LambdaContext, log: Log
) -> None:
    world.now = NOON + timedelta(hours=12)
    app.lambda_handler(event_of("reconcile_access/every_minute"), context)
    (line,) = log.lines
    assert (line["message"], line["due"]) == ("swept", 1)
    assert not [word for word in ("Lovelace", "Ada", "example.com") if word in log.text]


def test_what_is_stuck_is_counted_each_minute_for_the_alarm_and_nobody_named(
    world: World, event_of: Callable[[str], Event], context: LambdaContext, log: Log
) -> None:
    app.lambda_handler(event_of("reconcile_access/every_minute"), context)
    assert not log.messages("ERROR")
    note = Stuck(kind=StuckKind.MESSAGE, subject="person:e-1", since=world.now, reason="Ada is not a command")
    MemoryStuck(world.state).keep(note, now=world.now)
    for _ in range(2):
        app.lambda_handler(event_of("reconcile_access/every_minute"), context)
    lines = [line for line in log.lines if line["message"] == "subjects stuck"]
    assert [(line["level"], line["subjects"]) for line in lines] == [("ERROR", 1), ("ERROR", 1)]
    assert "e-1" not in str(lines)
    assert "Ada" not in str(lines)
