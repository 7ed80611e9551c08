"""The management account without the IAM rights that AWS demands there: what is left out, said and tried."""

from dataclasses import replace

import pytest

from dayone.model.commands import Command
from dayone.model.policy.context import OffLimits
from dayone.model.policy.rules import AccountSelector, Policy, Protection
from dayone.policy.service import reaches_without_rights
from tests.builders import HERE, a_group, a_policy, a_set, an_account, an_assignment
from tests.unit.world import World

MANAGEMENT = "111122223333"
NO_RIGHTS = OffLimits(account=MANAGEMENT, lacks_rights=True)
MEANT = AccountSelector(HERE, ids=(MANAGEMENT,), include_management=True)
THERE = an_account(MANAGEMENT, ou_path="/", is_management=True)


def a_rule_for(*selectors: AccountSelector, exceptions: tuple[AccountSelector, ...] = ()) -> Policy:
    rule = replace(an_assignment("engineers", "ViewOnly"), accounts=selectors, exceptions=exceptions)
    return a_policy(a_group(), a_set(), rule)


def notes(world: World, request: Command) -> tuple[str, ...]:
    return world.state.plans[request.cause.change, request.subject].notes


class TestPlans:
    @pytest.fixture
    def world(self) -> World:
        made = World(off_limits=NO_RIGHTS)
        made.policy_is(a_rule_for(MEANT, AccountSelector(HERE, ous=("/**",))))
        made.settle()
        return made

    def test_nothing_is_given_there_and_the_change_names_the_parameter(self, world: World) -> None:
        request = world.account_is(THERE)
        world.settle()
        assert (world.outcomes(request), world.assignments()) == ([], set())
        (note,) = [note for note in notes(world, request) if note.startswith("skipped")]
        assert note.startswith(f"skipped, because {MANAGEMENT} is the management account")
        assert "deploy with ManagementAccountAccess=true" in note
        assert note.endswith("this is create assignment/ViewOnly/engineers")

    def test_everything_else_goes_on(self, world: World) -> None:
        world.account_is(THERE)
        world.account_is(an_account())
        world.settle()
        assert len(world.assignments()) == 1

    def test_it_is_given_when_the_rights_are_there_and_taken_away_when_they_have_gone(self, world: World) -> None:
        world.approves = True
        world.account_is(THERE)
        world.settle()
        world.off_limits = OffLimits()
        world.look_at_account(MANAGEMENT)
        world.settle()
        assert world.assignments() == {(MANAGEMENT, "ViewOnly", "engineers")}
        world.off_limits = NO_RIGHTS
        world.look_at_account(MANAGEMENT)
        world.settle()
        assert world.assignments() == {(MANAGEMENT, "ViewOnly", "engineers")}
        world.policy_is(a_policy(a_group(), a_set()))
        world.settle()
        assert world.assignments() == set()


class TestRulesThatReachIt:
    def found(self, policy: Policy, *, is_recorded: bool = True, off_limits: OffLimits = NO_RIGHTS) -> int:
        policy = replace(policy, terms=replace(policy.terms, off_limits=off_limits))
        return len(list(reaches_without_rights(policy, THERE if is_recorded else None)))

    def test_one_that_means_it_does(self) -> None:
        assert self.found(a_rule_for(MEANT)) == 1
        assert self.found(a_rule_for(MEANT), is_recorded=False) == 1

    def test_one_that_stops_short_of_it_does_not(self) -> None:
        for selector in (AccountSelector(HERE, ous=("/**",)), AccountSelector(HERE, ids=(MANAGEMENT,))):
            assert self.found(a_rule_for(selector)) == 0

    def test_one_that_asks_for_more_than_it_has_does_as_long_as_it_is_not_recorded(self) -> None:
        elsewhere = replace(MEANT, ous=("/Security",))
        assert self.found(a_rule_for(elsewhere)) == 0
        assert self.found(a_rule_for(elsewhere), is_recorded=False) == 1

    def test_one_that_takes_it_out_again_does_not(self) -> None:
        excepted = a_rule_for(MEANT, exceptions=(AccountSelector(HERE, ids=(MANAGEMENT,)),))
        assert (self.found(excepted), self.found(excepted, is_recorded=False)) == (0, 0)
        by_unit = a_rule_for(MEANT, exceptions=(AccountSelector(HERE, ous=("/",)),))
        assert self.found(by_unit) == 0

    def test_a_protected_account_is_reached_by_nothing(self) -> None:
        assert self.found(replace(a_rule_for(MEANT), protection=Protection(accounts=frozenset({MANAGEMENT})))) == 0

    def test_with_the_rights_and_for_a_delegated_administrator_none_is_in_the_way(self) -> None:
        for off_limits in (OffLimits(), OffLimits(account=MANAGEMENT)):
            assert self.found(a_rule_for(MEANT), off_limits=off_limits) == 0
