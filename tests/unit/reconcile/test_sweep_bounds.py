"""The sweep at its bounds: the very moment that something is due, a little before, and twice the same."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from dayone.model.accounts import AccountState
from dayone.model.failures import FailedWork, Stuck, StuckKind
from dayone.model.subjects import Subject
from dayone.reconcile.sweep import reconcile_access
from tests.builders import NOON, a_group, a_person, a_policy, a_set, an_account, an_assignment, the_account, the_person
from tests.fakes.table.failed import MemoryFailedSubjects, MemoryStuck
from tests.unit.granting import HOUR, in_account, is_said
from tests.unit.world import World

_SECOND, _MINUTE = timedelta(seconds=1), timedelta(minutes=1)
_MIDNIGHT = date(2026, 11, 24)
# Plans that nothing needs.
_MANY = 20


def _swept(world: World) -> list[str]:
    world.inbox.commands.clear()
    world.sweep()
    return [str(command.subject) for command in world.inbox.commands]


def _failed(world: World, subject: Subject, *, after: timedelta = timedelta(0)) -> MemoryFailedSubjects:
    kept = MemoryFailedSubjects(world.state)
    kept.keep(FailedWork(subject=subject, at=world.now + after))
    return kept


@pytest.mark.parametrize(("after", "planned"), [(-_SECOND, True), (timedelta(0), True), (_SECOND, False)])
def test_what_has_failed_is_planned_again_at_its_moment(after: timedelta, *, planned: bool) -> None:
    world = World()
    world.hr_tells(a_person())
    world.settle()
    _failed(world, the_person(), after=after)
    assert _swept(world) == (["person:e-1"] if planned else [])


def test_what_is_still_carried_out_is_looked_at_again_in_five_minutes_and_not_each_minute() -> None:
    world = World()
    world.hr_tells(a_person())
    world.plan_all()
    kept = _failed(world, the_person())
    assert _swept(world) == []
    assert [failed.at for failed in kept.all()] == [world.now + 5 * _MINUTE]


def test_only_people_are_read_some_minutes_before_their_moment() -> None:
    """HR may have said otherwise meanwhile; of an account nothing is known sooner by looking sooner."""
    world = World()
    world.hr_tells(a_person(start_date=_MIDNIGHT))
    world.plan_all()
    world.now += 12 * HOUR - 11 * _MINUTE
    assert _swept(world) == []
    world.now += _MINUTE
    assert _swept(world) == ["person:e-1"]
    world = World()
    world.account_is(an_account(state=AccountState.PENDING_ACTIVATION))
    world.plan_all()
    due_at = world.head(the_account()).due_at
    assert due_at is not None
    world.now = due_at - _SECOND
    assert _swept(world) == []
    world.now = due_at
    assert _swept(world) == [str(the_account())]


def test_a_subject_that_is_stuck_in_two_ways_is_one() -> None:
    world = World()
    kept = MemoryStuck(world.state)
    for kind, subject in (
        (StuckKind.MESSAGE, "person:e-1"),
        (StuckKind.HR_RECORD, "person:e-1"),
        (StuckKind.MESSAGE, "person:e-2"),
    ):
        kept.keep(Stuck(kind=kind, subject=subject, since=NOON, reason="it fails"), now=NOON)
    assert reconcile_access(ports=world.sweeping()).stuck == 2


def test_an_account_with_people_by_rules_and_by_grants_comes_to_rest() -> None:
    """Those a rule gives something there were counted when it was planned; only those with grants may have turned."""
    world = World()
    own = replace(an_assignment(), group="", person="e-2")
    world.policy_is(a_policy(a_group("engineers"), a_set("ViewOnly"), own))
    for person in ("e-1", "e-2"):
        world.hr_tells(a_person(person))
    world.account_is(an_account())
    world.settle()
    is_said(world, in_account(to="person:e-1", until=world.now + HOUR, begins=world.now))
    planned = 0
    while world.inbox.commands and planned < _MANY:
        world.plan(world.inbox.commands.pop(0))
        planned += 1
    assert planned < _MANY
    world.settle()
    assert {name for _, _, name in world.assignments()} == {"e-1@example.com", "e-2@example.com"}
