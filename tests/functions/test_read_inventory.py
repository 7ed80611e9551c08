"""read_inventory through its handler: ticks of the schedule in, findings out."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from dayone.errors import Throttled
from dayone.wiring import functions as wiring
from functions.read_inventory import app
from tests.builders import a_group, a_person, a_policy
from tests.fakes.sso.directory import MemoryDirectory
from tests.functions.conftest import Event, LambdaContext, Log
from tests.unit.world import World


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    made = World()
    made.hr_tells(a_person())
    made.policy_is(a_policy(a_group()))
    made.settle()
    monkeypatch.setattr(wiring, "read_inventory_ports", made.reading)
    return made


def test_a_group_that_somebody_deletes_is_found_a_day_later(
    world: World, event_of: Callable[[str], Event], context: LambdaContext, log: Log
) -> None:
    app.lambda_handler(event_of("read_inventory/every_minute"), context)
    MemoryDirectory(world.center).delete_group(next(iter(world.center.groups)))
    world.now += timedelta(hours=1)
    app.lambda_handler(event_of("read_inventory/every_minute"), context)
    assert world.inventory.findings() == []
    world.now += timedelta(hours=23)
    app.lambda_handler(event_of("read_inventory/every_minute"), context)
    assert [finding.difference.subject for finding in world.inventory.findings()] == ["group:engineers"]
    # The run in between had nothing to do.
    assert log.messages("INFO") == ["inventory read", "inventory read"]


def test_a_run_that_cannot_read_fails(
    world: World, event_of: Callable[[str], Event], context: LambdaContext, log: Log
) -> None:
    def throttled(_name: str, port: object) -> object:
        return _ThrottledReader() if _name == "reader" else port

    world.around = throttled
    with pytest.raises(Throttled):
        app.lambda_handler(event_of("read_inventory/every_minute"), context)
    assert log.messages("WARNING") == ["message failed"]
    assert world.inventory.findings() == []


class _ThrottledReader:
    calls = 0

    def permission_sets(self, *, cursor: str) -> object:
        raise Throttled(f"sso-admin: slow down {cursor}")
