"""An approval is of what was shown: these permissions, this person, this part of a rule, not what they become."""

from dataclasses import replace
from datetime import timedelta

import pytest

from dayone.changes.decision_request import DecidedPart
from dayone.changes.decisions import decide_change
from dayone.errors import Forbidden, Inapplicable
from dayone.model.commands import Command
from dayone.model.operations import OperationState
from dayone.model.people import Person
from dayone.model.subjects import Subject, SubjectKind
from dayone.policy.language.parser import read_policy
from tests.builders import ACCOUNT_ID, a_person, an_account
from tests.unit.changes.test_sensitive_gifts import APPROVER, POLICY, admins, approve, company, held, later
from tests.unit.previews import api_of, put_in_force
from tests.unit.world import World

_OTHER, _NEW = "777788889999", ("333300000001", "333300000002")
_GIVES = '  - {group: admins, permission_set: Admin, accounts: [{ou: "/**"}]}\n'
_HARMLESS = POLICY + "sensitive: {harmless: [ViewOnly]}\n"


def _called_harmless() -> World:
    """Everybody has a set that somebody else has agreed to call harmless."""
    world = company()
    approve(put_in_force(_HARMLESS, world=world), world=world)
    later(world)
    return world


def test_a_set_is_harmless_with_the_permissions_that_it_had_and_no_others() -> None:
    world = _called_harmless()
    put_in_force(_HARMLESS.replace("[ViewOnlyAccess]", "[AdministratorAccess]"), world=world)
    assert any("permission-set:ViewOnly" in name for name in held(world))
    assert "AdministratorAccess" not in world.permission_sets()["ViewOnly"][0]


def test_one_that_is_called_harmless_stays_so_while_its_permissions_are_the_same() -> None:
    world = _called_harmless()
    put_in_force(_HARMLESS.replace("staff: {members: everyone}", "staff: {members: [{title: Clerk}]}"), world=world)
    world.hr_tells(a_person("e-3", title="Clerk"))
    world.settle()
    assert held(world) == []
    assert "e-3@example.com" in world.groups()["staff"]


def test_a_sensitive_group_that_leaves_the_policy_is_sensitive_when_it_comes_back() -> None:
    stricter = "guardrails: {removals: {percent: 0, at_least: 0}}\n"
    world = company()
    out = POLICY.replace("  admins: {members: [{title: Administrator}]}\n", "").replace(_GIVES, "") + stricter
    put_in_force(out, world=world)
    later(world)
    back = POLICY.replace("[{title: Administrator}]", "everyone").replace(_GIVES, "") + stricter
    put_in_force(back, world=world)
    assert (ACCOUNT_ID, "Admin", "admins") in world.assignments()
    assert admins(world) == {"e-1@example.com"}


def test_an_approval_in_one_account_is_of_no_part_that_came_after_it_was_shown() -> None:
    world = company(POLICY.replace('Admin, accounts: [{ou: "/**"}]', 'Admin, accounts: [{ou: "/Nowhere"}]'))
    one = POLICY.replace('Admin, accounts: [{ou: "/**"}]', f'Admin, accounts: [{{id: "{ACCOUNT_ID}"}}]')
    first = put_in_force(one, world=world)
    later(world)
    put_in_force(one.replace('"}]}\n', '"}, {ou: "/**"}]}\n'), world=world)
    with pytest.raises(Inapplicable, match="holds nothing"):
        approve(first, world=world)
    world.account_is(an_account(_OTHER, name="new", ou_path="/Sandbox", created_at=world.now))
    world.settle()
    assert (_OTHER, "Admin", "admins") not in world.assignments()


def test_nor_is_it_when_that_part_is_in_force_and_not_planned_yet() -> None:
    world = company(POLICY.replace('Admin, accounts: [{ou: "/**"}]', 'Admin, accounts: [{ou: "/Nowhere"}]'))
    one = POLICY.replace('Admin, accounts: [{ou: "/**"}]', f'Admin, accounts: [{{id: "{ACCOUNT_ID}"}}]')
    first = put_in_force(one, world=world)
    later(world)
    world.policy_is(read_policy({"p.yaml": one.replace('"}]}\n', '"}, {ou: "/**"}]}\n')}, version=0))
    world.plan(world.inbox.commands.pop(0))
    roll_out = list(world.inbox.commands)
    world.inbox.commands.clear()
    decide_change(first.cause.change, is_approved=True, actor=APPROVER, ports=api_of(world))
    world.plan_all()
    world.inbox.commands.extend(roll_out)
    world.account_is(an_account(_OTHER, name="new", ou_path="/Sandbox", created_at=world.now))
    world.settle()
    given = [f"account:{account} create assignment/Admin/admins" for account in (ACCOUNT_ID, _OTHER)]
    assert held(world) == given


def _given_in_two_new_accounts() -> tuple[World, Command]:
    """An edit that waits to give something sensitive in two accounts that this organisation has just made."""
    world = company(POLICY.replace('Admin, accounts: [{ou: "/**"}]', 'Admin, accounts: [{ou: "/Nowhere"}]'))
    for number in _NEW:
        world.account_is(an_account(number, name=f"new-{number}", ou_path="/New", created_at=world.now))
    world.settle()
    edit = POLICY.replace('Admin, accounts: [{ou: "/**"}]', 'Admin, accounts: [{ou: "/New"}]')
    return world, put_in_force(edit, world=world)


def _has_admins(number: str, *, world: World) -> bool:
    return (number, "Admin", "admins") in world.assignments()


def test_an_approval_gives_in_each_new_account_what_it_was_shown_for() -> None:
    world, edit = _given_in_two_new_accounts()
    assert len(held(world)) == len(_NEW)
    approve(edit, world=world)
    assert [_has_admins(number, world=world) for number in _NEW] == [True, True]
    dropped = world.operations(OperationState.SUPERSEDED)
    assert [each for each in dropped if each.change == edit.cause.change] == []


def test_what_was_rejected_in_a_new_account_is_not_given_because_it_was_approved_in_another() -> None:
    world, edit = _given_in_two_new_accounts()
    for number, is_approved in zip(_NEW, (True, False), strict=True):
        part = DecidedPart(subjects=(Subject(SubjectKind.ACCOUNT, number),))
        change = edit.cause.change
        decide_change(change, is_approved=is_approved, actor=APPROVER, ports=api_of(world), part=part)
        world.settle()
    world.account_is(an_account(_NEW[1], name="renamed", ou_path="/New", created_at=world.now))
    world.settle()
    assert [_has_admins(number, world=world) for number in _NEW] == [True, False]


def test_a_membership_that_means_more_by_now_is_shown_once_more() -> None:
    text = POLICY.replace("admins: {", "ops: {members: [{title: Ops}]}\n  admins: {")
    text += '  - {group: ops, permission_set: ViewOnly, accounts: [{ou: "/**"}]}\nsensitive: {groups: [ops]}\n'
    world = company(text)
    request = world.hr_tells(a_person("e-3", title="Ops"))
    world.settle()
    shown = DecidedPart(expected_version=world.state.changes[request.cause.change].held_version)
    later(world)
    edit = put_in_force(
        text.replace("group: ops, permission_set: ViewOnly", "group: ops, permission_set: Admin"), world=world
    )
    with pytest.raises(Inapplicable, match="holds nothing"):
        decide_change(request.cause.change, is_approved=True, actor=APPROVER, ports=api_of(world), part=shown)
    assert "person:e-3 create membership/ops" in held(world)
    approve(edit, world=world)
    assert "e-3@example.com" in world.groups()["ops"]


def _by_another_name(person: Person) -> Person:
    return replace(person, given_name="Mal", family_name="Lory", user_name="mal@evil.com", email="mal@evil.com")


def test_whoever_is_called_otherwise_by_now_does_not_approve_what_they_would_get() -> None:
    world = company()
    world.hr_tells(a_person("e-2", title="Administrator"))
    world.settle()
    later(world)
    request = world.hr_tells(_by_another_name(a_person("e-2", title="Administrator")))
    world.settle()
    assert held(world) == ["person:e-2 create membership/admins"]
    mal = "arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Ops_0123456789abcdef/mal@evil.com"
    with pytest.raises(Forbidden, match="what this caller gains"):
        approve(request, world=world, actor=mal)


def test_a_first_day_was_approved_for_whoever_it_was_by_then() -> None:
    world = company()
    day = world.now.date() + timedelta(days=10)
    approve_early = world.hr_tells(a_person("e-4", title="Administrator", start_date=day))
    world.settle()
    approve(approve_early, world=world)
    later(world)
    world.hr_tells(_by_another_name(a_person("e-4", title="Administrator", start_date=day)))
    world.settle()
    world.now += timedelta(days=11)
    world.sweep()
    world.settle()
    assert admins(world) == {"e-1@example.com"}


class TestSomebodyElse:
    """A sign-in by an administrator's user counts as the administrator."""

    def _renamed(self) -> tuple[World, Command]:
        world = company()
        request = world.hr_tells(_by_another_name(a_person("e-1", title="Administrator")))
        world.settle()
        return world, request

    def test_another_name_for_an_administrators_user_waits_for_somebody(self) -> None:
        world, request = self._renamed()
        assert held(world) == ["person:e-1 update user"]
        assert admins(world) == {"e-1@example.com"}
        assert "signs in by another name" in world.state.changes[request.cause.change].held_reason
        approve(request, world=world)
        assert admins(world) == {"mal@evil.com"}

    def test_whoever_would_sign_in_by_it_does_not_approve_it(self) -> None:
        world, request = self._renamed()
        mal = "arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Ops_0123456789abcdef/mal@evil.com"
        with pytest.raises(Forbidden, match="what this caller gains"):
            approve(request, world=world, actor=mal)

    def test_other_attributes_of_theirs_and_other_people_wait_for_nobody(self) -> None:
        world = company()
        world.hr_tells(a_person("e-1", title="Administrator", given_name="Augusta"))
        world.hr_tells(_by_another_name(a_person("e-2")))
        world.settle()
        assert held(world) == []
        assert "mal@evil.com" in world.groups()["staff"]

    def test_a_leavers_name_is_given_up_at_once(self) -> None:
        world = company()
        later(world)
        world.hr_tells(a_person("e-1", title="Administrator", end_date=world.now.date() - timedelta(days=3)))
        world.settle()
        world.hr_tells(replace(a_person("e-5"), user_name="e-1@example.com", email="e-1@example.com"))
        world.settle()
        assert held(world) == []
