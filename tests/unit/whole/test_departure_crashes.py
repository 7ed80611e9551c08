"""A crash at any call while somebody leaves, comes back or is made ready: the end is what it would have been."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from itertools import count

import pytest

from dayone.model.people import Leavers, LifeCycle, Status, Welcome
from dayone.model.policy.rules import Policy
from tests.builders import NOON, a_group, a_person, a_policy, a_set, an_account, an_assignment
from tests.unit.crashes import Crash, Fuse
from tests.unit.world import World

pytestmark = pytest.mark.thorough

_PERSON = a_person(start_date=NOON.date())
_GONE = replace(_PERSON, status=Status.ENDED)
type _End = tuple[set[str], dict[str, set[str]], bool]


def _policy(leavers: Leavers) -> Policy:
    cycle = LifeCycle(leavers=leavers, can_end_sessions=True, welcome=Welcome(since=NOON.date()))
    return replace(a_policy(a_group(), a_set(), an_assignment()), people=cycle)


def _world(leavers: Leavers) -> World:
    world = World()
    world.policy_is(_policy(leavers))
    world.account_is(an_account())
    world.hr_tells(_PERSON, at=NOON - timedelta(hours=1))
    world.settle()
    return world


def _leaves(world: World) -> None:
    world.hr_tells(_GONE, at=NOON + timedelta(hours=1))


def _comes_back(world: World) -> None:
    world.hr_tells(_PERSON, at=NOON + timedelta(hours=2))


def _has_left_and_comes_back(world: World) -> None:
    _leaves(world)
    world.settle()
    _comes_back(world)


def _stays_so(_world: World) -> None:
    """Nothing else happens."""


def _end(world: World) -> _End:
    held = {record["user_name"] for user_id, record in world.center.users.items() if user_id in world.sessions.ended}
    # Of a user that is gone the id alone is left.
    return world.users(), world.groups(), bool(held) or bool(world.sessions.ended)


_THERE: _End = ({"e-1@example.com"}, {"engineers": {"e-1@example.com"}}, False)
# What leads to the crash, and what happens after it.
_CASES: dict[str, tuple[Leavers, Callable[[World], None], Callable[[World], None], _End]] = {
    "leaves": (Leavers.KEEP, _leaves, _stays_so, ({"e-1@example.com"}, {"engineers": set()}, True)),
    "leaves and is deleted": (Leavers.DELETE, _leaves, _stays_so, (set(), {"engineers": set()}, True)),
    "comes back meanwhile": (Leavers.KEEP, _leaves, _comes_back, _THERE),
    "is being deleted and comes back": (Leavers.DELETE, _leaves, _comes_back, _THERE),
    "comes back": (Leavers.KEEP, _has_left_and_comes_back, _stays_so, _THERE),
    "was deleted and comes back": (Leavers.DELETE, _has_left_and_comes_back, _stays_so, _THERE),
}


@pytest.mark.parametrize("case", _CASES)
def test_a_crash_at_any_call_ends_in_what_is_desired(case: str) -> None:
    leavers, first, then, expected = _CASES[case]
    for number in count(1):
        world, fuse = _world(leavers), Fuse(number)
        first(world)
        world.around = fuse.around
        with suppress(Crash):
            world.settle()
        world.around = World.around
        world.now += timedelta(seconds=20)
        then(world)
        world.settle()
        assert _end(world) == expected, (case, number)
        assert [of for of, applied in world.state.applied.items() if applied.doubt] == [], (case, number)
        if not fuse.has_burnt:
            return
