"""A delegated administrator leaves alone what is in use in the management account, and says so; nobody else does."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from dayone.model.commands import Command
from dayone.model.policy.context import OffLimits
from dayone.model.policy.rules import AccountSelector, Policy
from tests.builders import (
    ACCOUNT_ID,
    HERE,
    a_group,
    a_policy,
    a_set,
    an_account,
    an_assignment,
    the_account,
    the_set,
)
from tests.unit.world import World

MANAGEMENT = "111122223333"
_OFF_LIMITS = OffLimits(account=MANAGEMENT, permission_sets=frozenset({"ViewOnly"}))
_WITH_MANAGEMENT = AccountSelector(HERE, ids=(MANAGEMENT,), include_management=True)


def _policy(*, description: str = "", name: str = "") -> Policy:
    admins = replace(an_assignment("engineers", "Admin"), accounts=(_WITH_MANAGEMENT, *an_assignment().accounts))
    view = replace(a_set(description=description), display_name=name)
    return a_policy(a_group(), view, a_set("Admin"), an_assignment(), admins)


@pytest.fixture
def world() -> Iterator[World]:
    made = World(off_limits=_OFF_LIMITS)
    made.policy_is(_policy())
    made.settle()
    yield made
    # Whatever else is looked at here: nobody has anything in the management account.
    assert not [pair for pair in made.assignments() if pair[0] == MANAGEMENT]


def _notes(world: World, request: Command) -> tuple[str, ...]:
    return world.state.plans[request.cause.change, request.subject].notes


def test_nothing_is_asked_of_aws_in_the_management_account_and_the_change_says_so(world: World) -> None:
    request = world.account_is(an_account(MANAGEMENT, ou_path="/", is_management=True))
    world.settle()
    assert world.outcomes(request) == []
    (note,) = _notes(world, request)
    assert "lets change nothing in the management account: create assignment/Admin/engineers" in note


def test_a_set_that_is_in_use_there_is_neither_made_nor_assigned_anywhere_and_others_are(world: World) -> None:
    request = world.account_is(an_account())
    world.settle()
    assert world.outcomes(request) == ["create assignment/Admin/engineers: succeeded"]
    assert world.assignments() == {(ACCOUNT_ID, "Admin", "engineers")}
    (note,) = _notes(world, request)
    assert note.endswith("that are in use in the management account: create assignment/ViewOnly/engineers")
    assert world.head(the_set("ViewOnly")).generation == "0-0"
    assert not [operation for operation in world.operations() if operation.subject == the_set("ViewOnly")]


def test_it_is_known_by_the_name_that_aws_has_for_it() -> None:
    world = World(off_limits=replace(_OFF_LIMITS, permission_sets=frozenset({"Look"})))
    world.policy_is(_policy(name="Look"))
    world.account_is(an_account())
    world.settle()
    assert world.assignments() == {(ACCOUNT_ID, "Admin", "engineers")}


class TestOneThatCameIntoUseThereLater:
    @pytest.fixture
    def later(self) -> World:
        world = World()
        world.policy_is(_policy())
        world.account_is(an_account())
        world.settle()
        world.off_limits = _OFF_LIMITS
        return world

    def test_its_form_is_left_as_it_is(self, later: World) -> None:
        before = later.permission_sets()
        later.policy_is(_policy(description="new"))
        later.settle()
        assert later.permission_sets() == before
        assert not later.state.open_operations()

    def test_its_assignments_are_left_as_they_are(self, later: World) -> None:
        request = later.account_is(an_account(ou_path="/Graveyard"))
        later.approves = True
        later.settle()
        assert later.assignments() == {(ACCOUNT_ID, "ViewOnly", "engineers")}
        assert any("delete assignment/ViewOnly/engineers" in note for note in _notes(later, request))

    def test_what_was_left_is_done_when_it_is_out_of_use_there(self, later: World) -> None:
        later.account_is(an_account(ou_path="/Graveyard"))
        later.approves = True
        later.settle()
        later.off_limits = OffLimits()
        later.look_at_account(ACCOUNT_ID)
        later.settle()
        assert later.assignments() == set()


def test_in_the_management_account_nothing_is_off_limits() -> None:
    world = World(approves=True)
    world.policy_is(_policy())
    world.account_is(an_account(MANAGEMENT, ou_path="/", is_management=True))
    world.settle()
    assert world.assignments() == {(MANAGEMENT, "Admin", "engineers")}
    assert world.head(the_account(MANAGEMENT)).policy_version == 1
