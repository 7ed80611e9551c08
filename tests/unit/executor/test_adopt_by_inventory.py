"""Existing resources that take more calls than are made for a name: compared as the last inventory has them."""

from datetime import timedelta
from typing import Any

import pytest

from dayone.errors import AccessDenied, Throttled
from dayone.model.operations import OperationState
from dayone.model.subjects import Desired, Subject
from dayone.planning.desired_access import EvaluatedAccess
from dayone.ports.identity_center import AssignmentKey, PrincipalType
from tests.builders import ACCOUNT_ID, GROUP, a_group, a_person, a_policy, an_account, the_group
from tests.fakes.sso.identity_center import StoredGroup, StoredSet
from tests.unit.world import World

_ARN, _GROUP_ID = "arn:theirs", "group-theirs"


def _failure(world: World) -> str:
    (failed,) = [operation for operation in world.operations(OperationState.FAILED) if operation.kind == "create-group"]
    return failed.failure_reason


def _is_adopted(world: World) -> bool:
    applied = world.applied(the_group(), GROUP)
    return applied is not None and applied.adopted


class _Denied:
    def __init__(self, port: Any) -> None:  # noqa: ANN401
        self._port = port

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401
        return getattr(self._port, name)

    def of_principal(self, *_: object, **__: object) -> object:
        raise AccessDenied("AccessDeniedException: not here")


def _world(*, members: int = 60) -> World:
    world = World()
    for number in range(members):
        world.hr_tells(a_person(f"e-{number}"))
    world.policy_is(a_policy(a_group("everybody", department="*")))
    world.settle()
    world.center.groups[_GROUP_ID] = StoredGroup("engineers", "")
    world.center.memberships |= {f"m-{user}": (_GROUP_ID, user) for user in world.center.users}
    return world


def _policy_is(world: World) -> None:
    world.policy_is(a_policy(a_group("everybody", department="*"), a_group()))
    world.settle()


def test_a_large_group_is_taken_on() -> None:
    world = _world()
    world.take_inventory()
    before = dict(world.center.memberships)
    _policy_is(world)
    assert _is_adopted(world)
    assert world.center.memberships == before


def test_a_member_that_nobody_asked_for_is_a_difference() -> None:
    world = _world()
    world.center.users["user-x"] = {"user_name": "stranger@example.com"}
    world.center.memberships["m-x"] = (_GROUP_ID, "user-x")
    world.take_inventory()
    _policy_is(world)
    assert "member: user user-x → none" in _failure(world)


def test_a_group_that_was_made_since_is_left_as_it_is() -> None:
    world = _world()
    theirs = world.center.groups.pop(_GROUP_ID)
    world.take_inventory()
    world.center.groups[_GROUP_ID] = theirs
    _policy_is(world)
    assert "not looked at: the rest of its members" in _failure(world)


def test_a_delegated_administrator_has_the_assignments_of_a_group_from_there() -> None:
    world = _world(members=1)
    world.center.permission_sets[_ARN] = StoredSet("Admin", {})
    world.account_is(an_account())
    world.settle()
    key = AssignmentKey(
        account_id=ACCOUNT_ID, permission_set_arn=_ARN, principal_id=_GROUP_ID, principal_type=PrincipalType.GROUP
    )
    world.center.assignments.add(key)
    world.center.provisioned[ACCOUNT_ID, _ARN] = 1
    world.take_inventory()
    world.around = lambda name, port: _Denied(port) if name == "live" else port
    _policy_is(world)
    assert f"assignment: Admin in {ACCOUNT_ID} → none" in _failure(world)


def test_it_is_read_again_when_the_table_does_not_answer() -> None:
    world = _world()
    world.take_inventory()
    world.inventory.throttles = [Throttled("slow down")] * 3
    _policy_is(world)
    assert _is_adopted(world)
    assert not world.inventory.throttles


def test_a_comparison_that_takes_longer_than_an_attempt_may_goes_on_in_the_next_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    world = _world()
    world.take_inventory()
    evaluate, evaluated = EvaluatedAccess.of, list[tuple[int, Subject]]()

    def slowly(access: EvaluatedAccess, subject: Subject) -> Desired:
        first = (id(access), subject)
        if access is world.kept_inventory.evaluated and first not in evaluated:
            world.now += timedelta(seconds=1)
            evaluated.append(first)
        return evaluate(access, subject)

    monkeypatch.setattr(EvaluatedAccess, "of", slowly)
    _policy_is(world)
    assert _is_adopted(world)
    assert len(evaluated) == 60
