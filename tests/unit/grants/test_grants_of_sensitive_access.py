"""Sensitive access that was approved for a time ends with that time, whatever else comes to give it meanwhile."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from dayone.model.grants import Grant
from tests.builders import ACCOUNT_ID, membership, the_person
from tests.unit.changes.test_sensitive_gifts import APPROVER, POLICY, admins, approve, company, held
from tests.unit.granting import a_grant, extended, in_account, is_said
from tests.unit.previews import put_in_force
from tests.unit.world import World

_NAMED = POLICY.replace("[{title: Administrator}]}", "[{title: Administrator}], people: [e-2]}")


def _granted(world: World) -> Grant:
    """For an hour, which another person has approved; half of it is over."""
    grant = a_grant(
        subject=the_person("e-2"), resource=membership("admins"), begins=world.now, until=world.now + timedelta(hours=1)
    )
    approve_it(world, grant)
    assert "e-2@example.com" in admins(world)
    world.now += timedelta(minutes=30)
    return grant


def approve_it(world: World, grant: Grant) -> None:
    request = is_said(world, grant)
    world.settle()
    approve(request, world=world)


def _extended(world: World, grant: Grant) -> None:
    is_said(world, extended(grant, until=world.now + timedelta(days=5), at=world.now))


def _granted_again(world: World, grant: Grant) -> None:
    until = world.now + timedelta(days=9)
    is_said(world, a_grant("g-2", subject=grant.subject, resource=grant.resource, begins=world.now, until=until))


def _named_by_a_rule(world: World, grant: Grant) -> None:
    put_in_force(_NAMED, world=world)
    assert grant


@pytest.mark.parametrize("prolong", [_extended, _granted_again, _named_by_a_rule])
def test_it_ends_and_what_else_gives_it_is_held(prolong: Callable[[World, Grant], None]) -> None:
    world = company()
    prolong(world, _granted(world))
    world.settle()
    assert "e-2@example.com" in admins(world)
    for hours in (1, 2):
        world.now += timedelta(hours=hours)
        world.sweep()
        world.settle()
        assert "e-2@example.com" not in admins(world)
    assert held(world) == ["person:e-2 create membership/admins"]
    (change,) = [change.id for change in world.state.changes.values() if change.held]
    world.is_decided(change, approved=True, actor=APPROVER)
    world.settle()
    assert "e-2@example.com" in admins(world)


def test_it_ends_where_the_guardrails_hold_every_removal() -> None:
    world = company()
    grant = _granted(world)
    put_in_force(POLICY + "guardrails: {removals: {percent: 0, at_least: 0}}\n", world=world)
    _extended(world, grant)
    world.now += timedelta(hours=1)
    world.sweep()
    world.settle()
    assert "e-2@example.com" not in admins(world)


def test_so_does_what_is_assigned() -> None:
    world = company()
    approve_it(
        world,
        in_account(to="person:e-2", permission_set="Admin", begins=world.now, until=world.now + timedelta(hours=1)),
    )
    own = (ACCOUNT_ID, "Admin", "e-2@example.com")
    assert own in world.assignments()
    put_in_force(POLICY + '  - {person: e-2, permission_set: Admin, accounts: [{ou: "/**"}]}\n', world=world)
    world.now += timedelta(hours=2)
    world.sweep()
    world.settle()
    assert own not in world.assignments()
