"""Access over the life of an account: not ready, suspended, closed, departed, back again, renamed."""

from dataclasses import replace
from datetime import timedelta

import pytest

from dayone.model.accounts import Account, AccountState
from dayone.model.commands import Command
from dayone.model.operations import OperationState, Priority
from dayone.model.policy.rules import AccountSelector
from dayone.planning.facts import next_read_at
from tests.builders import (
    ACCOUNT_ID,
    HERE,
    NOON,
    a_group,
    a_policy,
    a_set,
    an_account,
    an_assignment,
    assignment,
    the_account,
)
from tests.unit.world import World

_POLICY = a_policy(a_group(), a_set(), an_assignment())
_HAS_ACCESS = {(ACCOUNT_ID, "ViewOnly", "engineers")}


@pytest.fixture
def world() -> World:
    made = World()
    made.policy_is(_POLICY)
    made.settle()
    return made


def _notes(world: World, request: Command) -> tuple[str, ...]:
    return world.state.plans[request.cause.change, request.subject].notes


def _has_access(world: World) -> None:
    world.account_is(an_account())
    world.settle()
    assert world.assignments() == _HAS_ACCESS


def _leaves(world: World) -> Command:
    del world.organization.accounts[ACCOUNT_ID]
    return world.look_at_account(ACCOUNT_ID)


def _forgotten_by_aws(world: World) -> None:
    """Clear the assignments, as AWS may do without notice for an account that leaves."""
    world.center.assignments.clear()
    world.center.provisioned.clear()


@pytest.mark.parametrize("state", [AccountState.SUSPENDED, AccountState.PENDING_CLOSURE])
def test_what_a_suspended_account_has_stays_and_nothing_new_comes_and_the_change_says_so(
    world: World, state: AccountState
) -> None:
    _has_access(world)
    request = world.account_is(an_account(state=state, ou_path="/Graveyard"))
    world.policy_is(a_policy(a_group(), a_set(), a_set("Admin"), an_assignment(), an_assignment("engineers", "Admin")))
    world.settle()
    assert world.outcomes(request) == []
    assert _notes(world, request)[0].startswith(f"the account is {state}: nothing new is assigned")
    assert world.assignments() == _HAS_ACCESS


def test_a_suspended_account_that_is_active_again_gets_what_it_has_missed(world: World) -> None:
    world.account_is(an_account(state=AccountState.SUSPENDED))
    world.settle()
    assert world.assignments() == set()
    _has_access(world)


def test_a_closed_account_is_tidied_up_without_anybody_deciding_and_after_everything_else(world: World) -> None:
    _has_access(world)
    request = world.account_is(an_account(state=AccountState.CLOSED))
    world.plan_all()
    (operation,) = world.operations(OperationState.PENDING)
    assert operation.priority is Priority.REPAIR
    world.settle()
    assert world.outcomes(request) == ["delete assignment/ViewOnly/engineers: succeeded"]
    assert world.assignments() == set()
    assert _notes(world, request) == ("the account is CLOSED: its assignments are removed",)
    assert (world.state.removals, world.state.existing) == ({}, 0)


def test_an_account_that_has_left_is_forgotten_without_a_call_to_aws(world: World) -> None:
    _has_access(world)
    asked = len(world.center.requests)
    request = _leaves(world)
    world.settle()
    assert world.head(the_account()).fact == replace(an_account(), state=AccountState.DEPARTED)
    assert world.applied(the_account(), assignment()) is None
    assert len(world.center.requests) == asked
    assert _notes(world, request) == ("the account is DEPARTED: its assignments were deleted with it",)


def test_a_protected_account_that_has_left_is_forgotten_too(world: World) -> None:
    _has_access(world)
    protection = replace(_POLICY.protection, accounts=frozenset({ACCOUNT_ID}))
    world.policy_is(replace(_POLICY, protection=protection))
    world.settle()
    _leaves(world)
    world.settle()
    assert world.applied(the_account(), assignment()) is None


def test_an_account_that_comes_back_gets_everything_anew_although_it_was_not_forgotten_yet(world: World) -> None:
    _has_access(world)
    _leaves(world)
    world.plan_all()
    _forgotten_by_aws(world)
    world.account_is(an_account())
    world.settle()
    assert world.assignments() == _HAS_ACCESS


def test_what_is_to_come_anew_comes_even_when_another_plan_takes_the_place_of_the_first(world: World) -> None:
    _has_access(world)
    _leaves(world)
    world.plan_all()
    _forgotten_by_aws(world)
    world.account_is(an_account())
    world.plan_all()
    world.policy_is(a_policy(a_group(), a_set(), a_set("Admin"), an_assignment(), an_assignment("engineers", "Admin")))
    world.settle()
    assert world.assignments() == {*_HAS_ACCESS, (ACCOUNT_ID, "Admin", "engineers")}


def test_an_account_that_comes_back_to_another_place_keeps_nothing_of_the_old_one(world: World) -> None:
    _has_access(world)
    _leaves(world)
    world.plan_all()
    world.account_is(an_account(ou_path="/Graveyard"))
    world.settle()
    assert world.assignments() == set()
    assert world.head(the_account()).held == ()


def test_a_closed_account_that_is_reinstated_has_everything_again(world: World) -> None:
    _has_access(world)
    world.account_is(an_account(state=AccountState.CLOSED))
    world.settle()
    _has_access(world)


def test_a_new_name_counts_and_takes_nothing_by_itself(world: World) -> None:
    by_name = replace(an_assignment(), accounts=(AccountSelector(HERE, names=("team-*",)),))
    world.policy_is(a_policy(a_group(), a_set(), by_name))
    world.account_is(an_account(name="sandbox-7"))
    world.settle()
    assert world.assignments() == set()
    world.account_is(an_account(name="team-green"))
    world.settle()
    assert world.assignments() == _HAS_ACCESS
    request = world.account_is(an_account(name="team-blue"))
    world.settle()
    assert world.outcomes(request) == []


class TestNotReady:
    def test_the_longer_it_takes_the_longer_the_pauses_from_a_minute_to_an_hour(self) -> None:
        pending = an_account(state=AccountState.PENDING_ACTIVATION)
        waited = [timedelta(), timedelta(minutes=5), timedelta(minutes=59), timedelta(hours=9), timedelta(days=7)]
        moments = [next_read_at(pending, since=NOON, now=NOON + duration) for duration in waited]
        pauses = [moment - NOON - duration for moment, duration in zip(moments, waited, strict=True) if moment]
        minutes = [pause / timedelta(minutes=1) for pause in pauses]
        assert minutes == [1, 5, 59, 60, 60]

    def test_after_a_week_only_an_event_or_a_look_at_the_whole_organisation_will_tell(self) -> None:
        pending = an_account(state=AccountState.PENDING_ACTIVATION)
        assert next_read_at(pending, since=NOON, now=NOON + timedelta(days=7, seconds=1)) is None

    @pytest.mark.parametrize(
        "state",
        [account_state for account_state in AccountState if account_state is not AccountState.PENDING_ACTIVATION],
    )
    def test_no_other_account_is_waited_for(self, state: AccountState) -> None:
        assert next_read_at(an_account(state=state), since=NOON, now=NOON) is None

    def test_nothing_is_asked_of_aws_before_it_is_ready_and_everything_afterwards(self, world: World) -> None:
        asked = len(world.center.requests)
        world.account_is(an_account(state=AccountState.PENDING_ACTIVATION))
        for _ in range(8):
            world.now += timedelta(minutes=10)
            world.sweep()
            world.settle()
        assert len(world.center.requests) == asked
        world.organization.accounts[ACCOUNT_ID] = an_account()
        world.now += timedelta(hours=1)
        world.sweep()
        world.settle()
        assert world.assignments() == _HAS_ACCESS


class TestManagementAccount:
    def _planned(self, world: World, selector: AccountSelector) -> tuple[str, ...]:
        world.policy_is(a_policy(a_group(), a_set(), replace(an_assignment(), accounts=(selector,))))
        request = world.account_is(_management())
        world.settle()
        return _notes(world, request)

    def test_no_pattern_reaches_it_and_the_change_says_which_rules_do_not(self, world: World) -> None:
        (note,) = self._planned(world, AccountSelector(HERE, ous=("/**",), include_management=True))
        assert note.startswith("this is the management account, and only rules that name its id")
        assert note.endswith("these do not: policy.yaml:1")
        assert world.assignments() == set()

    def test_its_id_with_the_word_does(self, world: World) -> None:
        world.approves = True
        notes = self._planned(world, AccountSelector(HERE, ids=(ACCOUNT_ID,), include_management=True))
        # Whatever is given there is sensitive.
        assert [note.partition(":")[0] for note in notes] == ["held for approval"]
        assert world.assignments() == _HAS_ACCESS


def _management() -> Account:
    return an_account(ou_path="/", is_management=True)
