"""One event of each type, as the bus gets it from the writes of the table: `python -m tests.bus_events docs/events`."""

import json
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from benchmarks.dynamodb.in_memory import MemoryDynamo
from benchmarks.dynamodb.table_world import TableWorld
from dayone.adapters.dynamodb.leases import DynamoOpenMarks
from dayone.adapters.dynamodb.read_models import DynamoRecords, DynamoSubjectIndex
from dayone.adapters.dynamodb.table import DynamoTable
from dayone.adapters.inventory import DynamoInventory, DynamoLookRequests
from dayone.adapters.messaging import DynamoStream, EventBridgeBus
from dayone.errors import AccessDenied, DayOneError, Refused
from dayone.events import PublishEvents
from dayone.logs import Meter
from dayone.model.changes import Cause, CauseKind, ulid_of
from dayone.model.commands import ReconcileSubject, RestoreResources
from dayone.model.inventory import DriftKind
from dayone.model.monitoring import Monitoring
from dayone.model.people import LifeCycle, Welcome
from dayone.ops.checkpoints import SignCheckpoint, sign_checkpoint
from dayone.ports.messaging import DetailType
from dayone.wiring import functions as wiring
from functions.publish_events import app
from sandbox.bus_events import file_stem, text_of
from tests.builders import NOON, a_person, an_account, the_person
from tests.contract.state_samples import entry
from tests.fakes.checkpoints import MemoryLaneEnds, MemorySigningKey
from tests.fakes.table.state import State
from tests.functions.conftest import LambdaContext
from tests.unit.policy_texts import read
from tests.unit.world import World

_STREAM = "arn:aws:dynamodb:eu-central-1:111122223333:table/dayone-StateTable-1A2B/stream/2026-11-20T09:00:00.000"
_POLICY = """\
version: 1
groups:
  engineers: {members: [{department: Engineering}]}
  admins: {members: [{title: Administrator}]}
permission_sets:
  ViewOnly: {managed_policies: [ViewOnlyAccess]}
  Admin: {managed_policies: [AdministratorAccess]}
assignments:
  - {group: engineers, permission_set: ViewOnly, accounts: [{ou: "/**"}]}
  - {group: admins, permission_set: Admin, accounts: [{ou: "/**"}]}
"""

type Json = dict[str, Any]


class EventsClient:
    """A client of EventBridge that keeps what was put, as EventBridge delivers it."""

    def __init__(self) -> None:
        self.delivered: list[Json] = []

    def put_events(self, *, Entries: list[Json]) -> Json:  # noqa: N803 - boto3's names
        """See EventBridge."""
        for put in Entries:
            self.delivered.append(
                {
                    "version": "0",
                    "id": f"6a7e8feb-b491-4cf7-a9f1-{len(self.delivered):012x}",
                    "detail-type": str(put["DetailType"]),
                    "source": put["Source"],
                    "account": "111122223333",
                    "time": put["Time"].astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
                    "region": "eu-central-1",
                    "resources": list(put["Resources"]),
                    "detail": json.loads(put["Detail"]),
                }
            )
        return {"FailedEntryCount": 0}


class StreamingDynamo(MemoryDynamo):
    """A table with a stream, which has the records that Lambda hands on."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        super().__init__()
        self.records: list[Json] = []
        self._clock = clock

    def _write(self, before: Json | None, after: Json | None, *, in_transaction: bool) -> None:
        super()._write(before, after, in_transaction=in_transaction)
        images = {"OldImage": before, "NewImage": after}
        at = {"ApproximateCreationDateTime": self._clock().timestamp()}
        self.records.append({**at, **{name: image for name, image in images.items() if image is not None}})


class _Failing:
    """A port whose method raises an error as long as there is one."""

    def __init__(self, port: Any, method: str, error: DayOneError) -> None:  # noqa: ANN401
        self._port, self._method, self._error = port, method, error

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401
        if name == self._method:
            return self._fails
        return getattr(self._port, name)

    def _fails(self, *_: object, **__: object) -> None:
        raise self._error


class StreamingWorld(TableWorld):
    """A world whose writes go through the function `publish_events` to the bus."""

    @classmethod
    def fresh(cls) -> "StreamingWorld":
        made = cls()
        made.client = StreamingDynamo(clock=lambda: made.now)
        client: Any = made.client
        made.over(DynamoTable(client, "state", pause=lambda _: None))
        return made

    def fails(self, method: str, error: DayOneError) -> None:
        """Identity Center's directory answers this method with an error from now on."""
        over: Callable[[str, Any], Any] = self.around
        self.around = lambda name, port: _Failing(port, method, error) if name == "directory" else over(name, port)

    def with_inventory(self) -> DynamoInventory:
        """Keep the inventory in the table, too, and return it."""
        over: Callable[[str, Any], Any] = self.around
        inventory = DynamoInventory(self.table)
        ports: dict[str, Any] = {
            "inventory": inventory,
            "looks": DynamoLookRequests(self.table),
            "index": DynamoSubjectIndex(self.table),
            "records": DynamoRecords(self.table),
        }
        self.around = lambda name, port: ports.get(name) or over(name, port)
        return inventory

    def publish(self, events: EventsClient) -> None:
        """Invoke the function with everything that was written since it was last, as Lambda does."""
        client: Any = events
        table: Any = self.client
        written, table.records = table.records, []
        stream = {"eventSource": "aws:dynamodb", "eventSourceARN": _STREAM}
        batch = [{**stream, "dynamodb": record} for record in written]
        bus = EventBridgeBus(client, bus="dayone")
        marks, records = DynamoOpenMarks(self.table), DynamoRecords(self.table)
        ports = PublishEvents(stream=DynamoStream(), open_changes=marks, records=records, bus=bus)
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(wiring, "publish_events_ports", lambda: ports)
            patched.setattr(
                wiring, "meter", lambda function: Meter(function, namespace="dayone", monitoring=Monitoring.NONE)
            )
            patched.setattr(wiring, "event_source", lambda: _STREAM)
            app.lambda_handler({"Records": batch}, LambdaContext())


def published() -> list[Json]:
    """All the events that some days in a company make."""
    events = EventsClient()
    for happens in (_edited_by_others, _joiners, _denied, _failed, _held):
        world = StreamingWorld.fresh()
        happens(world)
        world.publish(events)
    _first_day(events)
    _checkpoint(events)
    return events.delivered


def bodies() -> Mapping[DetailType, Json]:
    """The last event of each type."""
    return {DetailType(event["detail-type"]): event for event in published()}


def _joiners(world: StreamingWorld) -> None:
    """Somebody joins, and moves before they have anything; an account is made."""
    world.policy_is(read(_POLICY.replace("AdministratorAccess", "ReadOnlyAccess")))
    world.account_is(an_account())
    world.hr_tells(a_person())
    world.plan_all()
    world.hr_tells(a_person(department="Sales"), at=world.now + timedelta(seconds=1))
    world.carry_out()
    world.hr_tells(a_person(), at=world.now + timedelta(seconds=1))
    world.carry_out()


def _denied(world: StreamingWorld) -> None:
    """Day One's role may not add members."""
    error = AccessDenied(
        "AccessDeniedException: User: arn:aws:sts::111122223333:assumed-role/dayone-ExecuteOperations is not authorized"
        " to perform: identitystore:CreateGroupMembership"
    )
    _hires(world, error)


def _failed(world: StreamingWorld) -> None:
    """The identity store is full."""
    _hires(world, Refused("ServiceQuotaExceededException: the identity store is full"))


def _hires(world: StreamingWorld, error: DayOneError) -> None:
    world.fails("add_member", error)
    world.policy_is(read(_POLICY.replace("AdministratorAccess", "ReadOnlyAccess")))
    world.hr_tells(a_person())
    world.plan_all()
    for _ in range(3):
        world.execute()


def _held(world: StreamingWorld) -> None:
    """Nobody decides for 31 days whether somebody becomes an administrator."""
    world.policy_is(read(_POLICY))
    world.hr_tells(a_person(title="Administrator"))
    world.carry_out()
    world.now += timedelta(days=31)
    cause = Cause(
        change=ulid_of(world.now, name="due"), kind=CauseKind.DUE, actor="dayone", reference="due", at=world.now
    )
    world.inbox.put([ReconcileSubject(subject=the_person(), cause=cause)])
    world.carry_out()


def _edited_by_others(world: StreamingWorld) -> None:
    """Others make a user and add it to a group, remove a member, delete a group, and undo some of it."""
    inventory = world.with_inventory()
    world.policy_is(read(_POLICY.replace("AdministratorAccess", "ReadOnlyAccess")))
    world.hr_tells(a_person())
    world.carry_out()
    world.take_inventory()
    memberships = world.center.memberships
    group, user = next(iter(memberships.values()))
    (removed,) = memberships
    del memberships[removed]
    world.center.users["user-x"] = {"user_name": "eve", "display_name": "Eve", "given_name": "E", "family_name": "V"}
    memberships["m-x"] = (group, "user-x")
    world.take_inventory()
    del memberships["m-x"]
    (finding,) = [each for each in inventory.findings() if each.difference.kind is DriftKind.MISSING]
    cause = Cause(
        change=ulid_of(world.now, name="repair"),
        kind=CauseKind.DRIFT,
        actor="arn:aws:sts::111122223333:assumed-role/operators/ann",
        reference=finding.id,
        at=world.now,
    )
    target = finding.difference.target
    assert target is not None
    world.inbox.put([RestoreResources(subject=target.subject, cause=cause, missing=(target.resource,))])
    world.carry_out()
    assert (group, user) in memberships.values()
    world.take_inventory()


def _first_day(events: EventsClient) -> None:
    """Somebody has the access of their first day."""
    client: Any = events
    bus: Any = EventBridgeBus(client, bus="dayone")
    world = World(now=NOON - timedelta(days=1), bus=bus)
    world.policy_is(replace(read(_POLICY), people=LifeCycle(welcome=Welcome(since=NOON.date()))))
    world.account_is(an_account())
    world.settle()
    world.now = NOON
    world.hr_tells(a_person(start_date=NOON.date()))
    world.settle()


def _checkpoint(events: EventsClient) -> None:
    """The audit log has two entries."""
    client: Any = events
    state = State()
    state.record(entry())
    state.record(entry(detail="second"))
    ports = SignCheckpoint(
        ends=MemoryLaneEnds(state),
        key=MemorySigningKey(),
        bus=EventBridgeBus(client, bus="dayone"),
        archive=None,
        table="dayone-StateTable-1A2B",
        clock=lambda: NOON,
    )
    sign_checkpoint(ports=ports)


if __name__ == "__main__":
    for detail_type, body in bodies().items():
        Path(sys.argv[1], f"{file_stem(detail_type)}.json").write_text(text_of(body), encoding="utf-8")
