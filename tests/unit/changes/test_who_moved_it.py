"""Blame for a call about an account, whenever what follows from it is seen and held."""

from datetime import timedelta

import pytest

from dayone.changes.decisions import decide_change
from dayone.errors import Forbidden
from dayone.model.changes import Cause, CauseKind, ulid_of
from dayone.model.commands import RefreshAccount
from dayone.model.subjects import Subject, SubjectKind
from tests.builders import ACCOUNT_ID, an_account
from tests.unit.changes.test_sensitive_gifts import APPROVER, AUTHOR, POLICY, company, held, later
from tests.unit.previews import api_of, put_in_force
from tests.unit.world import World

MALLORY = "arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Operator_0123456789abcdef/mal@example.com"
ALL = 'permission_set: Admin, accounts: [{ou: "/**"}]'
NARROW = POLICY.replace(ALL, 'permission_set: Admin, accounts: [{ou: "/Prod/**"}]')
WAITS = [f"account:{ACCOUNT_ID} create assignment/Admin/admins"]


def _event(world: World, *authors: str) -> str:
    """An event of the account, of a call by these."""
    change = ulid_of(world.now, name=f"event {next(world.numbers)}")
    kind, actor = CauseKind.ACCOUNT_EVENT, "aws.organizations"
    cause = Cause(change=change, kind=kind, actor=actor, reference="e", at=world.now, authors=authors)
    world.inbox.put([RefreshAccount(subject=Subject(SubjectKind.ACCOUNT, ACCOUNT_ID), cause=cause)])
    world.settle()
    return change


def _moved(world: World) -> None:
    world.organization.accounts[ACCOUNT_ID] = an_account(ou_path="/Prod")


def _refused(change: str, *, world: World, actor: str = MALLORY) -> None:
    with pytest.raises(Forbidden):
        decide_change(change, is_approved=True, actor=actor, ports=api_of(world))


def test_a_move_that_is_seen_after_its_event_is_still_whose_it_was() -> None:
    world = company(NARROW)
    _event(world, MALLORY)
    world.now += timedelta(minutes=5)
    _moved(world)
    seen = _event(world)
    assert held(world) == WAITS
    _refused(seen, world=world)


def test_a_move_that_was_rejected_is_so_when_an_edit_by_another_asks_for_it_anew() -> None:
    world = company(NARROW)
    _moved(world)
    decide_change(_event(world, MALLORY), is_approved=False, actor=APPROVER, ports=api_of(world))
    world.settle()
    later(world)
    anew = put_in_force(NARROW + "# another comment\n", world=world, actor="arn:innocent")
    later(world)
    seen = _event(world)
    assert held(world) == WAITS
    (holding,) = [change for change in (anew.cause.change, seen) if world.state.changes[change].held]
    _refused(holding, world=world)


def test_who_called_while_the_rules_gave_it_anyway_may_approve_it() -> None:
    world = company(NARROW)
    _event(world, APPROVER)
    later(world)
    edit = put_in_force(POLICY, world=world)
    assert held(world) == WAITS
    _refused(edit.cause.change, world=world, actor=AUTHOR)
    decide_change(edit.cause.change, is_approved=True, actor=APPROVER, ports=api_of(world))
    world.settle()
    assert (ACCOUNT_ID, "Admin", "admins") in world.assignments()


def test_after_a_week_nobody_is_to_blame_for_a_call() -> None:
    world = company(NARROW)
    _event(world, MALLORY)
    world.now += timedelta(days=8)
    _moved(world)
    decide_change(_event(world), is_approved=True, actor=MALLORY, ports=api_of(world))
    world.settle()
    assert (ACCOUNT_ID, "Admin", "admins") in world.assignments()
