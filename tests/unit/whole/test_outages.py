"""Denials of Day One itself are an outage of ours: they end no operation, however long they last."""

from datetime import timedelta
from typing import Any

import pytest

from dayone.errors import AccessDenied
from dayone.model.operations import OperationState
from dayone.model.retry import Refusal
from tests.builders import ACCOUNT_ID, a_group, a_person, a_policy, a_set, an_account, an_assignment
from tests.unit.world import World

_NO = "AccessDeniedException: User: arn:aws:sts::1:assumed-role/dayone/x is not authorized to perform: sso:Anything"
_OF_AWS = ("directory", "permission_sets", "set_policies", "assignments")


class _Denying:
    """A port of which AWS denies everything while `denied` has anything in it."""

    def __init__(self, port: Any, denied: list[str]) -> None:  # noqa: ANN401
        self._port, self._denied = port, denied

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401
        method = getattr(self._port, name)

        def call(*args: object, **named: object) -> object:
            if self._denied:
                raise AccessDenied(self._denied[0])
            return method(*args, **named)

        return call


def _world(*ports: str) -> tuple[World, list[str]]:
    world, denied = World(), [_NO]
    world.account_is(an_account())
    world.policy_is(a_policy(a_group(), a_set(managed=("job-function/ViewOnlyAccess",)), an_assignment()))
    world.hr_tells(a_person())
    world.around = lambda name, port: _Denying(port, denied) if name in ports else port
    world.plan_all()
    return world, denied


def _let_pass(world: World, *, hours: int) -> None:
    for _ in range(hours * 60):
        world.execute(seconds=1)
        world.sleep(59)


@pytest.mark.parametrize("ports", [_OF_AWS, *((port,) for port in _OF_AWS)], ids=str)
def test_an_outage_of_ours_is_waited_for_and_then_everything_is_done(ports: tuple[str, ...]) -> None:
    world, denied = _world(*ports)
    _let_pass(world, hours=4)
    assert world.operations(OperationState.FAILED) == []
    tried = [operation for operation in world.operations(OperationState.PENDING) if operation.refusal is Refusal.DENIED]
    assert tried
    assert all(operation.failure_reason == _NO for operation in tried)
    denied.clear()
    world.settle()
    assert {operation.state for operation in world.operations()} == {OperationState.SUCCEEDED}
    assert world.assignments() == {(ACCOUNT_ID, "ViewOnly", "engineers")}
    assert world.groups() == {"engineers": {"e-1@example.com"}}


def test_what_is_denied_is_tried_about_once_a_minute() -> None:
    world, _ = _world("directory")
    _let_pass(world, hours=1)
    most = max(operation.attempts for operation in world.operations())
    assert most <= 70


def test_a_denial_says_since_when() -> None:
    world, _ = _world("permission_sets")
    began = world.now
    _let_pass(world, hours=1)
    (permission_set,) = [operation for operation in world.operations() if str(operation.resource) == "permission-set"]
    assert permission_set.refused_since is not None
    assert permission_set.refused_since - began < timedelta(minutes=1)


def test_that_we_may_not_ask_what_has_become_of_a_request_is_noted() -> None:
    world, denied = _world()
    world.around = lambda name, port: _DeniesAnswers(port, denied) if name == "assignments" else port
    world.execute(seconds=30)
    (submitted,) = world.operations(OperationState.SUBMITTED)
    assert (submitted.refusal, submitted.failure_reason) == (Refusal.DENIED, _NO)
    denied.clear()
    world.settle()
    assert {operation.state for operation in world.operations()} == {OperationState.SUCCEEDED}


class _DeniesAnswers(_Denying):
    def __getattr__(self, name: str) -> Any:  # noqa: ANN401
        return getattr(self._port, name) if name in ("create", "delete") else super().__getattr__(name)
