"""A new policy reaches every subject it may concern, whatever happens on the way."""

from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest

from dayone.errors import Rejected
from dayone.model.changes import ChangeState
from dayone.model.policy.rules import Condition, PersonSelector
from dayone.model.subjects import THE_POLICY, SubjectKind
from dayone.reconcile.policy_rollout import activate_policy
from tests.builders import (
    HERE,
    NOON,
    a_group,
    a_person,
    a_policy,
    a_set,
    an_account,
    an_assignment,
    the_person,
)
from tests.fakes.acceptances import AcceptedInbox
from tests.unit.crashes import Crash, Fuse
from tests.unit.world import World, redelivered

_ENGINEERS = a_policy(a_group("engineers"), a_set("ViewOnly"), an_assignment())
_DATA = a_policy(a_group("data", department="Engineering"), a_set("Reader"), an_assignment("data", "Reader"))


def _world_of(*names: str) -> World:
    world = World()
    world.account_is(an_account())
    for name in names:
        world.hr_tells(a_person(name))
    world.settle()
    return world


def _asked(world: World) -> list[str]:
    return [str(command.subject) for command in world.inbox.commands]


def test_only_who_would_change_is_looked_at_and_what_others_depend_on_comes_first() -> None:
    world = _world_of("e-1")
    world.hr_tells(a_person("e-2", department="Sales"))
    world.policy_is(_ENGINEERS)
    world.settle()
    request = world.policy_is(_DATA)
    world.plan(world.inbox.commands.pop(0))
    assert _asked(world) == [
        "group:data",
        "group:engineers",
        "permission-set:Reader",
        "permission-set:ViewOnly",
        "account:444455556666",
        "person:e-1",
    ]
    assert {command.cause for command in world.inbox.commands} == {request.cause}
    change = world.state.changes[request.cause.change]
    assert (change.subjects, change.state) == (6, ChangeState.PLANNING)


def test_a_policy_that_says_the_same_in_other_words_writes_nothing() -> None:
    world = _world_of("e-1")
    world.policy_is(_ENGINEERS)
    world.settle()
    heads, operations = dict(world.state.heads), dict(world.state.operations)
    request = world.policy_is(_ENGINEERS)
    world.settle()
    assert (world.state.heads, world.state.operations) == (heads, operations)
    change = world.state.changes[request.cause.change]
    assert (change.subjects, change.state) == (0, ChangeState.SUCCEEDED)


def test_somebody_with_open_operations_is_looked_at_even_if_they_have_what_the_policy_gives() -> None:
    world = _world_of("e-1")
    world.policy_is(_ENGINEERS)
    world.settle()
    world.policy_is(a_policy())
    world.plan_all()
    # Their removal is on its way, and nothing of it has happened yet.
    world.policy_is(_ENGINEERS)
    world.plan(world.inbox.commands.pop(0))
    assert "person:e-1" in _asked(world)


def test_somebody_for_whom_only_a_day_to_come_has_changed_is_looked_at() -> None:
    world = _world_of("e-1")
    later = a_group("later", start_date="")
    joined = replace(later, members=(PersonSelector((Condition("start_date", reached=30),), HERE),))
    world.hr_tells(a_person("e-2", start_date=NOON.date()))
    world.policy_is(a_policy(later))
    world.settle()
    world.policy_is(a_policy(joined))
    world.settle()
    assert world.head(the_person("e-2")).due_at == datetime(2026, 12, 23, tzinfo=UTC)


def test_a_change_of_policy_is_over_when_all_its_subjects_are() -> None:
    world = _world_of("e-1")
    request = world.policy_is(_ENGINEERS)
    world.settle()
    change = world.state.changes[request.cause.change]
    assert change.state is ChangeState.SUCCEEDED
    assert (change.planned, change.operations, change.succeeded) == (4, 5, 5)


def _crowd(number: int, *, run: timedelta) -> World:
    """A world whose activations stop after every portion of two subjects."""
    world = World(time_to_activate=run)
    for name in range(number):
        world.hr_tells(a_person(f"e-{name:04}"))
    world.settle()
    return world


@pytest.mark.thorough
def test_more_people_than_one_page_holds_are_all_found() -> None:
    world = World()
    for number in range(1203):
        world.hr_tells(a_person(f"e-{number:04}"))
    world.plan_all()
    world.policy_is(_ENGINEERS)
    world.plan(world.inbox.commands.pop(0))
    people = sorted(
        command.subject.name for command in world.inbox.commands if command.subject.kind is SubjectKind.PERSON
    )
    assert people == [f"e-{number:04}" for number in range(1203)]


def test_a_run_whose_time_is_over_hands_on_to_the_next_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(f"{activate_policy.__module__}._CONCERNED_IN_A_PORTION", 2)
    world = _crowd(3, run=timedelta(0))
    request = world.policy_is(_ENGINEERS)
    change = request.cause.change
    asked, runs = [], 0
    while world.inbox.commands:
        command = world.inbox.commands.pop(0)
        if command.subject == THE_POLICY:
            assert world.state.changes[change].subjects is None if change in world.state.changes else not runs
            runs += 1
            world.plan(command)
        else:
            asked.append(str(command.subject))
    assert sorted(asked) == ["group:engineers", "permission-set:ViewOnly", *(f"person:e-{n:04}" for n in range(3))]
    assert (runs, world.state.changes[change].subjects) == (3, 5)


@pytest.mark.thorough
@pytest.mark.parametrize("run", [timedelta(0), timedelta(seconds=10)], ids=["in many runs", "in one run"])
def test_a_crash_at_any_call_is_mended_and_everybody_is_counted_once(
    run: timedelta, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(f"{activate_policy.__module__}._CONCERNED_IN_A_PORTION", 2)
    for number in count(1):
        world, fuse = _crowd(5, run=run), Fuse(number)
        request = world.policy_is(_ENGINEERS)
        world.around = fuse.around
        with suppress(Crash):
            world.plan_all()
        world.around = World.around
        world.settle()
        assert world.groups() == {"engineers": {f"e-{name:04}@example.com" for name in range(5)}}, number
        change = world.state.changes[request.cause.change]
        assert (change.subjects, change.planned, change.state) == (7, 7, ChangeState.SUCCEEDED), number
        if not fuse.has_burnt:
            break
    assert number > 50


def test_a_run_that_comes_twice_asks_for_the_same_however_much_has_happened_since() -> None:
    world = _crowd(5, run=timedelta(seconds=10))
    request = world.policy_is(_ENGINEERS)
    world.plan(world.inbox.commands.pop(0))
    asked = _asked(world)
    world.settle()
    world.inbox = AcceptedInbox(world.state, now=world.now)
    world.plan(request)
    assert _asked(world) == asked
    assert world.state.changes[request.cause.change].subjects == len(asked)


def test_an_activation_that_is_overtaken_ends_where_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(f"{activate_policy.__module__}._CONCERNED_IN_A_PORTION", 2)
    world = _crowd(5, run=timedelta(0))
    older = world.policy_is(_ENGINEERS)
    world.plan(world.inbox.commands.pop(0))
    newer = world.policy_is(_DATA)
    world.settle()
    assert world.groups() == {"data": {f"e-{name:04}@example.com" for name in range(5)}}
    counted = world.state.changes[older.cause.change].subjects
    assert counted is not None
    assert 0 < counted < 7
    assert {world.state.changes[activate_policy.cause.change].state for activate_policy in (older, newer)} == {
        ChangeState.SUCCEEDED
    }


def test_the_same_activation_again_changes_nothing() -> None:
    world = _world_of("e-1")
    request = world.policy_is(_ENGINEERS)
    world.settle()
    before = dict(world.state.operations)
    redelivered([request], world=world)
    world.settle()
    assert world.state.operations == before
    assert world.state.changes[request.cause.change].planned == 4


def test_an_older_policy_that_comes_late_does_not_win() -> None:
    world = _world_of("e-1")
    older = world.policy_is(_ENGINEERS)
    newer = world.policy_is(_DATA)
    world.inbox.commands.clear()
    world.plan(newer)
    world.plan(older)
    world.settle()
    assert world.groups() == {"data": {"e-1@example.com"}}
    assert world.state.policy_in_force == 2
    assert world.state.changes[older.cause.change].state is ChangeState.SUCCEEDED


def test_each_activation_is_on_record_once() -> None:
    world = _world_of()
    request = world.policy_is(_ENGINEERS)
    world.settle()
    redelivered([request], world=world)
    told = [entry for entry, _ in world.state.log if entry.action == "activate-policy"]
    assert [(entry.actor, entry.detail) for entry in told] == [("arn:admin", "version 1")]


class _SubjectsThatMeetANewPolicy:
    """A new policy comes into force, and its subjects are listed, while the first plan of a person is made."""

    def __init__(self, port: object, world: World) -> None:
        self._port = port
        self._world = world

    def __getattr__(self, name: str) -> object:
        return getattr(self._port, name)

    def load(self, subject: object) -> object:
        state = self._port.load(subject)  # type: ignore[attr-defined]
        self._world.around = World.around
        request = self._world.policy_is(_ENGINEERS)
        self._world.inbox.commands.pop()
        self._world.plan(request)
        return state


def test_somebody_planned_while_a_policy_comes_into_force_is_looked_at_again() -> None:
    world = World()
    world.hr_tells(a_person())
    world.around = lambda name, port: _SubjectsThatMeetANewPolicy(port, world) if name == "subjects" else port
    world.settle()
    assert world.head(the_person()).policy_version == 1
    assert world.groups() == {"engineers": {"e-1@example.com"}}


@pytest.mark.parametrize("number", range(1, 10))
def test_and_even_when_the_process_dies_on_the_way(number: int) -> None:
    world, fuse = World(), Fuse(number)
    request = world.hr_tells(a_person())

    def around(name: str, port: object) -> object:
        fused = fuse.around(name, port)
        return _SubjectsThatMeetANewPolicy(fused, world) if name == "subjects" else fused

    world.around = around
    with suppress(Crash):
        world.plan(request)
    world.around = World.around
    world.now += timedelta(seconds=1)
    world.settle()
    if world.state.policy_in_force:
        assert world.head(the_person()).policy_version == 1
        assert world.groups() == {"engineers": {"e-1@example.com"}}


def test_a_request_that_goes_on_where_nothing_can_be_is_refused() -> None:
    world = _world_of()
    request = world.policy_is(_ENGINEERS)
    with pytest.raises(Rejected):
        world.plan(replace(request, cursor="over there"))
