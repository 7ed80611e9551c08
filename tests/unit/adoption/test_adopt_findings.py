"""Others have changed something: the lines of a finding, merged into the policy, make it what the policy asks for."""

from collections.abc import Callable
from typing import Any

import pytest
import yaml

from dayone.adoption.drift import describe_finding
from dayone.errors import Inapplicable, NotFound
from dayone.ports.identity_center import AssignmentKey, PrincipalType
from tests.builders import ACCOUNT_ID, a_person, an_account
from tests.fakes.sso.identity_center import StoredGroup
from tests.unit.policy_texts import read
from tests.unit.previews import api_of
from tests.unit.world import World

_POLICY = """\
version: 1
groups:
  engineers: {description: They build, members: [{department: Engineering}]}
  sales: {members: [{department: Sales}]}
permission_sets:
  ViewOnly: {managed_policies: [ViewOnlyAccess]}
assignments:
  - {group: engineers, permission_set: ViewOnly, accounts: [{ou: "/**"}]}
"""

type Edit = Callable[[World], None]


@pytest.fixture
def world() -> World:
    world = World(approves=True)
    world.account_is(an_account())
    world.hr_tells(a_person())
    world.hr_tells(a_person("e-2", department="Sales"))
    world.policy_is(read(_POLICY))
    world.settle()
    world.take_inventory()
    return world


def _user(world: World, name: str) -> str:
    return next(user_id for user_id, user in world.center.users.items() if user["user_name"].startswith(name))


def _group(world: World, name: str) -> str:
    return next(group_id for group_id, group in world.center.groups.items() if group.name == name)


def _set(world: World) -> str:
    return next(iter(world.center.permission_sets))


def _assign(world: World, principal: str, kind: PrincipalType) -> None:
    key = AssignmentKey(
        account_id=ACCOUNT_ID, permission_set_arn=_set(world), principal_id=principal, principal_type=kind
    )
    world.center.assignments.add(key)


def _add_member(world: World) -> None:
    world.center.memberships["m-x"] = (_group(world, "engineers"), _user(world, "e-2"))


def _assign_to_a_group(world: World) -> None:
    _assign(world, _group(world, "sales"), PrincipalType.GROUP)


def _assign_to_a_person(world: World) -> None:
    _assign(world, _user(world, "e-2"), PrincipalType.USER)


def _longer_session(world: World) -> None:
    world.center.permission_sets[_set(world)].attributes["session_duration"] = "PT12H"


def _attach(world: World) -> None:
    world.center.permission_sets[_set(world)].managed_policies.add("ReadOnlyAccess")


def _describe_otherwise(world: World) -> None:
    world.center.groups[_group(world, "engineers")].description = "They build and run"


def _make_a_group(world: World) -> None:
    world.center.groups["group-x"] = StoredGroup("contractors", "")


_EDITS = [
    _add_member,
    _assign_to_a_group,
    _assign_to_a_person,
    _longer_session,
    _attach,
    _describe_otherwise,
    _make_a_group,
]


def _merged(policy: Any, lines: Any) -> Any:  # noqa: ANN401 - YAML
    if isinstance(policy, dict):
        return {**policy, **{key: _merged(policy[key], lines[key]) if key in policy else lines[key] for key in lines}}
    return [*policy, *lines] if isinstance(policy, list) else lines


@pytest.mark.parametrize("edit", _EDITS, ids=[edit.__name__.strip("_") for edit in _EDITS])
def test_with_its_lines_in_the_policy_nothing_differs_and_aws_is_as_others_left_it(world: World, edit: Edit) -> None:
    edit(world)
    world.take_inventory()
    (finding,) = world.inventory.findings()
    found = describe_finding(finding.id, ports=api_of(world))
    assert list(found.obstacles) == []
    before = (dict(world.center.memberships), set(world.center.assignments))
    text = yaml.safe_dump(_merged(yaml.safe_load(_POLICY), yaml.safe_load(found.policy)))
    world.policy_is_agreed_on(read(text))
    world.take_inventory()
    assert world.inventory.findings() == []
    assert (world.center.memberships, world.center.assignments) == before
    assert all(stored.attributes.get("session_duration") != "PT8H" for stored in world.center.permission_sets.values())


def test_what_others_have_emptied_is_named(world: World) -> None:
    world.center.groups[_group(world, "engineers")].description = ""
    world.take_inventory()
    (finding,) = world.inventory.findings()
    found = describe_finding(finding.id, ports=api_of(world))
    assert found.obstacles == ["take `description` out of the rule: it is no longer there"]


def _remove_member(world: World) -> None:
    world.center.memberships.clear()


def _rename_a_user(world: World) -> None:
    world.center.users[_user(world, "e-2")]["display_name"] = "Somebody Else"


def _make_a_user(world: World) -> None:
    world.center.users["user-x"] = {"user_name": "eve", "display_name": "Eve", "given_name": "E", "family_name": "V"}


@pytest.mark.parametrize(
    ("edit", "says"),
    [
        (_remove_member, "it is missing. Take what gives it out of the policy, or repair it"),
        (_rename_a_user, "change it in HR, or repair it"),
        (_make_a_user, "Day One does not manage. Remove it, or adopt that first"),
    ],
)
def test_what_no_lines_say_has_another_way_out(world: World, edit: Edit, says: str) -> None:
    edit(world)
    world.take_inventory()
    for finding in world.inventory.findings():
        with pytest.raises(Inapplicable, match=says):
            describe_finding(finding.id, ports=api_of(world))


def test_an_unknown_finding_has_no_lines(world: World) -> None:
    with pytest.raises(NotFound):
        describe_finding("0123", ports=api_of(world))
