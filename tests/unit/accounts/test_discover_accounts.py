"""The look at the whole organisation: everybody is recorded, and the first time nothing is given by surprise."""

from dataclasses import replace
from datetime import timedelta

import pytest

from dayone.accounts import discovery
from dayone.accounts.discovery import request_bootstrap
from dayone.errors import Invalid, Malformed
from dayone.model.accounts import Account, AccountState
from dayone.model.changes import Cause, CauseKind, ChangeState, ulid_of
from dayone.model.commands import BootstrapAccounts, DiscoverAccounts, RefreshAccount
from dayone.model.guardrails import Verdict
from dayone.model.operations import OperationState, Priority
from dayone.model.subjects import THE_ORGANIZATION, SubjectKind
from tests.builders import a_group, a_policy, a_set, an_account, an_assignment, assignment, the_account
from tests.unit.crashes import Crash, Fuse
from tests.unit.previews import api_of
from tests.unit.world import World

_POLICY = a_policy(a_group(), a_set(), an_assignment())
_MORE = a_policy(a_group(), a_set(), a_set("Admin"), an_assignment(), an_assignment("engineers", "Admin"))
_OLD = [f"{number:012d}" for number in range(100, 145)]


def _have_access(*accounts: str) -> set[tuple[str, str, str]]:
    return {(account, "ViewOnly", "engineers") for account in accounts}


def _discover(world: World, *, actor: str = "arn:admin") -> DiscoverAccounts:
    change = ulid_of(world.now, name=f"discovery {next(world.numbers)}")
    cause = Cause(change=change, kind=CauseKind.DISCOVERY, actor=actor, reference="discover", at=world.now)
    request = DiscoverAccounts(subject=THE_ORGANIZATION, cause=cause)
    world.inbox.put([request])
    return request


@pytest.fixture
def world() -> World:
    made = World(is_new=True)
    made.policy_is(_POLICY)
    made.settle()
    made.organization.accounts |= {number: an_account(number) for number in _OLD}
    return made


def _known(world: World) -> set[str]:
    return {
        subject.name
        for subject, head in world.state.heads.items()
        if subject.kind is SubjectKind.ACCOUNT and isinstance(head.fact, Account)
    }


class TestTheFirst:
    def test_it_records_every_account_page_by_page_and_gives_none_anything(self, world: World) -> None:
        request = _discover(world)
        world.settle()
        assert _known(world) == set(_OLD)
        assert world.assignments() == set()
        change = world.state.changes[request.cause.change]
        assert (change.state, change.subjects, change.planned, change.held) == (ChangeState.HELD, 46, 46, 45)
        assert change.held_reason.startswith("the account existed before Day One")

    def test_its_plan_is_shown_with_reasons_and_behind_everybody_else(self, world: World) -> None:
        _discover(world)
        world.settle()
        shown = world.operations(OperationState.HELD)
        assert {(operation.subject.name, operation.kind, operation.reasons[0].rule) for operation in shown} == {
            (number, "create-assignment", "policy.yaml:1") for number in _OLD
        }
        assert {operation.priority for operation in shown} == {Priority.POLICY}

    def test_what_is_approved_is_given_and_then_everything_flows(self, world: World) -> None:
        request = _discover(world)
        world.settle()
        world.is_decided(request.cause.change, approved=True)
        world.settle()
        assert world.assignments() == _have_access(*_OLD)
        assert world.state.changes[request.cause.change].state is ChangeState.SUCCEEDED
        world.policy_is(_MORE)
        world.settle()
        assert len(world.assignments()) == 2 * len(_OLD)
        assert not world.operations(OperationState.HELD)

    def test_what_is_rejected_is_not_given_until_a_newer_policy_asks_and_that_waits_as_well(self, world: World) -> None:
        request = _discover(world)
        world.settle()
        world.is_decided(request.cause.change, approved=False)
        world.settle()
        world.look_at_account(_OLD[0])
        world.settle()
        assert world.assignments() == set()
        newer = world.policy_is(_MORE)
        world.settle()
        assert world.assignments() == set()
        assert world.state.changes[newer.cause.change].state is ChangeState.HELD
        world.is_decided(newer.cause.change, approved=True)
        world.settle()
        assert len(world.assignments()) == 2 * len(_OLD)

    def test_before_the_first_policy_there_is_nothing_to_hold_and_the_first_policy_is_held_there(self) -> None:
        world = World()
        world.organization.accounts |= {number: an_account(number) for number in _OLD}
        request = _discover(world)
        world.settle()
        assert world.state.changes[request.cause.change].state is ChangeState.SUCCEEDED
        policy = world.policy_is(_POLICY)
        world.settle()
        assert world.assignments() == set()
        assert world.state.changes[policy.cause.change].held == len(_OLD)
        world.is_decided(policy.cause.change, approved=True)
        world.settle()
        assert world.assignments() == _have_access(*_OLD)

    def test_an_account_that_makes_itself_known_by_an_event_does_not_wait(self, world: World) -> None:
        world.account_is(an_account("000000000001"))
        world.settle()
        _discover(world)
        world.settle()
        world.account_is(an_account("000000000002"))
        world.settle()
        assert world.assignments() == _have_access("000000000001", "000000000002")

    def test_what_is_asked_for_no_more_is_withdrawn(self, world: World) -> None:
        request = _discover(world)
        world.settle()
        world.account_is(an_account(_OLD[0], ou_path="/Graveyard"))
        world.settle()
        world.account_is(an_account(_OLD[0], ou_path="/Graveyard"))
        world.settle()
        world.is_decided(request.cause.change, approved=True)
        world.settle()
        assert world.assignments() == _have_access(*_OLD[1:])

    def test_nobody_is_told_that_an_old_account_is_ready(self, world: World) -> None:
        request = _discover(world)
        world.settle()
        world.is_decided(request.cause.change, approved=True)
        world.policy_is(_MORE)
        world.settle()
        bootstrap = world.head(the_account(_OLD[0])).bootstrap
        assert bootstrap
        assert bootstrap.is_over
        assert not bootstrap.is_under_way

    def test_another_look_that_begins_before_it_has_asked_for_everybody_gives_nothing_either(
        self, world: World
    ) -> None:
        world.time_to_activate = timedelta(0)
        first, second = _discover(world), _discover(world)
        world.plan(first)
        world.inbox.commands.remove(first)
        world.plan(second)
        # The second one goes on alone.
        mine = [command for command in world.inbox.commands if command.cause.change == first.cause.change]
        world.inbox.commands = [
            command for command in world.inbox.commands if command not in mine and command != second
        ]
        world.settle()
        assert world.assignments() == set()
        assert len(world.operations(OperationState.HELD)) == len(_OLD)

    def test_what_is_approved_after_it_has_ceased_to_be_sensitive_is_held_for_the_reason_there_is_now(self) -> None:
        world = World(is_new=True)
        world.organization.accounts[_OLD[0]] = an_account(_OLD[0], ou_path="/Old")
        _discover(world)
        world.settle()
        world.account_is(an_account("000000000001", ou_path="/New"))
        as_admin, as_viewer = (
            a_set("Power", managed=(name,)) for name in ("AdministratorAccess", "job-function/ViewOnlyAccess")
        )
        groups = a_group(), a_group("viewers")
        in_new, in_old = an_assignment("engineers", "Power", ou="/New"), an_assignment("viewers", "Power", ou="/Old")
        world.policy_is_agreed_on(a_policy(*groups, as_admin, in_new))
        request = world.policy_is(a_policy(*groups, as_viewer, in_old))
        world.plan_all()
        (sensitive,) = world.state.heads[the_account(_OLD[0])].held
        assert "as it is in AWS: it has `AdministratorAccess`" in sensitive.sensitive
        world.settle()
        world.is_decided(request.cause.change, approved=True)
        world.settle()
        (first,) = [part for part in world.state.heads[the_account(_OLD[0])].held if part.verdict is Verdict.WAITING]
        assert (str(first.resource), first.sensitive) == ("assignment/Power/viewers", "")

    def test_a_daily_look_that_begins_before_it_is_complete_stays_what_it_was_when_it_goes_on(
        self, world: World
    ) -> None:
        world.account_is(an_account("000000000001"))
        world.settle()
        world.time_to_activate = timedelta(0)
        first, daily = _discover(world), _discover(world, actor="dayone")
        world.plan(first)
        world.plan(daily)
        world.inbox.commands = [command for command in world.inbox.commands if command not in (first, daily)]
        goes_on = [command for command in world.inbox.commands if command.cause.change == daily.cause.change]
        world.inbox.commands = [command for command in world.inbox.commands if command not in goes_on]
        world.settle()
        world.inbox.commands = goes_on
        world.settle()
        change = world.state.changes[daily.cause.change]
        # The first has recorded all the others meanwhile.
        assert (change.subjects, change.planned) == (2, 2)

    def test_it_comes_by_itself_within_a_minute_of_a_deployment_and_once(self, world: World) -> None:
        assert world.sweep() == 1
        world.settle()
        assert _known(world) == set(_OLD)
        (change,) = [change for change in world.state.changes.values() if change.cause.kind is CauseKind.DISCOVERY]
        assert change.cause.actor == "dayone"
        assert world.sweep() == 0


class TestLaterOnes:
    @pytest.fixture
    def looked_at(self, world: World) -> World:
        request = _discover(world)
        world.settle()
        world.is_decided(request.cause.change, approved=True)
        world.settle()
        return world

    def test_they_come_once_a_day(self, looked_at: World) -> None:
        looked_at.now += timedelta(hours=23)
        assert looked_at.sweep() == 0
        looked_at.now += timedelta(hours=1)
        assert looked_at.sweep() == 1
        looked_at.settle()
        assert looked_at.sweep() == 0

    def test_an_account_whose_events_were_lost_is_found_and_gets_what_it_is_to_have(self, looked_at: World) -> None:
        looked_at.organization.accounts["000000000001"] = an_account("000000000001")
        _discover(looked_at)
        looked_at.settle()
        assert looked_at.assignments() == _have_access("000000000001", *_OLD)

    def test_what_has_changed_in_silence_is_noticed(self, looked_at: World) -> None:
        renamed, closed, left = _OLD[:3]
        accounts = looked_at.organization.accounts
        accounts[renamed] = replace(accounts[renamed], name="another")
        accounts[closed] = replace(accounts[closed], state=AccountState.CLOSED)
        del accounts[left]
        request = _discover(looked_at)
        looked_at.settle()
        facts = [looked_at.head(the_account(name)).fact for name in (renamed, closed, left)]
        assert [(fact.name, fact.state) for fact in facts if isinstance(fact, Account)] == [
            ("another", AccountState.ACTIVE),
            ("team-blue-dev", AccountState.CLOSED),
            ("team-blue-dev", AccountState.DEPARTED),
        ]
        assert looked_at.applied(the_account(left), assignment()) is None
        assert _have_access(closed).isdisjoint(looked_at.assignments())
        assert _have_access(renamed, *_OLD[3:]) <= looked_at.assignments()
        change = looked_at.state.changes[request.cause.change]
        assert (change.subjects, change.planned) == (46, 46)

    def test_one_that_has_left_is_not_read_again_and_again(self, looked_at: World) -> None:
        del looked_at.organization.accounts[_OLD[0]]
        _discover(looked_at)
        looked_at.settle()
        looked_at.now += timedelta(hours=1)
        request = _discover(looked_at)
        looked_at.plan(request)
        asked = {command.subject.name for command in looked_at.inbox.commands if isinstance(command, RefreshAccount)}
        assert asked == set(_OLD[1:])

    @pytest.mark.parametrize("together", [1, 7, 45, 46])
    def test_however_many_are_read_together_each_is_read_once(
        self, looked_at: World, together: int, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(discovery, "_LOOKED_AT_IN_A_PORTION", together)
        looked_at.now += timedelta(hours=1)
        request = _discover(looked_at)
        looked_at.plan(request)
        asked = [command.subject.name for command in looked_at.inbox.commands if isinstance(command, RefreshAccount)]
        assert sorted(asked) == _OLD
        looked_at.settle()
        change = looked_at.state.changes[request.cause.change]
        assert (change.subjects, change.planned) == (46, 46)

    def test_one_that_came_back_in_silence_is_noticed_too(self, looked_at: World) -> None:
        account = looked_at.organization.accounts.pop(_OLD[0])
        _discover(looked_at)
        looked_at.settle()
        looked_at.organization.accounts[_OLD[0]] = account
        looked_at.now += timedelta(hours=1)
        _discover(looked_at)
        looked_at.settle()
        assert looked_at.assignments() == _have_access(*_OLD)


@pytest.mark.thorough
@pytest.mark.parametrize("number", range(1, 60))
def test_a_crash_at_any_call_leaves_nobody_out_and_counts_nobody_twice(number: int) -> None:
    world = World(is_new=True, time_to_activate=timedelta(0))
    world.organization.accounts |= {name: an_account(name) for name in _OLD}
    world.account_is(an_account("000000000001"))
    world.plan_all()
    request, fuse = _discover(world), Fuse(number)
    world.around = fuse.around
    try:
        while world.inbox.commands and world.inbox.commands[0].subject == THE_ORGANIZATION:
            world.plan(world.inbox.commands[0])
            world.inbox.commands.pop(0)
    except Crash:
        pass
    world.around = lambda _name, port: port
    world.settle()
    change = world.state.changes[request.cause.change]
    assert _known(world) == {"000000000001", *_OLD}
    assert (change.subjects, change.planned) == (47, 47)


def test_a_place_that_cannot_be_read_is_refused() -> None:
    world = World()
    request = replace(_discover(world), cursor="somewhere")
    with pytest.raises(Exception, match="no look at the organisation goes on at 'somewhere'"):
        world.plan(request)


def test_an_account_that_is_named_twice_is_bootstrapped_once(world: World) -> None:
    _discover(world)
    world.settle()
    api = api_of(world)
    taken = request_bootstrap([_OLD[0], _OLD[1], _OLD[0]], actor="arn:admin", ports=api)
    (command,) = world.inbox.commands
    assert isinstance(command, BootstrapAccounts)
    assert (command.cause.change, [subject.name for subject in command.subjects]) == (taken.change, _OLD[:2])


def test_a_hundred_accounts_are_bootstrapped_together_and_no_more(world: World) -> None:
    api, names = api_of(world), [f"{number:012d}" for number in range(101)]
    for name in names:
        world.account_is(an_account(name))
    world.plan_all()
    assert request_bootstrap(names[:100], actor="arn:admin", ports=api).change
    with pytest.raises(Malformed, match="101 accounts are more than 100"):
        request_bootstrap(names, actor="arn:admin", ports=api)
    with pytest.raises(Invalid) as refused:
        request_bootstrap([names[0], "999999999999", "888888888888"], actor="arn:admin", ports=api)
    assert [finding[:12] for finding in refused.value.findings] == ["888888888888", "999999999999"]
