"""The first time that an account has everything: when it begins, what ends it, and that it is told once."""

from dataclasses import replace
from datetime import timedelta

import pytest

from dayone.events import is_ready
from dayone.model.accounts import AccountState
from dayone.model.subject_state import Bootstrap, Head
from tests.builders import ACCOUNT_ID, NOON, a_group, a_policy, a_set, an_account, an_assignment, the_account
from tests.unit.world import World

_POLICY = a_policy(a_group(), a_set(), an_assignment())
_MORE = a_policy(a_group(), a_set(), a_set("Admin"), an_assignment(), an_assignment("engineers", "Admin"))


@pytest.fixture
def world() -> World:
    made = World()
    made.policy_is(_POLICY)
    made.settle()
    return made


class Watch:
    """Looks at the account's head after every write that a test makes, as the table's stream does."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._before = world.head(the_account())
        self.ready: list[Head] = []

    def look(self) -> None:
        after = self._world.head(the_account())
        if is_ready(self._before, after):
            self.ready.append(after)
        self._before = after

    def settle(self) -> None:
        for _ in range(40):
            self._world.plan_all()
            self.look()
            # So short that no more than one operation ends between two looks.
            self._world.execute(seconds=1)
            self.look()
            self._world.sleep(1)


def _bootstrap(world: World) -> Bootstrap:
    existing = world.head(the_account()).bootstrap
    assert existing is not None
    return existing


def test_it_lasts_from_the_event_to_the_last_success_and_is_told_once(world: World) -> None:
    watch, began_at = Watch(world), world.now
    request = world.account_is(an_account())
    watch.settle()
    (head,) = watch.ready
    assert head.bootstrap == Bootstrap(change=request.cause.change, since=began_at, is_under_way=True)
    world.policy_is(_MORE)
    watch.settle()
    assert watch.ready == [head]
    assert _bootstrap(world).is_over


def test_the_time_an_account_took_to_be_activated_counts(world: World) -> None:
    watch, began_at = Watch(world), world.now
    world.account_is(an_account(state=AccountState.PENDING_ACTIVATION))
    watch.settle()
    assert watch.ready == []
    world.organization.accounts[ACCOUNT_ID] = an_account()
    world.now += timedelta(minutes=10)
    world.sweep()
    watch.settle()
    assert [head.bootstrap.since for head in watch.ready if head.bootstrap] == [began_at]


def test_an_account_that_is_given_nothing_yet_is_not_ready(world: World) -> None:
    watch = Watch(world)
    world.account_is(an_account(ou_path="/"))
    watch.settle()
    assert (watch.ready, world.head(the_account()).bootstrap) == ([], None)
    world.account_is(an_account())
    watch.settle()
    assert len(watch.ready) == 1


def test_an_account_that_moves_meanwhile_is_ready_with_what_the_last_place_gives(world: World) -> None:
    watch = Watch(world)
    first = world.account_is(an_account())
    world.plan_all()
    world.account_is(an_account(ou_path="/"))
    world.plan_all()
    watch.settle()
    assert watch.ready == []
    world.account_is(an_account())
    watch.settle()
    (head,) = watch.ready
    assert head.bootstrap
    assert head.bootstrap.change == first.cause.change


def test_an_account_of_which_something_failed_is_ready_when_that_has_succeeded(world: World) -> None:
    watch = Watch(world)
    world.center.accounts = set()
    world.account_is(an_account())
    watch.settle()
    assert (watch.ready, world.head(the_account()).failed) == ([], 1)
    world.center.accounts = None
    world.look_at_account(ACCOUNT_ID)
    watch.settle()
    assert len(watch.ready) == 1


def test_an_account_that_comes_back_is_told_anew(world: World) -> None:
    watch = Watch(world)
    world.account_is(an_account())
    watch.settle()
    del world.organization.accounts[ACCOUNT_ID]
    world.look_at_account(ACCOUNT_ID)
    watch.settle()
    assert world.head(the_account()).bootstrap is None
    world.now = back_at = world.now + timedelta(days=1)
    world.account_is(an_account())
    watch.settle()
    assert [head.bootstrap.since >= back_at for head in watch.ready if head.bootstrap] == [False, True]


def test_only_a_last_success_of_the_same_plan_makes_an_account_ready() -> None:
    bootstrap = Bootstrap(change="01", since=NOON, is_under_way=True)
    before = Head(subject=the_account(), generation="1-a", outstanding=1, bootstrap=bootstrap)
    after = replace(before, outstanding=0)
    assert is_ready(before, after)
    assert not is_ready(None, after)
    assert not is_ready(before, replace(after, generation="2-b"))
    assert not is_ready(before, replace(after, failed=1))
    assert not is_ready(after, after)
    assert not is_ready(before, replace(after, bootstrap=replace(bootstrap, is_over=True, is_under_way=False)))
    assert not is_ready(before, replace(after, bootstrap=None))
