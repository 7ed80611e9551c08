"""Assignments to one person alone: decided on before their first day, and given on it."""

from datetime import timedelta

import pytest

from dayone.changes.decisions import decide_change
from dayone.errors import Forbidden
from dayone.model.changes import ChangeState
from dayone.model.guardrails import COVERED_FOR
from dayone.model.people import Person
from tests.builders import ACCOUNT_ID, a_person, an_account
from tests.unit.changes.test_sensitive_gifts import AUTHOR, POLICY, company, held
from tests.unit.planning.test_first_days import pass_days
from tests.unit.previews import api_of, if_policy, put_in_force
from tests.unit.world import World

_RULE = "  - {person: e-9, permission_set: %s, accounts: [{ou: /**}]}\n"
TEXT = POLICY + _RULE % "Admin"
WAITS = [f"account:{ACCOUNT_ID} create assignment/Admin/person:e-9"]


def _has(world: World, permission_set: str = "Admin") -> bool:
    return (ACCOUNT_ID, permission_set, "e-9@example.com") in world.assignments()


def _begins(world: World, *, days: int, title: str = "") -> Person:
    person = a_person("e-9", title=title, start_date=world.now.date() + timedelta(days=days))
    world.hr_tells(person, at=world.now)
    world.settle()
    return person


def test_many_accounts_of_one_person_are_no_number_on_their_first_day() -> None:
    world = company(POLICY + _RULE % "ViewOnly" + "guardrails: {additions: {percent: 0, at_least: 3}}\n")
    for number in range(8):
        world.account_is(an_account(f"22223333444{number}", created_at=world.now))
    world.settle()
    pass_days(world, 2)
    _begins(world, days=5)
    pass_days(world, 5)
    assert (held(world), len([each for each in world.assignments() if each[2] == "e-9@example.com"])) == ([], 9)


@pytest.mark.parametrize("is_known_before", [True, False])
def test_what_was_approved_before_the_first_day_is_given_on_it(*, is_known_before: bool) -> None:
    world = company()
    days = COVERED_FOR.days - 2
    if is_known_before:
        _begins(world, days=days)
    request = put_in_force(TEXT, world=world)
    if not is_known_before:
        _begins(world, days=days)
    assert held(world) == WAITS
    (change,) = [each for each in world.state.changes.values() if each.held]
    assert (change.id == request.cause.change) is is_known_before
    assert "given on the first day, " in change.held_reason
    decide_change(change.id, is_approved=True, actor="arn:approver", ports=api_of(world))
    world.settle()
    assert (held(world), _has(world)) == ([], False)
    assert world.state.changes[change.id].state is ChangeState.SUCCEEDED
    pass_days(world, days - 1)
    assert not _has(world)
    pass_days(world, 1)
    assert (held(world), _has(world)) == ([], True)


def test_a_first_day_that_is_far_ahead_is_held_and_decided_on_when_it_is_near() -> None:
    world = company(TEXT)
    _begins(world, days=COVERED_FOR.days + 20)
    assert held(world) == []
    for _ in range(COVERED_FOR.days + 1):
        pass_days(world, 1)
    assert held(world) == WAITS
    (change,) = [each.id for each in world.state.changes.values() if each.held]
    decide_change(change, is_approved=True, actor="arn:approver", ports=api_of(world))
    world.settle()
    pass_days(world, 19)
    assert (held(world), _has(world)) == ([], True)


def test_who_is_somebody_else_by_then_waits() -> None:
    world = company(TEXT)
    person = _begins(world, days=5)
    (change,) = [each.id for each in world.state.changes.values() if each.held]
    decide_change(change, is_approved=True, actor="arn:approver", ports=api_of(world))
    world.settle()
    world.now += timedelta(hours=1)
    world.hr_tells(a_person("e-9", user_name="mal@evil.com", start_date=person.start_date), at=world.now)
    world.settle()
    pass_days(world, 5)
    assert (held(world), world.assignments() & {(ACCOUNT_ID, "Admin", "mal@evil.com")}) == (WAITS, set())


def test_the_author_does_not_approve_it_and_a_preview_says_it() -> None:
    world = company()
    _begins(world, days=5)
    assert any("given on the first day" in note for note in if_policy(TEXT, world=world).preview.guardrail.reasons)
    request = put_in_force(TEXT, world=world)
    with pytest.raises(Forbidden, match="caused by this caller"):
        decide_change(request.cause.change, is_approved=True, actor=AUTHOR, ports=api_of(world))
