"""An error of ours about one operation stops that operation alone."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from dayone.executor.handlers import registry
from dayone.executor.rate_limits import Budgets
from dayone.model.changes import Cause, CauseKind, ulid_of
from dayone.model.commands import RestoreResources
from dayone.model.operations import Action, Operation, OperationState
from dayone.model.subjects import ResourceKind
from tests.builders import USER, a_group, a_person, a_policy, a_set, an_account, an_assignment, the_person
from tests.unit.world import World

_STAFF = a_policy(a_group("staff", department="Engineering"))


class _Stumbling:
    """A port whose `method` raises what nobody expected for calls that mention `about`."""

    def __init__(self, port: Any, *, method: str, about: str, times: int) -> None:  # noqa: ANN401 - any port
        self._port, self._method, self._about, self._left = port, method, about, times

    def __getattr__(self, name: str) -> Callable[..., Any]:
        method: Callable[..., Any] = getattr(self._port, name)

        def call(*args: object, **named: object) -> object:
            if name == self._method and self._left and self._about in f"{args}{named}":
                self._left -= 1
                raise KeyError("an answer that nobody expected")
            return method(*args, **named)

        return call


@pytest.fixture
def logged() -> list[tuple[str, str]]:
    return []


@pytest.fixture
def world(logged: list[tuple[str, str]]) -> World:
    def log(operation: Operation, error: Exception) -> None:
        logged.append((str(operation.resource), type(error).__name__))

    world = World(unexpected=log, budgets=Budgets(patience=timedelta(minutes=5)))
    world.policy_is(_STAFF)
    world.settle()
    return world


def test_others_go_on_and_it_is_given_up_in_words(world: World, logged: list[tuple[str, str]]) -> None:
    world.around = lambda name, port: (
        _Stumbling(port, method="create_user", about="e-1@", times=10_000) if name == "directory" else port
    )
    world.hr_tells(a_person("e-1"))
    world.hr_tells(a_person("e-2"))
    world.settle()
    assert "e-2@example.com" in world.groups()["staff"]
    assert {name for name, _ in logged} == {"user"}
    failed = [entry for entry in world.operations() if entry.state is OperationState.FAILED]
    assert any("unexpected KeyError" in entry.failure_reason for entry in failed)


def test_what_passes_is_done_in_the_end(world: World, logged: list[tuple[str, str]]) -> None:
    stumbling: dict[str, _Stumbling] = {}

    def around(name: str, port: object) -> object:
        if name != "directory":
            return port
        return stumbling.setdefault(name, _Stumbling(port, method="create_user", about="e-1@", times=2))

    world.around = around
    world.hr_tells(a_person("e-1"))
    world.settle()
    assert len(logged) == 2
    assert "e-1@example.com" in world.groups()["staff"]


def test_nothing_that_nobody_performs_stops_a_joiner(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(registry._PERFORMERS, (Action.UPDATE, ResourceKind.USER))
    world.hr_tells(a_person("e-1"))
    world.settle()
    cause = Cause(
        change=ulid_of(world.now, name="drift"), kind=CauseKind.DRIFT, actor="dayone", reference="", at=world.now
    )
    restored = RestoreResources(subject=the_person("e-1"), cause=cause, missing=(USER,))
    world.inbox.put([restored])
    world.hr_tells(a_person("e-2"))
    world.settle()
    assert "e-2@example.com" in world.groups()["staff"]


@pytest.mark.parametrize("method", ["creations", "creation"])
def test_an_answer_about_requests_that_nobody_can_read_is_asked_for_again(
    world: World, logged: list[tuple[str, str]], method: str
) -> None:
    stumbling: dict[str, _Stumbling] = {}

    def around(name: str, port: object) -> object:
        if name != "assignments":
            return port
        return stumbling.setdefault(name, _Stumbling(port, method=method, about="", times=2))

    for number in range(1 if method == "creation" else 30):
        world.account_is(an_account(f"{123456789012 + number}"))
    world.settle()
    world.around = around
    rules = a_policy(a_group("staff", department="Engineering"), a_set(), an_assignment("staff"), version=2)
    world.policy_is(rules)
    world.settle()
    assert [error for _, error in logged] == ["KeyError"] * 2
    assert {entry.state for entry in world.operations()} == {OperationState.SUCCEEDED}
