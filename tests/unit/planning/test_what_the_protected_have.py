"""Permissions of protected people and groups stay the same, until somebody else has approved others."""

import pytest

from dayone.model.changes import ChangeState
from dayone.model.subjects import THE_POLICY, Subject, SubjectKind
from dayone.policy.language.parser import read_policy
from tests.builders import a_person, an_account
from tests.unit.hr_world import later
from tests.unit.previews import foreseen, if_policy, put_in_force
from tests.unit.world import World

_GROUPS = """\
version: 1
groups:
  staff: {members: [{department: Engineering}]}
  bg: {name: break-glass, members: [{title: Keeper}]}
permission_sets:
  ViewOnly: {managed_policies: [ViewOnlyAccess]}
"""
_ADMIN = "  Admin: {managed_policies: [AdministratorAccess]}\n"
_STAFF = """\
assignments:
  - {group: staff, permission_set: ViewOnly, accounts: [{ou: "/**"}]}
"""
_GROUP_HAS = '  - {group: bg, permission_set: Admin, accounts: [{ou: "/**"}]}\n'
_PERSON_HAS = '  - {person: e-1, permission_set: Admin, accounts: [{ou: "/**"}]}\n'
_GROUP = "guardrails: {protect: {groups: [break-glass]}}\n"
_PERSON = "guardrails: {protect: {people: [e-1]}}\n"
_DENIES = """\
  Admin:
    managed_policies: [AdministratorAccess]
    inline_policy: {Version: "2012-10-17", Statement: [{Effect: Deny, Action: "*", Resource: "*"}]}
"""
_OTHERWISE = {
    "takes its policies out": "  Admin: {managed_policies: [ViewOnlyAccess]}\n",
    "denies beside them": "  Admin: {managed_policies: [AdministratorAccess, AWSDenyAll]}\n",
    "denies inline": _DENIES,
    "sets a boundary": (
        "  Admin: {managed_policies: [AdministratorAccess], permissions_boundary: {managed_policy: AWSDenyAll}}\n"
    ),
    "asks for a policy that no account has": (
        "  Admin: {managed_policies: [AdministratorAccess], customer_managed_policies: [{name: nowhere}]}\n"
    ),
}
_ADMINISTRATORS = frozenset({"AdministratorAccess"}), ""


def _guarded(has: str, guard: str) -> World:
    world = World(approves=True)
    world.hr_tells(a_person("e-1", title="Keeper"))
    world.hr_tells(a_person("e-2"))
    world.account_is(an_account())
    put_in_force(_GROUPS + _ADMIN + _STAFF + has, world=world)
    put_in_force(_GROUPS + _ADMIN + _STAFF + has + guard, world=world)
    world.approves = False
    later(world, hours=30)
    assert world.permission_sets()["Admin"] == _ADMINISTRATORS
    return world


@pytest.fixture(params=[(_GROUP_HAS, _GROUP), (_PERSON_HAS, _PERSON)], ids=["a group", "a person"])
def guarded(request: pytest.FixtureRequest) -> tuple[World, str, str]:
    """With what they have, and what protects them."""
    has, guard = request.param
    return _guarded(has, guard), has, guard


@pytest.mark.parametrize("otherwise", _OTHERWISE)
def test_an_edit_does_not_make_it_another(guarded: tuple[World, str, str], otherwise: str) -> None:
    world, has, guard = guarded
    edit = _GROUPS + _OTHERWISE[otherwise] + _STAFF + has + guard
    assert foreseen(if_policy(edit, world=world)) == []
    request = put_in_force(edit, world=world)
    assert world.permission_sets()["Admin"] == _ADMINISTRATORS
    notes = world.state.plans[request.cause.change, Subject(SubjectKind.PERMISSION_SET, "Admin")].notes
    assert any("somebody whom the policy protects has the permission set" in note for note in notes)
    assert any("permission set Admin" in note for note in world.state.plans[request.cause.change, THE_POLICY].notes)


def test_nor_take_it_away_as_a_whole(guarded: tuple[World, str, str]) -> None:
    world, _, guard = guarded
    assigned = world.assignments()
    put_in_force(_GROUPS + _STAFF + guard, world=world)
    assert world.permission_sets()["Admin"] == _ADMINISTRATORS
    assert world.assignments() == assigned


def test_nor_do_two_edits_of_which_the_first_only_assigns_it_no_more(guarded: tuple[World, str, str]) -> None:
    world, _, guard = guarded
    put_in_force(_GROUPS + _ADMIN + _STAFF + guard, world=world)
    put_in_force(_GROUPS + _DENIES + _STAFF + guard, world=world)
    assert world.permission_sets()["Admin"] == _ADMINISTRATORS


def test_nor_does_an_edit_that_drops_the_protection_with_it(guarded: tuple[World, str, str]) -> None:
    world, has, _ = guarded
    put_in_force(_GROUPS + _DENIES + _STAFF + has, world=world)
    assert world.permission_sets()["Admin"] == _ADMINISTRATORS


def test_nor_one_that_gives_the_group_another_key() -> None:
    world = _guarded(_GROUP_HAS, _GROUP)
    edit = (_GROUPS + _DENIES + _STAFF + _GROUP_HAS + _GROUP).replace("bg", "other")
    put_in_force(edit, world=world)
    assert world.permission_sets()["Admin"] == _ADMINISTRATORS


def test_put_in_force_once_more_it_waits_for_somebody_else(guarded: tuple[World, str, str]) -> None:
    world, has, guard = guarded
    edit = _GROUPS + _DENIES + _STAFF + has + guard
    put_in_force(edit, world=world)
    request = put_in_force(edit, world=world)
    assert world.state.changes[request.cause.change].state is ChangeState.HELD
    assert world.permission_sets()["Admin"] == _ADMINISTRATORS
    world.is_decided(request.cause.change, approved=True)
    world.settle()
    assert "Deny" in world.permission_sets()["Admin"][1]


def test_whoever_wrote_it_does_not_approve_what_somebody_else_uploads_again() -> None:
    world = _guarded(_GROUP_HAS, _GROUP)
    edit = _GROUPS + _DENIES + _STAFF + _GROUP_HAS + _GROUP
    put_in_force(edit, world=world, actor="arn:author")
    request = put_in_force(edit, world=world, actor="arn:pipeline")
    blamed = world.state.plans[request.cause.change, THE_POLICY].blamed
    assert "arn:author" in {blame.actor for blame in blamed}


def test_what_is_said_of_it_and_means_no_other_right_is_nobodys_to_approve() -> None:
    world = _guarded(_GROUP_HAS, _GROUP)
    page = "https://console.aws.amazon.com/"
    described = (
        f'  Admin: {{managed_policies: [AdministratorAccess], description: "Break glass", relay_state: "{page}"}}\n'
    )
    request = put_in_force(_GROUPS + described + _STAFF + _GROUP_HAS + _GROUP, world=world)
    assert world.state.changes[request.cause.change].state is ChangeState.SUCCEEDED
    assert world.policy_in_force().reservations.guard is None


def test_what_an_edit_begins_to_protect_was_not_protected_before_it() -> None:
    world = World(approves=True)
    world.hr_tells(a_person("e-1", title="Keeper"))
    world.account_is(an_account())
    put_in_force(_GROUPS + _ADMIN + _STAFF + _GROUP_HAS, world=world)
    world.approves = False
    put_in_force(_GROUPS + _DENIES + _STAFF + _GROUP_HAS + _GROUP, world=world)
    assert "Deny" in world.permission_sets()["Admin"][1]


def test_a_set_of_nobody_protected_changes_at_once() -> None:
    world = _guarded(_GROUP_HAS, _GROUP)
    edit = _GROUPS.replace("ViewOnlyAccess", "ReadOnlyAccess") + _ADMIN + _STAFF + _GROUP_HAS + _GROUP
    put_in_force(edit, world=world)
    assert world.permission_sets()["ViewOnly"] == (frozenset({"ReadOnlyAccess"}), "")
    assert read_policy({"p": edit}, version=0).protection.permission_sets == frozenset()
