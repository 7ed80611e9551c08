"""A deployment minute by minute: the handlers that the schedule calls, and the metrics of theirs and of AWS."""

import io
import json
from collections.abc import Callable, Iterator
from contextlib import redirect_stdout
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

import pytest

from dayone.errors import DayOneError, Unreachable
from dayone.wiring import functions as wiring
from functions.execute_operations import app as execute_operations
from functions.read_inventory import app as read_inventory
from functions.reconcile_access import app as reconcile_access
from tests.functions.conftest import LambdaContext
from tests.functions.monitoring.cloudwatch import STACK, Alarm, Values, alarms, metric_of
from tests.project.repository import functions, pascal
from tests.unit.silences import silences_of
from tests.unit.world import World

MINUTE = timedelta(minutes=1)
_SCHEDULED = ("reconcile_access", "read_inventory", "sign_checkpoint")


@dataclass
class Deployment:
    """A world with its functions, what is wrong with them, and CloudWatch.

    `off` are functions that nobody calls, `failing` those that raise, `throttled` those that Lambda refuses, `stalled`
    those that run and get nowhere; `each_minute` does what else happens.
    """

    world: World
    monitoring: str = "full"
    hr: str = ""
    off: set[str] = field(default_factory=set)
    failing: set[str] = field(default_factory=set)
    throttled: set[str] = field(default_factory=set)
    stalled: set[str] = field(default_factory=set)
    each_minute: list[Callable[["Deployment"], object]] = field(default_factory=list)
    values: Values = field(default_factory=Values)
    waiting_since: dict[str, datetime] = field(default_factory=dict)
    alarms: list[Alarm] = field(init=False)

    def __post_init__(self) -> None:
        self.alarms = alarms(self.monitoring, AuditCheckpoints="true")

    def wire(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Have the handlers work on this world, by its clock."""
        monkeypatch.setenv("MONITORING", self.monitoring)
        monkeypatch.setattr(wiring, "reconcile_access_ports", self.world.sweeping)
        monkeypatch.setattr(wiring, "reconcile_access_measures", lambda: silences_of(self.world, hr=self.hr))
        monkeypatch.setattr(wiring, "read_inventory_ports", self.world.reading)
        monkeypatch.setattr(wiring, "execute_operations_ports", self.world.executing)
        monkeypatch.setattr(execute_operations, "datetime", _clock_of(self.world))

    def minute(self) -> None:
        """Let a minute pass: the schedule's functions, the planner and the executor run, and all metrics are put."""
        self.world.now += MINUTE
        self.invoke("reconcile_access", lambda: reconcile_access.lambda_handler({}, LambdaContext()))
        self.invoke("read_inventory", lambda: read_inventory.lambda_handler({}, LambdaContext()))
        self.queue("Inbox", "plan_changes", bool(self.world.inbox.commands), self.world.plan_all)
        self.queue("Engine", "execute_operations", bool(self.world.engine.rings), self._execute)
        if self.world.now.minute == 0:
            self.invoke("sign_checkpoint", lambda: None)
        for each in self.each_minute:
            each(self)

    def _execute(self) -> None:
        self.world.engine.rings = 0
        before = self.world.now
        execute_operations.lambda_handler({}, LambdaContext())
        # Within its minute, however long it has slept.
        self.world.now = before

    def queue(self, queue: str, function: str, is_waiting: bool, work: Callable[[], object]) -> None:  # noqa: FBT001
        """Have a function work off its queue, and put the age of what it leaves there."""
        if is_waiting and not self.invoke(function, work):
            since = self.waiting_since.setdefault(queue, self.world.now)
            age = (self.world.now - since).total_seconds()
            self.put("AWS/SQS", "ApproximateAgeOfOldestMessage", age, QueueName=f"{queue}Queue")
        else:
            self.waiting_since.pop(queue, None)

    def invoke(self, function: str, run: Callable[[], object]) -> bool:
        """Have Lambda run a function, and put what it and Lambda count; return whether it has come to its end."""
        if function in self.off:
            return False
        if function in self.throttled:
            self.lambda_counts(function, "Throttles", 1)
            return False
        error = None
        with redirect_stdout(io.StringIO()) as printed:
            try:
                if function in self.failing:
                    raise Unreachable("AWS does not answer")
                if function not in self.stalled:
                    run()
            except DayOneError as raised:
                error = raised
        self._published(printed.getvalue())
        self.lambda_counts(function, "Invocations", 1)
        self.lambda_counts(function, "Errors", error is not None)
        return error is None

    def lambda_counts(self, function: str, name: str, value: float) -> None:
        """Put a metric of Lambda."""
        self.put("AWS/Lambda", name, value, FunctionName=f"{pascal(function)}Function")

    def put(self, namespace: str, name: str, value: float, **dimensions: str) -> None:
        """Put a value of a metric, now."""
        self.values.put(metric_of(namespace, name, **dimensions), value, at=self.world.now)

    def _published(self, text: str) -> None:
        """Put what a function has printed as embedded metric format."""
        for line in (json.loads(line) for line in text.splitlines() if '"_aws"' in line):
            for directive in line["_aws"]["CloudWatchMetrics"]:
                assert directive["Namespace"] == STACK
                for names in directive["Dimensions"]:
                    for metric in directive["Metrics"]:
                        dimensions = {name: line[name] for name in names}
                        assert dimensions["service"] in functions()
                        for value in line[metric["Name"]]:
                            self.put(STACK, metric["Name"], value, **dimensions)

    def has_run(self) -> None:
        """Put what Lambda counts in a minute in which the schedule's functions have run and published nothing."""
        for function in _SCHEDULED if self.world.now.minute == 0 else _SCHEDULED[:2]:
            self.lambda_counts(function, "Invocations", 1)
            self.lambda_counts(function, "Errors", 0)

    def ringing(self) -> set[str]:
        """Return the names of the alarms that ring now."""
        return {alarm.name for alarm in self.alarms if alarm.rings(self.values, now=self.world.now)}

    def first_to_ring(self, *, within: timedelta) -> tuple[set[str], set[str]]:
        """Let time pass; return the alarms that ring first, and all that have rung in the time."""
        first: set[str] = set()
        ever: set[str] = set()
        for now in self.minutes(within):
            ever |= now
            first = first or now
        return first, ever

    def minutes(self, time: timedelta) -> Iterator[set[str]]:
        """Let time pass, and yield what rings after each minute."""
        for _ in range(time // MINUTE):
            self.minute()
            yield self.ringing()


def _clock_of(world: World) -> Any:  # noqa: ANN401 - a class as a module has it
    class Clock(datetime):
        _world: ClassVar[World] = world

        @classmethod
        def now(cls, tz: object = None) -> datetime:  # type: ignore[override]
            assert tz is UTC
            return cls._world.now

    return Clock


def deployed(world: World, monkeypatch: pytest.MonkeyPatch, *, monitoring: str = "full", hr: str = "") -> Deployment:
    """Return a deployment over a world that has run for some hours without anything to say."""
    deployment = Deployment(world=world, monitoring=monitoring, hr=hr)
    deployment.wire(monkeypatch)
    until = world.now
    world.now = until - timedelta(hours=3)
    while world.now < until:
        deployment.has_run()
        world.now += MINUTE
    assert deployment.ringing() == set()
    return deployment
