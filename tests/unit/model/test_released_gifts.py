"""Approved gifts are given after their plan was replaced, and never before their requirements."""

from typing import Any

import pytest

from dayone.errors import Rejected
from dayone.model.changes import ChangeState
from dayone.model.operations import OperationState
from dayone.model.subjects import Resource, ResourceKind, Subject, SubjectKind
from tests.builders import a_person
from tests.fakes.sso.directory import MemoryDirectory
from tests.unit.changes.test_sensitive_gifts import POLICY, VIEW, admins, approve, company, held, later
from tests.unit.previews import put_in_force
from tests.unit.world import World

_MORE_FOR_ALL = POLICY.replace("groups:\n", "groups:\n  everybody: {members: everyone}\n")
_LIMITED = "[ViewOnlyAccess, IAMFullAccess], permissions_boundary: {managed_policy: ReadOnlyAccess}"
_VIEW_ONLY = Subject(SubjectKind.PERMISSION_SET, "ViewOnly")
_WIDE, _LIMIT = Resource(ResourceKind.MANAGED_POLICY, "IAMFullAccess"), Resource(ResourceKind.BOUNDARY)


class _NoUsers(MemoryDirectory):
    def create_user(self, attributes: Any) -> Any:  # noqa: ANN401 - as the fake it is
        raise Rejected(f"no user {attributes['user_name']}")


def _refusing_users(world: World) -> None:
    port = _NoUsers(world.center)
    world.around = lambda name, made: port if name == "directory" else made


class TestReplacedPlan:
    def test_an_administrator_whose_user_a_later_plan_makes(self) -> None:
        world = company()
        request = world.hr_tells(a_person("e-3", title="Administrator"))
        world.plan_all()
        later(world)
        put_in_force(_MORE_FOR_ALL, world=world)
        assert held(world) == ["person:e-3 create membership/admins"]
        approve(request, world=world)
        assert "e-3@example.com" in admins(world)
        assert world.operations(OperationState.FAILED) == []
        assert world.state.changes[request.cause.change].state is ChangeState.SUCCEEDED

    def test_and_whose_user_is_not_made_yet_when_it_is_approved(self) -> None:
        world = company()
        request = world.hr_tells(a_person("e-3", title="Administrator"))
        world.plan_all()
        world.is_decided(request.cause.change, approved=True)
        world.plan_all()
        later(world)
        put_in_force(_MORE_FOR_ALL, world=world)
        assert "e-3@example.com" in admins(world)
        assert world.operations(OperationState.FAILED) == []

    def test_one_whose_user_was_refused_before(self) -> None:
        world = company()
        _refusing_users(world)
        request = world.hr_tells(a_person("e-3", title="Administrator"))
        world.settle()
        world.around = World().around
        later(world)
        world.hr_tells(a_person("e-3", title="Administrator", given_name="Eve"))
        world.settle()
        approve(request, world=world)
        assert "e-3@example.com" in admins(world)

    def test_one_whose_user_is_refused_again_gets_nothing(self) -> None:
        world = company()
        _refusing_users(world)
        request = world.hr_tells(a_person("e-3", title="Administrator"))
        world.settle()
        later(world)
        world.hr_tells(a_person("e-3", title="Administrator", given_name="Eve"))
        world.settle()
        approve(request, world=world)
        assert (admins(world), world.state.open_operations()) == ({"e-1@example.com"}, [])


class TestApprovedInPart:
    """A policy comes to a permission set after the boundary that is to limit it, whichever is approved first."""

    def _with_the_policy_approved(self) -> tuple[World, str]:
        world = company()
        change = put_in_force(POLICY.replace("[ViewOnlyAccess]", _LIMITED), world=world).cause.change
        world.is_decided(change, approved=True, resources=(_WIDE,))
        for _ in range(3):
            world.plan_all()
            world.execute()
            world.sleep(61)
        return world, change

    def test_it_waits_for_the_boundary(self) -> None:
        world, change = self._with_the_policy_approved()
        assert world.permission_sets()["ViewOnly"][0] == {VIEW}
        world.is_decided(change, approved=True)
        world.settle()
        assert world.permission_sets()["ViewOnly"][0] == {VIEW, "IAMFullAccess"}
        assert world.applied(_VIEW_ONLY, _LIMIT) is not None

    @pytest.mark.parametrize("is_all", [True, False])
    def test_and_does_not_come_when_that_is_rejected(self, *, is_all: bool) -> None:
        world, change = self._with_the_policy_approved()
        world.is_decided(change, approved=False, resources=() if is_all else (_LIMIT,))
        world.settle()
        assert world.permission_sets()["ViewOnly"][0] == {VIEW}
        assert [operation.resource for operation in world.operations(OperationState.FAILED)] == [_WIDE]
