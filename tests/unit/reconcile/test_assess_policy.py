"""Removals of a policy are counted before it is put in force, in portions, each of them once."""

from contextlib import suppress
from datetime import timedelta

import pytest

from dayone.model.changes import ChangeState
from dayone.model.commands import ActivatePolicy, Command
from dayone.model.people import Status
from dayone.reconcile import policy_rollout as assess_policy
from tests.builders import a_group, a_person, a_policy, a_set, an_account, an_assignment
from tests.unit.crashes import Crash, Fuse
from tests.unit.world import World

_REST = (a_set("ViewOnly"), an_assignment())
_EVERYBODY = a_policy(a_group("engineers"), *_REST)
_NOBODY = a_policy(a_group("engineers", department="Nobody"), *_REST)
_WHY = "7 removals, the limit is 5 (10 % of 8, at least 5)"


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    """Ten subjects, looked at three at a time and one portion in a run."""
    monkeypatch.setattr(assess_policy, "_LOOKED_AT_IN_A_PORTION", 3)
    return _company()


def _company() -> World:
    world = World()
    world.policy_is(_EVERYBODY)
    world.account_is(an_account())
    for number in range(7):
        world.hr_tells(a_person(f"e-{number}"))
    world.settle()
    world.time_to_activate = timedelta(0)
    return world


def _runs(world: World) -> list[str]:
    """The cursors of the runs until the policy is in force."""
    cursors = []
    while world.state.policy_in_force == 1:
        request = world.inbox.commands.pop(0)
        world.plan(request)
        cursors += [request.cursor] if isinstance(request, ActivatePolicy) else []
    return cursors


def _because(world: World, request: Command) -> str:
    return world.state.changes[request.cause.change].held_reason


def test_counting_takes_as_many_runs_as_it_needs_and_the_old_policy_holds_until_then(world: World) -> None:
    request = world.policy_is(_NOBODY)
    assert _runs(world) == ["", "assessing-1", "assessing-2", "assessing-3"]
    world.settle()
    assert _because(world, request) == _WHY
    assert len(world.groups()["engineers"]) == 7


def test_the_same_runs_again_count_nothing_twice(world: World) -> None:
    request = world.policy_is(_NOBODY)
    for _ in range(3):
        world.plan(request)
    world.settle()
    assert _because(world, request) == _WHY


@pytest.mark.thorough
def test_a_crash_at_any_call_is_mended_by_the_same_message(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(assess_policy, "_LOOKED_AT_IN_A_PORTION", 3)
    for number in range(1, 200, 2):
        world, fuse = _company(), Fuse(number)
        request = world.policy_is(_NOBODY)
        world.around = fuse.around
        with suppress(Crash):
            world.plan_all()
        world.around = World.around
        world.settle()
        change = world.state.changes[request.cause.change]
        assert (change.held_reason, change.held, change.state) == (_WHY, 7, ChangeState.HELD), number
        if not fuse.has_burnt:
            return
    raise AssertionError("the fuse has always burnt")


def test_a_newer_policy_that_overtakes_it_leaves_it_out_of_force(world: World) -> None:
    older = world.policy_is(_NOBODY)
    world.plan(world.inbox.commands.pop(0))
    newer = world.policy_is(_EVERYBODY)
    world.inbox.commands.sort(key=lambda command: command.cause.change != newer.cause.change)
    world.settle()
    assert world.state.policy_in_force == 3
    assert world.policy_in_force().reservations.hold == ""
    assert world.state.changes[older.cause.change].state is ChangeState.SUCCEEDED
    assert len(world.groups()["engineers"]) == 7


def test_what_is_held_already_is_not_counted_again(world: World) -> None:
    world.policy_is(_NOBODY)
    world.settle()
    again = world.policy_is(
        a_policy(a_group("engineers", department="Nobody"), a_group("data", department="D"), *_REST)
    )
    world.settle()
    assert _because(world, again) == ""
    assert len(world.groups()["engineers"]) == 7


def test_its_removals_count_on_the_day_of_the_assessment_whenever_it_was_uploaded() -> None:
    world = _company()
    for number in range(3):
        world.hr_tells(a_person(f"e-{number}", status=Status.ENDED), at=world.now + timedelta(minutes=1))
    world.settle()
    request = world.policy_is(_NOBODY)
    world.now += timedelta(days=1)
    world.settle()
    assert _because(world, request) == ""
    assert world.groups()["engineers"] == set()


def test_who_put_it_in_force_and_what_it_holds_is_on_record(world: World) -> None:
    world.policy_is(_NOBODY)
    world.settle()
    entries = [entry for entry, _ in world.state.log if entry.action == "activate-policy"]
    assert [audit_entry.detail for audit_entry in entries] == ["version 1", f"version 2, holding {_WHY}"]
