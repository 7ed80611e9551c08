"""Beside Day One another tool gets its work done: AWS refuses it no more often than beside fixed budgets."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from benchmarks.worlds.bulk_changes import OVER_THE_WIRE, Bench
from dayone.executor.rate_limits import Allowances, Budgets
from dayone.model.policy.rules import Policy
from tests.builders import a_group, a_person, a_policy, a_set, an_account, an_assignment
from tests.simulation.model.second_tool import FixedBudgets, SecondTool
from tests.unit.world import World

_MINUTES = 6
_MEMBERSHIPS = "identitystore:CreateGroupMembership"
_GROUPS = tuple(f"g{number}" for number in range(6))
_SETS = tuple(f"Set{number}" for number in range(20))


@dataclass(frozen=True)
class _Beside:
    """Calls of the other tool, those of them that were refused, and what Day One got done."""

    calls: int
    refused: int
    done: int


def _policy(*, assigned: bool) -> Policy:
    groups = [a_group(name) for name in _GROUPS]
    pairs = [an_assignment(group, name) for group in _GROUPS for name in _SETS] if assigned else []
    return a_policy(*groups, *map(a_set, _SETS), *pairs)


def _beside(
    allowances: Callable[[Budgets], Allowances], *, work: Callable[[Bench], None], uses: Callable[[SecondTool], None]
) -> _Beside:
    bench = Bench(1, calls=OVER_THE_WIRE)
    bench.simulation.day_one.allowances = allowances
    bench.plan(lambda world: world.policy_is(_policy(assigned=False)))
    bench.carry_out()
    tool = SecondTool(bench.aws)
    work(bench)
    uses(tool)
    bench.time.run(seconds=_MINUTES * 60)
    done = [operation for operation in bench.state.operations.values() if operation.finished_at]
    assert len(done) < len(bench.state.operations), "Day One had not enough to do"
    return _Beside(tool.calls, tool.refused, len(done))


def _joiners(bench: Bench) -> None:
    bench.plan(*(_tells(number) for number in range(_MINUTES * 60 * 20 // len(_GROUPS))))


def _tells(number: int) -> Callable[[World], object]:
    return lambda world: world.hr_tells(a_person(f"e-{number}"))


def _edit(bench: Bench) -> None:
    bench.plan(*(_appears(number) for number in range(40)))
    bench.plan(lambda world: world.policy_is(_policy(assigned=True)))


def _appears(number: int) -> Callable[[World], object]:
    return lambda world: world.account_is(an_account(f"1{number:011d}"))


def _assigning(side_by_side: int) -> Callable[[SecondTool], None]:
    own = [f"9{number:011d}" for number in range(20)]
    return lambda tool: tool.assigns(own, side_by_side=side_by_side)


def _steadily(per_second: float) -> Callable[[SecondTool], None]:
    return lambda tool: tool.calls_steadily(_MEMBERSHIPS, per_second=per_second)


@pytest.mark.thorough
@pytest.mark.parametrize("side_by_side", [4, 10])
def test_one_that_assigns_is_refused_less_often_beside_an_edit_of_the_policy(side_by_side: int) -> None:
    fixed, found_out = (
        _beside(allowances, work=_edit, uses=_assigning(side_by_side)) for allowances in (FixedBudgets, Allowances)
    )
    assert found_out.refused < fixed.refused
    assert found_out.calls > 0.9 * fixed.calls
    assert found_out.done > 0.5 * fixed.done


@pytest.mark.thorough
def test_one_that_needs_more_than_was_left_to_it_is_refused_less_often_beside_joiners() -> None:
    fixed, found_out = (
        _beside(allowances, work=_joiners, uses=_steadily(6.0)) for allowances in (FixedBudgets, Allowances)
    )
    assert found_out.refused < fixed.refused


@pytest.mark.thorough
def test_one_that_needs_less_than_was_left_to_it_is_still_not_refused() -> None:
    fixed, found_out = (
        _beside(allowances, work=_joiners, uses=_steadily(3.0)) for allowances in (FixedBudgets, Allowances)
    )
    assert (found_out.refused, fixed.refused) == (0, 0)
