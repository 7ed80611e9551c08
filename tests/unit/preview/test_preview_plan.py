"""Previews match the later plans, write nothing, and include the guardrail."""

from copy import deepcopy
from dataclasses import replace
from datetime import timedelta

import pytest

from dayone.errors import Invalid
from dayone.model.accounts import AccountState
from dayone.model.operations import OperationState
from dayone.model.people import Status
from dayone.preview.request import WhatIf
from dayone.preview.service import preview_plan
from tests.builders import a_person, an_account
from tests.unit.changes.test_sensitive_gifts import POLICY as SENSITIVE
from tests.unit.changes.test_sensitive_gifts import company
from tests.unit.previews import POLICY, api_of, counted, done, foreseen, if_account, if_person, if_policy, put_in_force
from tests.unit.world import World

EMPTY = "version: 1\n"
_ONE_OF_EACH = "guardrails: {removals: {percent: 0, at_least: 1}, additions: {percent: 0, at_least: 1}}\n"


@pytest.fixture
def world() -> World:
    """Two engineers, a salesman, and an account that the engineers may look at."""
    world = World()
    for person in (a_person("e-1"), a_person("e-2"), a_person("e-3", department="Sales")):
        world.hr_tells(person)
    world.account_is(an_account())
    put_in_force(POLICY, world=world)
    return world


class TestPolicy:
    def test_the_first_one_leads_to_what_was_foreseen(self) -> None:
        world = World()
        world.hr_tells(a_person())
        world.account_is(an_account())
        world.settle()
        found = if_policy(POLICY, world=world)
        assert found.policy_version is None
        assert (found.preview.looked_at, found.preview.subjects, found.is_complete) == (5, 5, True)
        assert foreseen(found) == done(world, [put_in_force(POLICY, world=world)])

    def test_an_edit_that_adds_moves_and_removes_leads_to_what_was_foreseen(self, world: World) -> None:
        edited = POLICY.replace("department: Sales", "title: SRE").replace("engineers:", "builders:")
        edited = edited.replace("group: engineers", "group: builders").replace("ViewOnlyAccess", "SecurityAudit")
        found = if_policy(edited, world=world)
        assert counted(found)["delete-membership"] == 3
        assert foreseen(found) == done(world, [put_in_force(edited, world=world)])

    def test_what_was_applied_leads_to_nothing_more(self, world: World) -> None:
        found = if_policy(POLICY, world=world)
        assert (foreseen(found), found.preview.subjects, found.preview.looked_at) == ([], 0, 7)

    def test_every_operation_has_its_reason(self, world: World) -> None:
        found = if_policy(POLICY.replace("Engineering", "Sales"), world=world)
        assert all(previewed_operation.reasons for previewed_operation in found.preview.operations)
        (gone, *_) = [
            previewed_operation
            for previewed_operation in found.preview.operations
            if str(previewed_operation.subject) == "person:e-1"
        ]
        assert (gone.reasons[0].rule, gone.reasons[0].because) == (
            "policy.yaml:3",
            "no longer: department is Engineering",
        )

    def test_one_with_mistakes_is_refused_with_all_of_them(self, world: World) -> None:
        with pytest.raises(Invalid) as caught:
            if_policy("version: 1\ngruops: {}\n", world=world)
        assert "gruops" in caught.value.findings[0]

    @pytest.mark.thorough
    def test_the_first_thousand_operations_are_listed_and_the_others_counted(self) -> None:
        world = World()
        for number in range(1005):
            world.hr_tells(a_person(f"e-{number}", department="Sales"))
        world.plan_all()
        preview = if_policy("version: 1\n", world=world).preview
        assert (len(preview.operations), preview.unlisted, preview.counts) == (1000, 5, {"create-user": 1005})


class TestPerson:
    def test_one_who_moves_loses_and_gets_what_was_foreseen(self, world: World) -> None:
        found = if_person(world, department="Sales")
        request = world.hr_tells(a_person(department="Sales"), at=world.now + timedelta(seconds=1))
        world.settle()
        assert foreseen(found) == done(world, [request])
        assert counted(found) == {"create-membership": 1, "delete-membership": 1}
        assert found.policy_version == 1
        assert foreseen(if_person(world, department="Sales")) == []

    def test_one_who_leaves_loses_what_was_foreseen(self, world: World) -> None:
        found = if_person(world, status="ended")
        request = world.hr_tells(a_person(status=Status.ENDED), at=world.now + timedelta(seconds=1))
        world.settle()
        assert (
            foreseen(found) == done(world, [request]) == [("delete-membership", "person:e-1", "membership/engineers")]
        )

    def test_one_who_joins_gets_what_was_foreseen(self, world: World) -> None:
        joiner = {"email": "n@example.com", "given_name": "N", "family_name": "N", "department": "Sales"}
        found = preview_plan(WhatIf(person={"id": "e-9", **joiner}), ports=api_of(world))
        assert counted(found) == {"create-membership": 1, "create-user": 1}

    def test_one_unknown_who_is_not_told_whole_is_refused(self, world: World) -> None:
        with pytest.raises(Invalid, match="no such person is known yet"):
            preview_plan(WhatIf(person={"id": "e-9", "department": "Sales"}), ports=api_of(world))

    def test_one_whom_the_policy_protects_is_noted(self, world: World) -> None:
        put_in_force(POLICY + "guardrails: {protect: {people: [e-1]}}\n", world=world)
        found = if_person(world, department="Sales")
        assert (foreseen(found), found.preview.notes) == ([], ("person:e-1: the person is protected by the policy",))

    def test_what_is_assigned_to_one_alone_goes_with_them(self, world: World) -> None:
        rule = '  - {person: e-1, permission_set: ViewOnly, accounts: [{ou: "/Workloads/**"}]}\n'
        put_in_force(POLICY + rule, world=world)
        assert ("delete-assignment", "account:444455556666", "assignment/ViewOnly/person:e-1") in foreseen(
            if_person(world, status="ended")
        )
        assert foreseen(if_person(world, department="Sales")) == [
            ("create-membership", "person:e-1", "membership/sales"),
            ("delete-membership", "person:e-1", "membership/engineers"),
        ]


class TestAccount:
    def test_one_that_moves_loses_what_was_foreseen(self, world: World) -> None:
        found = if_account(world, ou_path="/Sandbox")
        request = world.account_is(an_account(ou_path="/Sandbox"))
        world.settle()
        assert foreseen(found) == done(world, [request])
        assert counted(found) == {"delete-assignment": 1}

    def test_one_that_is_tagged_gets_what_was_foreseen(self, world: World) -> None:
        tagged = POLICY.replace('{ou: "/Workloads/**"}', "{tags: {env: dev}}")
        put_in_force(tagged, world=world)
        found = if_account(world, tags={"env": "dev"})
        request = world.account_is(an_account(tags={"env": "dev"}))
        world.settle()
        assert foreseen(found) == done(world, [request])
        assert foreseen(if_account(world, tags={"env": "dev"})) == []

    def test_one_that_is_closed_is_left_alone(self, world: World) -> None:
        found = if_account(world, state="SUSPENDED")
        assert (foreseen(found), found.preview.notes) == (
            [],
            ("account:444455556666: the account is SUSPENDED: nothing new is assigned, and what is assigned stays",),
        )

    def test_a_new_one_gets_what_was_foreseen(self, world: World) -> None:
        new = {"id": "777788889999", "name": "new", "ou_path": "/Workloads/New"}
        found = preview_plan(WhatIf(account=new), ports=api_of(world))
        made = an_account("777788889999", name="new", ou_path="/Workloads/New", state=AccountState.ACTIVE)
        request = world.account_is(made)
        world.settle()
        assert foreseen(found) == done(world, [request])


class TestAsking:
    def test_nothing_is_written(self, world: World) -> None:
        before = deepcopy(world.state)
        if_policy(EMPTY, world=world)
        if_person(world, status="ended")
        if_account(world, ou_path="/Sandbox")
        assert world.state == before
        assert not world.inbox.commands

    def test_the_same_question_has_the_same_answer_later(self, world: World) -> None:
        first = if_policy(EMPTY, world=world), if_person(world, title="SRE"), if_account(world, tags={"a": "b"})
        world.now += timedelta(minutes=5)
        assert first == (
            if_policy(EMPTY, world=world),
            if_person(world, title="SRE"),
            if_account(world, tags={"a": "b"}),
        )

    def test_a_company_too_large_for_the_time_there_is_is_answered_in_part(self, world: World) -> None:
        moments = (world.now + timedelta(seconds=seconds) for seconds in range(0, 1000, 5))
        slow = replace(api_of(world), clock=lambda: next(moments))
        found = preview_plan(WhatIf(files={"policy.yaml": EMPTY}), ports=slow)
        assert found.is_complete is False
        assert 0 < found.preview.looked_at < 7


class TestGuardrail:
    def test_what_it_holds_already_is_not_foreseen_anew(self, world: World) -> None:
        world.state.removals[world.now.date()] = 5
        world.hr_tells(a_person(department="Sales"), at=world.now + timedelta(seconds=1))
        world.settle()
        assert foreseen(if_person(world, department="Sales")) == []

    def test_removals_within_the_limit_go(self, world: World) -> None:
        judged = if_person(world, status="ended").preview.guardrail
        assert (judged.removals, judged.existing, judged.limit, judged.held, judged.reasons) == (1, 4, 5, 0, ())

    def test_removals_above_the_limit_are_held(self, world: World) -> None:
        strict = POLICY.replace("Engineering", "Nowhere") + "guardrails: {removals: {percent: 0, at_least: 1}}\n"
        judged = if_policy(strict, world=world).preview.guardrail
        assert (judged.removals, judged.limit, judged.held) == (2, 1, 2)
        assert judged.reasons == ("2 removals, the limit is 1 (0 % of 4, at least 1)",)

    def test_an_account_that_would_lose_everything_is_named(self, world: World) -> None:
        judged = if_account(world, ou_path="/Sandbox").preview.guardrail
        assert (judged.removals, judged.held) == (1, 1)
        assert judged.reasons == (
            "account:444455556666: 1 removal, and the account would lose every assignment it has (1)",
        )

    def test_each_operation_that_would_be_held_is_marked_with_its_rule(self) -> None:
        world = company(f"{SENSITIVE}{_ONE_OF_EACH}")
        for number in (3, 4):
            world.hr_tells(a_person(f"e-{number}"))
        world.settle()
        world.now += timedelta(days=2)
        edit = SENSITIVE.replace("members: everyone", "members: [{title: Nobody}]")
        edit = edit.replace("Administrator}]}", "Administrator}], people: [e-3]}\n  ops: {members: everyone}")
        expected = if_policy(edit, world=world).preview
        marks = {f"{each.kind} {each.subject} {each.resource}": each.held for each in expected.operations if each.held}
        rules = {name: rule.partition(",")[0] for name, rule in marks.items()}
        assert rules["delete-membership person:e-3 membership/staff"] == "4 removals"
        assert rules["create-membership person:e-3 membership/ops"] == "1 addition after 1 others"
        assert marks["create-membership person:e-3 membership/admins"].startswith("sensitive access: ")
        put_in_force(edit, world=world)
        assert sorted(marks) == sorted(
            f"{each.kind} {each.subject} {each.resource}" for each in world.operations(OperationState.HELD)
        )

    def test_what_an_earlier_edit_has_held_is_said_where_it_is_counted(self, world: World) -> None:
        strict = POLICY + _ONE_OF_EACH
        put_in_force(strict, world=world)
        edit = strict.replace("Engineering", "Nowhere")
        put_in_force(edit, world=world)
        (reason,) = if_policy(edit.replace("Sales", "Nowhere"), world=world).preview.guardrail.reasons
        request = put_in_force(edit.replace("Sales", "Nowhere"), world=world)
        assert reason == world.state.changes[request.cause.change].held_reason
        assert reason == "3 removals, the limit is 1 (0 % of 4, at least 1); of these, 2 are held already"

    def test_a_policy_that_gives_nothing_is_held_as_a_whole(self, world: World) -> None:
        judged = if_policy(EMPTY + "guardrails: {removals: {at_least: 50}}\n", world=world).preview.guardrail
        assert (judged.removals, judged.held) == (7, 7)
        assert judged.reasons == (
            (
                "7 removals, the limit is 5 (10 % of 4, at least 5); the policy assigns nothing; "
                "account:444455556666 would lose every assignment"
            ),
        )

    def test_of_many_accounts_that_would_lose_everything_the_first_are_named(self, world: World) -> None:
        for number in range(11):
            world.account_is(an_account(f"{number:012}"))
        world.settle()
        moved = POLICY.replace("/Workloads/**", "/Sandbox") + "guardrails: {removals: {at_least: 50}}\n"
        judged = if_policy(moved, world=world).preview.guardrail
        assert (judged.removals, judged.held) == (12, 12)
        (reason,) = judged.reasons
        assert reason.startswith("12 removals, the limit is 5")
        assert reason.count("account:") == 10

    def test_what_was_let_go_today_counts(self, world: World) -> None:
        world.state.removals[world.now.date()] = 5
        judged = if_person(world, status="ended").preview.guardrail
        assert (judged.today, judged.held) == (5, 1)
