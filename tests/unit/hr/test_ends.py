"""Hopeless operations end with a reason; operations still desired are planned again."""

from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest

from dayone.errors import (
    AlreadyExists,
    Awaited,
    Conflicting,
    Crowded,
    Refused,
    Throttled,
    Unavailable,
    Unreachable,
)
from dayone.model.changes import ChangeState
from dayone.model.operations import OperationState
from dayone.model.subjects import ResourceKind
from dayone.ports.identity_center import AssignmentKey
from tests.builders import ACCOUNT_ID, a_group, a_policy, a_set, an_account, an_assignment
from tests.unit.world import World

_POLICY = a_policy(a_group(), a_set(), an_assignment())
_STILL_ASSIGNED = Conflicting("ConflictException: Could not delete because it is still assigned")


class Refusing:
    """A port of which AWS refuses one method for as long as `errors` has anything in it."""

    def __init__(self, port: Any, method: str, errors: list[Exception]) -> None:  # noqa: ANN401
        self._port, self._method, self._errors = port, method, errors
        self.calls = 0

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401
        real = getattr(self._port, name)

        def call(*args: object, **named: object) -> object:
            if name == self._method and self._errors:
                self.calls += 1
                raise self._errors[0]
            return real(*args, **named)

        return call


def _refusing(world: World, port: str, method: str, *errors: Exception) -> list[Exception]:
    left = list(errors)
    world.around = lambda name, entry: Refusing(entry, method, left) if name == port else entry
    return left


def _let_pass(world: World, time: timedelta) -> None:
    """Every minute the sweep, the planner and the executor."""
    until = world.now + time
    while world.now < until:
        world.sweep()
        world.plan_all()
        for change in [change.id for change in world.state.changes.values() if change.held and world.approves]:
            world.is_decided(change, approved=True)
        world.plan_all()
        world.execute(seconds=5)
        world.sleep(55)


def _settled() -> World:
    world = World(approves=True)
    world.account_is(an_account())
    world.policy_is(_POLICY)
    world.settle()
    return world


def _failed_changes(world: World) -> list[str]:
    return [change.id for change in world.state.changes.values() if change.state is ChangeState.FAILED]


def _given_up_by_policy(world: World) -> None:
    world.policy_is(a_policy(a_group()))
    world.plan_all()


def test_a_set_that_is_still_assigned_somewhere_else_ends_with_aws_s_words_and_the_account() -> None:
    world = _settled()
    (arn,) = world.center.permission_sets
    # By hand, in an account that Day One leaves alone.
    world.center.assignments.add(AssignmentKey(account_id="444455556666", permission_set_arn=arn, principal_id="g-x"))
    world.center.provisioned["444455556666", arn] = 1
    _given_up_by_policy(world)
    _let_pass(world, timedelta(hours=1))
    assert world.operations(OperationState.FAILED) == []
    _let_pass(world, timedelta(hours=2))
    failed = world.operations(OperationState.FAILED)[0]
    assert failed.kind == "delete-permission-set"
    assert failed.failure_reason == (
        "ConflictException: the permission set is assigned; it is still in use in account 444455556666"
    )
    assert _failed_changes(world)


@pytest.mark.thorough
def test_what_aws_refuses_for_ever_is_not_asked_for_every_minute_for_ever() -> None:
    world = _settled()
    _refusing(world, "permission_sets", "delete", _STILL_ASSIGNED)
    _given_up_by_policy(world)
    _let_pass(world, timedelta(hours=12))
    removals = [operation for operation in world.operations() if operation.kind == "delete-permission-set"]
    # Two hours of trying, then an hour's pause at most, for somebody may have access by it.
    assert 3 <= len(removals) <= 6
    assert [operation.state for operation in removals[:-1]] == [OperationState.FAILED] * (len(removals) - 1)


def test_what_has_failed_is_done_when_aws_does_it_again() -> None:
    world = _settled()
    left = _refusing(world, "permission_sets", "delete", _STILL_ASSIGNED)
    _given_up_by_policy(world)
    _let_pass(world, timedelta(hours=3))
    assert world.operations(OperationState.FAILED)
    left.clear()
    _let_pass(world, timedelta(hours=1, minutes=5))
    assert world.center.permission_sets == {}
    assert world.state.open_operations() == []


@pytest.mark.thorough
def test_a_final_refusal_of_something_that_is_given_is_tried_in_pauses_up_to_a_day() -> None:
    world = World(approves=True)
    world.account_is(an_account())
    world.policy_is(_POLICY)
    left = _refusing(world, "assignments", "create", Refused("ValidationException: no"))
    began = world.now
    _let_pass(world, timedelta(days=2))
    tries = [operation for operation in world.operations() if operation.kind == "create-assignment"]
    starts = [operation.created_at - began for operation in tries]
    pauses = [later - sooner for sooner, later in pairwise(starts)]
    assert timedelta(minutes=4) < pauses[0] < timedelta(minutes=7)
    assert all(timedelta(0) < longer - 1.5 * shorter for shorter, longer in pairwise(pauses))
    assert len(tries) < 12
    left.clear()
    _let_pass(world, timedelta(days=1))
    assert world.assignments() == {(ACCOUNT_ID, "ViewOnly", "engineers")}


def test_a_removal_that_fails_is_tried_every_hour_at_least() -> None:
    world = _settled()
    _refusing(world, "assignments", "delete", Refused("ValidationException: no"))
    world.account_is(an_account(ou_path="/Elsewhere"))
    _let_pass(world, timedelta(hours=10))
    tries = [operation.created_at for operation in world.operations() if operation.kind == "delete-assignment"]
    pauses = [later - sooner for sooner, later in pairwise(tries)]
    assert max(pauses) <= timedelta(minutes=62)
    assert len(tries) >= 12


def test_what_builds_on_what_has_failed_ends_and_names_it() -> None:
    world = World()
    world.account_is(an_account())
    world.policy_is(_POLICY)
    left = _refusing(world, "directory", "create_group", Refused("ValidationException: no such name"))
    _let_pass(world, timedelta(minutes=30))
    waited = [
        operation for operation in world.operations(OperationState.FAILED) if operation.kind == "create-assignment"
    ]
    assert waited
    assert waited[0].attempts == 0
    assert "group:engineers#group" in waited[0].failure_reason
    left.clear()
    _let_pass(world, timedelta(hours=1))
    assert world.assignments() == {(ACCOUNT_ID, "ViewOnly", "engineers")}
    assert world.state.failed == {} or all(failed_work.retries for failed_work in world.state.failed.values())


def test_what_waits_is_planned_again_within_a_sweep_of_the_end_of_its_obstacle() -> None:
    world = World()
    world.account_is(an_account())
    world.policy_is(_POLICY)
    left = _refusing(world, "directory", "create_group", Refused("ValidationException: no such name"))
    _let_pass(world, timedelta(hours=20))
    assert world.assignments() == set()
    left.clear()
    # Somebody has it tried again at once, and only the group.
    world.policy_is(_POLICY)
    _let_pass(world, timedelta(minutes=4))
    assert world.assignments() == {(ACCOUNT_ID, "ViewOnly", "engineers")}


def test_the_end_of_a_group_that_an_assignment_keeps_ends_and_goes_on_with_it() -> None:
    world = _settled()
    left = _refusing(world, "assignments", "delete", Refused("ValidationException: no"))
    world.policy_is(a_policy(a_set()))
    _let_pass(world, timedelta(minutes=30))
    (kept, *_) = [
        operation for operation in world.operations(OperationState.FAILED) if operation.kind == "delete-group"
    ]
    assert f"account:{ACCOUNT_ID}#assignment/ViewOnly/engineers is still there" in kept.failure_reason
    left.clear()
    _let_pass(world, timedelta(hours=1, minutes=5))
    assert world.groups() == {}
    assert world.state.open_operations() == []


def test_what_waits_for_what_is_under_way_waits() -> None:
    world = World()
    world.account_is(an_account())
    world.policy_is(_POLICY)
    _refusing(world, "directory", "create_group", Conflicting("ConflictException: busy"))
    _let_pass(world, timedelta(hours=1))
    assert world.operations(OperationState.FAILED) == []


def test_silence_about_one_thing_ends_and_leaves_the_doubt() -> None:
    world = World()
    world.policy_is(a_policy(a_group()))
    _refusing(world, "directory", "create_group", Unreachable("InternalServerException"))
    _let_pass(world, timedelta(hours=2, minutes=30))
    (failed, *_) = world.operations(OperationState.FAILED)
    assert failed.failure_reason == "InternalServerException"
    (existing,) = [applied for of, applied in world.state.applied.items() if of.resource.kind is ResourceKind.GROUP]
    assert existing.doubt is not None


class _Down:
    """A service of which nothing answers."""

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401
        def call(*_: object, **__: object) -> object:
            raise Unreachable("no usable answer")

        return call


@pytest.mark.thorough
def test_an_outage_of_aws_ends_nothing() -> None:
    world = World()
    world.policy_is(a_policy(a_group(), a_set()))
    down: dict[str, Any] = {"directory": _Down(), "permission_sets": _Down(), "assignments": _Down()}
    world.around = down.get
    _let_pass(world, timedelta(hours=6))
    assert world.operations(OperationState.FAILED) == []
    down.clear()
    _let_pass(world, timedelta(minutes=5))
    assert {operation.state for operation in world.operations()} == {OperationState.SUCCEEDED}


def test_a_name_that_is_taken_by_what_cannot_be_found_ends_after_a_while() -> None:
    world = World()
    world.policy_is(a_policy(a_group()))
    _refusing(world, "directory", "create_group", AlreadyExists("ConflictException: Duplicate GroupDisplayName"))
    _let_pass(world, timedelta(hours=1))
    assert world.operations(OperationState.FAILED) == []
    _let_pass(world, timedelta(hours=2))
    assert world.operations(OperationState.FAILED)


def test_what_aws_is_too_busy_for_ends_after_two_hours() -> None:
    world = World()
    world.account_is(an_account())
    world.policy_is(_POLICY)
    _refusing(world, "assignments", "create", Crowded("ServiceQuotaExceededException: too many"))
    _let_pass(world, timedelta(hours=1, minutes=50))
    assert world.operations(OperationState.FAILED) == []
    _let_pass(world, timedelta(minutes=20))
    (failed, *_) = world.operations(OperationState.FAILED)
    assert failed.failure_reason == "ServiceQuotaExceededException: too many"


@pytest.mark.thorough
def test_a_throttle_ends_nothing() -> None:
    world = World()
    world.policy_is(a_policy(a_group()))
    left = _refusing(world, "directory", "create_group", Throttled("ThrottlingException: Rate exceeded"))
    _let_pass(world, timedelta(hours=6))
    assert world.operations(OperationState.FAILED) == []
    left.clear()
    _let_pass(world, timedelta(minutes=3))
    assert world.groups() == {"engineers": set()}


def test_a_full_policy_is_waited_for() -> None:
    world = World()
    world.policy_is(a_policy(a_group()))
    full = Awaited("no service control policy has room for another user", retry_after=600)
    left = _refusing(world, "directory", "create_group", full)
    _let_pass(world, timedelta(hours=6))
    assert world.operations(OperationState.FAILED) == []
    left.clear()
    _let_pass(world, timedelta(minutes=12))
    assert world.groups() == {"engineers": set()}


def test_a_table_out_of_reach_ends_nothing() -> None:
    world = World()
    world.policy_is(a_policy(a_group()))
    _refusing(world, "queue", "begin", Unavailable("the table is out of reach"))
    _let_pass(world, timedelta(hours=3))
    assert world.operations(OperationState.FAILED) == []
