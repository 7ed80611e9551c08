"""Somebody loses their access: what goes, in which order, what of live sessions, and what comes back when they do."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from dayone.model.commands import Command
from dayone.model.operations import OperationState, Priority
from dayone.model.people import Leavers, LifeCycle, OnLeave, Person, Status
from dayone.model.policy.rules import Guardrails, Policy, Protection
from dayone.model.subjects import ResourceKind
from dayone.planning.desired_people import NO_POLICY, SESSIONS_HELD
from tests.builders import NOON, a_group, a_person, a_policy, a_set, an_account, an_assignment, the_person
from tests.fakes.sso.sessions import MemorySessions
from tests.unit.world import World

_CYCLE = LifeCycle(can_end_sessions=True)
_DELETING = replace(_CYCLE, leavers=Leavers.DELETE)
_GONE = a_person(status=Status.ENDED)


def _policy(cycle: LifeCycle = _CYCLE, **changes: Any) -> Policy:  # noqa: ANN401 - any field of a policy
    parts = (a_group(), a_group("data", department="Data"), a_set(), an_assignment())
    return replace(a_policy(*parts), people=cycle, **changes)


def _world(cycle: LifeCycle = _CYCLE, *, person: Person | None = None, **changes: Any) -> World:  # noqa: ANN401
    world = World()
    world.policy_is(_policy(cycle, **changes))
    world.account_is(an_account())
    world.hr_tells(person or a_person(), at=NOON - timedelta(hours=1))
    world.settle()
    return world


def _leaves(world: World, person: Person = _GONE) -> Command:
    told = world.hr_tells(person)
    world.settle()
    return told


def _user_id(world: World) -> str:
    (user_id,) = world.center.users
    return user_id


def _pass(world: World, until: datetime) -> None:
    """Time goes by, and the sweep looks each quarter of an hour."""
    while world.now < until:
        world.now += timedelta(minutes=15)
        world.sweep()
        world.settle()


def test_access_goes_and_live_sessions_end() -> None:
    world = _world()
    user_id = _user_id(world)
    told = _leaves(world)
    assert world.groups()["engineers"] == set()
    assert world.sessions.ended == {user_id}
    assert world.outcomes(told) == ["delete membership/engineers: succeeded", "create ended-sessions: succeeded"]


def test_the_end_of_sessions_is_as_urgent_as_what_is_taken_away() -> None:
    world = _world()
    told = world.hr_tells(_GONE)
    world.plan_all()
    taking = [operation for operation in world.operations() if operation.change == told.cause.change]
    assert ResourceKind.ENDED_SESSIONS in {operation.resource.kind for operation in taking}
    assert {operation.priority for operation in taking} == {Priority.REVOCATION}


def test_sessions_end_before_anything_that_only_changes_and_come_back_before_access_does() -> None:
    """Nobody waits for anything else first, and nobody has access that is still denied."""
    world = _world()
    _leaves(world)
    back = world.hr_tells(a_person(given_name="Augusta", department="Data"), at=world.now + timedelta(minutes=1))
    world.settle()
    assert world.outcomes(back) == [
        "delete ended-sessions: succeeded",
        "update user: succeeded",
        "create membership/data: succeeded",
    ]


def test_the_user_stays_unless_the_policy_says_otherwise() -> None:
    world = _world()
    _leaves(world)
    assert world.users() == {"e-1@example.com"}


def test_the_user_goes_last_when_the_policy_says_so() -> None:
    world = _world(_DELETING)
    told = _leaves(world)
    assert world.users() == set()
    assert world.outcomes(told)[-1] == "delete user: succeeded"
    assert len(world.sessions.ended) == 1
    _pass(world, world.now + SESSIONS_HELD + timedelta(hours=1))
    assert world.sessions.ended == set()


def test_a_user_that_was_there_before_is_never_deleted() -> None:
    world = World()
    world.center.users["user-old"] = {
        "user_name": "e-1@example.com",
        "email": "e-1@example.com",
        "display_name": "Ada Lovelace",
        "given_name": "Ada",
        "family_name": "Lovelace",
    }
    world.policy_is(_policy(_DELETING))
    world.hr_tells(a_person(), at=NOON - timedelta(hours=1))
    world.settle()
    _leaves(world)
    assert world.users() == {"e-1@example.com"}


def test_the_user_waits_for_what_is_assigned_to_them_alone() -> None:
    own = replace(an_assignment(), group="", person="e-1")
    world = World()
    world.policy_is(replace(_policy(_DELETING), assignments=(own,)))
    world.account_is(an_account())
    world.hr_tells(a_person(), at=NOON - timedelta(hours=1))
    world.settle()
    assert world.assignments()
    world.hr_tells(_GONE)
    world.plan(world.inbox.commands.pop(0))
    world.execute()
    assert world.users() == {"e-1@example.com"}, "the account has not been looked at yet"
    world.settle()
    assert (world.users(), world.assignments()) == (set(), set())


def test_sessions_are_held_for_longer_than_any_can_live_and_then_released() -> None:
    world = _world()
    _leaves(world)
    left = world.now
    _pass(world, left + timedelta(hours=13))
    assert len(world.sessions.ended) == 1
    _pass(world, left + SESSIONS_HELD + timedelta(minutes=30))
    assert world.sessions.ended == set()
    assert world.head(the_person()).due_at is None


def test_a_leaver_with_a_last_day_is_the_same() -> None:
    world = _world(person=a_person(end_date=date(2026, 11, 23)))
    _pass(world, NOON + timedelta(hours=12))
    assert world.groups()["engineers"] == set()
    assert len(world.sessions.ended) == 1


def test_who_comes_back_has_their_user_and_what_the_policy_gives_now() -> None:
    world = _world()
    user_id = _user_id(world)
    _leaves(world)
    world.hr_tells(a_person(department="Data"), at=world.now + timedelta(minutes=1))
    world.settle()
    assert _user_id(world) == user_id
    assert world.groups() == {"engineers": set(), "data": {"e-1@example.com"}}
    assert world.sessions.ended == set(), "or they could do nothing with it"


def test_who_is_deleted_and_comes_back_gets_a_new_user() -> None:
    world = _world(_DELETING)
    before = _user_id(world)
    _leaves(world)
    world.hr_tells(a_person(), at=world.now + timedelta(minutes=1))
    world.settle()
    assert _user_id(world) != before
    assert world.groups()["engineers"] == {"e-1@example.com"}


def test_who_comes_back_some_day_has_no_session_until_then() -> None:
    world = _world()
    _leaves(world)
    world.hr_tells(a_person(start_date=date(2027, 2, 1)), at=world.now + timedelta(minutes=1))
    world.settle()
    assert len(world.sessions.ended) == 1


def test_who_leaves_again_has_their_sessions_ended_again() -> None:
    world = _world()
    for number in range(2):
        _leaves(world)
        assert len(world.sessions.ended) == 1, number
        world.hr_tells(a_person(title=f"title {number}"), at=world.now + timedelta(minutes=1))
        world.settle()
        world.now += timedelta(minutes=2)


def test_a_hire_that_is_cancelled_leaves_nothing_behind() -> None:
    hire = a_person(start_date=date(2026, 11, 25))
    world = _world(replace(_DELETING, created_days_before=7), person=hire)
    assert (world.users(), world.groups()["engineers"]) == ({"e-1@example.com"}, set())
    _leaves(world, replace(hire, status=Status.ENDED))
    assert world.users() == set()
    assert world.sessions.ended == set(), "they never had any"


def test_a_hire_that_is_put_off_loses_access_and_keeps_the_user() -> None:
    world = _world(_DELETING)
    _leaves(world, a_person(start_date=date(2026, 12, 24)))
    assert (world.users(), world.groups()["engineers"]) == ({"e-1@example.com"}, set())


def test_leave_suspends_access_where_the_policy_says_so_and_back_it_comes() -> None:
    away = replace(a_person(), leave_start=date(2026, 11, 24), leave_end=date(2026, 11, 24))
    world = _world(replace(_CYCLE, on_leave=OnLeave.SUSPEND), person=away)
    assert world.groups()["engineers"] == {"e-1@example.com"}
    _pass(world, NOON + timedelta(hours=13))
    assert (world.groups()["engineers"], len(world.sessions.ended)) == (set(), 1)
    _pass(world, NOON + timedelta(hours=37))
    assert (world.groups()["engineers"], world.sessions.ended) == ({"e-1@example.com"}, set())


def test_where_sessions_cannot_be_ended_the_change_says_so() -> None:
    world = _world(LifeCycle())
    told = _leaves(world)
    assert world.state.plans[told.cause.change, the_person()].notes == (NO_POLICY,)
    assert world.outcomes(told) == ["delete membership/engineers: succeeded"]


def test_where_the_policy_does_not_ask_for_it_nothing_is_said() -> None:
    world = _world(LifeCycle(ends_sessions=False))
    told = _leaves(world)
    assert world.state.plans[told.cause.change, the_person()].notes == ()


def test_what_a_guardrail_holds_ends_no_session_either() -> None:
    world = _world(guardrails=Guardrails(percent=0, at_least=0))
    told = _leaves(world)
    assert {
        operation.state for operation in world.state.operations.values() if operation.change == told.cause.change
    } == {OperationState.HELD}
    assert world.sessions.ended == set()
    _pass(world, world.now + timedelta(hours=20))
    world.is_decided(told.cause.change, approved=True)
    world.settle()
    approved = world.now
    assert (world.groups()["engineers"], len(world.sessions.ended)) == (set(), 1)
    _pass(world, approved + timedelta(hours=12))
    assert len(world.sessions.ended) == 1, "one may have begun just before"
    _pass(world, approved + SESSIONS_HELD + timedelta(hours=1))
    assert world.sessions.ended == set()


def test_a_policy_that_is_full_makes_one_wait_for_another() -> None:
    world = World(sessions=MemorySessions(most=1))
    world.policy_is(_policy())
    for name in ("e-1", "e-2"):
        world.hr_tells(a_person(name), at=NOON - timedelta(hours=1))
    world.settle()
    for name in ("e-1", "e-2"):
        world.hr_tells(a_person(name, status=Status.ENDED))
    world.plan_all()
    world.execute()
    assert world.groups()["engineers"] == set(), "access goes whatever becomes of sessions"
    assert len(world.sessions.ended) == 1
    (waiting,) = world.state.open_operations()
    assert "no service control policy has room" in waiting.failure_reason


@pytest.mark.parametrize(
    "protection",
    [Protection(people=frozenset({"e-1"})), Protection(users=frozenset({"e-1@example.com"}))],
)
def test_who_is_protected_is_untouched_whatever_hr_tells(protection: Protection) -> None:
    world = _world(_DELETING)
    world.policy_is(_policy(_DELETING, protection=protection))
    world.settle()
    for person in (_GONE, a_person(department="Data"), replace(_GONE, department="Data")):
        world.now += timedelta(minutes=1)
        _leaves(world, person)
    assert world.groups() == {"engineers": {"e-1@example.com"}, "data": set()}
    assert (world.users(), world.sessions.ended) == ({"e-1@example.com"}, set())


def test_a_second_record_of_somebody_gives_way_to_the_first() -> None:
    world = _world(_DELETING)
    world.hr_tells(a_person("e-2"), at=NOON - timedelta(minutes=1))
    world.settle()
    assert world.groups()["engineers"] == {"e-1@example.com", "e-2@example.com"}
    world.policy_is(_policy(replace(_DELETING, duplicates=(("e-2", "e-1"),))))
    world.settle()
    told = world.hr_tells(a_person("e-2", title="still told of"))
    world.settle()
    assert world.groups()["engineers"] == world.users() == {"e-1@example.com"}
    assert "the same person as e-1" in world.state.plans[told.cause.change, the_person("e-2")].notes[0]
