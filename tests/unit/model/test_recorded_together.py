"""Ends of operations that are recorded in one transaction, and those that do not wait for others."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

import pytest

from dayone.model.operations import OperationState
from dayone.model.subjects import ResourceKind
from dayone.ports.operations import Finished
from tests.builders import a_group, a_person, a_policy
from tests.unit.world import World


class _Watched:
    """A queue that notes what is recorded together, and how long each end has waited for that."""

    def __init__(self, queue: Any, world: World) -> None:  # noqa: ANN401
        self._queue, self._world = queue, world
        self.together: list[list[ResourceKind]] = []
        self.waited: list[timedelta] = []

    def __getattr__(self, name: str) -> Callable[..., Any]:
        method: Callable[..., Any] = getattr(self._queue, name)
        return method

    def finish(self, finished: Sequence[Finished]) -> None:
        self.together.append([end.operation.resource.kind for end in finished])
        self.waited += [self._world.now - end.at for end in finished]
        self._queue.finish(finished)


def recorded(*, groups: int) -> _Watched:
    """Return the calls recorded when somebody joins so many groups."""
    world, watched = World(), list[_Watched]()
    world.policy_is(a_policy(*(a_group(f"g{number:02}") for number in range(groups))))
    world.settle()

    def around(name: str, made: Any) -> Any:  # noqa: ANN401
        if name != "queue":
            return made
        watched.append(watched[0] if watched else _Watched(made, world))
        return watched[0]

    world.around = around
    world.hr_tells(a_person())
    world.settle()
    return watched[0]


def test_memberships_are_recorded_together_and_the_user_before_them() -> None:
    assert recorded(groups=3).together == [[ResourceKind.USER], [ResourceKind.MEMBERSHIP] * 3]


@pytest.mark.parametrize("groups", [1, 3, 12])
def test_no_end_waits_for_others_for_more_than_half_a_second(groups: int) -> None:
    watched = recorded(groups=groups)
    assert sum(map(len, watched.together)) == 1 + groups
    assert max(watched.waited) <= timedelta(seconds=0.5)


@pytest.mark.parametrize("tenths", range(1, 12))
def test_a_run_that_has_to_end_records_what_was_done(tenths: int) -> None:
    world = World()
    world.policy_is(a_policy(*(a_group(f"g{number:02}") for number in range(12))))
    world.settle()
    world.hr_tells(a_person())
    world.plan_all()
    world.execute(seconds=tenths / 10)
    kinds = [operation.resource.kind for operation in world.operations() if operation.state is OperationState.SUCCEEDED]
    assert kinds.count(ResourceKind.MEMBERSHIP) == sum(map(len, world.groups().values()))


def test_the_last_one_waits_for_nobody() -> None:
    assert recorded(groups=1).waited[-1] == timedelta(0)
