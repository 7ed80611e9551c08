"""Each silence rings its alarm, and no other, within a quarter of an hour; the alarms are those of the template."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from dayone.errors import Unreachable
from dayone.model.failures import Stuck, StuckKind
from dayone.wiring import functions as wiring
from functions.publish_events import app as publish_events
from functions.receive_hr_event import app as receive_hr_event
from tests.builders import NOON, a_group, a_person, a_policy
from tests.fakes.event_bus import MemoryEventBus
from tests.fakes.queues import MemoryInbox
from tests.fakes.sso.directory import MemoryDirectory
from tests.fakes.table.failed import MemoryStuck
from tests.functions.conftest import LambdaContext
from tests.functions.monitoring.cloudwatch import alarms
from tests.functions.monitoring.deployment import Deployment, deployed
from tests.functions.test_publish_events import _wired as publishing
from tests.functions.test_receive_hr_event import _ports as receiving
from tests.project.repository import ROOT
from tests.unit.silences import holding
from tests.unit.world import World

WITHIN = timedelta(minutes=15)


def _world(now: datetime = NOON) -> World:
    world = World(now=now)
    world.hr_tells(a_person(start_date=date(2026, 1, 1)))
    world.settle()
    return world


@dataclass(frozen=True)
class Silence:
    """A silence: how it begins, its alarm, and those of `basic` and of what follows from it within the time."""

    begins: Callable[[Deployment, pytest.MonkeyPatch], object]
    alarm: str
    basic: str = ""
    follows: frozenset[str] = frozenset()
    world: Callable[[], World] = _world


def _event(name: str) -> dict[str, Any]:
    event: dict[str, Any] = json.loads((ROOT / "events" / f"{name}.json").read_text())
    return event


def _unproven(deployment: Deployment, monkeypatch: pytest.MonkeyPatch) -> None:
    ports = receiving(MemoryInbox())
    monkeypatch.setattr(wiring, "receive_hr_event_ports", lambda: ports)
    event = _event("receive_hr_event/joiner") | {"headers": {}}
    deployment.invoke("receive_hr_event", lambda: receive_hr_event.lambda_handler(event, LambdaContext()))


def _api_fails(deployment: Deployment, _: pytest.MonkeyPatch) -> None:
    deployment.put("AWS/ApiGateway", "5XXError", 1, ApiName="dayone", Stage="live")


def _before_the_end_of_the_third_day() -> World:
    return _world(datetime(2026, 11, 26, 23, 55, tzinfo=UTC))


def _quiet(deployment: Deployment, _: pytest.MonkeyPatch) -> None:
    first = date(2026, 10, 19)
    days = {first + timedelta(days=number) for number in range(36)}  # to Monday 23 November
    deployment.world.state.delivered_on["standard"] = {day for day in days if day.weekday() < 5}


def _off(function: str) -> Callable[[Deployment, pytest.MonkeyPatch], object]:
    return lambda deployment, _: deployment.off.add(function)


def _failing(function: str) -> Callable[[Deployment, pytest.MonkeyPatch], object]:
    return lambda deployment, _: deployment.failing.add(function)


def _inventory_stands_still(deployment: Deployment, _: pytest.MonkeyPatch) -> None:
    deployment.stalled.add("read_inventory")


def _at_the_end_of_what_an_inventory_may_take() -> World:
    world = _world()
    world.take_inventory()
    world.now += timedelta(hours=47, minutes=55)
    return world


def _turn_is_kept(deployment: Deployment, _: pytest.MonkeyPatch) -> None:
    world = deployment.world
    assert world.turn.take("gone", now=world.now, until=world.now + timedelta(days=1))
    _has_work(deployment)


def _has_work(deployment: Deployment) -> None:
    """Somebody is to get a user; whatever carries that out is what is tried."""
    deployment.world.hr_tells(a_person("e-2"))
    deployment.world.plan_all()


def _inbox_waits(deployment: Deployment, _: pytest.MonkeyPatch) -> None:
    deployment.off.add("plan_changes")
    deployment.world.hr_tells(a_person("e-2"))


def _engine_waits(deployment: Deployment, _: pytest.MonkeyPatch) -> None:
    deployment.off.add("execute_operations")
    _has_work(deployment)


def _executor_fails(deployment: Deployment, _: pytest.MonkeyPatch) -> None:
    deployment.failing.add("execute_operations")
    _has_work(deployment)


def _events_wait(deployment: Deployment, _: pytest.MonkeyPatch) -> None:
    deployment.off.add("record_account_event")
    deployment.each_minute.append(
        lambda each: each.queue("AccountEvents", "record_account_event", True, lambda: None)  # noqa: FBT003
    )


def _is_throttled(deployment: Deployment, _: pytest.MonkeyPatch) -> None:
    deployment.throttled.add("plan_changes")
    deployment.world.hr_tells(a_person("e-2"))


def _puts(
    namespace: str, name: str, value: float, **dimensions: str
) -> Callable[[Deployment, pytest.MonkeyPatch], object]:
    def begins(deployment: Deployment, _: pytest.MonkeyPatch) -> None:
        deployment.each_minute.append(lambda each: each.put(namespace, name, value, **dimensions))

    return begins


def _operation_fails(deployment: Deployment, _: pytest.MonkeyPatch) -> None:
    MemoryDirectory(deployment.world.center).create_group({"name": "engineers", "description": "somebody else's"})
    deployment.world.policy_is(a_policy(a_group()))
    deployment.world.plan_all()


def _holding_for_nearly_a_day() -> World:
    world = holding()
    world.now += timedelta(hours=23, minutes=50)
    return world


def _before_a_first_day() -> World:
    world = World(now=datetime(2026, 11, 23, 12, tzinfo=UTC))
    world.hr_tells(a_person(start_date=date(2026, 11, 24)))
    world.settle()
    world.now = datetime(2026, 11, 23, 23, 55, tzinfo=UTC)
    return world


def _inbox_loses(deployment: Deployment, _: pytest.MonkeyPatch) -> None:
    """The sweep asks for somebody, and nobody ever plans them."""
    deployment.world.plan_all = deployment.world.inbox.commands.clear  # type: ignore[method-assign]


def _key_is_lost(deployment: Deployment, monkeypatch: pytest.MonkeyPatch) -> None:
    publishing(MemoryEventBus(), monkeypatch)
    event = _event("publish_events/operation_denied")
    deployment.invoke("publish_events", lambda: publish_events.lambda_handler(event, LambdaContext()))


def _center_is_silent(deployment: Deployment, _: pytest.MonkeyPatch) -> None:
    deployment.world.surroundings.fails["instance"] = Unreachable("InternalServerException: try later")


def _message_fails(deployment: Deployment, _: pytest.MonkeyPatch) -> None:
    world = deployment.world
    note = Stuck(kind=StuckKind.HR_SOURCE, subject="hr-source:workday", since=world.now, reason="no answer")
    MemoryStuck(world.state).keep(note, now=world.now)


def _nothing(_: Deployment, __: pytest.MonkeyPatch) -> None:
    pass


_LETTERS = "ApproximateNumberOfMessagesVisible"
SILENCES = {
    "an HR delivery is not proven": Silence(_unproven, "HrRefusedAlarm", "HrRefusedAlarm"),
    "the API answers 5xx": Silence(_api_fails, "ServerErrorsAlarm", "ServerErrorsAlarm"),
    "an HR source has gone quiet": Silence(
        _quiet, "QuietSourcesAlarm", "NeedsSomebodyAlarm", world=_before_the_end_of_the_third_day
    ),
    "the sweep is not called": Silence(_off("reconcile_access"), "SweepAlarm", "SweepAlarm"),
    "the sweep fails": Silence(_failing("reconcile_access"), "SweepAlarm", "SweepAlarm"),
    "the inventory is not called": Silence(_off("read_inventory"), "InventoryAlarm", "InventoryAlarm"),
    "the inventory fails": Silence(_failing("read_inventory"), "InventoryAlarm", "InventoryAlarm"),
    "no inventory comes to its end": Silence(
        _inventory_stands_still,
        "InventoryLateAlarm",
        "NeedsSomebodyAlarm",
        world=_at_the_end_of_what_an_inventory_may_take,
    ),
    "the executor's turn is not given back": Silence(_turn_is_kept, "ExecutorTurnAlarm"),
    "the inbox is not planned": Silence(_inbox_waits, "OldestMessageAlarm", "OldestMessageAlarm"),
    "the engine is not heard": Silence(_engine_waits, "OldestMessageAlarm", "OldestMessageAlarm"),
    "events about accounts wait": Silence(_events_wait, "OldestMessageAlarm", "OldestMessageAlarm"),
    "the executor fails": Silence(
        _executor_fails, "FunctionErrorsAlarm", "FunctionErrorsAlarm", follows=frozenset({"OldestMessageAlarm"})
    ),
    "Lambda refuses the planner": Silence(
        _is_throttled, "FunctionThrottlesAlarm", "OldestMessageAlarm", follows=frozenset({"OldestMessageAlarm"})
    ),
    "the stream lags": Silence(
        _puts("AWS/Lambda", "IteratorAge", 400_000, FunctionName="PublishEventsFunction"),
        "StreamLagAlarm",
        "StreamLagAlarm",
    ),
    "an operation has failed": Silence(_operation_fails, "FailedOperationsAlarm", "NeedsSomebodyAlarm"),
    "something is held for a day": Silence(
        _nothing, "HeldForADayAlarm", "NeedsSomebodyAlarm", world=_holding_for_nearly_a_day
    ),
    "a moment has passed": Silence(_inbox_loses, "MomentsPassedAlarm", "NeedsSomebodyAlarm", world=_before_a_first_day),
    "the key is lost": Silence(_key_is_lost, "DeniedOperationsAlarm"),
    "Identity Center does not answer": Silence(_center_is_silent, "IdentityCenterAlarm"),
    "an HR system does not answer": Silence(_message_fails, "StuckSubjectsAlarm", "NeedsSomebodyAlarm"),
    "no checkpoint is signed": Silence(_off("sign_checkpoint"), "CheckpointAlarm", "CheckpointAlarm"),
    **{
        f"Lambda drops the loop of {function}": Silence(
            _puts("AWS/Lambda", "RecursiveInvocationsDropped", 1, FunctionName=f"{function}Function"),
            f"{function}LoopAlarm",
        )
        for function in ("PlanChanges", "ExecuteOperations")
    },
    **{
        f"a letter is dead in {queue}": Silence(
            _puts("AWS/SQS", _LETTERS, 1, QueueName=f"{queue}DeadLetters"),
            f"{queue}DeadLettersAlarm",
            f"{queue}DeadLettersAlarm",
        )
        for queue in ("Inbox", "Engine", "AccountEvents", "PublishEvents", "Notifications")
    },
}
# When it counts as a silence, if not from the beginning.
COUNTS_AFTER = {
    "no checkpoint is signed": timedelta(hours=1),
    "an HR source has gone quiet": timedelta(minutes=5),
    "no inventory comes to its end": timedelta(minutes=5),
    "something is held for a day": timedelta(minutes=10),
    "a moment has passed": timedelta(minutes=5),
}


def _begun(name: str, monkeypatch: pytest.MonkeyPatch, *, monitoring: str) -> Deployment:
    silence = SILENCES[name]
    deployment = deployed(silence.world(), monkeypatch, monitoring=monitoring)
    silence.begins(deployment, monkeypatch)
    return deployment


@pytest.mark.parametrize("name", SILENCES)
def test_a_silence_rings_its_alarm_and_no_other_within_a_quarter_of_an_hour(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    silence, before = SILENCES[name], COUNTS_AFTER.get(name, timedelta())
    deployment = _begun(name, monkeypatch, monitoring="full")
    assert set().union(*deployment.minutes(before)) == set()
    first, ever = deployment.first_to_ring(within=WITHIN)
    assert first == {silence.alarm}
    assert ever <= {silence.alarm} | silence.follows


@pytest.mark.parametrize("name", SILENCES)
def test_with_basic_monitoring_it_rings_the_alarm_that_stands_for_it(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    deployment = _begun(name, monkeypatch, monitoring="basic")
    first, _ = deployment.first_to_ring(within=COUNTS_AFTER.get(name, timedelta()) + WITHIN)
    assert first == ({SILENCES[name].basic} - {""})


def test_every_alarm_has_a_silence() -> None:
    assert {alarm.name for alarm in alarms("full", AuditCheckpoints="true")} == {
        each.alarm for each in SILENCES.values()
    }
    basic = {alarm.name for alarm in alarms("basic", AuditCheckpoints="true")}
    assert basic == {each.basic for each in SILENCES.values()} - {""}
    assert alarms("none", AuditCheckpoints="true") == []
