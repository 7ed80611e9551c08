"""Explanation of access in an account: its facts, rules and operations."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from dayone.access.explain.explanation import describe_step, explain, in_short
from dayone.model.grants import Grant
from dayone.model.guardrails import HeldPart, Verdict
from dayone.model.operations import Action
from dayone.model.people import Person, Status
from dayone.model.policy.rules import Condition, GroupRule, Location, PersonSelector, Policy
from tests.builders import (
    HERE,
    NOON,
    a_group,
    a_person,
    a_policy,
    a_set,
    an_assignment,
    assignment,
    membership,
    the_account,
)
from tests.unit.explaining import known, ongoing, there
from tests.unit.granting import HOUR, a_grant, ended, in_account

POLICY = a_policy(a_group(), a_set(), an_assignment(), version=7)


def words(person: Person, policy: Policy = POLICY) -> str:
    """Return the explanation why the person does not have ViewOnly."""
    case = known(person=person, policy=policy)
    (explanation,) = explain(case, permission_set="ViewOnly")
    assert not explanation.has
    return in_short(explanation, case)


class TestWhatTheyHave:
    def test_it_leads_from_the_fact_over_the_rules_to_the_operations(self) -> None:
        case = known(applied=[there(membership()), there(assignment())])
        (explanation,) = explain(case)
        assert explanation.has
        assert in_short(explanation, case) == (
            "e-1 has ViewOnly in 444455556666 through engineers, as AWS confirmed it on 2026-11-23T12:00:00+00:00."
        )
        assert [describe_step(step, policy_version=7) for step in explanation.steps] == [
            (
                "e-1 is in the group engineers, because department is Engineering (policy.yaml:1); AWS confirmed it "
                "on 2026-11-23T12:00:00+00:00 by operation person:e-1@1-aa/0000 of change 01CHANGE, request r-1."
            ),
            (
                "ViewOnly is assigned to engineers in account 444455556666, because the account is in /Workloads/Dev "
                "(policy.yaml:1); AWS confirmed it on 2026-11-23T12:00:00+00:00 by operation "
                "person:e-1@1-aa/0000 of change 01CHANGE, request r-1."
            ),
        ]

    def test_times_have_no_fractions_of_a_second(self) -> None:
        at = datetime(2026, 11, 23, 12, 0, 0, 851597, tzinfo=UTC)
        case = known(applied=[replace(there(each), at=at) for each in (membership(), assignment())])
        (explanation,) = explain(case)
        told = [in_short(explanation, case), *(describe_step(step, policy_version=7) for step in explanation.steps)]
        assert all("on 2026-11-23T12:00:00+00:00" in text for text in told)

    def test_every_way_to_it_is_told(self) -> None:
        policy = a_policy(
            a_group(), a_group("staff", employment="employee"), a_set(), an_assignment(), an_assignment("staff")
        )
        both = [
            there(resource) for group in ("engineers", "staff") for resource in (membership(group), assignment(group))
        ]
        assert [explanation.principal for explanation in explain(known(policy=policy, applied=both))] == [
            "engineers",
            "staff",
        ]

    def test_what_no_rule_gives_any_more_is_still_theirs_until_aws_has_removed_it(self) -> None:
        removal = ongoing(membership(), action=Action.DELETE)
        gone = a_person(department="Sales")
        (explanation,) = explain(
            known(person=gone, applied=[there(membership()), there(assignment())], planned=[removal])
        )
        assert explanation.has
        said = describe_step(explanation.steps[0], policy_version=7)
        assert "though the person's department is `Sales`, but policy.yaml:1 needs `Engineering`" in said
        assert said.endswith("operation person:e-1@1-aa/0000 of change 01CHANGE to delete it is about to run.")

    def test_a_removal_in_doubt_has_not_taken_it_away(self) -> None:
        (explanation,) = explain(known(applied=[there(membership(), doubt=Action.DELETE), there(assignment())]))
        assert explanation.has
        assert "AWS was asked to delete it" in describe_step(explanation.steps[0], policy_version=7)

    @pytest.mark.parametrize(
        ("verdict", "said"),
        [
            (Verdict.WAITING, "; its removal is held by a guardrail: change 01HELD waits for approval or"),
            (Verdict.APPROVED, "; its removal, operation person:e-1@2-bb/0000 of change 01HELD, has been approved."),
            (Verdict.REJECTED, "; its removal was rejected in change 01HELD, so it stays until a newer policy asks"),
        ],
    )
    def test_a_removal_that_was_held_is_told_with_what_became_of_it(self, verdict: Verdict, said: str) -> None:
        held = HeldPart(resource=membership(), change="01HELD", operation="person:e-1@2-bb/0000", verdict=verdict)
        gone = a_person(department="Sales")
        (explanation,) = explain(known(person=gone, applied=[there(membership()), there(assignment())], held=(held,)))
        assert said in describe_step(explanation.steps[0], policy_version=7)

    def test_what_they_have_comes_before_what_they_have_not(self) -> None:
        policy = a_policy(a_group(), a_set(), a_set("Admin"), an_assignment(), version=7)
        found = explain(known(policy=policy, applied=[there(membership()), there(assignment())]))
        assert [(explanation.permission_set, explanation.has) for explanation in found] == [
            ("ViewOnly", True),
            ("Admin", False),
        ]

    def test_what_is_assigned_to_the_person_alone_needs_no_group(self) -> None:
        (explanation,) = explain(known(applied=[there(assignment("person:e-1"))]))
        assert (explanation.has, explanation.principal, len(explanation.steps)) == (True, "person:e-1", 1)

    def test_what_is_assigned_to_somebody_else_alone_is_not_theirs(self) -> None:
        case = known(policy=a_policy(), applied=[there(assignment("person:e-2"))])
        assert [explanation.has for explanation in explain(case)] == [False]


class TestWhatStandsInTheWayOfThePerson:
    @pytest.mark.parametrize(
        ("person", "said"),
        [
            (a_person(department="Sales"), "department is `Sales`, but policy.yaml:1 needs `Engineering`"),
            (a_person(department=""), "department is not set, but policy.yaml:1 needs `Engineering`"),
            (a_person(status=Status.ENDED), "status is ended, but access needs `active`: their employment has ended"),
            (
                a_person(start_date=date(2026, 12, 1), time_zone="Europe/Berlin"),
                "start_date is 2026-12-01 (Europe/Berlin), but access needs that day to come: they are not employed",
            ),
            (
                a_person(end_date=date(2026, 11, 22)),
                "end_date is 2026-11-22 (UTC), but access needs a last day to come: they are not employed any more",
            ),
        ],
    )
    def test_a_fact_about_them(self, person: Person, said: str) -> None:
        assert said in words(person)

    @pytest.mark.parametrize(
        ("condition", "needed"),
        [
            (Condition("title", any_of=("A*", "B")), "title is `SRE`, but policy.yaml:1 needs `A*` or `B`"),
            (Condition("title", none_of=("S*",)), "title is `SRE`, but policy.yaml:1 needs anything but `S*`"),
            (Condition("title", present=False), "title is `SRE`, but policy.yaml:1 needs none"),
            (Condition("team", present=True), "team is not set, but policy.yaml:1 needs a value"),
            (
                Condition("start_date", reached=30),
                "start_date is 2026-11-01 (UTC), but policy.yaml:1 needs the day 30 days after it to have come",
            ),
            (
                Condition("start_date", not_reached=0),
                "start_date is 2026-11-01 (UTC), but policy.yaml:1 needs that day to be still ahead",
            ),
            (
                Condition("end_date", reached=-3),
                "end_date is not set, but policy.yaml:1 needs the day 3 days before it to have come",
            ),
        ],
    )
    def test_a_condition_says_what_it_needs(self, condition: Condition, needed: str) -> None:
        group = GroupRule("engineers", "", (PersonSelector((condition,), HERE),), HERE)
        person = a_person(title="SRE", start_date=date(2026, 11, 1))
        assert needed in words(person, a_policy(group, a_set(), an_assignment()))

    def test_an_exception(self) -> None:
        out = PersonSelector((Condition("title", any_of=("*Intern*",)),), Location("policy.yaml", 9))
        group = GroupRule("engineers", "", a_group().members, HERE, exceptions=(out,))
        said = words(a_person(title="Intern"), a_policy(group, a_set(), an_assignment()))
        assert "id is e-1, but policy.yaml:9 needs another: this is an exception there" in said

    def test_a_group_that_only_names_people(self) -> None:
        group = GroupRule("engineers", "", (), HERE, people={"e-2": HERE})
        said = words(a_person(), a_policy(group, a_set(), an_assignment()))
        assert "id is e-1, but policy.yaml:1 needs to be named there" in said

    def test_only_what_fails_is_told(self) -> None:
        group = a_group(department="Engineering", title="Lead*")
        obstacles = explain(known(policy=a_policy(group, a_set(), an_assignment())))[0].nearness.obstacles
        assert [obstacle.about for obstacle in obstacles] == ["person.title"]


def test_what_nobody_is_assigned_is_told_so() -> None:
    case = known(policy=a_policy(a_group(), a_set("Admin")))
    assert [in_short(explanation, case) for explanation in explain(case)] == [
        "e-1 does not have Admin in 444455556666: no assignment of the policy gives it to anybody."
    ]


def test_a_permission_set_that_the_policy_does_not_have_is_told_so() -> None:
    case = known()
    assert [in_short(explanation, case) for explanation in explain(case, permission_set="Nope")] == [
        "e-1 does not have Nope in 444455556666: the policy has no such permission set."
    ]


class TestGrants:
    SALES = a_person(department="Sales")

    def test_a_grant_is_told_of_with_its_end_and_whoever_gave_it(self) -> None:
        case = replace(
            known(person=self.SALES, applied=[there(membership()), there(assignment())]), grants=(a_grant(),)
        )
        (explanation,) = explain(case)
        assert explanation.has
        assert describe_step(explanation.steps[0], policy_version=7).startswith(
            "e-1 is in the group engineers, because on call, until 2026-11-23T13:00Z, given by "
            "arn:aws:iam::111122223333:user/admin (grant:g-1)"
        )

    def test_a_rule_and_a_grant_are_both_told_of(self) -> None:
        case = replace(known(applied=[there(membership()), there(assignment())]), grants=(a_grant(),))
        (explanation,) = explain(case)
        assert [reason.rule for reason in explanation.steps[0].reasons] == ["policy.yaml:1", "grant:g-1"]

    @pytest.mark.parametrize(
        ("grant", "said"),
        [
            (a_grant(until=NOON), "the grant's state is ended (expired, 2026-11-23T12:00Z), but grant:g-1 needs one"),
            (
                ended(a_grant(), at=NOON),
                "ended (ended_early by arn:aws:iam::111122223333:user/admin, 2026",
            ),
            (
                a_grant(begins=NOON + HOUR, until=NOON + 2 * HOUR),
                "the grant's state is scheduled for 2026-11-23T13:00Z",
            ),
        ],
    )
    def test_one_that_is_not_in_force_is_told_of_where_no_rule_gives_the_same(self, grant: Grant, said: str) -> None:
        case = replace(known(person=self.SALES, applied=[there(assignment())]), grants=(grant,))
        (explanation,) = explain(case)
        assert not explanation.has
        assert said in in_short(explanation, case)
        assert "the person's department is `Sales`" in in_short(explanation, case)

    def test_a_way_that_only_a_grant_gives_is_found(self) -> None:
        case = replace(known(person=self.SALES), grants=(in_account(to="person:e-1"),))
        (explanation,) = explain(case)
        assert explanation.principal == "person:e-1"
        assert in_short(explanation, case).endswith("in 444455556666 yet, though a grant gives it through person:e-1.")

    def test_a_grant_elsewhere_gives_nothing_here(self) -> None:
        elsewhere = replace(in_account(to="person:e-1"), subject=the_account("1" * 12))
        case = replace(known(person=self.SALES), grants=(elsewhere,))
        assert explain(case)[0].principal == "engineers"

    def test_one_in_force_that_gives_nothing_says_why(self) -> None:
        case = replace(known(person=self.SALES), grants=(a_grant(resource=membership("gone")),))
        assert not any(step.reasons for explanation in explain(case) for step in explanation.steps[:1])
