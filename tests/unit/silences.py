"""The ports by which a world's silences are measured, and a world in which something is held."""

from datetime import timedelta

from dayone.ops.silences import QuietPorts, SilencePorts
from tests.builders import a_person, an_account
from tests.fakes.hr import MemoryHrDeliveries, MemoryHrSources, MemoryHrVersions
from tests.fakes.table.failed import MemoryStuck
from tests.fakes.table.history import MemoryHistory
from tests.fakes.table.subjects import MemoryDueWork
from tests.unit.changes.test_sensitive_gifts import POLICY
from tests.unit.previews import put_in_force
from tests.unit.world import World


def silences_of(world: World, *, hr: str = "") -> SilencePorts:
    """Return the ports over a world; `hr` is the configuration of its HR systems."""
    return SilencePorts(
        history=MemoryHistory(world.state),
        stuck=MemoryStuck(world.state),
        due_work=MemoryDueWork(world.state),
        inventory=world.inventory,
        hr_versions=MemoryHrVersions(world.state),
        quiet=QuietPorts(
            deliveries=MemoryHrDeliveries(world.state), sources=MemoryHrSources(hr), notes=MemoryStuck(world.state)
        ),
        inventory_interval=timedelta(days=1),
        clock=lambda: world.now,
    )


def holding() -> World:
    """Return a world in which somebody's membership of the administrators waits for a decision."""
    world = World(approves=True, held_expiry=timedelta(days=365))
    world.account_is(an_account())
    put_in_force(POLICY, world=world)
    world.approves = False
    world.hr_tells(a_person(title="Administrator"))
    world.settle()
    return world
