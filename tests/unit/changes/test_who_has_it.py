"""Renamed users that have something sensitive, and those who gain by what is held: asked again after each change."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest

from dayone.changes.decisions import decide_change
from dayone.errors import Forbidden
from dayone.hr.manual import put_person
from dayone.model.people import Person
from dayone.model.preconditions import NO_PRECONDITION
from tests.builders import ACCOUNT_ID, a_person, attributes_in
from tests.unit.changes.test_sensitive_gifts import APPROVER, AUTHOR, POLICY, admins, approve, company, held
from tests.unit.granting import in_account, is_said
from tests.unit.previews import api_of, if_person, put_in_force
from tests.unit.world import World

RENAMED = ["person:e-1 update user"]


def _somebody_else(number: str = "e-1", start_date: date | None = None) -> Person:
    person = a_person(number, title="Administrator", user_name="mal@evil.com", given_name="Mal", start_date=start_date)
    return replace(person, email="mal@evil.com")


def _signed_in_as(user: str) -> str:
    return f"arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Operator_0123456789abcdef/{user}"


def test_the_user_of_an_administrator_does_not_become_somebody_elses_by_hr_alone() -> None:
    world = company()
    request = world.hr_tells(_somebody_else())
    world.settle()
    assert (held(world), admins(world)) == (RENAMED, {"e-1@example.com"})
    assert "and has group admins" in world.state.changes[request.cause.change].held_reason
    with pytest.raises(Forbidden, match="what this caller gains"):
        approve(request, world=world, actor=_signed_in_as("mal@evil.com"))
    approve(request, world=world)
    assert admins(world) == {"mal@evil.com"}


def test_another_address_alone_is_held_as_well() -> None:
    world = company()
    world.hr_tells(replace(a_person("e-1", title="Administrator"), email="mal@evil.com"))
    world.settle()
    assert held(world) == RENAMED


def test_another_name_that_was_approved_comes_also_when_what_it_waited_for_has_gone_meanwhile() -> None:
    world = company()
    request = world.hr_tells(replace(_somebody_else(), title="Cook"))
    world.settle()
    assert (held(world), admins(world)) == (RENAMED, set())
    approve(request, world=world)
    world.settle()
    assert held(world) == []
    assert "mal@evil.com" in world.groups()["staff"]


def test_another_name_that_was_rejected_does_not_come_when_what_it_waited_for_has_gone() -> None:
    world = company()
    request = world.hr_tells(replace(_somebody_else(), title="Cook"))
    world.settle()
    decide_change(request.cause.change, is_approved=False, actor=APPROVER, ports=api_of(world))
    world.settle()
    assert "e-1@example.com" in world.groups()["staff"]


def test_an_approval_is_of_the_name_that_was_shown() -> None:
    world = company()
    first = world.hr_tells(a_person("e-1", title="Administrator", user_name="ada@example.com"))
    world.settle()
    world.now += timedelta(minutes=5)
    second = world.hr_tells(_somebody_else())
    world.settle()
    assert world.state.changes[first.cause.change].held == 0
    assert world.state.changes[second.cause.change].held == 1
    world.now += timedelta(minutes=5)
    world.hr_tells(a_person("e-1", title="Administrator"))
    world.settle()
    assert (held(world), admins(world)) == ([], {"e-1@example.com"})


def test_who_has_told_it_by_hand_does_not_approve_it() -> None:
    world, told = company(), attributes_in(a_person("e-5", title="Administrator"))
    for names in ({}, {"user_name": "mal@evil.com"}):
        request = put_person("e-5", {**told, **names}, actor=AUTHOR, precondition=NO_PRECONDITION, ports=api_of(world))
        world.settle()
        with pytest.raises(Forbidden, match="was caused by this caller"):
            decide_change(request.change, is_approved=True, actor=AUTHOR, ports=api_of(world))
        if not names:
            decide_change(request.change, is_approved=True, actor=APPROVER, ports=api_of(world))
            world.settle()
    assert held(world) == ["person:e-5 update user"]
    assert "e-5@example.com" in admins(world)


def test_who_is_assigned_something_sensitive_alone_is_as_safe() -> None:
    world = company(POLICY + f'  - {{person: e-2, permission_set: Admin, accounts: [{{id: "{ACCOUNT_ID}"}}]}}\n')
    world.hr_tells(a_person("e-2", user_name="mal@evil.com"))
    world.settle()
    assert held(world) == ["person:e-2 update user"]


def test_nobody_else_waits_for_another_name_and_nobody_for_a_title() -> None:
    world = company()
    world.hr_tells(a_person("e-2", user_name="new@example.com"))
    world.hr_tells(a_person("e-1", title="Administrator", given_name="Eve", department="Sales"))
    world.settle()
    assert held(world) == []
    assert "new@example.com" in world.groups()["staff"]


def _comes(world: World, number: str, *, by: timedelta) -> None:
    world.now += by
    world.sweep()
    world.settle()
    assert f"{number}@example.com" not in admins(world)


def test_what_was_approved_for_a_first_day_is_for_the_human_who_was_shown() -> None:
    world, first_day = company(), timedelta(days=10)
    begins = world.now.date() + first_day
    request = world.hr_tells(a_person("e-4", title="Administrator", start_date=begins))
    world.settle()
    approve(request, world=world)
    world.now += timedelta(hours=1)
    world.hr_tells(_somebody_else("e-4", start_date=begins))
    world.settle()
    _comes(world, "e-4", by=first_day)
    assert (held(world), admins(world)) == (["person:e-4 create membership/admins"], {"e-1@example.com"})


def test_who_gains_is_known_by_a_name_that_hr_has_given_them_since() -> None:
    world = company()
    request = world.hr_tells(a_person("e-2", title="Administrator"))
    world.settle()
    world.now += timedelta(minutes=5)
    anew = world.hr_tells(a_person("e-2", title="Administrator", user_name="new@example.com"))
    world.settle()
    assert world.state.changes[request.cause.change].held == 0
    for name in ("e-2@example.com", "new@example.com"):
        with pytest.raises(Forbidden, match="what this caller gains"):
            approve(anew, world=world, actor=_signed_in_as(name))
    approve(anew, world=world)
    assert "new@example.com" in admins(world)


def test_so_is_who_is_assigned_something_alone() -> None:
    world = company()
    text = POLICY + f'  - {{person: e-2, permission_set: Admin, accounts: [{{id: "{ACCOUNT_ID}"}}]}}\n'
    request = put_in_force(text, world=world)
    world.now += timedelta(minutes=5)
    world.hr_tells(a_person("e-2", user_name="new@example.com"))
    world.settle()
    with pytest.raises(Forbidden, match="gains"):
        approve(request, world=world, actor=_signed_in_as("new@example.com"))


_ALONE = f'  - {{person: e-2, permission_set: Admin, accounts: [{{id: "{ACCOUNT_ID}"}}]}}\n'


def _granted() -> World:
    """Somebody is granted something sensitive in an account, for themselves."""
    world = company()
    request = is_said(world, in_account(to="person:e-2", permission_set="Admin"))
    world.settle()
    approve(request, world=world)
    return world


def _about_to_lose() -> World:
    """The rule is gone, and the limit of removals keeps in AWS what it gave."""
    world = company(POLICY + _ALONE)
    world.now += timedelta(hours=1)
    put_in_force(POLICY + "guardrails: {removals: {percent: 0, at_least: 0}}\n", world=world)
    return world


@pytest.mark.parametrize("having", [_granted, _about_to_lose])
def test_so_is_who_has_it_by_a_grant_or_by_a_rule_that_is_gone(having: Callable[[], World]) -> None:
    world = having()
    assert (ACCOUNT_ID, "Admin", "e-2@example.com") in world.assignments()
    assert if_person(world, id="e-2", user_name="mal@evil.com").preview.guardrail.held
    request = world.hr_tells(a_person("e-2", user_name="mal@evil.com"), at=world.now)
    world.settle()
    assert "person:e-2 update user" in held(world)
    with pytest.raises(Forbidden, match="gains"):
        approve(request, world=world, actor=_signed_in_as("mal@evil.com"))
    approve(request, world=world)
    assert (ACCOUNT_ID, "Admin", "mal@evil.com") in world.assignments()
