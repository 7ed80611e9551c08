"""A new name for what is there: a group is renamed and keeps all it has, a permission set is left alone."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from dayone.errors import Unreachable
from dayone.model.operations import OperationState
from dayone.model.policy.rules import GroupRule, PermissionSetRule
from dayone.ports.identity_center import Receipt
from tests.builders import (
    ACCOUNT_ID,
    GROUP,
    PERMISSION_SET,
    a_group,
    a_person,
    a_policy,
    a_set,
    an_account,
    an_assignment,
    the_group,
    the_set,
)
from tests.fakes.sso.directory import MemoryDirectory
from tests.fakes.sso.identity_center import StoredGroup
from tests.unit.world import World

_ADA = "e-1@example.com"


def _called(name: str, *, key: str = "engineers") -> GroupRule:
    return replace(a_group(key), display_name=name)


def _set_called(name: str, *, key: str = "ViewOnly") -> PermissionSetRule:
    return replace(a_set(key), display_name=name)


def _with(*groups: GroupRule, permission_set: PermissionSetRule | None = None) -> World:
    """Everything that follows from a policy with these groups is there."""
    world = World()
    world.policy_is(a_policy(*groups, permission_set or a_set(), an_assignment()))
    world.account_is(an_account())
    world.hr_tells(a_person())
    world.settle()
    return world


def _becomes(world: World, *groups: GroupRule, permission_set: PermissionSetRule | None = None) -> list[str]:
    request = world.policy_is(a_policy(*groups, permission_set or a_set(), an_assignment()))
    world.settle()
    return world.outcomes(request)


def test_a_renamed_group_is_the_same_group_with_its_members_and_assignments() -> None:
    world = _with(_called("Engineers"))
    (before,) = world.center.groups
    assert _becomes(world, _called("Makers")) == ["update group: succeeded"]
    assert list(world.center.groups) == [before]
    assert world.groups() == {"Makers": {_ADA}}
    assert world.assignments() == {(ACCOUNT_ID, "ViewOnly", "Makers")}


def test_a_group_is_called_by_its_key_when_the_policy_says_no_other_name() -> None:
    world = _with(_called("Makers"))
    _becomes(world, a_group("engineers"))
    assert world.groups() == {"engineers": {_ADA}}


def test_a_name_that_belongs_to_somebody_elses_group_is_refused() -> None:
    world = _with(_called("Engineers"))
    world.center.groups["theirs"] = StoredGroup("Makers", "")
    assert _becomes(world, _called("Makers")) == ["update group: failed"]
    assert world.groups() == {"Engineers": {_ADA}, "Makers": set()}


def test_a_group_takes_a_name_only_when_the_other_one_of_ours_has_given_it_up() -> None:
    world = _with(_called("Makers", key="engineers"), _called("Thinkers", key="analysts"))
    ids = {group.name: group_id for group_id, group in world.center.groups.items()}
    _becomes(world, _called("Crafters", key="engineers"), _called("Makers", key="analysts"))
    assert {group_id: group.name for group_id, group in world.center.groups.items()} == {
        ids["Makers"]: "Crafters",
        ids["Thinkers"]: "Makers",
    }


def test_a_new_group_under_the_old_name_of_another_is_a_group_of_its_own() -> None:
    world = _with(_called("Makers", key="engineers"))
    (before,) = world.center.groups
    # By its key the new one is planned, and carried out, first.
    _becomes(world, _called("Crafters", key="engineers"), _called("Makers", key="artists"))
    assert world.center.groups[before].name == "Crafters"
    assert world.groups() == {"Crafters": {_ADA}, "Makers": {_ADA}}
    applied = [world.applied(the_group(key), GROUP) for key in ("engineers", "artists")]
    assert len({entry.references["group_id"] for entry in applied if entry and not entry.adopted}) == 2


def test_a_group_that_gets_another_key_is_not_its_own_successor() -> None:
    world = World()
    world.policy_is(a_policy(_called("Makers", key="engineers")))
    world.hr_tells(a_person())
    world.settle()
    (before,) = world.center.groups
    world.policy_is(a_policy(_called("Makers", key="artists")))
    world.settle()
    assert before not in world.center.groups
    assert world.groups() == {"Makers": {_ADA}}
    assert {operation.state for operation in world.operations()} == {OperationState.SUCCEEDED}


def test_a_group_whose_creation_was_never_answered_is_renamed_when_it_is_found() -> None:
    world = World()
    world.policy_is(a_policy(_called("Makers")))
    _silent_once(world)
    world.plan_all()
    world.execute(seconds=0.3)
    (before,) = world.center.groups
    world.policy_is(a_policy(_called("Crafters")))
    world.settle()
    assert world.center.groups == {before: StoredGroup("Crafters", "")}
    existing = world.applied(the_group(), GROUP)
    assert existing is not None
    assert (existing.references["group_id"], existing.adopted, existing.doubt) == (before, False, None)


def test_a_permission_set_cannot_be_renamed_so_it_is_left_alone_and_the_change_says_so() -> None:
    world = _with(a_group(), permission_set=_set_called("Viewer"))
    existing = world.applied(the_set(), PERMISSION_SET)
    request = world.policy_is(
        a_policy(a_group(), replace(_set_called("Looker"), managed_policies=("ReadOnlyAccess",)), an_assignment())
    )
    world.settle()
    assert world.outcomes(request) == []
    assert world.applied(the_set(), PERMISSION_SET) == existing
    assert world.permission_sets() == {"Viewer": (frozenset(), "")}
    assert world.assignments() == {(ACCOUNT_ID, "Viewer", "engineers")}
    (note,) = world.state.plans[request.cause.change, the_set()].notes
    assert note.startswith("AWS cannot rename a permission set, so this one stays 'Viewer'")


@pytest.mark.parametrize("settled", [True, False])
def test_a_permission_set_that_gets_another_key_is_not_its_own_successor(*, settled: bool) -> None:
    world = World(approves=True)
    world.policy_is(a_policy(_set_called("Viewer", key="one")))
    world.settle()
    (before,) = world.center.permission_sets
    if settled:
        world.policy_is(a_policy())
        world.settle()
    world.policy_is(a_policy(_set_called("Viewer", key="another")))
    world.settle()
    assert before not in world.center.permission_sets
    existing = world.applied(the_set("another"), PERMISSION_SET)
    assert existing is not None
    assert [existing.references["permission_set_arn"]] == list(world.center.permission_sets)


def _silent_once(world: World) -> None:
    directory = MemoryDirectory(world.center)

    class _Silent(MemoryDirectory):
        def create_group(self, attributes: Mapping[str, str]) -> Receipt:
            directory.create_group(attributes)
            world.around = World.around
            raise Unreachable("silence")

    world.around = lambda name, port: _Silent(world.center) if name == "directory" else port
