"""By the policy, what others have deleted or changed is put right without a request, and what they have given goes."""

from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from datetime import timedelta
from itertools import count

import pytest

from dayone.inventory.decisions import pause_repairs, repair_finding
from dayone.inventory.repairs import EDITS_ARE_KNOWN, LEFT_ALONE, NEVER_TWICE_WITHIN, repair_rules, repair_status
from dayone.inventory.service import read_inventory
from dayone.model.changes import ChangeState
from dayone.model.inventory import DriftFinding, DriftKind, ForeignEdit, RepairState, RepairStatus
from dayone.model.operations import OperationState
from dayone.ops.health import check_health
from tests.builders import a_group, a_person, a_policy, a_set, an_account, an_assignment
from tests.fakes.sso.directory import MemoryDirectory
from tests.unit.inventory.test_decide_on_drift import EDITS
from tests.unit.previews import api_of
from tests.unit.world import World

_JANE = "arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Admin_0123456789abcdef/jane"
_REPORT = a_policy(
    a_group(),
    a_set(managed=("ReadOnlyAccess",), inline='{"Version": "2012-10-17", "Statement": []}'),
    an_assignment(),
    harmless=("ViewOnly",),
)
_REPAIR = replace(_REPORT, repairs=frozenset({DriftKind.MISSING, DriftKind.CHANGED, DriftKind.UNPROVISIONED}))
_TIMES = count()


@pytest.fixture
def world() -> World:
    """One person in a group with a permission set, all of it carried out, under a policy that repairs."""
    world = World()
    world.account_is(an_account())
    world.hr_tells(a_person())
    world.approves = True
    world.policy_is(_REPAIR)
    world.settle()
    world.approves = False
    world.take_inventory()
    return world


def minutes(world: World, number: int) -> None:
    """Let the sweep and the inventory run each minute, and all that follows."""
    for _ in range(number):
        world.now += timedelta(minutes=1)
        world.sweep()
        world.settle()
        read_inventory(ports=world.reading(), longest=timedelta(seconds=40))


def _seen(world: World, edit: Callable[[World], None]) -> DriftFinding:
    edit(world)
    world.take_inventory()
    (finding,) = world.inventory.findings()
    return finding


def _status(world: World, finding: DriftFinding) -> RepairStatus | None:
    rules = repair_rules(
        world.inventory.repairs(),
        policy=api_of(world).policies.current(),
        pause=world.inventory.pause(),
        is_recovering=world.fence().recovery() is not None,
        now=world.now,
    )
    return repair_status(world.inventory.drift[finding.id], rules=rules)


def _by(world: World, finding: DriftFinding, actor: str) -> None:
    edit = ForeignEdit(event="e-1", actor=actor, action="DeleteGroupMembership", at=world.now, ids={})
    world.inventory.put([replace(finding, edit=edit)])


def _remove_member(world: World) -> None:
    world.center.memberships.clear()


_QUARTER = int(EDITS_ARE_KNOWN.total_seconds() // 60) + 1


@pytest.mark.parametrize("edit", EDITS, ids=[edit.__name__ for edit in EDITS])
def test_all_is_as_before_without_a_request(world: World, edit: Callable[[World], None]) -> None:
    before = (world.users(), world.groups(), world.assignments())
    parts = [{**vars(deepcopy(stored)), "revision": 0} for stored in world.center.permission_sets.values()]
    edit(world)
    for _ in range(4):
        world.take_inventory()
        minutes(world, _QUARTER + 5)
    assert world.inventory.findings() == []
    assert (world.users(), world.groups(), world.assignments()) == before
    assert [{**vars(stored), "revision": 0} for stored in world.center.permission_sets.values()] == parts


def test_what_was_repaired_is_no_finding_some_minutes_later(world: World) -> None:
    finding = _seen(world, _remove_member)
    assert _status(world, finding) == RepairStatus(
        state=RepairState.HELD, reason="it is not known yet who has done it", until=world.now + EDITS_ARE_KNOWN
    )
    minutes(world, _QUARTER + 4)
    assert world.inventory.findings() == []
    assert world.groups() == {"engineers": {"e-1@example.com"}}
    (done,) = [each for each in world.operations(OperationState.SUCCEEDED) if each.change == _change(world)]
    assert (done.actor, done.kind) == ("dayone", "create-membership")


def _change(world: World) -> str:
    (repair,) = world.inventory.repairs()
    return repair.change


def test_by_default_nothing_is_repaired(world: World) -> None:
    world.policy_is(_REPORT)
    world.settle()
    finding = _seen(world, _remove_member)
    minutes(world, _QUARTER + 4)
    assert _status(world, finding) is None
    assert world.groups() == {"engineers": set()}


def test_what_somebody_did_in_the_last_hours_waits_for_a_human(world: World) -> None:
    finding = _seen(world, _remove_member)
    _by(world, finding, _JANE)
    until = world.now + LEFT_ALONE
    minutes(world, _QUARTER)
    status = _status(world, finding)
    assert status is not None
    assert (status.state, status.until) == (RepairState.HELD, until)
    assert _JANE in status.reason
    assert world.groups() == {"engineers": set()}
    world.now = until
    minutes(world, 5)
    assert world.groups() == {"engineers": {"e-1@example.com"}}


def test_a_fight_is_left_to_a_human(world: World) -> None:
    finding = _seen(world, _remove_member)
    minutes(world, _QUARTER + 4)
    assert world.inventory.findings() == []
    change, at = _change(world), world.now
    world.center.memberships.clear()
    world.now += timedelta(hours=1)
    world.inventory.newest = replace(world.inventory.newest, began_at=at - timedelta(days=2))  # type: ignore[type-var]
    minutes(world, 2 * _QUARTER)
    status = _status(world, finding)
    assert status is not None
    assert (status.state, status.change) == (RepairState.HELD, change)
    assert "again: decide about it" in status.reason
    assert world.groups() == {"engineers": set()}
    assert any("differs" in text for text in check_health(api_of(world)).warnings)
    world.now = at + NEVER_TWICE_WITHIN
    minutes(world, 5)
    assert world.groups() == {"engineers": {"e-1@example.com"}}


def _pause(world: World, *, hours: int) -> None:
    ports = api_of(world)
    ports.entropy = lambda: next(_TIMES).to_bytes(10)
    until = world.now + timedelta(hours=hours) if hours else None
    cause = pause_repairs(until, reason="an exercise", actor="arn:operator", ports=ports)
    world.settle()
    assert world.state.changes[cause.change].state is ChangeState.SUCCEEDED


def test_nothing_is_repaired_while_repairs_are_paused(world: World) -> None:
    finding = _seen(world, _remove_member)
    _pause(world, hours=2)
    until = world.now + timedelta(hours=2)
    minutes(world, _QUARTER)
    assert _status(world, finding) == RepairStatus(
        state=RepairState.HELD, reason="repairs are paused by arn:operator: an exercise", until=until
    )
    assert [entry.actor for entry, _ in world.state.log if entry.action == "pause-repairs"] == ["arn:operator"]
    _pause(world, hours=0)
    minutes(world, 5)
    assert world.groups() == {"engineers": {"e-1@example.com"}}


def test_no_more_is_given_back_than_an_edit_may_give_at_once(world: World) -> None:
    """Above the limit it is held, and goes on once somebody has approved it, whatever was planned meanwhile."""
    for number in range(2, 9):
        world.hr_tells(a_person(f"e-{number}"))
    world.settle()
    everybody = world.groups()
    world.center.memberships.clear()
    world.take_inventory()
    minutes(world, _QUARTER)
    back = world.groups()["engineers"]
    assert 0 < len(back) < len(everybody["engineers"])
    held = [change for change in world.state.changes.values() if change.held]
    assert {change.cause.kind for change in held} == {"drift"}
    for number in range(2, 9):
        world.hr_tells(a_person(f"e-{number}", title="Another"))
    minutes(world, 5)
    assert world.groups()["engineers"] == back
    for change in held:
        world.is_decided(change.id, approved=True)
    world.settle()
    assert world.groups() == everybody


def test_a_plan_that_comes_between_does_not_lose_a_repair(world: World) -> None:
    finding = _seen(world, _remove_member)
    repair_finding(finding.id, actor="arn:operator", ports=api_of(world))
    world.plan_all()
    world.hr_tells(a_person(title="Another"))
    world.settle()
    assert world.groups() == {"engineers": {"e-1@example.com"}}


def test_whoever_has_left_gets_nothing_back(world: World) -> None:
    _seen(world, _remove_member)
    world.hr_tells(a_person(department="Sales"))
    world.settle()
    minutes(world, _QUARTER)
    assert world.groups() == {"engineers": set()}


def test_a_group_that_was_deleted_comes_back_with_all_that_hung_on_it(world: World) -> None:
    before = (world.groups(), world.assignments())
    MemoryDirectory(world.center).delete_group(next(iter(world.center.groups)))
    for _ in range(2):
        world.take_inventory()
        minutes(world, _QUARTER + 5)
    assert (world.groups(), world.assignments()) == before
