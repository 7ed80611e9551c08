"""Gifts of a future first day are held and decided on before it; an approval covers that day, for a while."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from dayone.changes.decisions import decide_change
from dayone.errors import Forbidden
from dayone.hr.merge import packed
from dayone.model.changes import ChangeState
from dayone.model.commands import Command, ImportWorkforce
from dayone.model.guardrails import COVERED_FOR, Verdict
from dayone.model.operations import OperationState
from dayone.model.subjects import Subject, SubjectKind
from tests.builders import an_account
from tests.unit.hr_world import cause_of, tells
from tests.unit.previews import api_of, put_in_force
from tests.unit.world import World

POLICY = """\
version: 1
groups:
  staff: {members: everyone}
  admins: {members: [{title: "*Administrator"}]}
permission_sets:
  ViewOnly: {managed_policies: [ViewOnlyAccess]}
  Admin: {managed_policies: [AdministratorAccess]}
assignments:
  - {group: staff, permission_set: ViewOnly, accounts: [{ou: "/**"}]}
  - {group: admins, permission_set: Admin, accounts: [{ou: "/**"}]}
"""
WIDER = POLICY.replace('"*Administrator"', '["*Administrator", Boss]')
NAMES = {"given_name": "Ada", "family_name": "Lovelace", "email": "e-1@example.com", "department": "Engineering"}
ADA = Subject(SubjectKind.PERSON, "e-1")
HELD = ["person:e-1 create membership/admins"]
_FIRST_DAY = 8


def company() -> World:
    """A company whose policy has been approved, and that has nobody yet."""
    world = World(approves=True)
    world.hr_sources.text = "version: 1\nsources: {people: {kind: csv}}"
    world.account_is(an_account())
    put_in_force(POLICY, world=world)
    world.approves = False
    pass_days(world, 1)
    return world


def joiner(world: World, *, days: int = _FIRST_DAY, title: str = "Administrator") -> dict[str, str]:
    return {**NAMES, "title": title, "start_date": str(world.now.date() + timedelta(days=days))}


def imported(world: World, **people: dict[str, str]) -> Command:
    workforce = packed({name.replace("_", "-"): said for name, said in people.items()})
    cause = cause_of(world, "people", at=world.now)
    subject = Subject(SubjectKind.HR_SOURCE, "people")
    request = ImportWorkforce(subject=subject, cause=cause, workforce=workforce)
    world.inbox.put([request])
    world.settle()
    return request


def pass_days(world: World, days: int) -> None:
    """Time passes, and what has come due by then is done."""
    world.now += timedelta(days=days)
    world.sweep()
    world.settle()


def held(world: World) -> list[str]:
    return sorted(
        f"{operation.subject} {operation.action} {operation.resource}"
        for operation in world.operations(OperationState.HELD)
    )


def is_admin(world: World, person: str = "e-1") -> bool:
    return f"{person}@example.com" in world.groups().get("admins", set())


def decide(request: Command, *, world: World, is_approved: bool = True, actor: str = "arn:approver") -> None:
    decide_change(request.cause.change, is_approved=is_approved, actor=actor, ports=api_of(world))
    world.settle()


def test_a_joiner_whom_an_import_has_shown_waits_for_nobody_on_the_first_day() -> None:
    world = company()
    request = imported(world, e_1=joiner(world))
    assert held(world) == HELD
    assert "given on the first day, " in world.state.changes[request.cause.change].held_reason
    decide(request, world=world)
    assert (held(world), is_admin(world)) == ([], False)
    assert world.state.changes[request.cause.change].state is ChangeState.SUCCEEDED
    pass_days(world, _FIRST_DAY - 1)
    assert not is_admin(world)
    pass_days(world, 1)
    assert (held(world), is_admin(world)) == ([], True)


def test_one_approval_is_for_those_who_are_here_and_those_who_come() -> None:
    world = company()
    here = {**joiner(world, days=-10), "email": "e-2@example.com"}
    request = imported(world, e_1=joiner(world), e_2=here)
    assert len(held(world)) == 2
    decide(request, world=world)
    assert (is_admin(world), is_admin(world, "e-2")) == (False, True)
    pass_days(world, _FIRST_DAY)
    assert (held(world), is_admin(world)) == ([], True)


def _postponed(world: World) -> None:
    tells(world, "e-1", joiner(world, days=COVERED_FOR.days + 1), source="people")
    world.settle()
    pass_days(world, COVERED_FOR.days + 1)


def _promoted(world: World) -> None:
    tells(world, "e-1", {**joiner(world), "title": "Senior Administrator"}, source="people")
    world.settle()
    pass_days(world, _FIRST_DAY)


def _edited(world: World) -> None:
    put_in_force(WIDER, world=world)
    pass_days(world, _FIRST_DAY)


def _given_more(world: World) -> None:
    more = '  - {group: admins, permission_set: ViewOnly, accounts: [{ou: "/**"}]}\n'
    put_in_force(POLICY + more, world=world)
    pass_days(world, _FIRST_DAY)


def _told_by_hand(world: World) -> None:
    tells(world, "e-1", {"title": "Administrator"}, source="manual")
    world.settle()
    pass_days(world, _FIRST_DAY)


@pytest.mark.parametrize("happens", [_postponed, _promoted, _edited, _given_more, _told_by_hand])
def test_an_approval_does_not_cover_what_was_not_shown(happens: Callable[[World], None]) -> None:
    world = company()
    decide(imported(world, e_1=joiner(world)), world=world)
    world.now += timedelta(hours=1)
    happens(world)
    assert "e-1@example.com" in world.groups()["staff"]
    assert (held(world), is_admin(world)) == (HELD, False)


def test_another_edit_of_the_policy_leaves_an_approval_as_it_is() -> None:
    world = company()
    decide(imported(world, e_1=joiner(world)), world=world)
    put_in_force(POLICY + "guardrails: {grants: {longest: P20D}}\n", world=world)
    pass_days(world, _FIRST_DAY)
    assert (held(world), is_admin(world)) == ([], True)


def test_nobody_is_covered_whom_the_import_did_not_list() -> None:
    world = company()
    decide(imported(world, e_1=joiner(world)), world=world)
    tells(world, "e-2", {**joiner(world), "email": "e-2@example.com"}, source="people")
    world.settle()
    pass_days(world, _FIRST_DAY)
    assert held(world) == ["person:e-2 create membership/admins"]
    assert (is_admin(world), is_admin(world, "e-2")) == (True, False)


def test_what_was_rejected_stays_so_on_the_first_day() -> None:
    world = company()
    decide(imported(world, e_1=joiner(world)), world=world, is_approved=False)
    pass_days(world, _FIRST_DAY)
    assert (held(world), is_admin(world)) == ([], False)
    assert [removal.verdict for removal in world.head(ADA).held] == [Verdict.REJECTED]


def test_what_nobody_has_decided_on_before_is_decided_on_afterwards() -> None:
    world = company()
    request = imported(world, e_1=joiner(world))
    pass_days(world, _FIRST_DAY)
    assert (held(world), is_admin(world)) == (HELD, False)
    decide(request, world=world)
    assert is_admin(world)


def test_who_wrote_the_rule_does_not_approve_for_a_first_day() -> None:
    world = company()
    put_in_force(WIDER, world=world, actor="arn:other")
    request = imported(world, e_1=joiner(world))
    with pytest.raises(Forbidden, match="put the part of group admins in force"):
        decide(request, world=world, actor="arn:other")


def test_what_was_given_and_taken_once_is_covered_no_more() -> None:
    world = company()
    decide(imported(world, e_1=joiner(world)), world=world)
    pass_days(world, _FIRST_DAY)
    for title in ("Engineer", "Administrator"):
        pass_days(world, 1)
        tells(world, "e-1", {**joiner(world, days=-1), "title": title}, source="people")
        world.settle()
    assert (held(world), is_admin(world)) == (HELD, False)


def test_a_first_day_that_lies_further_ahead_than_an_approval_counts_is_not_shown() -> None:
    world = company()
    imported(world, e_1=joiner(world, days=COVERED_FOR.days + 2))
    assert held(world) == []
    pass_days(world, COVERED_FOR.days + 2)
    assert (held(world), is_admin(world)) == (HELD, False)


def test_a_day_that_is_put_off_takes_an_approval_back_that_has_not_been_carried_out() -> None:
    world = company()
    request = imported(world, e_1=joiner(world, days=0, title="Administrator"))
    decide_change(request.cause.change, is_approved=True, actor="arn:approver", ports=api_of(world))
    world.plan_all()
    world.now += timedelta(seconds=1)
    tells(world, "e-1", joiner(world), source="people")
    world.settle()
    assert (held(world), is_admin(world)) == (HELD, False)


def test_a_first_day_that_is_far_ahead_is_held_when_it_is_near() -> None:
    world = company()
    imported(world, e_1=joiner(world, days=COVERED_FOR.days + 20))
    pass_days(world, 19)
    assert held(world) == []
    pass_days(world, 1)
    (change,) = [change for change in world.state.changes.values() if change.held]
    assert held(world) == HELD
    decide_change(change.id, is_approved=True, actor="arn:approver", ports=api_of(world))
    world.settle()
    pass_days(world, COVERED_FOR.days - 1)
    # The approval is not a whole period old when the day begins.
    world.now = world.now.replace(hour=0) + timedelta(days=1)
    pass_days(world, 0)
    assert (held(world), is_admin(world)) == ([], True)
