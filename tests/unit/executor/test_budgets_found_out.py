"""Rate limits learned from AWS: they count in later runs, in any process."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from dayone.errors import Crowded, Throttled
from dayone.executor.rate_limits import Budgets
from tests.builders import a_group, a_person, a_policy, a_set, an_account, an_assignment
from tests.unit.world import World

_SECOND = timedelta(seconds=1)


class _Quota:
    """A side of Identity Center that refuses a method by `refuses`, and remembers when it was called and refused."""

    def __init__(self, world: World, method: str) -> None:
        self._world = world
        self._method = method
        self._port: Any = None
        self.places: int | None = None
        self.throttles = 0
        self.called: list[datetime] = []
        self.refused: list[datetime] = []

    def around(self, port: Any) -> "_Quota":  # noqa: ANN401
        self._port = port
        return self

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401
        return self._call if name == self._method else getattr(self._port, name)

    def _call(self, *args: Any, **named: Any) -> Any:  # noqa: ANN401
        self.called.append(self._world.now)
        if self.places is not None and len(self._world.center.in_progress()) >= self.places:
            self.refused.append(self._world.now)
            raise Crowded("ServiceQuotaExceededException: too many outstanding requests")
        if self.throttles:
            self.throttles -= 1
            self.refused.append(self._world.now)
            raise Throttled("ThrottlingException: slow down")
        return getattr(self._port, self._method)(*args, **named)

    def most_in_a_second(self, *, since: datetime) -> int:
        later = [moment for moment in self.called if moment >= since]
        return max(sum(first <= moment < first + _SECOND for moment in later) for first in later)


def _watched(world: World, port: str, method: str) -> _Quota:
    quota = _Quota(world, method)
    world.around = lambda name, entry: quota.around(entry) if name == port else entry
    return quota


def _joins(world: World, count: int, *, called: str) -> datetime:
    """So many people join, and everything is carried out; since when."""
    since = world.now
    for number in range(count):
        world.hr_tells(a_person(f"{called}-{number}"))
    world.settle()
    return since


@pytest.mark.parametrize(("is_shared", "most"), [(True, 19), (False, 20)])
def test_after_minutes_in_which_aws_refuses_nothing_it_calls_as_often_as_aws_allows_but_for_one(
    most: int, *, is_shared: bool
) -> None:
    world = World(budgets=Budgets(is_shared=is_shared))
    world.policy_is(a_policy(a_group("engineers")))
    quota = _watched(world, "directory", "create_user")
    since = _joins(world, 60, called="first")
    assert quota.most_in_a_second(since=since) == 15
    world.sleep(10 * 60)
    since = _joins(world, 60, called="second")
    assert quota.most_in_a_second(since=since) == most


def test_a_budget_that_is_given_below_its_default_is_never_exceeded() -> None:
    world = World(budgets=Budgets(identity_store_calls=4))
    world.policy_is(a_policy(a_group("engineers")))
    quota = _watched(world, "directory", "create_user")
    _joins(world, 3, called="first")
    world.sleep(10 * 60)
    since = _joins(world, 30, called="second")
    assert quota.most_in_a_second(since=since) == 4


def test_a_throttle_slows_the_next_runs_down_and_is_forgotten_one_call_a_second_at_a_time() -> None:
    world = World()
    world.policy_is(a_policy(a_group("engineers")))
    quota = _watched(world, "directory", "create_user")
    _joins(world, 1, called="first")
    world.sleep(10 * 60)
    quota.throttles = 1
    _joins(world, 1, called="second")
    # The halved rate of the run is whole again long before.
    world.sleep(60)
    since = _joins(world, 60, called="third")
    assert quota.most_in_a_second(since=since) == 16
    world.sleep(20 * 60)
    since = _joins(world, 60, called="fourth")
    assert quota.most_in_a_second(since=since) == 19


def test_runs_do_not_try_again_one_after_the_other_how_many_requests_aws_takes() -> None:
    world = World()
    quota = _watched(world, "assignments", "create")
    quota.places = 5
    world.policy_is(a_policy(a_group("engineers"), a_set("ViewOnly"), an_assignment()))
    world.settle()
    world.aws_works = False
    for number in range(40):
        world.account_is(an_account(f"{number:012}"))
    world.plan_all()
    refused = []
    for _ in range(5):
        before = len(quota.refused)
        world.execute(seconds=15)
        refused.append(len(quota.refused) - before)
        world.center.work()
    assert refused[0] > 0
    assert refused[1:] == [0, 0, 0, 0]
    assert len(world.assignments()) >= 4 * 5
