"""Waiting operations hold up nothing, cost nothing, and are woken by the end of the awaited resource."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from dayone.errors import AccessDenied, Conflicting, DayOneError, Rejected
from dayone.executor.rate_limits import Budgets
from dayone.model.changes import ChangeState
from dayone.model.operations import Operation, OperationState
from dayone.model.policy.rules import Policy
from dayone.model.subjects import ResourceKind, permission_set_named
from dayone.reconcile.sweep import plan_failed_again
from tests.builders import (
    ACCOUNT_ID,
    GROUP,
    a_group,
    a_person,
    a_policy,
    a_set,
    an_account,
    an_assignment,
    the_group,
)
from tests.fakes.sso.identity_center import StoredGroup
from tests.fakes.sso.permission_sets import MemoryPermissionSets
from tests.unit.crashes import Crash
from tests.unit.world import World

# More than are known of a lane at a time.
MANY = 700
SETS = (a_set("Refused"), a_set("ViewOnly"))


class Refusing(MemoryPermissionSets):
    """Permission sets of which one cannot be made, for as long as there is an error for it."""

    error: DayOneError | None = None
    tries = 0

    def create(self, attributes: Any) -> Any:  # noqa: ANN401 - as the fake it is
        if self.error is not None and attributes["name"] == "Refused":
            self.tries += 1
            raise self.error
        return super().create(attributes)


def refusing(world: World, error: DayOneError) -> Refusing:
    port = Refusing(world.center)
    port.error = error
    world.around = lambda name, made: port if name == "permission_sets" else made
    return port


def company(accounts: int, **more: Any) -> World:  # noqa: ANN401
    world = World(**more)
    for number in range(accounts):
        world.account_is(an_account(f"{number:012}"))
    world.plan_all()
    return world


def edit(*names: str) -> Policy:
    """A policy with both permission sets, of which those of these names are assigned in every account."""
    return a_policy(a_group(), *SETS, *(an_assignment("engineers", name) for name in names))


def named(world: World, permission_set: str, *states: OperationState) -> list[Operation]:
    prefix = f"{permission_set}/"
    found = (operation for operation in world.operations(*states) if operation.resource.kind is ResourceKind.ASSIGNMENT)
    return [operation for operation in found if operation.resource.name.startswith(prefix)]


def has_set(world: World, name: str) -> int:
    return sum(permission_set == name for _, permission_set, _ in world.assignments())


@pytest.mark.thorough
@pytest.mark.parametrize("error", [AccessDenied("AccessDeniedException: no"), Conflicting("ConflictException: busy")])
def test_a_set_that_aws_refuses_keeps_nobody_from_another_of_the_same_edit(error: DayOneError) -> None:
    world = company(MANY)
    refusing(world, error)
    world.policy_is(edit("Refused", "ViewOnly"))
    world.plan_all()
    for _ in range(20):
        world.execute()
    assert has_set(world, "ViewOnly") == MANY
    assert all(operation.state is OperationState.PENDING for operation in named(world, "Refused"))


def test_what_waits_is_tried_no_more_and_keeps_no_executor_at_work() -> None:
    world = company(3)
    world.policy_is(a_policy(a_set("ViewOnly"), an_assignment()))
    world.plan_all()
    world.execute()
    assert [operation.waiting_for for operation in world.operations(OperationState.PENDING)] == [
        "group:engineers#group to be confirmed"
    ] * 3
    rings, began = world.engine.rings, world.now
    prepared: list[str] = []
    world.around = lambda name, port: _Counting(port, prepared) if name == "queue" else port
    world.execute()
    assert world.now == began
    assert "generation_of" not in prepared
    for _ in range(30):
        world.sleep(1)
        world.sweep()
    assert world.engine.rings == rings


class _Counting:
    """A port that notes which of its methods are called."""

    def __init__(self, port: Any, called: list[str]) -> None:  # noqa: ANN401
        self._port, self._called = port, called

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401
        self._called.append(name)
        return getattr(self._port, name)


@pytest.mark.thorough
def test_all_that_wait_are_woken_by_the_end_of_what_they_wait_for() -> None:
    world = company(MANY)
    port = refusing(world, AccessDenied("AccessDeniedException: no"))
    world.policy_is(edit("Refused", "ViewOnly"))
    world.plan_all()
    for _ in range(10):
        world.execute()
    assert sum(map(len, world.state.parked.values())) > 0
    port.error = None
    world.sleep(60)
    for _ in range(15):
        world.execute()
    assert has_set(world, "Refused") == has_set(world, "ViewOnly") == MANY
    assert world.state.open_operations() == []


def test_the_sweep_reads_once_what_many_have_failed_for() -> None:
    world = company(30)
    refusing(world, Rejected("ValidationException: no"))
    world.policy_is(edit("Refused", "ViewOnly"))
    world.plan_all()
    for _ in range(5):
        world.execute()
    read, failed = list[str](), world.sweeping().failed
    assert plan_failed_again(ports=replace(failed, records=_Counting(failed.records, read))) == 0
    assert (len(world.state.failed), len(read)) == (31, 1)


def _waits_for_a_group() -> World:
    world = World()
    world.account_is(an_account())
    world.policy_is(a_policy(a_set("ViewOnly"), an_assignment()))
    world.plan_all()
    world.execute()
    assert [operation.is_parked for operation in world.operations(OperationState.PENDING)] == [True]
    world.policy_is(a_policy(a_group(), a_set("ViewOnly"), an_assignment()))
    world.plan_all()
    return world


class _Dying:
    """A queue whose process dies at a call of one of its methods, before that is done."""

    def __init__(self, port: Any, method: str) -> None:  # noqa: ANN401
        self._port, self._method = port, method

    def __getattr__(self, name: str) -> Callable[..., Any]:
        def die(*_: object, **__: object) -> None:
            raise Crash

        return die if name == self._method else getattr(self._port, name)


@pytest.mark.parametrize("method", ["parked", "unpark"])
def test_a_wake_up_that_was_lost_is_made_up_for_by_the_sweep(method: str) -> None:
    world = _waits_for_a_group()
    (waiting,) = [operation for operation in world.operations(OperationState.PENDING) if operation.is_parked]
    # Of the plan that is in force, as when only the group's plan is new.
    world.state.heads[waiting.subject] = replace(world.head(waiting.subject), generation=waiting.generation)
    world.around = lambda name, port: _Dying(port, method) if name == "queue" else port
    with suppress(Crash):
        world.execute()
    world.around = World.around
    assert world.applied(the_group(), GROUP) is not None
    world.sleep(60)
    rings = world.engine.rings
    world.sweep()
    assert world.engine.rings == rings + 1
    world.execute()
    assert world.assignments() == {(ACCOUNT_ID, "ViewOnly", "engineers")}


class _Ending:
    """A queue where what is waited for comes to its end just before the wait for it is written."""

    def __init__(self, port: Any, end: Callable[[], None]) -> None:  # noqa: ANN401
        self._port, self._ends = port, [end]

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401
        return getattr(self._port, name)

    def park(self, operations: Any) -> Any:  # noqa: ANN401
        if self._ends:
            self._ends.pop()()
        return self._port.park(operations)


def test_what_has_come_while_the_wait_was_written_is_not_waited_for() -> None:
    world = World()
    world.account_is(an_account())
    world.policy_is(a_policy(a_set("ViewOnly"), an_assignment()))
    world.plan_all()
    world.execute(seconds=0.5)
    other = World()
    other.policy_is(a_policy(a_group()))
    other.settle()
    world.center.groups |= other.center.groups
    (of,) = [of for of in other.state.applied if of.resource == GROUP]

    def end() -> None:
        world.state.applied[of] = other.state.applied[of]

    world.around = lambda name, port: _Ending(port, end) if name == "queue" else port
    world.execute()
    assert world.assignments() == {(ACCOUNT_ID, "ViewOnly", "engineers")}


def test_what_waits_of_a_plan_that_is_replaced_ends_with_it() -> None:
    world = World()
    world.account_is(an_account())
    command = world.policy_is(a_policy(a_set("ViewOnly"), an_assignment()))
    world.plan_all()
    world.execute()
    assert world.state.parked
    world.policy_is(a_policy(a_set("ViewOnly")))
    world.plan_all()
    world.execute()
    assert world.outcomes(command)[-1] == "create assignment/ViewOnly/engineers: superseded"
    assert world.state.changes[command.cause.change].state is ChangeState.SUCCEEDED
    assert world.state.open_operations() == []


def test_a_planner_that_dies_after_its_commit_ends_what_waits_when_it_is_called_again() -> None:
    world = World()
    world.account_is(an_account())
    world.policy_is(a_policy(a_set("ViewOnly"), an_assignment()))
    world.plan_all()
    world.execute()
    world.around = lambda name, port: _Dying(port, "unpark_plan") if name == "changes" else port
    world.policy_is(a_policy(a_set("ViewOnly")))
    with suppress(Crash):
        world.plan_all()
    world.around = World.around
    assert world.state.parked
    world.plan_all()
    world.execute()
    assert world.state.open_operations() == []


class TestFailed:
    """Operations that depend on failed ones."""

    @pytest.mark.thorough
    def test_fails_with_it_in_words_that_name_it(self) -> None:
        world = company(MANY)
        refusing(world, Rejected("ValidationException: no such thing"))
        world.policy_is(edit("Refused", "ViewOnly"))
        world.plan_all()
        for _ in range(20):
            world.execute()
            world.sweep()
        failed = named(world, "Refused")
        assert {operation.state for operation in failed} == {OperationState.FAILED}
        on, change = permission_set_named("Refused"), failed[0].change
        assert {operation.failure_reason for operation in failed} == {
            f"it waits for {on} to be confirmed: {on} is not there, and that failed in change {change}"
        }
        assert has_set(world, "ViewOnly") == MANY

    def test_is_planned_again_when_that_is_tried_again_and_succeeds(self) -> None:
        world = company(3)
        port = refusing(world, Rejected("ValidationException: no such thing"))
        world.policy_is(edit("Refused"))
        world.settle()
        assert len(named(world, "Refused", OperationState.FAILED)) == 3
        port.error = None
        for _ in range(12):
            world.sleep(60)
            world.sweep()
            world.plan_all()
            world.execute()
        assert has_set(world, "Refused") == 3

    def test_waits_as_long_as_it_may_be_part_of_the_same_edit(self) -> None:
        world = World()
        world.center.groups["group-x"] = StoredGroup("engineers", "theirs")
        world.hr_tells(a_person())
        world.policy_is(a_policy(a_group()))
        world.plan_all()
        world.execute(seconds=8)
        (waiting,) = world.operations(OperationState.PENDING)
        assert waiting.waiting_for == "group:engineers#group to be confirmed"
        world.execute(seconds=20)
        world.sleep(60)
        world.sweep()
        world.execute()
        assert world.state.open_operations() == []


def test_what_nothing_under_way_brings_about_is_given_up_in_the_end() -> None:
    world = World(budgets=replace(Budgets(), blocked=timedelta(minutes=15)))
    world.account_is(an_account())
    world.policy_is(a_policy(a_set("ViewOnly"), an_assignment()))
    world.plan_all()
    for _ in range(20):
        world.execute()
        world.sleep(60)
        world.sweep()
    (ended,) = named(world, "ViewOnly")
    assert ended.state is OperationState.FAILED
    assert ended.failure_reason.endswith("nothing under way changes that")


class TestFairWindows:
    """Accounts with much to do, and accounts with little."""

    def test_every_place_is_taken_from_the_first_moment_on(self) -> None:
        world = _beside_large(100)
        world.aws_works = False
        world.execute(seconds=10)
        assert len(world.operations(OperationState.SUBMITTED)) == world.budgets.outstanding_assignments

    @pytest.mark.thorough
    def test_large_accounts_go_on_without_a_pause_and_all_is_done(self) -> None:
        world = _beside_large(30)
        for _ in range(30):
            world.execute()
        assert world.state.open_operations() == []
        assert {operation.state for operation in world.operations()} == {OperationState.SUCCEEDED}

    def test_what_cannot_go_in_an_account_keeps_nothing_else_of_that_account_back(self) -> None:
        world = company(1)
        refusing(world, AccessDenied("AccessDeniedException: no"))
        groups = [a_group(f"g{number:02}") for number in range(40)]
        refused = [an_assignment(group.name, "Refused") for group in groups]
        world.policy_is(a_policy(*groups, *SETS, *refused, an_assignment("g39", "ViewOnly")))
        world.plan_all()
        world.execute()
        assert {name for _, name, _ in world.assignments()} == {"ViewOnly"}


def _beside_large(small: int) -> World:
    """Two accounts with 300 assignments each, planned with others of four; the groups and sets are there."""
    world = World()
    sets, groups = [a_set(f"Set{number}") for number in range(10)], [a_group(f"g{number:02}") for number in range(30)]
    world.policy_is(a_policy(*groups, *sets))
    world.settle()
    for number in range(small + 2):
        unit = "Large" if number < 2 else "Small"
        world.account_is(an_account(f"{number:012}", ou_path=f"/Workloads/{unit}"))
    large = [an_assignment(group.name, rule.name, ou="/Workloads/Large") for group in groups for rule in sets]
    rest = [an_assignment("g00", rule.name, ou="/Workloads/Small") for rule in sets[:4]]
    world.policy_is(a_policy(*groups, *sets, *large, *rest))
    world.plan_all()
    return world
