"""Direct assignments of a person: theirs from their first to their last day, in whatever order things happen."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date, timedelta
from itertools import islice
from typing import Any

import pytest

from dayone.access.queries import account_access, person_access
from dayone.lookups import Window
from dayone.model.commands import Command
from dayone.model.people import Person, Status
from dayone.model.policy.rules import AccountSelector, AssignmentRule, Guardrails, Policy, Protection
from dayone.planning.facts import change_of_accounts
from tests.builders import ACCOUNT_ID, HERE, NOON, a_group, a_person, a_policy, a_set, an_account, the_account
from tests.fakes.table.records import MemoryRecords
from tests.unit.crashes import Crash, Fuse
from tests.unit.world import World

_OTHER = "777788889999"
_HAS_IT = {(ACCOUNT_ID, "ViewOnly", "e-1@example.com")}


def _rule(*, person: str = "e-1", selector: AccountSelector | None = None) -> AssignmentRule:
    return AssignmentRule(
        "", "ViewOnly", (selector or AccountSelector(HERE, ous=("/Workloads/**",)),), HERE, person=person
    )


def _policy(*rules: AssignmentRule, protection: Protection | None = None) -> Policy:
    return a_policy(a_set(), a_group("nobody", department="None"), *(rules or (_rule(),)), protection=protection)


def _world(person: Person | None = None, *, policy: Policy | None = None) -> World:
    world = World()
    world.policy_is(policy or _policy())
    world.account_is(an_account())
    world.account_is(an_account(_OTHER, ou_path="/Sandbox"))
    world.settle()
    world.hr_tells(person or a_person())
    world.settle()
    return world


def test_a_person_has_what_they_are_assigned_in_the_accounts_that_are_meant() -> None:
    assert _world().assignments() == _HAS_IT


def test_whichever_of_the_three_comes_last() -> None:
    steps: dict[str, Callable[[World], object]] = {
        "policy": lambda world: world.policy_is(_policy()),
        "account": lambda world: world.account_is(an_account()),
        "person": lambda world: world.hr_tells(a_person()),
    }
    for last in steps:
        world = World()
        for name in sorted(steps, key=lambda name: name == last):
            steps[name](world)
            world.settle()
        assert world.assignments() == _HAS_IT, f"{last} last"


def test_it_goes_when_the_person_leaves() -> None:
    world = _world()
    world.hr_tells(a_person(status=Status.ENDED), at=world.now)
    world.settle()
    assert world.assignments() == set()


@pytest.mark.parametrize("leaves_first", [False, True])
def test_it_goes_when_the_person_leaves_whatever_else_the_account_would_lose(leaves_first: bool) -> None:  # noqa: FBT001
    team = AssignmentRule("nobody", "ViewOnly", (AccountSelector(HERE, ous=("/Workloads/**",)),), HERE)
    world = _world(policy=_policy(team, _rule()))
    both = {*_HAS_IT, (ACCOUNT_ID, "ViewOnly", "nobody")}
    assert world.assignments() == both
    steps: list[Callable[[], object]] = [
        lambda: world.account_is(an_account(ou_path="/Graveyard")),
        lambda: world.hr_tells(a_person(status=Status.ENDED), at=world.now),
    ]
    for step in steps[::-1] if leaves_first else steps:
        step()
        world.plan_all()
    world.settle()
    assert world.assignments() == both - _HAS_IT


def test_it_goes_when_the_last_day_is_over_without_anybody_saying_so() -> None:
    world = _world(a_person(end_date=date(2026, 11, 24)))
    assert world.assignments() == _HAS_IT
    world.now = NOON + timedelta(days=2)
    world.sweep()
    world.settle()
    assert world.assignments() == set()


def test_it_comes_with_the_first_day_and_not_before() -> None:
    world = _world(a_person(start_date=date(2026, 11, 25)))
    assert world.assignments() == set()
    world.now = NOON + timedelta(days=2)
    world.sweep()
    world.settle()
    assert world.assignments() == _HAS_IT


def test_it_goes_with_its_rule() -> None:
    world = _world()
    world.policy_is(_policy(_rule(person="e-2")))
    world.settle()
    assert world.assignments() == set()


def test_what_is_assigned_to_a_protected_person_stays() -> None:
    world = _world()
    world.policy_is(_policy(_rule(person="e-2"), protection=Protection(people=frozenset({"e-1"}))))
    world.settle()
    assert world.assignments() == _HAS_IT


def test_a_person_who_goes_on_as_before_does_not_have_the_accounts_looked_at_again() -> None:
    world = _world()
    world.plan(world.hr_tells(a_person(title="SRE"), at=world.now))
    assert [request.subject.kind for request in world.inbox.commands] == ["person"]


def test_only_the_accounts_that_are_named_are_looked_at_again() -> None:
    policy = _policy(_rule(selector=AccountSelector(HERE, ids=(ACCOUNT_ID, "000000000000"))))
    world = _world(policy=policy)
    world.plan(world.hr_tells(a_person(status=Status.ENDED), at=world.now))
    assert [request.subject for request in world.inbox.commands[1:]] == [the_account()]


def test_the_accounts_make_a_change_of_their_own_that_is_over_when_they_are() -> None:
    world = _world()
    request = world.hr_tells(a_person(status=Status.ENDED), at=world.now)
    world.settle()
    (theirs,) = [
        change
        for change in world.state.changes.values()
        if change.cause.reference == request.cause.reference and change.id != request.cause.change
    ]
    assert (theirs.subjects, theirs.planned, theirs.succeeded, str(theirs.state)) == (2, 2, 1, "succeeded")


class _Death(BaseException):
    """The process ends here."""


@pytest.mark.parametrize("dies_at", ["inbox", "changes"])
def test_a_crash_after_the_person_was_planned_does_not_leave_their_access_behind(dies_at: str) -> None:
    world = _world()
    request = world.hr_tells(a_person(status=Status.ENDED), at=world.now)

    class Dead:
        def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - stands for any port
            raise _Death(name)

    world.around = lambda name, port: Dead() if name == dies_at else port
    with pytest.raises(_Death):
        world.plan(request)
    world.around = lambda _name, port: port
    world.settle()
    assert world.assignments() == set()


@pytest.mark.parametrize("number", range(1, 17))
@pytest.mark.parametrize(
    "person", [a_person(start_date=date(2026, 11, 24)), a_person(end_date=date(2026, 11, 24))], ids=["comes", "leaves"]
)
def test_a_crash_anywhere_at_the_moment_of_a_person_leaves_no_account_behind(person: Person, number: int) -> None:
    world = _world(person)
    before = world.assignments()
    world.now = NOON + timedelta(days=2)
    world.sweep()
    (request,) = [command for command in world.inbox.commands if command.subject.name == "e-1"]
    fuse = Fuse(number)
    world.around = fuse.around
    with pytest.raises(Crash):
        world.plan(request)
    world.around = World.around
    world.settle()
    assert world.assignments() == _HAS_IT - before


class _DyingInbox:
    """The inbox, of which the process dies after the first of several commands, or after all of them."""

    def __init__(self, inbox: Any, *, taken: int) -> None:  # noqa: ANN401 - the fake, whatever it has
        self._inbox, self._taken = inbox, taken

    def put(self, commands: Iterable[Command]) -> None:
        self._inbox.put(islice(commands, self._taken))
        raise Crash


@pytest.mark.parametrize("taken", [0, 1, 2])
def test_accounts_that_are_named_otherwise_when_the_person_is_repeated_are_all_counted(taken: int) -> None:
    ids = (ACCOUNT_ID, _OTHER, "888899990000")
    first, second = (_policy(_rule(selector=AccountSelector(HERE, ids=each))) for each in (ids[:2], ids[1:]))
    world = _world(policy=first)
    world.account_is(an_account(ids[2]))
    world.settle()
    request = world.hr_tells(a_person(status=Status.ENDED), at=world.now)
    world.around = lambda name, port: _DyingInbox(port, taken=taken) if name == "inbox" else port
    with pytest.raises(Crash):
        world.plan(request)
    world.around = World.around
    world.plan(world.policy_is(second))
    world.plan(request)
    theirs = world.state.changes[change_of_accounts(request.subject, cause=request.cause)]
    assert (theirs.subjects, theirs.planned) == (2, 0)
    world.settle()
    theirs = world.state.changes[theirs.id]
    assert (theirs.subjects, theirs.planned, str(theirs.state)) == (2, 2, "succeeded")
    assert world.assignments() == set()


def test_a_person_that_is_repeated_after_all_are_on_the_inbox_has_nothing_counted_again() -> None:
    ids = (ACCOUNT_ID, _OTHER, "888899990000")
    first, second = (_policy(_rule(selector=AccountSelector(HERE, ids=each))) for each in (ids[:1], ids[1:]))
    world = _world(policy=first)
    request = world.hr_tells(a_person(status=Status.ENDED), at=world.now)
    world.plan(request)
    world.plan(world.policy_is(second))
    world.plan(request)
    world.settle()
    theirs = world.state.changes[change_of_accounts(request.subject, cause=request.cause)]
    assert (theirs.subjects, theirs.planned) == (1, 1)
    assert world.assignments() == set()


def test_a_policy_that_comes_into_force_while_a_person_leaves_gives_them_nothing() -> None:
    world = _world(policy=_policy(_rule(person="e-2")))
    request = world.hr_tells(a_person(status=Status.ENDED), at=world.now)

    def meanwhile(name: str, port: Any) -> Any:  # noqa: ANN401 - any port
        return _Before(port, happens) if name == "subjects" else port

    def happens() -> None:
        # The accounts are planned with the new policy before the person's leaving is committed.
        world.around = lambda _name, port: port
        activation = world.policy_is(_policy())
        world.plan(activation)
        for account in [command for command in world.inbox.commands if str(command.subject) == f"account:{ACCOUNT_ID}"]:
            world.plan(account)

    world.around = meanwhile
    world.plan(request)
    world.settle()
    assert world.assignments() == set()


class _Before:
    """A port of which something happens just before the first commit."""

    def __init__(self, port: Any, happens: Callable[[], None]) -> None:  # noqa: ANN401 - any port
        self._port = port
        self._happens: Callable[[], None] | None = happens

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever the port has
        if name == "commit" and self._happens is not None:
            happens, self._happens = self._happens, None
            happens()
        return getattr(self._port, name)


def test_it_is_among_what_the_person_can_reach_and_among_who_reaches_the_account() -> None:
    world = _world()
    records, window = MemoryRecords(world.state), Window(limit=10)
    (own,) = person_access("e-1", window=window, records=records)
    assert own.group == "person:e-1"
    assert [(assignment.account, assignment.permission_set) for assignment in own.assignments.entries] == [
        (ACCOUNT_ID, "ViewOnly")
    ]
    (there,) = account_access(ACCOUNT_ID, window=window, records=records)
    assert there.group == "person:e-1"
    assert [member.person for member in there.members.entries] == ["e-1"]
    assert account_access(_OTHER, window=window, records=records) == []


def test_whoever_has_nothing_of_their_own_is_only_in_groups() -> None:
    world = _world(policy=_policy(_rule(person="e-2")))
    assert person_access("e-1", window=Window(limit=10), records=MemoryRecords(world.state)) == []


def test_a_move_of_the_account_takes_it_away() -> None:
    world = _world()
    world.account_is(replace(an_account(), ou_path="/Sandbox"))
    world.settle()
    assert world.assignments() == set()


def test_what_leavers_were_assigned_is_approved_with_what_else_they_lose() -> None:
    strict = Guardrails(percent=0, at_least=0)
    policy = replace(_policy(_rule(), _rule(person="e-2")), guardrails=strict)
    world = _world(policy=policy)
    world.hr_tells(a_person("e-2"))
    world.settle()
    assert len(world.assignments()) == 2
    world.now += timedelta(seconds=1)
    world.hr_tells(a_person(status=Status.ENDED), at=world.now)
    world.hr_tells(a_person("e-2", start_date=world.now.date() + timedelta(days=9)), at=world.now)
    world.settle()
    held = [change.id for change in world.state.changes.values() if change.held]
    assert len(world.assignments()) == 2
    for change in held:
        world.is_decided(change, approved=True, only_leavers=True)
    world.settle()
    # Whose first day has moved has not left.
    assert world.assignments() == {(ACCOUNT_ID, "ViewOnly", "e-2@example.com")}
    assert [world.state.changes[change].held for change in held] == [1]
