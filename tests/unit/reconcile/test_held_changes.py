"""Removals above the limit wait for a human, whatever asks for them; everything else goes on."""

from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

import pytest

from dayone.model.changes import Change, ChangeState
from dayone.model.commands import Command
from dayone.model.guardrails import Verdict
from dayone.model.operations import OperationState
from dayone.model.people import Status
from dayone.model.policy.rules import Guardrails, Policy
from tests.builders import (
    ACCOUNT_ID,
    a_group,
    a_person,
    a_policy,
    a_set,
    an_account,
    an_assignment,
    membership,
    the_account,
    the_group,
    the_person,
)
from tests.unit.crashes import Crash, Fuse
from tests.unit.world import World

_PEOPLE = tuple(f"e-{number}" for number in range(1, 8))
_ENGINEERS = a_group("engineers")
_DATA = a_group("data", department="Engineering")
_NOBODY = a_group("engineers", department="Nobody")
_REST = (a_set("ViewOnly"), an_assignment())


def _limits(percent: int, at_least: int) -> Guardrails:
    return Guardrails(percent=percent, at_least=at_least, additions_percent=100)


def _limited(*parts: object, percent: int = 0, at_least: int = 3) -> Policy:
    return replace(a_policy(*parts, *_REST), guardrails=_limits(percent, at_least))  # type: ignore[arg-type]


def _world(*, people: tuple[str, ...] = _PEOPLE, at_least: int = 3) -> World:
    """Seven engineers in one group; three removals go by themselves."""
    world = World()
    world.policy_is(_limited(_ENGINEERS, at_least=at_least))
    world.account_is(an_account())
    for name in people:
        world.hr_tells(a_person(name))
    world.settle()
    world.now += timedelta(seconds=1)
    return world


def _change(world: World, request: Command) -> Change:
    return world.state.changes[request.cause.change]


def _notes(world: World, request: Command) -> tuple[str, ...]:
    return world.state.plans[request.cause.change, request.subject].notes


def _decided(world: World, request: Command, *, approved: bool) -> None:
    world.is_decided(request.cause.change, approved=approved)
    world.settle()


def _emptied(world: World) -> Command:
    """A policy by which nobody is an engineer, and all of them are in a new group."""
    request = world.policy_is(_limited(_NOBODY, _DATA))
    world.settle()
    return request


def test_a_policy_that_removes_too_many_gives_what_it_gives_and_holds_what_it_takes() -> None:
    world = _world()
    change = _change(world, _emptied(world))
    assert len(world.groups()["data"]) == len(world.groups()["engineers"]) == 7
    assert (change.state, change.held, change.removals) == (ChangeState.HELD, 7, 0)
    assert change.held_reason == "7 removals, the limit is 3 (0 % of 8, at least 3)"
    assert change.succeeded == change.operations - 7


def test_what_is_held_says_what_and_why() -> None:
    world = _world()
    change = _change(world, _emptied(world))
    held = world.operations(OperationState.HELD)
    assert {(operation.kind, operation.resource, operation.change) for operation in held} == {
        ("delete-membership", membership(), change.id)
    }
    assert all(operation.reasons for operation in held)
    plans = [plan for (of, subject), plan in world.state.plans.items() if of == change.id and subject == the_person()]
    assert plans[0].notes == (f"held for approval: {change.held_reason}",)
    entries = [entry for entry, _ in world.state.log if entry.action == "hold-removals"]
    assert len(entries) == 7
    assert {(audit_entry.actor, audit_entry.outcome, audit_entry.detail) for audit_entry in entries} == {
        ("arn:admin", "held", change.held_reason)
    }


def test_an_approval_carries_out_just_what_was_held() -> None:
    world = _world()
    request = _emptied(world)
    held = {operation.id for operation in world.operations(OperationState.HELD)}
    before = set(world.state.operations)
    _decided(world, request, approved=True)
    assert set(world.state.operations) == before
    assert {operation.state for operation in world.operations() if operation.id in held} == {OperationState.SUCCEEDED}
    assert world.groups() == {"engineers": set(), "data": {f"{name}@example.com" for name in _PEOPLE}}
    change = _change(world, request)
    assert (change.state, change.held) == (ChangeState.SUCCEEDED, 0)
    assert world.head(the_person()).held == ()


def test_what_was_approved_does_not_use_up_the_day() -> None:
    world = _world()
    _decided(world, _emptied(world), approved=True)
    assert sum(world.state.removals.values()) == 0


def test_an_approval_is_on_record_for_each_subject() -> None:
    world = _world()
    _decided(world, _emptied(world), approved=True)
    entries = [entry for entry, _ in world.state.log if entry.action == "approve-removals"]
    assert {audit_entry.subject for audit_entry in entries} == {f"person:{name}" for name in _PEOPLE}
    assert {(audit_entry.actor, audit_entry.detail) for audit_entry in entries} == {
        ("arn:approver", "membership/engineers")
    }


class TestRejection:
    def test_what_was_rejected_stays(self) -> None:
        world = _world()
        request = _emptied(world)
        _decided(world, request, approved=False)
        assert len(world.groups()["engineers"]) == 7
        change = _change(world, request)
        assert (change.state, change.held, change.superseded) == (ChangeState.SUCCEEDED, 0, 7)
        superseded = world.operations(OperationState.SUPERSEDED)
        assert {operation.failure_reason for operation in superseded} == {"rejected by arn:approver"}

    def test_and_is_not_asked_for_again_by_what_hr_tells(self) -> None:
        world = _world()
        rejected = _emptied(world)
        _decided(world, rejected, approved=False)
        request = world.hr_tells(a_person(title="Dr"), at=world.now)
        world.settle()
        assert world.outcomes(request) == ["update user: succeeded"]
        kept = f"kept, since its removal was rejected in change {rejected.cause.change}: membership/engineers"
        assert _notes(world, request) == (kept,)
        assert "e-1@example.com" in world.groups()["engineers"]

    def test_until_a_newer_policy_asks_for_it(self) -> None:
        world = _world()
        _decided(world, _emptied(world), approved=False)
        again = _emptied(world)
        assert _change(world, again).held == 7
        _decided(world, again, approved=True)
        assert world.groups()["engineers"] == set()

    def test_a_leaver_loses_it_all_the_same(self) -> None:
        world = _world()
        _decided(world, _emptied(world), approved=False)
        world.hr_tells(a_person(status=Status.ENDED), at=world.now)
        world.settle()
        assert "e-1@example.com" not in world.groups()["engineers"]


class TestHrEvents:
    def test_the_first_leavers_of_a_day_go_and_the_others_are_held(self) -> None:
        world = _world()
        requests = []
        for name in _PEOPLE:
            requests.append(world.hr_tells(a_person(name, status=Status.ENDED), at=world.now))
            world.settle()
        states = [_change(world, request).state for request in requests]
        assert states == [ChangeState.SUCCEEDED] * 3 + [ChangeState.HELD] * 4
        assert len(world.groups()["engineers"]) == 4
        because = _change(world, requests[3]).held_reason
        assert because == "1 removal after 3 others, the limit is 3 (0 % of 5, at least 3)"
        _decided(world, requests[3], approved=True)
        assert world.groups()["engineers"] == {f"e-{number}@example.com" for number in (5, 6, 7)}

    def test_so_it_is_when_all_are_planned_before_any_is_carried_out(self) -> None:
        world = _world()
        for name in _PEOPLE:
            world.hr_tells(a_person(name, status=Status.ENDED), at=world.now)
        world.settle()
        assert len(world.groups()["engineers"]) == 4

    def test_the_next_day_has_a_budget_of_its_own_and_does_not_touch_what_is_held(self) -> None:
        world = _world()
        for name in _PEOPLE[:5]:
            world.hr_tells(a_person(name, status=Status.ENDED), at=world.now)
        world.settle()
        world.now += timedelta(days=1)
        world.hr_tells(a_person("e-6", status=Status.ENDED), at=world.now)
        world.settle()
        assert world.groups()["engineers"] == {f"e-{number}@example.com" for number in (4, 5, 7)}

    def test_somebody_who_moves_gets_the_new_group_while_the_old_one_is_held(self) -> None:
        world = _world(at_least=0)
        world.policy_is(_limited(_ENGINEERS, a_group("sales", department="Sales"), at_least=0))
        world.settle()
        request = world.hr_tells(a_person(department="Sales"), at=world.now)
        world.settle()
        assert world.outcomes(request) == ["delete membership/engineers: held", "create membership/sales: succeeded"]

    def test_a_rejoiner_takes_their_held_removal_back(self) -> None:
        world = _world(at_least=0)
        left = world.hr_tells(a_person(status=Status.ENDED), at=world.now)
        world.settle()
        assert _change(world, left).state is ChangeState.HELD
        world.now += timedelta(seconds=1)
        world.hr_tells(a_person(), at=world.now)
        world.settle()
        assert world.outcomes(left) == ["delete membership/engineers: superseded"]
        assert (_change(world, left).held, _change(world, left).state) == (0, ChangeState.SUCCEEDED)
        (operation,) = world.operations(OperationState.SUPERSEDED)
        assert operation.failure_reason == "no longer asked for"

    def test_a_removal_that_is_planned_again_before_it_is_done_counts_once(self) -> None:
        world = _world(at_least=1)
        first = world.hr_tells(a_person(department="Sales"), at=world.now)
        world.plan_all()
        second = world.hr_tells(a_person(department="Sales", title="Dr"), at=world.now + timedelta(seconds=1))
        world.settle()
        assert world.outcomes(first) == ["delete membership/engineers: superseded"]
        assert world.outcomes(second) == ["delete membership/engineers: succeeded", "update user: succeeded"]
        assert sum(world.state.removals.values()) == 1

    def test_leavers_nobody_has_looked_at_yet_are_none_of_the_policys_removals(self) -> None:
        world = _world(people=())
        for name in _PEOPLE:
            world.hr_tells(a_person(name, end_date=world.now.date()))
        world.settle()
        world.now += timedelta(days=1)
        request = world.policy_is(_limited(_ENGINEERS, a_group("sales", department="Sales")))
        world.plan(world.inbox.commands[0])
        assert world.state.policy_in_force == 2
        assert world.policy_in_force().reservations.hold == ""
        world.settle()
        assert len(world.groups()["engineers"]) == 4
        assert _change(world, request).held == 4


class TestLeaversAlone:
    """Of a change that holds removals of leavers and others, a human approves those of leavers."""

    def _held(self) -> tuple[World, Command]:
        """Three of seven have left, which nobody has looked at before a policy takes the group from everybody."""
        world = _world()
        for name in ("e-1", "e-2", "e-3"):
            world.hr_tells(a_person(name, end_date=world.now.date()), at=world.now)
        world.settle()
        world.now += timedelta(days=1)
        request = world.policy_is(_limited(_NOBODY, at_least=0))
        world.settle()
        assert len(world.groups()["engineers"]) == 7
        return world, request

    def test_only_what_people_lose_because_they_have_left_goes(self) -> None:
        world, request = self._held()
        before = _change(world, request).held
        world.is_decided(request.cause.change, approved=True, only_leavers=True)
        world.settle()
        assert world.groups()["engineers"] == {f"e-{number}@example.com" for number in range(4, 8)}
        change = _change(world, request)
        assert (change.state, change.held, change.decision) == (ChangeState.HELD, before - 3, None)
        entries = [entry for entry, _ in world.state.log if entry.action == "approve-removals"]
        assert {(audit_entry.actor, audit_entry.subject) for audit_entry in entries} == {
            ("arn:approver", f"person:e-{number}") for number in range(1, 4)
        }

    def test_the_rest_is_decided_on_as_ever(self) -> None:
        world, request = self._held()
        world.is_decided(request.cause.change, approved=True, only_leavers=True)
        world.settle()
        _decided(world, request, approved=True)
        assert world.groups()["engineers"] == set()
        assert _change(world, request).state is ChangeState.SUCCEEDED

    def test_nobody_is_a_leaver_by_the_edit_that_is_held(self) -> None:
        world = _world()
        policy = _limited(_ENGINEERS, at_least=0)
        duplicates = tuple((name, "e-1") for name in _PEOPLE[1:])
        request = world.policy_is(replace(policy, people=replace(policy.people, duplicates=duplicates)))
        world.settle()
        world.is_decided(request.cause.change, approved=True, only_leavers=True)
        world.settle()
        assert len(world.groups()["engineers"]) == 7


class TestPlannedAgain:
    def test_the_same_again_changes_nothing(self) -> None:
        world = _world()
        held = _emptied(world)
        before = dict(world.state.operations)
        request = world.hr_tells(a_person(), at=world.now + timedelta(seconds=1))
        world.settle()
        assert world.state.operations == before
        assert _change(world, request).notes == (f"held by change {held.cause.change}: membership/engineers",)
        assert _change(world, request).state is ChangeState.SUCCEEDED

    def test_what_is_held_stays_with_the_change_that_holds_it(self) -> None:
        world = _world()
        held = _emptied(world)
        request = world.hr_tells(a_person(title="Dr"), at=world.now)
        world.settle()
        assert world.outcomes(request) == ["update user: succeeded"]
        assert _change(world, held).held == 7
        _decided(world, held, approved=True)
        assert world.groups()["engineers"] == set()
        assert _change(world, held).state is ChangeState.SUCCEEDED

    def test_a_leaver_whose_removal_the_policy_holds_does_not_wait_for_it(self) -> None:
        world = _world()
        held = _emptied(world)
        left = world.hr_tells(a_person(status=Status.ENDED), at=world.now)
        world.settle()
        assert "e-1@example.com" not in world.groups()["engineers"]
        assert "delete membership/engineers: succeeded" in world.outcomes(left)
        assert _change(world, held).held == 6

    def test_a_policy_that_takes_back_what_it_took_leaves_nothing_to_approve(self) -> None:
        world = _world()
        held = _emptied(world)
        world.policy_is(_limited(_ENGINEERS, _DATA))
        world.settle()
        change = _change(world, held)
        assert (change.held, change.superseded, change.state) == (0, 7, ChangeState.SUCCEEDED)
        assert world.head(the_person()).held[0].verdict is Verdict.WITHDRAWN
        world.hr_tells(a_person(title="Dr"), at=world.now)
        world.settle()
        assert world.head(the_person()).held == ()

    def test_a_plan_that_dies_before_it_has_dropped_what_it_withdrew_leaves_that_to_the_next(self) -> None:
        world = _world(at_least=0)
        left = world.hr_tells(a_person(status=Status.ENDED), at=world.now)
        world.settle()
        world.hr_tells(a_person(), at=world.now + timedelta(seconds=1))
        world.around = lambda name, port: Fuse(1).around(name, port) if name == "held" else port
        with pytest.raises(Crash):
            world.plan_all()
        world.around = World.around
        world.inbox.commands.clear()
        assert _change(world, left).held == 1
        world.hr_tells(a_person(title="Dr"), at=world.now + timedelta(seconds=2))
        world.settle()
        assert _change(world, left).state is ChangeState.SUCCEEDED
        assert world.head(the_person()).held == ()

    def test_an_approval_that_comes_after_a_change_of_mind_removes_nothing(self) -> None:
        world = _world()
        held = _emptied(world)
        world.policy_is(_limited(_ENGINEERS, _DATA))
        # The policy is in force, and none of its subjects has been planned.
        world.plan(world.inbox.commands.pop(0))
        waiting = world.inbox.commands[:]
        world.inbox.commands.clear()
        _decided(world, held, approved=True)
        assert len(world.groups()["engineers"]) == 7
        world.inbox.commands += waiting
        world.settle()
        assert len(world.groups()["engineers"]) == 7
        assert _change(world, held).state is ChangeState.SUCCEEDED

    def test_what_was_approved_and_is_wanted_again_before_it_ran_stays(self) -> None:
        world = _world()
        held = _emptied(world)
        world.is_decided(held.cause.change, approved=True)
        world.plan_all()
        assert len(world.operations(OperationState.PENDING)) == 7
        world.policy_is(_limited(_ENGINEERS, _DATA))
        world.settle()
        assert len(world.groups()["engineers"]) == 7


class TestBelowTheLimit:
    def test_an_empty_policy_is_held(self) -> None:
        world = _world(people=("e-1",), at_least=1000)
        request = world.policy_is(a_policy())
        world.settle()
        change = _change(world, request)
        # The membership, the group, the permission set, and the assignment.
        assert (change.held, change.state) == (4, ChangeState.HELD)
        assert "the policy assigns nothing" in change.held_reason
        assert world.groups() == {"engineers": {"e-1@example.com"}}
        _decided(world, request, approved=True)
        assert (world.groups(), world.permission_sets(), world.assignments()) == ({}, {}, set())

    def test_a_leaver_goes_even_then(self) -> None:
        world = _world(people=("e-1", "e-2"), at_least=1000)
        world.policy_is(a_policy())
        world.settle()
        world.hr_tells(a_person(status=Status.ENDED), at=world.now)
        world.settle()
        assert world.groups() == {"engineers": {"e-2@example.com"}}

    def test_a_policy_that_takes_an_accounts_last_assignment_is_held_as_a_whole(self) -> None:
        world = _world(people=("e-1",), at_least=1000)
        request = world.policy_is(a_policy(_NOBODY, a_set("ViewOnly")))
        world.settle()
        change = _change(world, request)
        assert change.held_reason == f"2 removals; account:{ACCOUNT_ID} would lose every assignment"
        assert change.held == 2
        assert world.assignments() == {(ACCOUNT_ID, "ViewOnly", "engineers")}

    def test_an_account_that_moves_to_where_it_has_nothing_is_held(self) -> None:
        world = _world(people=("e-1",), at_least=1000)
        request = world.account_is(an_account(ou_path="/Graveyard"))
        world.settle()
        change = _change(world, request)
        assert (change.held, change.state) == (1, ChangeState.HELD)
        assert change.held_reason == "1 removal, and the account would lose every assignment it has (1)"
        _decided(world, request, approved=True)
        assert world.assignments() == set()

    def test_an_edit_does_not_loosen_the_guardrail_that_is_to_hold_it(self) -> None:
        world = _world()
        request = world.policy_is(_limited(_NOBODY, percent=100, at_least=1000))
        world.settle()
        assert _change(world, request).held == 7
        assert "the limit is 3" in _change(world, request).held_reason

    def test_a_few_removals_by_a_policy_go(self) -> None:
        world = _world(people=_PEOPLE[:3])
        request = world.policy_is(_limited(_NOBODY))
        world.settle()
        assert world.groups() == {"engineers": set()}
        assert _change(world, request).removals == 3

    def test_nobody_is_removed_from_a_group_that_waits_to_go(self) -> None:
        world = _world(at_least=1)
        request = world.policy_is(a_policy(_DATA, a_set("ViewOnly"), an_assignment("data")))
        world.settle()
        assert len(world.groups()["engineers"]) == 7
        assert world.head(the_group()).held[0].verdict is Verdict.WAITING
        assert world.head(the_account()).held[0].verdict is Verdict.WAITING
        _decided(world, request, approved=True)
        assert "engineers" not in world.groups()


def test_somebody_planned_while_a_held_policy_comes_into_force_is_held_by_its_author_too() -> None:
    world = _world()
    world.policy_is(_limited(_NOBODY, _DATA))
    late = world.hr_tells(a_person(title="Dr"), at=world.now)
    # The policy comes into force between the plan's reading of it and its commit.
    world.inbox.commands.remove(late)
    world.around = lambda name, port: _Overtaken(port, world) if name == "subjects" else port
    world.plan(late)
    (again,) = [command for command in world.inbox.commands if command.cause.reference == "version 2"][-1:]
    assert again.cause.actor == "arn:admin"
    world.settle()
    assert "e-1@example.com" in world.groups()["engineers"]


class _Overtaken:
    """Subjects; before the first is read, the policy that waits on the inbox is put in force."""

    def __init__(self, port: object, world: World) -> None:
        self._port, self._world = port, world

    def __getattr__(self, name: str) -> object:
        return getattr(self._port, name)

    def load(self, subject: object) -> object:
        state = self._port.load(subject)  # type: ignore[attr-defined]
        self._world.around = World.around
        self._world.plan(self._world.inbox.commands.pop(0))
        return state


@pytest.mark.thorough
@pytest.mark.parametrize("approved", [True, False])
def test_a_decision_that_is_cut_off_at_any_call_is_carried_out_by_its_message(*, approved: bool) -> None:
    for number in range(1, 60):
        world = _world(people=_PEOPLE[:4])
        request = _emptied(world)
        world.is_decided(request.cause.change, approved=approved)
        fuse = Fuse(number)
        world.around = fuse.around
        with suppress(Crash):
            world.plan_all()
        world.around = World.around
        world.settle()
        change = _change(world, request)
        assert (change.held, change.state) == (0, ChangeState.SUCCEEDED), number
        assert len(world.groups()["engineers"]) == (0 if approved else 4), number
        if not fuse.has_burnt:
            break
    assert number > 10
