"""An operation that only waits for something held: its change is held with it, and goes on with the decision."""

from dataclasses import replace
from datetime import timedelta

from dayone.events import news_of_change
from dayone.model.changes import Change, ChangeState
from dayone.model.commands import Command
from dayone.model.operations import OperationState
from dayone.model.people import Leavers, LifeCycle, Status
from dayone.model.policy.rules import AccountSelector, AssignmentRule, Guardrails, Policy
from dayone.ports.messaging import DetailType
from tests.builders import (
    GROUP,
    HERE,
    a_group,
    a_person,
    a_policy,
    a_set,
    an_account,
    an_assignment,
    the_group,
    the_person,
)
from tests.fakes.sso.identity_center import StoredGroup
from tests.unit.world import World

_PEOPLE = tuple(f"e-{number}" for number in range(1, 8))


def _change(world: World, request: Command) -> Change:
    return world.state.changes[request.cause.change]


def _policy(*parts: object, at_least: int = 3) -> Policy:
    limits = Guardrails(percent=0, at_least=at_least, additions_percent=100)
    return replace(a_policy(*parts), guardrails=limits)  # type: ignore[arg-type]


def _minutes(world: World, count: int = 2) -> None:
    for _ in range(count):
        world.plan_all()
        world.execute()
        world.sleep(61)
        world.sweep()
    world.plan_all()
    world.execute()


def _taken_over() -> World:
    """Seven people in a group that was there before Day One; three removals go by themselves."""
    world = World()
    world.center.groups["group-x"] = StoredGroup("engineers", "")
    world.policy_is(_policy(a_group(), a_group("others", department="Nobody")))
    for name in _PEOPLE:
        world.hr_tells(a_person(name))
    world.settle()
    world.now += timedelta(seconds=1)
    return world


def _left(world: World) -> Command:
    request = world.policy_is(_policy(a_group("others", department="Nobody")))
    _minutes(world)
    return request


def test_the_end_of_a_group_waits_with_its_held_members() -> None:
    world = _taken_over()
    request = _left(world)
    change = _change(world, request)
    assert (change.state, change.held, change.behind_held) == (ChangeState.HELD, 7, 1)
    (waiting,) = world.operations(OperationState.PENDING)
    assert (waiting.kind, waiting.held_by) == ("delete-group", change.id)


def test_it_goes_when_they_are_approved() -> None:
    world = _taken_over()
    request = _left(world)
    world.is_decided(request.cause.change, approved=True)
    _minutes(world)
    change = _change(world, request)
    assert (change.state, change.held, change.behind_held) == (ChangeState.SUCCEEDED, 0, 0)
    assert world.applied(the_group("engineers"), GROUP) is None


def test_a_change_of_which_a_part_is_approved_is_held_again() -> None:
    world = _taken_over()
    request = _left(world)
    world.is_decided(request.cause.change, approved=True, subjects=tuple(map(the_person, _PEOPLE[:3])))
    _minutes(world, 4)
    change = _change(world, request)
    assert (change.state, change.held, change.behind_held) == (ChangeState.HELD, 4, 1)


def test_it_ends_when_they_are_rejected() -> None:
    world = _taken_over()
    request = _left(world)
    world.sleep(20 * 60)
    world.is_decided(request.cause.change, approved=False)
    _minutes(world)
    change = _change(world, request)
    assert (change.state, change.held, change.behind_held) == (ChangeState.FAILED, 0, 0)
    assert len(world.groups()["engineers"]) == 7


def test_a_newer_plan_takes_its_place() -> None:
    world = _taken_over()
    request = _left(world)
    world.policy_is(_policy(a_group(), a_group("others", department="Nobody")))
    _minutes(world)
    change = _change(world, request)
    assert (change.state, change.held, change.behind_held) == (ChangeState.SUCCEEDED, 0, 0)
    assert world.state.open_operations() == []


def test_it_is_found_whichever_is_planned_first() -> None:
    world = _taken_over()
    request = world.policy_is(_policy(a_group("others", department="Nobody")))
    while world.inbox.commands:
        world.plan(world.inbox.commands[0])
        world.inbox.commands.pop(0)
        world.execute()
    _minutes(world)
    change = _change(world, request)
    assert (change.state, change.held, change.behind_held) == (ChangeState.HELD, 7, 1)


def test_the_event_that_the_change_is_held_comes_when_nothing_else_is_left() -> None:
    world = _taken_over()
    held = _change(world, _left(world))
    before = replace(held, behind_held=0)
    assert before.state is ChangeState.RUNNING
    event = news_of_change(before, held, at=world.now)
    assert event is not None
    assert event.detail_type is DetailType.CHANGE_HELD


def _directly(**people: LifeCycle) -> World:
    """Somebody with a membership and an assignment of their own, in an account with others'; two removals go."""
    world = World()
    own = AssignmentRule("", "Own", (AccountSelector(HERE, ous=("/Workloads/**",)),), HERE, person="e-1")
    parts = (a_group(), a_set("ViewOnly"), a_set("Own"), an_assignment(), own)
    world.policy_is(replace(_policy(*parts, at_least=2), **people))  # type: ignore[arg-type]
    world.account_is(an_account())
    world.hr_tells(a_person())
    world.settle()
    world.now += timedelta(seconds=1)
    return world


def test_the_end_of_a_user_waits_with_a_held_assignment() -> None:
    world = _directly(people=LifeCycle(leavers=Leavers.DELETE))
    request = world.hr_tells(a_person(status=Status.ENDED))
    _minutes(world)
    change = _change(world, request)
    (waiting,) = world.operations(OperationState.PENDING)
    assert (change.state, change.held, change.held_elsewhere) == (ChangeState.HELD, 0, 1)
    assert (waiting.kind, world.state.changes[waiting.held_by].held) == ("delete-user", 1)
    world.is_decided(waiting.held_by, approved=True)
    _minutes(world)
    assert (_change(world, request).state, world.users()) == (ChangeState.SUCCEEDED, set())


def test_whoever_waits_for_the_name_of_a_leaver_waits_for_what_the_leaver_still_has() -> None:
    world = _directly()
    world.policy_is(replace(world.policy_in_force(), guardrails=Guardrails(percent=0, at_least=1)))
    world.settle()
    world.now += timedelta(seconds=1)
    world.hr_tells(a_person(user_name="ada", status=Status.ENDED))
    _minutes(world)
    request = world.hr_tells(a_person("e-2", user_name="e-1@example.com"))
    _minutes(world, 8)
    change = _change(world, request)
    assert (change.state, change.held, change.held_elsewhere) == (ChangeState.HELD, 0, change.operations)


def test_a_permission_set_waits_with_a_held_assignment() -> None:
    world = World()
    world.policy_is(_policy(a_group(), a_set("ViewOnly"), a_set("Own"), an_assignment()))
    world.account_is(an_account())
    world.settle()
    world.now += timedelta(seconds=1)
    moved = world.account_is(an_account(ou_path="/Elsewhere"))
    _minutes(world)
    assert _change(world, moved).state is ChangeState.HELD
    request = world.policy_is(_policy(a_group(), a_set("Own")))
    _minutes(world)
    change = _change(world, request)
    assert (change.state, change.held, change.held_elsewhere) == (ChangeState.HELD, 0, 1)
    world.is_decided(moved.cause.change, approved=True)
    _minutes(world)
    assert _change(world, request).state is ChangeState.SUCCEEDED
    assert set(world.permission_sets()) == {"Own"}
