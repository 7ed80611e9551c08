"""Edits by mistake that gave nothing: once they are mended nobody's first day waits for them."""

import pytest

from dayone.changes.decisions import decide_change
from tests.builders import a_person
from tests.unit.changes.test_sensitive_gifts import APPROVER, POLICY, approve, company, held, later
from tests.unit.previews import api_of, put_in_force

MISTAKE = POLICY + '  - {group: staff, permission_set: Admin, accounts: [{ou: "/**"}]}\n'


@pytest.mark.parametrize("is_rejected", [True, False])
def test_what_was_only_asked_for_makes_nobody_wait(*, is_rejected: bool) -> None:
    world = company()
    mistake = put_in_force(MISTAKE, world=world)
    if is_rejected:
        decide_change(mistake.cause.change, is_approved=False, actor=APPROVER, ports=api_of(world))
        world.settle()
    later(world)
    put_in_force(POLICY, world=world)
    world.hr_tells(a_person("e-3"))
    world.settle()
    assert (held(world), "e-3@example.com" in world.groups()["staff"]) == ([], True)


WIDER = POLICY.replace("[ViewOnlyAccess]", "[ViewOnlyAccess, AdministratorAccess]")


def test_a_set_that_was_to_be_widened_makes_nobody_wait() -> None:
    world = company()
    put_in_force(WIDER, world=world)
    later(world)
    put_in_force(POLICY, world=world)
    world.hr_tells(a_person("e-3"))
    world.settle()
    assert (held(world), "e-3@example.com" in world.groups()["staff"]) == ([], True)


@pytest.mark.parametrize("is_carried_out", [True, False])
def test_a_set_that_was_widened_still_does(*, is_carried_out: bool) -> None:
    world = company()
    wider = put_in_force(WIDER, world=world)
    if is_carried_out:
        approve(wider, world=world)
    else:
        decide_change(wider.cause.change, is_approved=True, actor=APPROVER, ports=api_of(world))
        world.plan_all()
    later(world)
    put_in_force(POLICY, world=world)
    world.hr_tells(a_person("e-3"))
    world.settle()
    assert held(world) == ["person:e-3 create membership/staff"]


def test_what_was_given_still_does_until_it_is_gone() -> None:
    world = company()
    approve(put_in_force(MISTAKE, world=world), world=world)
    later(world)
    put_in_force(POLICY, world=world)
    world.hr_tells(a_person("e-3"))
    world.settle()
    assert held(world) == ["person:e-3 create membership/staff"]
