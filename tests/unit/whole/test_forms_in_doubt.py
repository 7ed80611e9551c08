"""Creations that are begun in one form after the other, and whose ends nobody sees: what is there is found as ours."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest

from dayone.model.operations import OperationState
from dayone.model.policy.rules import Policy
from dayone.model.subjects import Resource, Subject
from tests.builders import (
    GROUP,
    PERMISSION_SET,
    USER,
    a_group,
    a_person,
    a_policy,
    a_set,
    the_group,
    the_person,
    the_set,
)
from tests.fakes.sso.identity_center import StoredGroup, StoredSet
from tests.unit.crashes import Crash
from tests.unit.world import World

# More than a minute, after which what is not to be seen is not there; and the turn of whoever died is over.
_LATER = 61


class _Dying:
    """A port of AWS during whose creations the process dies, after AWS has done as it was asked, or before."""

    def __init__(self, port: Any, *, method: str, makes: bool) -> None:  # noqa: ANN401
        self._port, self._method, self._makes = port, method, makes

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401
        method = getattr(self._port, name)

        def die(*args: object, **named: object) -> None:
            if self._makes:
                method(*args, **named)
            raise Crash

        return die if name == self._method else method


def _dies(world: World, change: Callable[[World], object], *, at: tuple[str, str], makes: bool) -> None:
    """It is begun, and the process is gone; unless it finds what an earlier one has made, and creates nothing."""
    port, method = at
    world.around = lambda name, made: _Dying(made, method=method, makes=makes) if name == port else made
    change(world)
    world.plan_all()
    with suppress(Crash):
        world.execute()
    world.around = World.around
    world.sleep(_LATER)


def _ends(world: World, change: Callable[[World], object], *, of: tuple[Subject, Resource]) -> str:
    """Everything goes well in the end; returns AWS's id of what is there."""
    change(world)
    world.settle()
    existing = world.applied(*of)
    assert existing is not None
    assert (existing.adopted, existing.doubt) == (False, None)
    assert world.operations(OperationState.FAILED) == []
    (reference,) = existing.references.values()
    return reference


def _edit(policy: Policy) -> Callable[[World], object]:
    return lambda world: world.policy_is(policy)


def _told(title: str) -> Callable[[World], object]:
    return lambda world: world.hr_tells(a_person(title=title), at=world.now)


_FIRST, _SECOND, _THIRD = (a_group(description=text) for text in ("first", "second", "third"))
_CALLED = replace(_FIRST, display_name="Makers")


@pytest.mark.parametrize("is_made", [(False, True), (True, False), (True, True), (False, False)], ids=str)
@pytest.mark.parametrize("second", [_SECOND, _CALLED])
@pytest.mark.parametrize("last", [_FIRST, _SECOND, _THIRD, replace(_THIRD, display_name="Crafters")])
def test_a_group(second: Any, last: Any, is_made: tuple[bool, bool]) -> None:  # noqa: ANN401
    world = World()
    for wanted, makes in zip((_FIRST, second), is_made, strict=True):
        _dies(world, _edit(a_policy(wanted)), at=("directory", "create_group"), makes=makes)
    group = _ends(world, _edit(a_policy(last)), of=(the_group(), GROUP))
    assert world.center.groups == {group: StoredGroup(last.called, last.description)}


def test_a_permission_set() -> None:
    world = World()
    for text, makes in (("first", False), ("second", True)):
        _dies(world, _edit(a_policy(a_set(description=text))), at=("permission_sets", "create"), makes=makes)
    arn = _ends(world, _edit(a_policy(a_set(description="third"))), of=(the_set(), PERMISSION_SET))
    (made,) = world.center.permission_sets.items()
    assert isinstance(made[1], StoredSet)
    assert (made[0], made[1].attributes["description"]) == (arn, "third")


def test_a_user() -> None:
    world = World()
    world.policy_is(a_policy())
    for title, makes in (("Intern", False), ("Engineer", True)):
        _dies(world, _told(title), at=("directory", "create_user"), makes=makes)
    user = _ends(world, _told("Director"), of=(the_person(), USER))
    assert {name: record["title"] for name, record in world.center.users.items()} == {user: "Director"}


def test_nothing_else_is_made_before_what_was_begun_would_be_seen() -> None:
    world = World()
    _dies(world, _edit(a_policy(_FIRST)), at=("directory", "create_group"), makes=True)
    (made,) = world.center.groups.items()
    world.center.groups.clear()
    world.sleep(-_LATER)
    world.policy_is(a_policy(_CALLED))
    world.plan_all()
    world.execute(seconds=20)
    assert world.center.groups == {}
    world.center.groups.update([made])
    assert _ends(world, _edit(a_policy(_CALLED)), of=(the_group(), GROUP)) == made[0]
    assert world.groups() == {"Makers": set()}
