"""Sensitive access that is there stands on what was approved, and ends with that, whatever else gives it by then."""

from dataclasses import replace
from datetime import timedelta

import pytest

from dayone.changes.decisions import decide_change
from dayone.model.operations import OperationState
from dayone.policy.language.parser import read_policy
from tests.builders import ACCOUNT_ID, a_person, an_account, membership, the_person
from tests.unit.changes.test_sensitive_gifts import APPROVER, AUTHOR, POLICY, admins, approve, company, held
from tests.unit.granting import a_grant, extended, is_said
from tests.unit.previews import api_of, if_person, put_in_force
from tests.unit.world import World

BY_TITLE = "members: [{title: Administrator}]"
NAMED = POLICY.replace(BY_TITLE, f"{BY_TITLE}, people: [e-1]")
NONE_REMOVED = "guardrails: {removals: {percent: 0, at_least: 0}}\n"
IN_PROD = POLICY.replace('Admin, accounts: [{ou: "/**"}]', 'Admin, accounts: [{ou: "/Prod/**"}]')
BY_ID = IN_PROD.replace('{ou: "/Prod/**"}', f'{{id: "{ACCOUNT_ID}"}}')
BESIDE = IN_PROD.replace('{ou: "/Prod/**"}', f'{{ou: "/Prod/**"}}, {{id: "{ACCOUNT_ID}"}}')
NEW = "777788889999"
ASSIGNED = '  - {group: admins, permission_set: Admin, accounts: [{ou: "/**"}]}\n'
TITLES = ("[{title: [Administrator, Root]}]", "[{title: Administrator}, {title: Root}]", "[{title: Admin*}]")


def is_moved(world: World, title: str = "Clerk") -> None:
    passes(world, hours=1)
    world.hr_tells(a_person("e-1", title=title))
    world.settle()


def passes(world: World, **time: int) -> None:
    world.now += timedelta(**time)
    world.sweep()
    world.settle()


def is_admin(world: World) -> bool:
    return "e-1@example.com" in admins(world)


class TestAMembership:
    def test_a_name_added_before_hr_moves_them_keeps_nobody(self) -> None:
        world = company()
        put_in_force(NAMED, world=world, actor=AUTHOR)
        assert is_admin(world)
        is_moved(world)
        assert not is_admin(world)
        passes(world, hours=2)
        assert (is_admin(world), held(world)) == (False, ["person:e-1 create membership/admins"])

    def test_the_name_is_approved_where_it_is_held(self) -> None:
        world = company()
        put_in_force(NAMED, world=world, actor=AUTHOR)
        is_moved(world)
        passes(world, hours=2)
        change = next(change for change in world.state.changes.values() if change.held)
        decide_change(change.id, is_approved=True, actor=APPROVER, ports=api_of(world))
        world.settle()
        assert is_admin(world)
        is_moved(world, "Gardener")
        assert (is_admin(world), held(world)) == (True, [])

    def test_a_removal_that_is_held_is_not_taken_back_by_a_name(self) -> None:
        world = company(POLICY + NONE_REMOVED)
        is_moved(world)
        put_in_force(NAMED + NONE_REMOVED, world=world, actor=AUTHOR)
        assert held(world) == ["person:e-1 delete membership/admins"]
        is_moved(world, "Administrator")
        assert (is_admin(world), held(world)) == (True, [])

    def test_an_edit_whose_removals_are_held_does_not_hold_this_one(self) -> None:
        few = "guardrails: {removals: {percent: 0, at_least: 1}}\n"
        world = company(POLICY + few)
        world.hr_tells(a_person("e-3"))
        world.settle()
        put_in_force(NAMED + few, world=world, actor=AUTHOR)
        put_in_force(NAMED.replace("everyone", "[{title: Nobody}]") + few, world=world, actor=AUTHOR)
        assert held(world) == [f"person:e-{number} delete membership/staff" for number in (1, 2, 3)]
        is_moved(world)
        assert not is_admin(world)

    def test_nor_does_one_that_takes_something_else_with_the_same_move(self) -> None:
        few = "guardrails: {removals: {percent: 0, at_least: 1}}\n"
        world = company(POLICY + few)
        world.hr_tells(a_person("e-3"))
        world.settle()
        edit = POLICY.replace("everyone", "[{title: Administrator}]") + few
        put_in_force(edit, world=world, actor=AUTHOR)
        assert held(world) == [f"person:e-{number} delete membership/staff" for number in (2, 3)]
        is_moved(world)
        assert not is_admin(world)
        assert held(world) == [f"person:e-{number} delete membership/staff" for number in (1, 2, 3)]

    def test_an_edit_that_is_held_keeps_nobody_whom_hr_moves(self) -> None:
        few = "guardrails: {removals: {percent: 0, at_least: 1}}\n"
        world = company(POLICY + few)
        edit = POLICY.replace("everyone", "[{title: Nobody}]").replace("title: Administrator", "title: Nobody") + few
        put_in_force(edit, world=world, actor=AUTHOR)
        assert "person:e-1 delete membership/admins" in held(world)
        passes(world, hours=2)
        assert is_admin(world)
        is_moved(world)
        assert not is_admin(world)
        assert held(world) == [f"person:e-{number} delete membership/staff" for number in (1, 2)]
        passes(world, hours=2)
        assert held(world) == [f"person:e-{number} delete membership/staff" for number in (1, 2)]

    def test_a_grant_that_gave_nothing_new_keeps_nobody(self) -> None:
        world = company()
        lasts = world.now + timedelta(days=9)
        is_said(world, a_grant(resource=membership("admins"), begins=world.now, until=lasts))
        world.settle()
        assert is_admin(world)
        is_moved(world)
        assert not is_admin(world)

    def test_a_mistake_that_is_taken_back_takes_nobody_out(self) -> None:
        world = company(POLICY + NONE_REMOVED)
        put_in_force(POLICY.replace(BY_TITLE, "members: [{title: Nobody}]") + NONE_REMOVED, world=world, actor=AUTHOR)
        assert held(world) == ["person:e-1 delete membership/admins"]
        by_department = "members: [{department: Engineering}]"
        put_in_force(POLICY.replace(BY_TITLE, by_department) + NONE_REMOVED, world=world, actor=AUTHOR)
        assert "person:e-1 delete membership/admins" in held(world)
        put_in_force(POLICY + NONE_REMOVED, world=world, actor=AUTHOR)
        assert (is_admin(world), held(world)) == (True, [])

    @pytest.mark.parametrize("members", TITLES)
    def test_a_rule_in_other_words_takes_nobody_out(self, members: str) -> None:
        world = company()
        put_in_force(POLICY.replace(BY_TITLE, f"members: {members}"), world=world, actor=AUTHOR)
        passes(world, hours=2)
        world.hr_tells(a_person("e-1", title="Administrator", department="Platform"))
        world.settle()
        assert (is_admin(world), held(world)) == (True, [])

    def test_what_was_given_by_an_earlier_release_stays(self) -> None:
        world = company()
        put_in_force(NAMED, world=world, actor=AUTHOR)
        for subject, head in world.state.heads.items():
            world.state.heads[subject] = replace(head, stands_on={})
        put_in_force(NAMED.replace("people: [e-1]", "people: [e-1, e-3]"), world=world, actor=AUTHOR)
        passes(world, hours=2)
        assert (is_admin(world), held(world)) == (True, [])

    def test_a_preview_says_that_it_ends(self) -> None:
        world = company()
        put_in_force(NAMED, world=world, actor=AUTHOR)
        preview = if_person(world, title="Clerk").preview
        listed = [(str(each.action), str(each.resource)) for each in preview.operations]
        assert ("delete", "membership/admins") in listed

    def test_what_was_held_before_a_grant_ends_goes_with_the_grant(self) -> None:
        world = company(POLICY + NONE_REMOVED)
        lasts = world.now + timedelta(hours=2)
        grant = a_grant(subject=the_person("e-2"), resource=membership("admins"), begins=world.now, until=lasts)
        request = is_said(world, grant)
        world.settle()
        approve(request, world=world)
        assert "e-2@example.com" in admins(world)
        without = POLICY.replace(f"  admins: {{{BY_TITLE}}}\n", "").replace(ASSIGNED, "")
        put_in_force(without + NONE_REMOVED, world=world, actor=AUTHOR)
        assert "person:e-2 delete membership/admins" in held(world)
        passes(world, hours=3)
        assert "e-2@example.com" not in admins(world)

    def test_a_grant_approved_beside_a_rule_is_not_extended_alone_when_the_rule_goes(self) -> None:
        world = company()
        lasts = world.now + timedelta(hours=4)
        grant = a_grant(subject=the_person("e-2"), resource=membership("admins"), begins=world.now, until=lasts)
        is_said(world, grant)
        request = world.hr_tells(a_person("e-2", title="Administrator"))
        world.settle()
        approve(request, world=world)
        assert "e-2@example.com" in admins(world)
        world.now += timedelta(minutes=10)
        world.hr_tells(a_person("e-2", title="Clerk"))
        world.settle()
        is_said(world, extended(grant, until=world.now + timedelta(days=5), at=world.now))
        world.settle()
        passes(world, hours=6)
        assert "e-2@example.com" not in admins(world)
        assert held(world) == ["person:e-2 create membership/admins"]


class TestAnAssignment:
    def test_a_part_added_before_an_account_moves_keeps_nothing(self) -> None:
        world = company(IN_PROD)
        world.approves = True
        world.account_is(an_account(ou_path="/Prod/One"))
        world.settle()
        world.approves = False
        assert _has_admin(world)
        put_in_force(BY_ID, world=world, actor=AUTHOR)
        passes(world, hours=2)
        assert (_has_admin(world), held(world)) == (True, [])
        world.account_is(an_account(ou_path="/Elsewhere"))
        world.settle()
        assert not _has_admin(world)
        passes(world, hours=2)
        assert held(world) == [f"account:{ACCOUNT_ID} create assignment/Admin/admins"]

    def test_what_is_beside_an_approved_part_is_not_approved_by_it(self) -> None:
        world = company(IN_PROD)
        _is_in_prod(world)
        put_in_force(BESIDE, world=world, actor=AUTHOR)
        world.look_at_account(ACCOUNT_ID)
        world.settle()
        _moves_elsewhere(world)
        assert not _has_admin(world)

    def test_a_part_that_comes_while_aws_is_at_work_is_not_approved_by_that(self) -> None:
        world = company(IN_PROD)
        request = world.account_is(an_account(ou_path="/Prod/One"))
        world.settle()
        decide_change(request.cause.change, is_approved=True, actor=APPROVER, ports=api_of(world))
        world.aws_works = False
        world.plan_all()
        world.execute(seconds=5)
        assert world.operations(OperationState.SUBMITTED)
        world.now += timedelta(seconds=1)
        world.policy_is(read_policy({"policy.yaml": BESIDE}, version=0), actor=AUTHOR)
        world.plan_all()
        world.aws_works = True
        world.settle()
        assert _has_admin(world)
        _moves_elsewhere(world)
        assert not _has_admin(world)

    def test_a_new_account_stands_on_what_was_approved_elsewhere_alone(self) -> None:
        world = company(IN_PROD)
        _is_in_prod(world)
        put_in_force(IN_PROD.replace("[{ou:", '[{ou: "/Fin/**"}, {ou:'), world=world, actor=AUTHOR)
        begins = world.now
        world.account_is(an_account(NEW, name="new", ou_path="/Prod", created_at=begins))
        world.settle()
        assert _has_admin(world, NEW)
        put_in_force(IN_PROD.replace('[{ou: "/Prod/**"}', '[{ou: ["/Fin/**", "/Prod/**"]}'), world=world, actor=AUTHOR)
        passes(world, hours=48)
        world.account_is(an_account(NEW, name="new", ou_path="/Prod/Two", created_at=begins))
        world.settle()
        assert (_has_admin(world, NEW), held(world)) == (True, [])
        world.account_is(an_account(NEW, name="new", ou_path="/Fin", created_at=begins))
        world.settle()
        assert not _has_admin(world, NEW)


def _has_admin(world: World, account: str = ACCOUNT_ID) -> bool:
    return (account, "Admin", "admins") in world.assignments()


def _is_in_prod(world: World) -> None:
    request = world.account_is(an_account(ou_path="/Prod/One"))
    world.settle()
    approve(request, world=world)
    assert _has_admin(world)
    passes(world, hours=2)


def _moves_elsewhere(world: World) -> None:
    passes(world, hours=2)
    world.account_is(an_account(ou_path="/Elsewhere"))
    world.settle()
