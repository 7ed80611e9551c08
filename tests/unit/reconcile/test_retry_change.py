"""Trying again what has failed: the subjects are looked at again, and no operation is ever repeated."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import Any

import pytest

from dayone.errors import Refused, Rejected
from dayone.model.accounts import AccountState
from dayone.model.changes import Change, ChangeState
from dayone.model.commands import Command, RetryChange
from dayone.model.operations import Operation, Priority
from dayone.model.policy.rules import Guardrails
from dayone.reconcile import retry as retrying
from dayone.reconcile.retry import retry_change
from tests.builders import a_group, a_person, a_policy, a_set, an_account, an_assignment, the_account
from tests.unit.crashes import Crash, Fuse
from tests.unit.previews import api_of
from tests.unit.world import World

_ACCOUNTS = tuple(f"{number:012}" for number in range(1, 6))
_POLICY = a_policy(a_group(), a_set(), an_assignment())
_CALLER = "arn:aws:iam::111122223333:user/eve"


def _world(*, unready: tuple[str, ...] = _ACCOUNTS[:3]) -> tuple[World, Command]:
    """Five accounts of which AWS finds some only later; and the policy that gives something in all of them."""
    world = World()
    for number in _ACCOUNTS:
        world.account_is(an_account(number))
    world.settle()
    world.center.accounts = set(_ACCOUNTS) - set(unready)
    request = world.policy_is(_POLICY)
    world.settle()
    assert _change(world, request).state is ChangeState.FAILED
    return world, request


def _change(world: World, request: Command) -> Change:
    return world.state.changes[request.cause.change]


def _retried(world: World, request: Command, *chosen: str, change: str = "") -> Change:
    """Somebody has it tried again, and all that follows happens."""
    cause = retry_change(change or request.cause.change, chosen=chosen, actor=_CALLER, ports=api_of(world))
    world.settle()
    return world.state.changes[cause.change]


def _of(world: World, change: Change) -> list[Operation]:
    return [operation for operation in world.operations() if operation.change == change.id]


def test_what_failed_is_done_when_its_reason_is_gone() -> None:
    world, request = _world()
    world.center.accounts = set(_ACCOUNTS)
    again = _retried(world, request)
    assert (again.state, again.subjects, again.planned, again.succeeded) == (ChangeState.SUCCEEDED, 3, 3, 3)
    assert {account for account, _, _ in world.assignments()} == set(_ACCOUNTS)
    assert {operation.subject.name for operation in _of(world, again)} == set(_ACCOUNTS[:3])


def test_the_operations_that_failed_stay_as_they_are() -> None:
    world, request = _world()
    before = {operation.id: operation for operation in world.operations()}
    world.center.accounts = set(_ACCOUNTS)
    again = _retried(world, request)
    assert _change(world, request).failed == 3
    assert {operation.id: operation for operation in world.operations() if operation.change != again.id} == before


def test_what_has_been_mended_otherwise_is_not_done_again() -> None:
    world, request = _world()
    world.center.accounts = set(_ACCOUNTS)
    for number in _ACCOUNTS:
        world.look_at_account(number)
    world.settle()
    again = _retried(world, request)
    assert (again.state, again.planned, again.operations) == (ChangeState.SUCCEEDED, 3, 0)


def test_what_is_still_broken_fails_again_with_awss_reason() -> None:
    world, request = _world()
    again = _retried(world, request)
    assert (again.state, again.failed) == (ChangeState.FAILED, 3)
    assert all("was not found" in operation.failure_reason for operation in _of(world, again))
    world.center.accounts = set(_ACCOUNTS)
    world.sleep(1)
    third = _retried(world, request, change=again.id)
    assert (third.state, third.succeeded, third.cause.reference) == (ChangeState.SUCCEEDED, 3, again.id)


def test_only_what_was_chosen_is_looked_at() -> None:
    world, request = _world()
    world.center.accounts = set(_ACCOUNTS)
    again = _retried(world, request, str(the_account(_ACCOUNTS[1])))
    assert (again.subjects, again.succeeded) == (1, 1)
    assert _ACCOUNTS[0] not in {account for account, _, _ in world.assignments()}


def test_an_account_is_read_from_organizations_first() -> None:
    world, request = _world()
    gone = an_account(_ACCOUNTS[0], state=AccountState.SUSPENDED)
    world.organization.accounts[gone.id] = gone
    world.center.accounts = set(_ACCOUNTS)
    again = _retried(world, request)
    assert (again.planned, again.operations, again.succeeded) == (3, 2, 2)


def test_it_is_as_urgent_as_what_it_tries_again() -> None:
    world, request = _world()
    policy = _retried(world, request)
    assert {operation.priority for operation in _of(world, policy)} == {Priority.POLICY}
    world, _ = _world()
    event = world.look_at_account(_ACCOUNTS[0])
    world.settle()
    account = _retried(world, event)
    assert {operation.priority for operation in _of(world, account)} == {Priority.ONBOARDING}
    world.sleep(1)
    twice = _retried(world, event, change=account.id)
    assert {operation.priority for operation in _of(world, twice)} == {Priority.ONBOARDING}


def test_who_tried_what_again_is_on_record_once() -> None:
    world, request = _world()
    cause = retry_change(request.cause.change, chosen=(), actor=_CALLER, ports=api_of(world))
    (message,) = world.inbox.commands
    world.settle()
    world.plan(message)
    (entry,) = [entry for entry, _ in world.state.log if entry.action == "retry-change"]
    assert (entry.actor, entry.change, entry.subject) == (_CALLER, cause.change, f"change:{request.cause.change}")
    assert (entry.outcome, entry.detail) == ("recorded", "all that has failed")


def test_many_are_asked_for_in_several_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retrying, "_IN_A_RUN", 2)
    world, request = _world(unready=_ACCOUNTS)
    world.center.accounts = set(_ACCOUNTS)
    again = _retried(world, request)
    assert (again.subjects, again.planned, again.succeeded) == (5, 5, 5)


def test_one_that_goes_on_nowhere_is_refused() -> None:
    world, request = _world()
    retry_change(request.cause.change, chosen=(), actor=_CALLER, ports=api_of(world))
    command = world.inbox.commands[0]
    assert isinstance(command, RetryChange)
    with pytest.raises(Rejected):
        world.plan(replace(command, cursor="three@account:1"))


@pytest.mark.thorough
@pytest.mark.parametrize("in_a_run", [2, 1000])
def test_a_crash_at_any_call_leaves_nobody_out(monkeypatch: pytest.MonkeyPatch, in_a_run: int) -> None:
    monkeypatch.setattr(retrying, "_IN_A_RUN", in_a_run)
    number, has_burnt = 1, True
    while has_burnt:
        world, request = _world()
        world.center.accounts = set(_ACCOUNTS)
        cause = retry_change(request.cause.change, chosen=(), actor=_CALLER, ports=api_of(world))
        fuse = Fuse(number)
        with suppress(Crash), _around(world, fuse.around):
            world.plan_all()
        world.settle()
        again = world.state.changes[cause.change]
        assert (again.state, again.subjects, again.planned, again.succeeded) == (ChangeState.SUCCEEDED, 3, 3, 3)
        has_burnt = fuse.has_burnt
        number += 1
    assert number > 10


def test_removals_that_failed_after_their_approval_are_held_to_the_limit_when_they_are_tried_again() -> None:
    world = World()
    world.policy_is(_limited(a_group()))
    people = [a_person(f"e-{number}") for number in range(1, 4)]
    for person in people:
        world.hr_tells(person)
    world.settle()
    world.sleep(1)
    request = world.policy_is(_limited(a_group(department="Nobody")))
    world.settle()
    world.is_decided(request.cause.change, approved=True)
    world.plan_all()
    with _around(world, _Refusing("remove_member").around):
        world.execute()
    assert _change(world, request).failed == 3
    again = _retried(world, request)
    # The approval was of the policy's change, and it is over: from then on the limit of two counts.
    assert (again.state, again.held) == (ChangeState.HELD, 1)
    world.settle()
    assert len(world.groups()["engineers"]) == 1


def test_a_subject_of_another_change_cannot_be_chosen() -> None:
    world, request = _world()
    with pytest.raises(Rejected):
        retry_change(request.cause.change, chosen=["group:others"], actor=_CALLER, ports=api_of(world))
    assert world.inbox.commands == []


def _limited(*parts: Any) -> Any:  # noqa: ANN401
    return replace(a_policy(*parts), guardrails=Guardrails(percent=0, at_least=2))


@contextmanager
def _around(world: World, wrapped: Any) -> Iterator[None]:  # noqa: ANN401 - as World has it
    usual, world.around = world.around, wrapped
    try:
        yield
    finally:
        world.around = usual


class _Refusing:
    """Refuses one method of any port, always."""

    def __init__(self, method: str) -> None:
        self._method = method

    def around(self, _name: str, port: object) -> object:
        return _Refused(port, self._method)


class _Refused:
    def __init__(self, port: object, method: str) -> None:
        self._port, self._method = port, method

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - stands for any method
        if name == self._method:
            raise Refused("AccessDeniedException: no")
        return getattr(self._port, name)
