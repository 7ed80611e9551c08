"""The metrics that the handlers publish: lines of embedded metric format, numbers with closed dimensions alone."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from dayone.errors import AccessDenied
from dayone.model.failures import Stuck, StuckKind
from dayone.model.monitoring import METRICS, Metric, Monitoring
from dayone.wiring import functions as wiring
from functions.execute_operations import app as execute_operations
from functions.publish_events import app as publish_events
from functions.read_inventory import app as read_inventory
from functions.receive_hr_event import app as receive_hr_event
from functions.reconcile_access import app as reconcile_access
from tests.builders import a_person
from tests.fakes.event_bus import MemoryEventBus
from tests.fakes.queues import MemoryInbox
from tests.fakes.sso.directory import MemoryDirectory
from tests.fakes.table.failed import MemoryStuck
from tests.functions.conftest import Event, LambdaContext, Metrics
from tests.functions.test_publish_events import _wired as publishing
from tests.functions.test_receive_hr_event import _ports as receiving
from tests.project.repository import functions, template
from tests.unit.silences import silences_of
from tests.unit.world import World

SWEEP = {"service": "reconcile_access"}


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    made = World()
    made.hr_tells(a_person())
    made.settle()
    monkeypatch.setattr(wiring, "reconcile_access_ports", made.sweeping)
    monkeypatch.setattr(wiring, "reconcile_access_measures", lambda: silences_of(made))
    monkeypatch.setattr(wiring, "read_inventory_ports", made.reading)
    return made


def _stuck(world: World) -> None:
    note = Stuck(kind=StuckKind.MESSAGE, subject="person:e-1", since=world.now, reason="Ada is not a command")
    MemoryStuck(world.state).keep(note, now=world.now)


@pytest.mark.usefixtures("world")
def test_a_sweep_of_a_company_in_which_all_is_well_publishes_nothing(
    event_of: Callable[[str], Event], context: LambdaContext, metrics: Metrics
) -> None:
    reconcile_access.lambda_handler(event_of("reconcile_access/every_minute"), context)
    assert metrics.published() == []


@pytest.mark.parametrize(
    ("extent", "names"),
    [("none", []), ("basic", [Metric.NEEDS_SOMEBODY]), ("full", [Metric.STUCK])],
)
def test_each_sweep_publishes_what_is_stuck_as_a_number_and_no_name(
    world: World,
    event_of: Callable[[str], Event],
    context: LambdaContext,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    extent: str,
    names: list[Metric],
) -> None:
    monkeypatch.setenv("MONITORING", extent)
    _stuck(world)
    reconcile_access.lambda_handler(event_of("reconcile_access/every_minute"), context)
    lines = [line for line in capsys.readouterr().out.splitlines() if "_aws" in line]
    assert [
        [directive["Name"] for directive in json.loads(line)["_aws"]["CloudWatchMetrics"][0]["Metrics"]]
        for line in lines
    ] == ([names] if names else [])
    assert not [line for line in lines if "e-1" in line or "Ada" in line]


def test_the_same_is_published_again_by_each_sweep_for_as_long_as_it_lasts(
    world: World, event_of: Callable[[str], Event], context: LambdaContext, metrics: Metrics
) -> None:
    _stuck(world)
    for _ in range(3):
        reconcile_access.lambda_handler(event_of("reconcile_access/every_minute"), context)
    assert metrics.published() == [("StuckSubjects", SWEEP, 1.0)] * 3


def test_what_an_inventory_has_found_is_published_when_it_is_over(
    world: World, event_of: Callable[[str], Event], context: LambdaContext, metrics: Metrics
) -> None:
    read_inventory.lambda_handler(event_of("read_inventory/every_minute"), context)
    assert metrics.published() == []
    MemoryDirectory(world.center).delete_user(next(iter(world.center.users)))
    world.now += timedelta(days=1)
    read_inventory.lambda_handler(event_of("read_inventory/every_minute"), context)
    assert metrics.published() == [("Drift", {"service": "read_inventory"}, 1.0)]


def test_an_identity_center_that_does_not_answer_is_published_each_minute_between_two_inventories(
    world: World, event_of: Callable[[str], Event], context: LambdaContext, metrics: Metrics
) -> None:
    event, service = event_of("read_inventory/every_minute"), {"service": "read_inventory"}
    read_inventory.lambda_handler(event, context)
    world.surroundings.fails["instance"] = AccessDenied("AccessDeniedException: arn:aws:sts::1:assumed-role/x")
    read_inventory.lambda_handler(event, context)
    world.surroundings.fails.clear()
    world.surroundings.seen = replace(world.surroundings.seen, status="DELETE_IN_PROGRESS")
    read_inventory.lambda_handler(event, context)
    assert metrics.published() == [("IdentityCenterSilent", service, 1.0)] * 2


def test_a_delivery_that_is_not_proven_is_published_with_its_source(
    event_of: Callable[[str], Event], context: LambdaContext, metrics: Metrics, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wiring, "receive_hr_event_ports", lambda: receiving(MemoryInbox()))
    event = event_of("receive_hr_event/joiner")
    assert receive_hr_event.lambda_handler(event, context)["statusCode"] == 401
    service = {"service": "receive_hr_event"}
    source = {**service, "source": "standard"}
    assert metrics.published() == [("HrRefused", service, 1.0), ("HrRefused", source, 1.0)]
    event["pathParameters"]["source"] = "e-1001"
    assert receive_hr_event.lambda_handler(event, context)["statusCode"] == 401
    assert metrics.published() == []


def test_operations_that_aws_denies_are_published(
    event_of: Callable[[str], Event], context: LambdaContext, metrics: Metrics, monkeypatch: pytest.MonkeyPatch
) -> None:
    publishing(MemoryEventBus(), monkeypatch)
    publish_events.lambda_handler(event_of("publish_events/operation_denied"), context)
    assert metrics.published() == [("DeniedOperations", {"service": "publish_events"}, 1.0)]
    publish_events.lambda_handler(event_of("publish_events/operation_succeeded"), context)
    assert metrics.published() == []


def test_a_run_that_has_no_turn_is_published(
    event_of: Callable[[str], Event], context: LambdaContext, metrics: Metrics, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = World(now=datetime.now(UTC))
    monkeypatch.setattr(wiring, "execute_operations_ports", world.executing)
    execute_operations.lambda_handler(event_of("execute_operations/wake"), context)
    assert metrics.published() == []
    assert world.executing().turn.take("another", now=world.now, until=world.now + timedelta(days=1))
    execute_operations.lambda_handler(event_of("execute_operations/wake"), context)
    assert metrics.published() == [("RunsWithoutTurn", {"service": "execute_operations"}, 1.0)]


def test_every_metric_is_published_by_a_function_that_knows_its_stack() -> None:
    variables = template()["Globals"]["Function"]["Environment"]["Variables"]
    assert variables["POWERTOOLS_METRICS_NAMESPACE"] == {"Ref": "AWS::StackName"}
    assert variables["MONITORING"] == {"Ref": "Monitoring"}
    parameter = template()["Parameters"]["Monitoring"]
    assert parameter["AllowedValues"] == [extent.value for extent in METRICS]
    assert Monitoring(parameter["Default"]) is Monitoring.FULL
    assert len(functions()) >= 8
