"""A new policy reaches every subject it may concern, whatever happens on the way."""

from contextlib import suppress
from datetime import date, timedelta

import pytest

from dayone.domain.changes import ChangeState
from dayone.domain.requests import PlanRequest
from dayone.domain.subjects import THE_POLICY
from dayone.errors import Rejected
from tests.builders import a_cause, a_group, a_person, a_policy, a_set, an_account, an_assignment, the_person
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


def test_every_known_subject_and_every_name_in_the_policy_is_looked_at() -> None:
    world = _world_of("e-1", "e-2")
    world.policy_is(_ENGINEERS)
    world.settle()
    request = world.policy_is(_DATA)
    world.plan(world.inbox.requests.pop(0))
    assert [str(one.subject) for one in world.inbox.requests] == [
        "group:data",
        "group:engineers",
        "permission-set:Reader",
        "permission-set:ViewOnly",
        "account:444455556666",
        "person:e-1",
        "person:e-2",
    ]
    assert {one.cause for one in world.inbox.requests} == {request.cause}
    change = world.state.changes[request.cause.change]
    assert (change.subjects, change.state) == (7, ChangeState.PLANNING)


def test_a_change_of_policy_is_over_when_all_its_subjects_are() -> None:
    world = _world_of("e-1")
    request = world.policy_is(_ENGINEERS)
    world.settle()
    change = world.state.changes[request.cause.change]
    assert change.state is ChangeState.SUCCEEDED
    assert (change.planned, change.operations, change.succeeded) == (4, 5, 5)


def test_more_subjects_than_one_page_are_all_found() -> None:
    world = World()
    for number in range(1203):
        world.hr_tells(a_person(f"e-{number:04}", start_date=date(2027, 1, 1)))
    world.plan_all()
    world.policy_is(_ENGINEERS)
    world.plan(world.inbox.requests.pop(0))
    people = [one.subject.name for one in world.inbox.requests if one.subject.kind.value == "person"]
    assert people == [f"e-{number:04}" for number in range(1203)]


def test_a_crash_in_the_middle_is_mended_by_the_same_message() -> None:
    for number in range(1, 12):
        world = _world_of("e-1")
        request = world.policy_is(_ENGINEERS)
        world.around = Fuse(number).around
        try:
            world.plan_all()
        except Crash:
            world.around = World.around
        world.settle()
        assert world.groups() == {"engineers": {"e-1@example.com"}}, number
        assert len(world.assignments()) == 1, number
        change = world.state.changes[request.cause.change]
        assert (change.subjects, change.planned, change.state) == (4, 4, ChangeState.SUCCEEDED), number


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
    world.inbox.requests.clear()
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
        self._world.inbox.requests.pop()
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


def test_a_request_that_does_not_say_which_policy_is_refused() -> None:
    with pytest.raises(Rejected):
        World().plan(PlanRequest(subject=THE_POLICY, cause=a_cause()))
