"""Sensitive access waits for another person's approval, whoever gives it, and nothing else waits with it."""

from datetime import timedelta

import pytest

from dayone.changes.decisions import decide_change
from dayone.errors import Forbidden, Inapplicable
from dayone.hr.merge import packed
from dayone.model.changes import ChangeState
from dayone.model.commands import Command, ImportWorkforce
from dayone.model.operations import OperationState
from dayone.model.subjects import Subject, SubjectKind
from dayone.policy.language.parser import read_policy
from tests.builders import ACCOUNT_ID, a_person, an_account
from tests.unit.hr_world import cause_of
from tests.unit.previews import api_of, if_person, if_policy, put_in_force
from tests.unit.world import World

AUTHOR, APPROVER = "arn:admin", "arn:approver"
GROUPS = """\
version: 1
groups:
  staff: {members: everyone}
  admins: {members: [{title: Administrator}]}
"""
SETS = """\
permission_sets:
  ViewOnly: {managed_policies: [ViewOnlyAccess]}
  Admin: {managed_policies: [AdministratorAccess]}
assignments:
  - {group: staff, permission_set: ViewOnly, accounts: [{ou: "/**"}]}
  - {group: admins, permission_set: Admin, accounts: [{ou: "/**"}]}
"""
POLICY = GROUPS + SETS
VIEW = "job-function/ViewOnlyAccess"


def company(policy: str = POLICY) -> World:
    """One administrator and one other, in a company whose policy has been approved."""
    world = World(approves=True)
    world.hr_tells(a_person("e-1", title="Administrator"))
    world.hr_tells(a_person("e-2"))
    world.account_is(an_account())
    put_in_force(policy, world=world)
    world.approves = False
    return world


def held(world: World) -> list[str]:
    """Return the held operations, such as `person:e-1 create membership/admins`."""
    return sorted(
        f"{operation.subject} {operation.action} {operation.resource}"
        for operation in world.operations(OperationState.HELD)
    )


def admins(world: World) -> set[str]:
    return world.groups().get("admins", set())


def approve(request: Command, *, world: World, actor: str = APPROVER) -> None:
    """As the API takes it."""
    decide_change(request.cause.change, is_approved=True, actor=actor, ports=api_of(world))
    world.settle()


class TestByHr:
    def test_a_joiner_waits_for_the_sensitive_part_alone(self) -> None:
        world = company()
        request = world.hr_tells(a_person("e-3", title="Administrator"))
        world.settle()
        assert held(world) == ["person:e-3 create membership/admins"]
        assert "e-3@example.com" in world.groups()["staff"]
        assert "e-3@example.com" not in admins(world)
        assert world.state.changes[request.cause.change].state is ChangeState.HELD
        approve(request, world=world)
        assert "e-3@example.com" in admins(world)
        assert world.state.changes[request.cause.change].state is ChangeState.SUCCEEDED

    def test_a_mover_waits_as_well(self) -> None:
        world = company()
        request = world.hr_tells(a_person("e-2", title="Administrator"))
        world.settle()
        assert admins(world) == {"e-1@example.com"}
        approve(request, world=world)
        assert admins(world) == {"e-1@example.com", "e-2@example.com"}

    def test_who_wrote_a_rule_that_was_approved_may_approve_what_hr_alone_makes_of_it(self) -> None:
        world = company()
        request = world.hr_tells(a_person("e-2", title="Administrator"))
        world.settle()
        approve(request, world=world, actor=AUTHOR)
        assert admins(world) == {"e-1@example.com", "e-2@example.com"}

    def test_who_wrote_a_rule_that_nobody_has_approved_as_it_is_does_not(self) -> None:
        world = company()
        put_in_force(POLICY.replace("Administrator}]", "Administrator}], except: [{title: Nobody}]"), world=world)
        request = world.hr_tells(a_person("e-2", title="Administrator"))
        world.settle()
        with pytest.raises(Forbidden, match="put the part of group admins in force"):
            approve(request, world=world, actor=AUTHOR)

    def test_what_hr_takes_back_meanwhile_is_not_given_when_it_is_approved(self) -> None:
        world = company()
        request = world.hr_tells(a_person("e-2", title="Administrator"))
        world.settle()
        later(world)
        world.hr_tells(a_person("e-2"))
        world.settle()
        assert held(world) == []
        with pytest.raises(Inapplicable, match="holds nothing"):
            approve(request, world=world)
        assert admins(world) == {"e-1@example.com"}

    def test_somebody_who_leaves_meanwhile_gets_nothing(self) -> None:
        world = company()
        request = world.hr_tells(a_person("e-2", title="Administrator"))
        world.settle()
        later(world)
        world.hr_tells(a_person("e-2", title="Administrator", end_date=world.now.date() - timedelta(days=3)))
        world.settle()
        with pytest.raises(Inapplicable, match="holds nothing"):
            approve(request, world=world)
        assert admins(world) == {"e-1@example.com"}

    def test_what_was_rejected_is_not_given_until_a_newer_policy_asks_for_it(self) -> None:
        world = company()
        request = world.hr_tells(a_person("e-2", title="Administrator"))
        world.settle()
        world.is_decided(request.cause.change, approved=False)
        world.settle()
        later(world)
        world.hr_tells(a_person("e-2", title="Administrator", given_name="Eve"))
        world.settle()
        assert (held(world), admins(world)) == ([], {"e-1@example.com"})

    def test_who_has_it_already_does_not_wait_for_a_repair(self) -> None:
        world = company()
        world.hr_tells(a_person("e-1", title="Administrator", given_name="Eve"))
        world.settle()
        assert held(world) == []
        assert admins(world) == {"e-1@example.com"}

    def test_two_hundred_interns_on_a_monday_wait_for_nobody(self) -> None:
        world = company()
        for number in range(200):
            world.hr_tells(a_person(f"i-{number}", title="Intern"))
        world.settle()
        assert held(world) == []
        assert len(world.groups()["staff"]) == 202


_BOSS = "arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Ops_0123456789abcdef/E-2@example.com"


class TestApproving:
    def test_nobody_approves_what_they_would_be_given_themselves(self) -> None:
        world = World()
        for number in (1, 2, 3):
            world.hr_tells(a_person(f"e-{number}", title="Administrator"))
        world.account_is(an_account())
        request = put_in_force(POLICY, world=world)
        approve(request, world=world, actor=_BOSS)
        assert held(world) == ["person:e-2 create membership/admins"]
        assert admins(world) == {"e-1@example.com", "e-3@example.com"}
        approve(request, world=world)
        assert "e-2@example.com" in admins(world)

    def test_nor_what_would_be_assigned_to_them_alone(self) -> None:
        world = company()
        own = '  - {person: e-2, permission_set: Admin, accounts: [{ou: "/**"}]}\n'
        request = put_in_force(POLICY + own, world=world)
        with pytest.raises(Forbidden, match=r"holds only .*, what this caller gains: another caller must approve"):
            approve(request, world=world, actor=_BOSS)
        assert held(world) == [f"account:{ACCOUNT_ID} create assignment/Admin/person:e-2"]
        approve(request, world=world)
        assert (ACCOUNT_ID, "Admin", "e-2@example.com") in world.assignments()

    def test_of_two_at_once_the_first_counts_and_the_second_does_no_harm(self) -> None:
        world = company()
        request = world.hr_tells(a_person("e-2", title="Administrator"))
        world.settle()
        for actor in (APPROVER, "arn:second"):
            decide_change(request.cause.change, is_approved=True, actor=actor, ports=api_of(world))
        with pytest.raises(Inapplicable, match="already approved"):
            decide_change(request.cause.change, is_approved=False, actor="arn:third", ports=api_of(world))
        world.settle()
        assert admins(world) == {"e-1@example.com", "e-2@example.com"}
        approvals = [
            record.entry for record in world.state.audit_records() if record.entry.action == "approve-sensitive-access"
        ]
        assert [audit_entry.actor for audit_entry in approvals if audit_entry.change == request.cause.change] == [
            APPROVER
        ]

    def test_an_approver_who_leaves_has_approved(self) -> None:
        world = company()
        boss = a_person("e-8", user_name="e-8@example.com")
        world.hr_tells(boss)
        request = world.hr_tells(a_person("e-2", title="Administrator"))
        world.settle()
        decide_change(request.cause.change, is_approved=True, actor=_BOSS.replace("E-2", "e-8"), ports=api_of(world))
        later(world)
        world.hr_tells(a_person("e-8", end_date=world.now.date() - timedelta(days=3)))
        world.settle()
        assert "e-2@example.com" in admins(world)

    @pytest.mark.parametrize("size", [300, pytest.param(5000, marks=pytest.mark.thorough)])
    def test_a_first_import_is_one_approval(self, size: int) -> None:
        world = World(approves=True)
        world.hr_sources.text = "version: 1\nsources: {people: {kind: csv}}"
        put_in_force(POLICY, world=world)
        world.approves = False
        later(world)
        request = ImportWorkforce(
            subject=Subject(SubjectKind.HR_SOURCE, "people"),
            cause=cause_of(world, "people", at=world.now),
            workforce=packed(dict(map(_in_file, range(size)))),
        )
        world.inbox.put([request])
        world.settle()
        assert (len(held(world)), len(world.groups()["staff"])) == (size // 100, size)
        approve(request, world=world)
        assert (held(world), len(admins(world))) == ([], size // 100)


def _in_file(number: int) -> tuple[str, dict[str, str]]:
    title = "Administrator" if number % 100 == 0 else "Engineer"
    names = {"given_name": f"G{number}", "family_name": "Hopper", "email": f"g{number}@example.com"}
    return f"i-{number}", {**names, "department": "Engineering", "title": title}


class TestRules:
    """Once somebody else has approved all that an edit gives by a rule, what comes of it later is HR's doing."""

    _WIDER = POLICY.replace("{title: Administrator}", "{title: [Administrator, Chief]}")

    def _edited(self, *, subjects: tuple[Subject, ...] = (), approved: bool = True) -> World:
        """Two chiefs are held for an edit, which is decided on as a whole, or for some of its subjects."""
        world = company()
        for number in (3, 4):
            world.hr_tells(a_person(f"e-{number}", title="Chief"))
        world.settle()
        later(world)
        edit = put_in_force(self._WIDER, world=world)
        assert len(held(world)) == 2
        world.is_decided(edit.cause.change, approved=approved, subjects=subjects)
        world.settle()
        later(world)
        return world

    def test_a_later_joiner_is_held_until_anybody_but_them_has_approved(self) -> None:
        world = self._edited()
        request = world.hr_tells(a_person("e-2", title="Chief"))
        world.settle()
        assert held(world) == ["person:e-2 create membership/admins"]
        with pytest.raises(Forbidden, match="holds only person:e-2 membership/admins, what this caller gains: another"):
            approve(request, world=world, actor=_BOSS)
        approve(request, world=world, actor=AUTHOR)
        assert "e-2@example.com" in admins(world)

    @pytest.mark.parametrize(("subjects", "approved"), [((Subject(SubjectKind.PERSON, "e-3"),), True), ((), False)])
    def test_not_when_only_some_of_it_was_approved_or_all_of_it_rejected(
        self, subjects: tuple[Subject, ...], *, approved: bool
    ) -> None:
        world = self._edited(subjects=subjects, approved=approved)
        request = world.hr_tells(a_person("e-2", title="Chief"))
        world.settle()
        with pytest.raises(Forbidden, match="put the part of group admins in force"):
            approve(request, world=world, actor=AUTHOR)

    def test_not_what_an_edit_made_of_the_rule_before_the_approval_was_carried_out(self) -> None:
        world = company()
        world.hr_tells(a_person("e-3", title="Chief"))
        world.settle()
        later(world)
        edit = put_in_force(self._WIDER, world=world)
        world.is_decided(edit.cause.change, approved=True)
        decision = world.inbox.commands.pop()
        later(world)
        put_in_force(self._WIDER.replace("Chief]", "Chief, Boss]"), world=world)
        world.inbox.put([decision])
        world.settle()
        request = world.hr_tells(a_person("e-2", title="Boss"))
        world.settle()
        with pytest.raises(Forbidden, match="put the part of group admins in force"):
            approve(request, world=world, actor=AUTHOR)


class TestByAnEdit:
    def test_everyone_in_the_administrators_group_waits(self) -> None:
        world = company()
        request = put_in_force(POLICY.replace("[{title: Administrator}]", "everyone"), world=world)
        assert held(world) == ["person:e-2 create membership/admins"]
        assert admins(world) == {"e-1@example.com"}
        with pytest.raises(Forbidden):
            approve(request, world=world, actor=AUTHOR)
        approve(request, world=world)
        assert admins(world) == {"e-1@example.com", "e-2@example.com"}

    def test_a_first_policy_gives_the_rest_at_once_and_the_sensitive_part_after_one_approval(self) -> None:
        world = World()
        for number in range(20):
            world.hr_tells(a_person(f"e-{number}", title="Administrator" if number < 3 else ""))
        world.account_is(an_account())
        request = put_in_force(POLICY, world=world)
        assert len(world.groups()["staff"]) == 20
        assert admins(world) == set()
        assert world.assignments() == {(ACCOUNT_ID, "ViewOnly", "staff")}
        approve(request, world=world)
        assert len(admins(world)) == 3
        assert (ACCOUNT_ID, "Admin", "admins") in world.assignments()
        assert world.state.changes[request.cause.change].state is ChangeState.SUCCEEDED

    def test_a_set_that_is_widened_stays_as_it_is(self) -> None:
        world = company()
        request = put_in_force(POLICY.replace("[ViewOnlyAccess]", "[ViewOnlyAccess, IAMFullAccess]"), world=world)
        assert world.permission_sets()["ViewOnly"][0] == {VIEW}
        assert world.unprovisioned() == []
        approve(request, world=world)
        assert world.permission_sets()["ViewOnly"][0] == {VIEW, "IAMFullAccess"}

    def test_who_wrote_the_rights_does_not_approve_them_when_others_upload_them_again(self) -> None:
        world = company()
        wide = POLICY.replace("[ViewOnlyAccess]", "[ViewOnlyAccess, IAMFullAccess]")
        put_in_force(wide, world=world)
        later(world)
        again = put_in_force(POLICY.replace("[ViewOnlyAccess]", "[PowerUserAccess]"), world=world, actor="arn:other")
        later(world)
        again = put_in_force(wide, world=world, actor="arn:other")
        with pytest.raises(Forbidden, match="put the rights of permission set ViewOnly in force"):
            approve(again, world=world, actor=AUTHOR)

    def test_an_approval_is_of_the_form_that_was_shown(self) -> None:
        world = company()
        first = put_in_force(POLICY.replace("[ViewOnlyAccess]", "[ViewOnlyAccess, IAMFullAccess]"), world=world)
        later(world)
        second = put_in_force(POLICY.replace("[ViewOnlyAccess]", "[PowerUserAccess, IAMFullAccess]"), world=world)
        with pytest.raises(Inapplicable, match="holds nothing"):
            approve(first, world=world)
        assert world.permission_sets()["ViewOnly"][0] == {VIEW}
        approve(second, world=world)
        assert world.permission_sets()["ViewOnly"][0] == {"PowerUserAccess", "IAMFullAccess"}
        assert world.unprovisioned() == []

    def test_a_set_is_not_assigned_to_others_before_it_has_lost_its_rights(self) -> None:
        world = company()
        edit = POLICY.replace("[AdministratorAccess]", "[SecurityAudit]")
        edit += '  - {group: staff, permission_set: Admin, accounts: [{ou: "/**"}]}\n'
        world.policy_is(read_policy({"policy.yaml": edit}, version=0))
        world.plan_all()
        assert held(world) == [f"account:{ACCOUNT_ID} create assignment/Admin/staff"]
        world.settle()
        world.account_is(an_account())
        world.settle()
        assert (ACCOUNT_ID, "Admin", "staff") in world.assignments()


class TestWhatIsSaid:
    def test_the_plan_says_the_same_as_the_preview(self) -> None:
        world = company()
        edit = POLICY.replace("[{title: Administrator}]", "everyone")
        guardrail = if_policy(edit, world=world).preview.guardrail
        request = put_in_force(edit, world=world)
        assert guardrail.held == len(held(world)) == 1
        (reason,) = guardrail.reasons
        because = world.state.changes[request.cause.change].held_reason
        for said in (reason, because):
            assert "sensitive access: membership/admins: " in said
            assert "the group is given `Admin`: it has `AdministratorAccess`" in said

    def test_a_preview_of_a_person_does_so_as_well(self) -> None:
        world = company()
        assert if_person(world, id="e-2", title="Administrator").preview.guardrail.held == 1

    def test_it_is_audited_as_what_it_is(self) -> None:
        world = company()
        request = world.hr_tells(a_person("e-2", title="Administrator"))
        world.settle()
        approve(request, world=world)
        actions = {record.entry.action for record in world.state.audit_records()}
        assert {"hold-sensitive-access", "approve-sensitive-access"} <= actions


def later(world: World) -> None:
    world.now += timedelta(hours=1)


def test_what_the_first_policy_calls_harmless_is_harmless_when_somebody_else_agrees() -> None:
    world = World()
    world.hr_tells(a_person("e-1", title="Administrator"))
    world.account_is(an_account())
    policy = read_policy({"policy.yaml": POLICY + "sensitive: {harmless: [Admin]}\n"}, version=0)
    world.uploaded(policy)
    world.settle()
    assert admins(world) == set()
    once_more = world.uploaded(policy)
    world.settle()
    assert admins(world) == set()
    assert "policy:current create guardrails/2" in held(world)
    approve(once_more, world=world)
    assert admins(world) == {"e-1@example.com"}
