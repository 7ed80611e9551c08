"""Accounts that are given everything again on somebody's word, whatever is remembered of them."""

from datetime import timedelta

import pytest

from dayone.model.changes import Cause, CauseKind, ChangeState
from dayone.model.commands import BootstrapAccounts
from dayone.model.subjects import Subject, SubjectKind
from tests.builders import (
    ACCOUNT_ID,
    a_group,
    a_policy,
    a_set,
    an_account,
    an_assignment,
    the_account,
)
from tests.unit.world import World

_HAS_ACCESS = {(ACCOUNT_ID, "ViewOnly", "engineers")}


@pytest.fixture
def world() -> World:
    made = World()
    made.policy_is(a_policy(a_group(), a_set(), an_assignment()))
    made.account_is(an_account())
    made.settle()
    assert made.assignments() == _HAS_ACCESS
    made.now += timedelta(seconds=1)
    return made


def again(world: World, *accounts: str) -> str:
    change = f"01AGAIN{next(world.numbers)}"
    cause = Cause(change=change, kind=CauseKind.BOOTSTRAP, actor="arn", reference="bootstrap", at=world.now)
    subjects = tuple(Subject(SubjectKind.ACCOUNT, account) for account in accounts)
    world.inbox.put([BootstrapAccounts(subject=Subject(SubjectKind.CHANGE, change), cause=cause, subjects=subjects)])
    world.settle()
    return change


def test_what_somebody_took_away_without_a_word_is_there_again(world: World) -> None:
    world.center.assignments.clear()
    change = world.state.changes[again(world, ACCOUNT_ID)]
    assert world.assignments() == _HAS_ACCESS
    assert (change.state, change.operations, change.succeeded) == (ChangeState.SUCCEEDED, 1, 1)


def test_what_is_there_stays_there_and_is_counted_once(world: World) -> None:
    before = world.state.existing
    again(world, ACCOUNT_ID)
    again(world, ACCOUNT_ID)
    assert world.assignments() == _HAS_ACCESS
    assert world.state.existing == before


def test_it_is_the_account_s_first_time_once_more(world: World) -> None:
    change = again(world, ACCOUNT_ID)
    bootstrap = world.head(the_account()).bootstrap
    assert bootstrap is not None
    assert bootstrap.change == change


def test_who_asked_for_it_is_on_record(world: World) -> None:
    again(world, ACCOUNT_ID)
    (entry,) = [audit_entry for audit_entry, _ in world.state.log if audit_entry.action == "bootstrap-accounts"]
    assert (entry.actor, entry.detail) == ("arn", f"account:{ACCOUNT_ID}")


def test_an_account_that_would_lose_everything_by_it_is_held_as_ever(world: World) -> None:
    world.organization.accounts[ACCOUNT_ID] = an_account(ou_path="/Graveyard")
    change = world.state.changes[again(world, ACCOUNT_ID)]
    assert change.state is ChangeState.HELD
    assert "every assignment" in change.held_reason
    assert world.assignments() == _HAS_ACCESS
