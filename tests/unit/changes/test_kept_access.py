"""An edit by which somebody would keep sensitive access that ends otherwise counts once it is approved."""

from datetime import time, timedelta

import pytest

from dayone.changes.decisions import decide_change
from dayone.errors import Forbidden
from dayone.model.changes import ChangeState
from dayone.model.people import LifeCycle, OnLeave, Status
from dayone.model.policy.context import ends_of, stricter_ends, with_ends
from dayone.model.subjects import THE_POLICY
from dayone.policy.language.parser import read_policy
from tests.builders import ACCOUNT_ID, a_person, an_account
from tests.unit.changes.test_sensitive_gifts import APPROVER, AUTHOR, POLICY, admins, company, held, later
from tests.unit.previews import api_of, if_policy, put_in_force
from tests.unit.world import World

OWN = '  - {person: e-1, permission_set: Admin, accounts: [{ou: "/**"}]}\n'


def protecting(names: str) -> str:
    return f"{POLICY}guardrails: {{protect: {{{names}}}}}\n"


def is_admin(world: World) -> bool:
    return "e-1@example.com" in admins(world)


def passes(world: World, **lasts: int) -> None:
    world.now += timedelta(**lasts)
    world.sweep()
    world.settle()


def has_left(world: World) -> None:
    later(world)
    world.hr_tells(a_person("e-1", title="Administrator", status=Status.ENDED))
    world.settle()


PROTECTED = {
    "a person": "people: [e-1]",
    "a user": "users: [e-1@example.com]",
    "the group": "groups: [admins]",
}


class TestProtect:
    @pytest.mark.parametrize("names", PROTECTED.values(), ids=PROTECTED)
    def test_a_line_by_its_author_alone_keeps_nobody_who_leaves(self, names: str) -> None:
        world = company()
        put_in_force(protecting(names), world=world, actor=AUTHOR)
        has_left(world)
        assert (is_admin(world), [each for each in held(world) if "guardrails" not in each]) == (False, [])

    @pytest.mark.parametrize("names", PROTECTED.values(), ids=PROTECTED)
    def test_it_protects_when_another_person_has_approved_it(self, names: str) -> None:
        world = company()
        request = put_in_force(protecting(names), world=world, actor=AUTHOR)
        assert world.state.changes[request.cause.change].state is ChangeState.HELD
        with pytest.raises(Forbidden):
            decide_change(request.cause.change, is_approved=True, actor=AUTHOR, ports=api_of(world))
        decide_change(request.cause.change, is_approved=True, actor=APPROVER, ports=api_of(world))
        world.settle()
        has_left(world)
        assert is_admin(world)

    def test_who_is_moved_is_not_kept_either(self) -> None:
        world = company()
        put_in_force(protecting("people: [e-1]"), world=world, actor=AUTHOR)
        later(world)
        world.hr_tells(a_person("e-1", title="Clerk"))
        world.settle()
        assert not is_admin(world)

    def test_an_account_is_not_kept_from_what_its_place_takes(self) -> None:
        world = company(POLICY.replace('Admin, accounts: [{ou: "/**"}]', 'Admin, accounts: [{tags: {open: "yes"}}]'))
        world.approves = True
        world.account_is(an_account(tags={"open": "yes"}))
        world.settle()
        world.approves = False
        assert (ACCOUNT_ID, "Admin", "admins") in world.assignments()
        policy = POLICY.replace('Admin, accounts: [{ou: "/**"}]', 'Admin, accounts: [{tags: {open: "yes"}}]')
        put_in_force(f'{policy}guardrails: {{protect: {{accounts: ["{ACCOUNT_ID}"]}}}}\n', world=world)
        world.account_is(an_account(tags={}))
        world.settle()
        assert (ACCOUNT_ID, "Admin", "admins") not in world.assignments()

    def test_what_is_assigned_to_them_alone_goes_too(self) -> None:
        world = company(POLICY + OWN)
        assert (ACCOUNT_ID, "Admin", "e-1@example.com") in world.assignments()
        put_in_force(f"{POLICY}{OWN}guardrails: {{protect: {{people: [e-1]}}}}\n", world=world)
        has_left(world)
        assert (ACCOUNT_ID, "Admin", "e-1@example.com") not in world.assignments()

    def test_the_rest_of_the_edit_goes_on(self) -> None:
        world = company()
        more = '  - {group: staff, permission_set: Audit, accounts: [{ou: "/**"}]}\n'
        edit = POLICY.replace("assignments:", "  Audit: {managed_policies: [SecurityAudit]}\nassignments:") + more
        text = f"{edit}guardrails: {{protect: {{people: [e-1]}}}}\n"
        request = put_in_force(text, world=world)
        assert (ACCOUNT_ID, "Audit", "staff") in world.assignments()
        notes = world.state.plans[request.cause.change, THE_POLICY].notes
        assert any("newly protected: person e-1" in note for note in notes)
        later(world)
        again = put_in_force(text, world=world)
        decide_change(again.cause.change, is_approved=True, actor=APPROVER, ports=api_of(world))
        world.settle()
        has_left(world)
        assert is_admin(world)

    def test_a_plan_says_so(self) -> None:
        world = company()
        reasons = if_policy(protecting("people: [e-1]"), world=world).preview.guardrail.reasons
        assert any("newly protected: person e-1" in reason for reason in reasons)

    def test_a_group_without_sensitive_access_is_protected_at_once(self) -> None:
        world = company()
        request = put_in_force(protecting("groups: [staff]"), world=world)
        assert world.state.changes[request.cause.change].state is ChangeState.SUCCEEDED
        assert "staff" in world.policy_in_force().protection.groups

    def test_a_line_after_an_edit_without_anything_sensitive_keeps_nobody(self) -> None:
        world = company()
        nothing = POLICY.replace("AdministratorAccess", "SecurityAudit")
        for text in (nothing, f"{nothing}guardrails: {{protect: {{people: [e-1]}}}}\n"):
            world.policy_is(read_policy({"policy.yaml": text}, version=0))
            world.plan_all()
        has_left(world)
        assert not is_admin(world)

    def test_a_line_that_was_there_before_access_was_given_stays(self) -> None:
        world = company(protecting("people: [e-9]"))
        put_in_force(protecting("people: [e-9]") + "# nothing else\n", world=world)
        assert world.policy_in_force().reservations.guard is None


class TestLifeCycle:
    def test_on_leave_is_not_turned_into_keeping_by_its_author_alone(self) -> None:
        world = company(POLICY + "people: {on_leave: suspend}\n")
        put_in_force(POLICY + "people: {on_leave: keep}\n", world=world, actor=AUTHOR)
        later(world)
        world.hr_tells(a_person("e-1", title="Administrator", status=Status.ON_LEAVE))
        world.settle()
        assert not is_admin(world)

    def test_it_counts_once_another_person_has_approved_it(self) -> None:
        world = company(POLICY + "people: {on_leave: suspend}\n")
        request = put_in_force(POLICY, world=world, actor=AUTHOR)
        with pytest.raises(Forbidden):
            decide_change(request.cause.change, is_approved=True, actor=AUTHOR, ports=api_of(world))
        decide_change(request.cause.change, is_approved=True, actor=APPROVER, ports=api_of(world))
        world.settle()
        assert world.policy_in_force().people.on_leave is OnLeave.KEEP
        later(world)
        world.hr_tells(a_person("e-1", title="Administrator", status=Status.ON_LEAVE))
        world.settle()
        assert is_admin(world)

    def test_a_later_end_of_the_last_day_keeps_nobody(self) -> None:
        world = company(POLICY + 'people: {access_until: "12:00"}\n')
        put_in_force(POLICY + 'people: {access_until: "23:00"}\n', world=world, actor=AUTHOR)
        later(world)
        world.hr_tells(a_person("e-1", title="Administrator", end_date=world.now.date() + timedelta(days=1)))
        world.settle()
        world.now = world.now.replace(hour=11, minute=0) + timedelta(days=1)
        passes(world, minutes=5)
        assert is_admin(world)
        passes(world, hours=1)
        assert not is_admin(world)

    @pytest.mark.parametrize(
        ("before", "after"),
        [
            (LifeCycle(on_leave=OnLeave.SUSPEND), LifeCycle()),
            (LifeCycle(access_until=time(12)), LifeCycle()),
            (LifeCycle(access_until=time(12)), LifeCycle(access_until=time(13))),
            (LifeCycle(), LifeCycle(ends_sessions=False)),
        ],
    )
    def test_each_setting_that_keeps_more_waits(self, before: LifeCycle, after: LifeCycle) -> None:
        strict = stricter_ends(ends_of(after), ends_of(before))
        assert with_ends(after, strict) == with_ends(before, strict) == before

    def test_where_nothing_is_sensitive_it_counts_at_once(self) -> None:
        plain = POLICY.replace("AdministratorAccess", "SecurityAudit")
        world = company(plain + "people: {on_leave: suspend}\n")
        put_in_force(plain, world=world, actor=AUTHOR)
        assert world.policy_in_force().people.on_leave is OnLeave.KEEP


class TestLimits:
    def test_a_lower_limit_by_its_author_alone_holds_nobody_who_leaves(self) -> None:
        world = company()
        put_in_force(POLICY + "guardrails: {removals: {percent: 0, at_least: 0}}\n", world=world, actor=AUTHOR)
        has_left(world)
        assert not is_admin(world)

    def test_nor_who_is_moved(self) -> None:
        world = company()
        put_in_force(POLICY + "guardrails: {removals: {percent: 0, at_least: 0}}\n", world=world, actor=AUTHOR)
        later(world)
        world.hr_tells(a_person("e-1", title="Clerk"))
        world.settle()
        assert not is_admin(world)

    def test_it_is_as_before_when_the_lower_limit_is_taken_back(self) -> None:
        world = company()
        for limit in ("{percent: 0, at_least: 0}", "{percent: 10, at_least: 5}"):
            put_in_force(f"{POLICY}guardrails: {{removals: {limit}}}\n", world=world, actor=AUTHOR)
        has_left(world)
        assert not is_admin(world)

    def test_a_wider_limit_waits_as_ever(self) -> None:
        world = company(f"{POLICY}guardrails: {{removals: {{percent: 0, at_least: 0}}}}\n")
        put_in_force(POLICY, world=world, actor=AUTHOR)
        has_left(world)
        assert is_admin(world)

    def test_an_edit_that_gives_nothing_holds_nobody_whom_hr_moves(self) -> None:
        world = company()
        put_in_force("version: 1\n", world=world, actor=AUTHOR)
        assert is_admin(world)
        later(world)
        world.hr_tells(a_person("e-1", title="Clerk"))
        world.settle()
        assert not is_admin(world)


def test_a_longer_session_of_a_sensitive_set_waits() -> None:
    world = company()
    put_in_force(POLICY.replace("[AdministratorAccess]", "[AdministratorAccess], session_duration: PT8H"), world=world)
    assert [each for each in held(world) if each.endswith("update permission-set")]
    later(world)
    put_in_force(POLICY, world=world)
    assert held(world) == []


NO_LIMIT = "guardrails: {removals: {percent: 0, at_least: 0}}\n"
ASSIGNED = '  - {group: admins, permission_set: Admin, accounts: [{ou: "/**"}]}\n'
NO_GROUP = POLICY.replace("  admins: {members: [{title: Administrator}]}\n", "").replace(ASSIGNED, "")
NO_SET = NO_GROUP.replace("  Admin: {managed_policies: [AdministratorAccess]}\n", "")
PLAIN = POLICY.replace("AdministratorAccess", "SecurityAudit")
TAKEN_AND_GIVEN = {
    "the group": (POLICY, NO_GROUP),
    "the group and its set": (POLICY, NO_SET),
    "a group whose set is sensitive by then": (PLAIN, NO_GROUP.replace("AdministratorAccess", "SecurityAudit")),
    "a group that is given a new set": (POLICY.replace(ASSIGNED, ""), NO_SET),
}


@pytest.mark.parametrize(("before", "without"), TAKEN_AND_GIVEN.values(), ids=TAKEN_AND_GIVEN)
@pytest.mark.parametrize("is_given_back_first", [False, True])
def test_what_was_removed_with_an_approval_comes_back_with_another(
    before: str, without: str, *, is_given_back_first: bool
) -> None:
    world = company(before + NO_LIMIT)
    removed = put_in_force(without + NO_LIMIT, world=world, actor=AUTHOR)
    assert "person:e-1 delete membership/admins" in held(world)
    world.is_decided(removed.cause.change, approved=True)
    if not is_given_back_first:
        world.settle()
    world.policy_is(read_policy({"policy.yaml": POLICY + NO_LIMIT}, version=0), actor=AUTHOR)
    world.settle()
    had = world.assignments() if is_given_back_first and before == POLICY else set()
    for _ in range(5):
        passes(world, minutes=45)
        assert {pair for pair in world.assignments() if pair[1] == "Admin" and is_admin(world)} <= had
    if not had:
        assert f"account:{ACCOUNT_ID} create assignment/Admin/admins" in held(world)
