"""A crash at any call, in planning or executing, with or without a change of mind: the end is what is desired."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from itertools import count

import pytest

from dayone.model.people import Status
from dayone.model.policy.rules import Policy
from dayone.model.subjects import ResourceKind
from tests.builders import (
    ACCOUNT_ID,
    a_group,
    a_person,
    a_policy,
    a_set,
    an_account,
    an_assignment,
)
from tests.fakes.sso.identity_center import StoredGroup, StoredSet
from tests.unit.crashes import Crash, Fuse
from tests.unit.world import World

pytestmark = pytest.mark.thorough

_VIEW = "job-function/ViewOnlyAccess"
_INLINE = '{"Statement":[]}'
_THEIR_ARN = "arn:aws:sso:::permissionSet/ssoins-0123456789abcdef/ps-theirs"


def _policy() -> Policy:
    return a_policy(
        a_group("engineers", description="builds"),
        # Humans made the next three before Day One: one just as wanted, two otherwise.
        a_group("data", description="counts", department="Engineering"),
        a_group("ops", description="runs", department="Nobody"),
        a_set("ViewOnly", managed=(_VIEW,), inline=_INLINE),
        a_set("Theirs"),
        an_assignment("engineers", "ViewOnly"),
    )


def _world() -> World:
    world = World(approves=True)
    world.center.groups |= {
        "group-data": StoredGroup("data", "counts"),
        "group-ops": StoredGroup("ops", "theirs"),
    }
    world.center.permission_sets[_THEIR_ARN] = StoredSet("Theirs", {"session_duration": "PT1H"})
    return world


def _joined(world: World) -> None:
    world.policy_is(_policy())
    world.account_is(an_account())
    world.hr_tells(a_person())


def _nobody_changes_their_mind(_world: World) -> None:
    """Change nothing."""


def _the_person_leaves(world: World) -> None:
    world.hr_tells(replace(a_person(), status=Status.ENDED))


def _the_person_moves(world: World) -> None:
    world.policy_is(a_policy(*_policy().groups, a_group("sales", department="Sales"), *_policy().permission_sets))
    world.hr_tells(a_person(department="Sales"))


def _the_account_moves(world: World) -> None:
    world.account_is(an_account(ou_path="/Elsewhere"))


def _the_policy_gives_nothing(world: World) -> None:
    world.policy_is(a_policy())


def _the_policy_changes_its_sets(world: World) -> None:
    changed = a_set("ViewOnly", managed=("ReadOnlyAccess",), description="new")
    world.policy_is(a_policy(*_policy().groups, changed, a_set("Theirs"), an_assignment()))


def _check(world: World, change_of_mind: Callable[[World], None]) -> None:
    assert world.center.groups["group-data"] == StoredGroup("data", "counts")
    assert world.center.groups["group-ops"] == StoredGroup("ops", "theirs")
    assert world.center.permission_sets[_THEIR_ARN] == StoredSet("Theirs", {"session_duration": "PT1H"})
    # A user is never deleted, so whether one was made for somebody who has left may stay open.
    doubtful = [
        of for of, applied in world.state.applied.items() if applied.doubt and of.resource.kind is not ResourceKind.USER
    ]
    assert doubtful == []
    assert world.unprovisioned() == []
    expected = _EXPECTED[change_of_mind]
    groups, sets = world.groups(), world.permission_sets()
    for name, members in groups.items():
        assert members == expected.groups.get(name, set()), name
    assert len(groups) == len(world.center.groups)
    assert groups.keys() == {"ops", "data", *expected.groups}
    assert world.assignments() == expected.assignments
    assert {name: pair for name, pair in sets.items() if name != "Theirs"} == expected.sets
    assert len(sets) == len(world.center.permission_sets)


class _Expected:
    def __init__(
        self,
        groups: dict[str, set[str]],
        assignments: set[tuple[str, str, str]],
        sets: dict[str, tuple[frozenset[str], str]],
    ) -> None:
        self.groups, self.assignments, self.sets = groups, assignments, sets


_ME = {"e-1@example.com"}
_SETS = {"ViewOnly": (frozenset({_VIEW}), _INLINE)}
_ASSIGNED = {(ACCOUNT_ID, "ViewOnly", "engineers")}
_EXPECTED = {
    _nobody_changes_their_mind: _Expected({"engineers": _ME, "data": _ME}, _ASSIGNED, _SETS),
    _the_person_leaves: _Expected({"engineers": set(), "data": set()}, _ASSIGNED, _SETS),
    _the_person_moves: _Expected({"engineers": set(), "data": set(), "sales": _ME}, set(), _SETS),
    _the_account_moves: _Expected({"engineers": _ME, "data": _ME}, set(), _SETS),
    _the_policy_gives_nothing: _Expected({}, set(), {}),
    _the_policy_changes_its_sets: _Expected(
        {"engineers": _ME, "data": _ME}, _ASSIGNED, {"ViewOnly": (frozenset({"ReadOnlyAccess"}), "")}
    ),
}


def _settled_in_spite_of_a_crash(world: World, *, number: int) -> bool:
    """Return whether the world settled without reaching that call."""
    fuse = Fuse(number)
    world.around = fuse.around
    with suppress(Crash):
        world.settle()
    world.around = World.around
    world.now += timedelta(seconds=5)
    return not fuse.has_burnt


def _checked(world: World, change_of_mind: Callable[[World], None], *, number: int) -> None:
    try:
        world.settle()
        _check(world, change_of_mind)
    except AssertionError as error:
        raise AssertionError(f"after a crash at call {number}: {error}") from error


@pytest.mark.parametrize("change_of_mind", _EXPECTED, ids=lambda entry: entry.__name__.strip("_").replace("_", " "))
def test_a_crash_at_any_call_leaves_what_is_desired(change_of_mind: Callable[[World], None]) -> None:
    # Dying after a call is dying before the next. With a change of mind every fourth call has to do, for time's sake.
    for number in count(1, 1 if change_of_mind is _nobody_changes_their_mind else 4):
        world = _world()
        _joined(world)
        is_over = _settled_in_spite_of_a_crash(world, number=number)
        change_of_mind(world)
        _checked(world, change_of_mind, number=number)
        if is_over:
            break
    assert number > 100


def test_what_was_there_before_day_one_outlives_a_crash_and_a_policy_that_gives_nothing() -> None:
    for number in count(1, 4):
        world = _world()
        _joined(world)
        is_over = _settled_in_spite_of_a_crash(world, number=number)
        world.settle()
        _the_policy_gives_nothing(world)
        _checked(world, _the_policy_gives_nothing, number=number)
        if is_over:
            break


def _the_person_is_back(world: World) -> None:
    world.hr_tells(a_person())


def _the_account_is_back(world: World) -> None:
    world.account_is(an_account())


def _the_policy_is_back(world: World) -> None:
    world.policy_is(_policy())


def _both_are_back(world: World) -> None:
    _the_policy_is_back(world)
    _the_person_is_back(world)


@pytest.mark.parametrize(
    ("away", "back"),
    [
        pytest.param(_the_person_leaves, _the_person_is_back, id="the person"),
        pytest.param(_the_account_moves, _the_account_is_back, id="the account"),
        pytest.param(_the_policy_changes_its_sets, _the_policy_is_back, id="the permission sets"),
        pytest.param(_the_person_moves, _both_are_back, id="the person and the policy"),
        pytest.param(
            _the_policy_gives_nothing,
            _the_policy_is_back,
            id="the policy",
        ),
    ],
)
def test_what_was_taken_away_by_halves_comes_back_whole(
    away: Callable[[World], None], back: Callable[[World], None]
) -> None:
    for number in count(1, 2):
        world = _world()
        _joined(world)
        world.settle()
        world.now += timedelta(seconds=5)
        away(world)
        is_over = _settled_in_spite_of_a_crash(world, number=number)
        back(world)
        _checked(world, _nobody_changes_their_mind, number=number)
        if is_over:
            break
    assert number > 10
