"""Somebody leaves: within a minute Identity Center is asked what it still has of that one user, and that is named."""

from datetime import date, timedelta
from typing import Any

import pytest

from dayone.errors import Throttled
from dayone.inventory.service import read_inventory
from dayone.model.people import Status
from dayone.model.policy.context import OffLimits
from dayone.ports.identity_center import AssignmentKey, PrincipalType
from tests.builders import ACCOUNT_ID, a_group, a_person, a_policy, a_set, an_account, an_assignment, the_person
from tests.fakes.sso.identity_center import StoredGroup
from tests.fakes.unread import Unread
from tests.unit.world import World

_LEFT = {
    f"unmanaged account:{ACCOUNT_ID} assignment/ViewOnly/person:e-1",
    "unmanaged person:e-1 membership/sales",
    "unmanaged person:e-1 membership/Contractors",
}


@pytest.fixture
def world() -> World:
    """A person to whom somebody has given more than Day One: a group of its own, another group, and an assignment."""
    world = World(approves=True)
    world.account_is(an_account())
    for name in ("e-1", "e-2"):
        world.hr_tells(a_person(name))
    world.policy_is(a_policy(a_group(), a_group("sales", department="Sales"), a_set(), an_assignment()))
    world.settle()
    world.take_inventory()
    world.center.groups["group-x"] = StoredGroup("Contractors", "")
    sales = next(name for name, group in world.center.groups.items() if group.name == "sales")
    for number, name in enumerate(("e-1", "e-2")):
        user = _user(world, name)
        world.center.memberships |= {f"x-{number}": ("group-x", user), f"s-{number}": (sales, user)}
        arn = next(iter(world.center.permission_sets))
        world.center.assignments.add(
            AssignmentKey(
                account_id=ACCOUNT_ID, permission_set_arn=arn, principal_id=user, principal_type=PrincipalType.USER
            )
        )
    return world


def _user(world: World, name: str = "e-1") -> str:
    return next(user_id for user_id, user in world.center.users.items() if user["user_name"].startswith(name))


def _minute(world: World) -> None:
    world.now += timedelta(minutes=1)
    read_inventory(ports=world.reading(), longest=timedelta(seconds=40))


def _found(world: World) -> set[str]:
    return {
        f"{each.difference.kind} {each.difference.subject} {each.difference.resource}"
        for each in world.inventory.findings()
    }


def _leaves(world: World) -> None:
    world.hr_tells(a_person("e-1", status=Status.ENDED))


def test_what_others_gave_a_leaver_is_named_within_a_minute_and_of_nobody_else(world: World) -> None:
    _minute(world)
    assert _found(world) == set()
    _leaves(world)
    world.settle()
    _minute(world)
    assert _found(world) == _LEFT
    assert not any(finding.is_baseline for finding in world.inventory.findings())


def test_nobody_else_is_read_for_a_leaver(world: World) -> None:
    _minute(world)
    _leaves(world)
    world.settle()
    world.around = lambda name, port: Unread() if name == "company" else port
    _minute(world)
    assert _found(world) == _LEFT


def test_a_last_day_that_comes_counts_as_an_end(world: World) -> None:
    world.hr_tells(a_person("e-1", end_date=date(2026, 11, 25)))
    world.settle()
    _minute(world)
    assert _found(world) == set()
    world.now += timedelta(days=2)
    world.sweep()
    world.settle()
    assert world.inventory.looks() == [the_person("e-1")]


def test_nothing_is_named_while_day_one_is_taking_access_away(world: World) -> None:
    _leaves(world)
    world.plan_all()
    _minute(world)
    assert _found(world) == set()
    world.settle()
    _minute(world)
    assert _found(world) == _LEFT


def test_the_next_inventory_still_names_it_until_it_is_gone(world: World) -> None:
    _leaves(world)
    world.settle()
    _minute(world)
    world.take_inventory()
    assert _found(world) >= _LEFT
    world.center.memberships.clear()
    world.take_inventory()
    assert not {line for line in _found(world) if "membership" in line and "e-1" in line}


def test_a_delegated_administrator_names_groups_at_once_and_assignments_with_the_next_inventory(world: World) -> None:
    world.off_limits = OffLimits(account="999988887777")
    _leaves(world)
    world.settle()
    _minute(world)
    assert _found(world) == {line for line in _LEFT if "membership" in line}
    world.take_inventory()
    assert _found(world) >= _LEFT


def test_a_look_that_fails_is_repeated(world: World) -> None:
    _leaves(world)
    world.settle()

    class Throttling:
        calls = 0

        def groups_of(self, *_: object, **__: object) -> Any:  # noqa: ANN401 - it returns nothing
            raise Throttled("identitystore: slow down")

    world.around = lambda name, port: Throttling() if name == "reader" else port
    with pytest.raises(Throttled):
        _minute(world)
    world.around = lambda _name, port: port
    _minute(world)
    assert _found(world) == _LEFT
    assert world.inventory.looks() == []
