"""Renamed, moved or deleted units: every account below is refreshed, whatever happens on the way."""

from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dayone.accounts import discovery as look_below_unit
from dayone.errors import Rejected
from dayone.model.accounts import Account
from dayone.model.changes import CauseKind, ChangeState
from dayone.model.commands import RefreshAccount, RefreshOrganizationalUnit
from dayone.model.subjects import Subject, SubjectKind
from tests.builders import NOON, a_cause, a_group, a_policy, a_set, an_account, an_assignment
from tests.unit.crashes import Crash, Fuse
from tests.unit.world import World

WORKLOADS, DEV, PROD = "ou-a1b2-00000001", "ou-a1b2-00000002", "ou-a1b2-00000003"
_POLICY = a_policy(
    a_group("engineers"),
    a_set("ViewOnly"),
    a_set("Admin"),
    an_assignment("engineers", "ViewOnly", ou="/Workloads/Prod"),
    an_assignment("engineers", "Admin", ou="/Workloads/Dev"),
)


def _account(number: int, *, within: str) -> Account:
    path = {DEV: "/Workloads/Dev", PROD: "/Workloads/Prod"}[within]
    return replace(an_account(f"{number:012d}", name=f"a-{number}", ou_path=path), ou_ids=(WORKLOADS, within))


def _world(*accounts: Account) -> World:
    world = World(approves=True)
    world.policy_is(_POLICY)
    for account in accounts:
        world.account_is(account)
    world.settle()
    return world


def _event(unit: str, *, number: int = 1) -> RefreshOrganizationalUnit:
    cause = a_cause(CauseKind.ACCOUNT_EVENT, change=f"01UNIT{number}", at=NOON + timedelta(hours=1))
    return RefreshOrganizationalUnit(subject=Subject(SubjectKind.ORGANIZATIONAL_UNIT, unit), cause=cause)


def _sets_of(world: World, account: Account) -> set[str]:
    return {name for number, name, _group in world.assignments() if number == account.id}


def test_accounts_below_a_renamed_unit_get_what_its_new_name_gives() -> None:
    dev, prod = _account(1, within=DEV), _account(2, within=PROD)
    world = _world(dev, prod)
    assert (_sets_of(world, dev), _sets_of(world, prod)) == ({"Admin"}, {"ViewOnly"})
    world.organization.rename_unit(PROD, "Legacy")
    world.organization.rename_unit(DEV, "Prod")
    world.inbox.put([_event(PROD), _event(DEV, number=2)])
    world.settle()
    assert (_sets_of(world, dev), _sets_of(world, prod)) == ({"ViewOnly"}, set())


def test_only_accounts_below_it_are_asked_for_however_deep() -> None:
    world = _world(_account(1, within=DEV), _account(2, within=PROD), an_account("000000000009", ou_path="/"))
    for unit, below in ((WORKLOADS, {1, 2}), (DEV, {1}), ("ou-a1b2-99999999", set[int]())):
        world.organization.reads.clear()
        world.plan(_event(unit, number=len(unit) + len(below)))
        world.plan_all()
        assert {int(read) for read in world.organization.reads} == below


def test_the_name_is_asked_for_before_any_account_is() -> None:
    world = _world(_account(1, within=DEV))
    world.plan(_event(DEV))
    assert world.organization.looked_at == [DEV]
    assert [str(command.subject) for command in world.inbox.commands] == ["account:000000000001"]
    assert all(isinstance(command, RefreshAccount) for command in world.inbox.commands)


def test_the_change_counts_the_accounts_and_ends_when_they_are_planned() -> None:
    world = _world(_account(1, within=DEV), _account(2, within=DEV))
    event = _event(DEV)
    world.plan(event)
    change = world.state.changes[event.cause.change]
    assert (change.subjects, change.state) == (2, ChangeState.PLANNING)
    world.settle()
    assert world.state.changes[event.cause.change].state is ChangeState.SUCCEEDED


def test_a_unit_without_accounts_is_done_at_once() -> None:
    world = _world(_account(1, within=DEV))
    event = _event(PROD)
    world.plan(event)
    change = world.state.changes[event.cause.change]
    assert (change.subjects, change.state) == (0, ChangeState.SUCCEEDED)


@pytest.fixture
def _small_portions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(look_below_unit, "_BELOW_A_UNIT_IN_A_PORTION", 2)


@pytest.mark.usefixtures("_small_portions")
def test_many_accounts_take_several_runs_and_each_is_asked_for_once() -> None:
    world = _world(*(_account(number, within=DEV if number % 3 else PROD) for number in range(1, 8)))
    world.time_to_activate = timedelta()
    event = _event(DEV)
    world.plan(event)
    asked = [command for command in world.inbox.commands if isinstance(command, RefreshOrganizationalUnit)]
    assert [command.cursor for command in asked] == ["1"]
    world.organization.reads.clear()
    world.settle()
    assert sorted(int(read) for read in world.organization.reads) == [1, 2, 4, 5, 7]
    assert world.state.changes[event.cause.change].subjects == 5


@pytest.mark.thorough
@pytest.mark.usefixtures("_small_portions")
def test_a_crash_at_any_call_leaves_no_account_out() -> None:
    for number in count(1):
        accounts = [_account(number, within=DEV) for number in range(1, 6)]
        world = _world(*accounts)
        world.organization.rename_unit(DEV, "Prod")
        fuse = Fuse(number)
        world.around = fuse.around
        with suppress(Crash):
            world.plan(_event(DEV))
        world.around = lambda _name, port: port
        world.plan(_event(DEV))
        world.settle()
        assert all(_sets_of(world, account) == {"ViewOnly"} for account in accounts)
        assert world.state.changes["01UNIT1"].subjects == 5
        if not fuse.has_burnt:
            return


def test_a_cursor_that_is_none_is_refused() -> None:
    with pytest.raises(Rejected):
        _world().plan(replace(_event(DEV), cursor="behind"))


class _RenamedMeanwhile:
    """An organisation whose unit is renamed after an account was read and before the plan is in force."""

    def __init__(self, world: World, event: RefreshOrganizationalUnit) -> None:
        self._world, self._event, self._is_done = world, event, False

    def around(self, name: str, port: object) -> object:
        if name == "subjects" and not self._is_done:
            return _Before(port, self._rename)
        return port

    def _rename(self) -> None:
        if not self._is_done:
            self._is_done = True
            self._world.organization.rename_unit(PROD, "Dev")
            self._world.plan(self._event)


class _Before:
    def __init__(self, port: object, act: object) -> None:
        self._port, self._act = port, act

    def __getattr__(self, name: str) -> object:
        if name == "commit":
            self._act()  # type: ignore[operator]
        return getattr(self._port, name)


def test_an_account_that_comes_while_its_unit_is_renamed_is_read_once_more() -> None:
    world, account = _world(), _account(1, within=PROD)
    world.organization.accounts[account.id] = account
    request = world.look_at_account(account.id)
    world.inbox.commands.clear()
    world.around = _RenamedMeanwhile(world, _event(PROD)).around
    world.plan(request)
    assert world.state.changes["01UNIT1"].subjects == 0
    world.around = lambda _name, port: port
    world.settle()
    assert _sets_of(world, account) == {"Admin"}


@given(st.permutations(["event of the account", "event of the unit", "event of the unit again", "move"]))
def test_events_of_a_unit_and_of_an_account_in_it_may_come_in_any_order(order: list[str]) -> None:
    account = _account(1, within=DEV)
    world = _world(account)
    moved = replace(account, ou_ids=(WORKLOADS, PROD), ou_path="/Workloads/Renamed")
    world.organization.accounts[account.id] = moved
    for event in order:
        if event.startswith("event of the unit"):
            world.inbox.put([_event(PROD, number=len(event))])
        else:
            world.look_at_account(account.id)
        world.plan_all()
    world.settle()
    head = world.head(Subject(SubjectKind.ACCOUNT, account.id))
    assert head.fact == moved
    assert _sets_of(world, account) == set()
