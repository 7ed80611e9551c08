"""Desired resources of each subject, from facts and policy alone."""

from dataclasses import replace
from datetime import date

import pytest

from dayone.model.accounts import AccountState
from dayone.model.people import Status
from dayone.model.policy.rules import AccountSelector, Location, Policy, Protection
from dayone.model.subjects import Desired, Reason
from dayone.planning.desired import desired_for_account, desired_for_group, desired_for_permission_set
from dayone.planning.desired_people import desired_for_person
from tests.builders import (
    ACCOUNT_ID,
    GROUP,
    INLINE_POLICY,
    NOON,
    PERMISSION_SET,
    PROVISIONING,
    USER,
    a_group,
    a_person,
    a_policy,
    a_set,
    an_account,
    an_assignment,
    assignment,
    managed_policy,
    membership,
)

_NOBODY: frozenset[str] = frozenset()


def _of_account(policy: Policy, **changed: object) -> Desired:
    account = replace(an_account(), **changed)  # type: ignore[arg-type]
    return desired_for_account(account, policy=policy, employed=_NOBODY)


def test_a_person_in_employment_is_a_user_and_a_member_where_a_rule_says_so() -> None:
    policy = a_policy(a_group("engineers"), a_group("data", department="Data"))
    desired = desired_for_person(a_person(), policy=policy, now=NOON)
    assert desired.resources.keys() == {USER, membership("engineers")}
    assert desired.resources[USER].reasons == (Reason("employment", "is employed"),)


def test_a_user_has_the_attributes_that_hr_told_and_no_empty_ones() -> None:
    desired = desired_for_person(a_person(), policy=a_policy(), now=NOON)
    assert desired.resources[USER].attributes == {
        "user_name": "e-1@example.com",
        "display_name": "Ada Lovelace",
        "given_name": "Ada",
        "family_name": "Lovelace",
        "email": "e-1@example.com",
    }
    titled = desired_for_person(a_person(title="Dr"), policy=a_policy(), now=NOON)
    assert titled.resources[USER].attributes["title"] == "Dr"


def test_every_reason_for_a_membership_is_kept() -> None:
    first, second = a_group("engineers").members[0], a_group("engineers", title="SRE").members[0]
    group = replace(
        a_group("engineers"),
        members=(
            replace(first, location=Location("policy.yaml", 4)),
            replace(second, location=Location("policy.yaml", 5)),
        ),
    )
    desired = desired_for_person(a_person(title="SRE"), policy=a_policy(group), now=NOON)
    rules = [reason.rule for reason in desired.resources[membership("engineers")].reasons]
    assert rules == ["policy.yaml:4", "policy.yaml:5"]


@pytest.mark.parametrize(
    ("case", "person"),
    [
        ("before the first day", a_person(start_date=date(2026, 11, 24))),
        ("after the last day", a_person(end_date=date(2026, 11, 22))),
        ("after the end of employment", a_person(status=Status.ENDED)),
    ],
)
def test_outside_their_employment_nobody_has_anything(case: str, person: object) -> None:
    desired = desired_for_person(person, policy=a_policy(a_group()), now=NOON)  # type: ignore[arg-type]
    assert desired == Desired({}), case


def test_a_protected_person_is_left_alone_even_after_their_employment() -> None:
    policy = a_policy(a_group(), protection=Protection(people=frozenset({"e-1"})))
    for person in (a_person(), a_person(status=Status.ENDED)):
        assert desired_for_person(person, policy=policy, now=NOON).left_alone


def test_an_account_has_what_every_rule_that_means_it_says() -> None:
    policy = a_policy(
        an_assignment("engineers", "ViewOnly"),
        an_assignment("admins", "Admin"),
        an_assignment("auditors", "ViewOnly", ou="/Security/**"),
    )
    assert _of_account(policy).resources.keys() == {assignment("engineers", "ViewOnly"), assignment("admins", "Admin")}


def test_two_rules_for_the_same_assignment_are_two_reasons() -> None:
    policy = a_policy(
        replace(an_assignment(), accounts=(AccountSelector(Location("policy.yaml", 7), ous=("/Workloads/**",)),)),
        replace(an_assignment(), accounts=(AccountSelector(Location("policy.yaml", 9), ids=(ACCOUNT_ID,)),)),
    )
    (wanted,) = _of_account(policy).resources.values()
    assert [reason.rule for reason in wanted.reasons] == ["policy.yaml:7", "policy.yaml:9"]


@pytest.mark.parametrize(
    "state", [AccountState.PENDING_ACTIVATION, AccountState.SUSPENDED, AccountState.PENDING_CLOSURE]
)
def test_an_account_that_is_not_active_is_left_alone(state: AccountState) -> None:
    desired = _of_account(a_policy(an_assignment()), state=state)
    assert (desired.resources, desired.gone) == ({}, None)
    assert desired.left_alone.startswith(f"the account is {state}: ")


@pytest.mark.parametrize("state", [AccountState.CLOSED, AccountState.DEPARTED])
def test_an_account_that_has_come_to_its_end_is_to_have_nothing(state: AccountState) -> None:
    desired = _of_account(a_policy(an_assignment()), state=state)
    assert (desired.resources, desired.left_alone, desired.gone) == ({}, "", state)
    assert desired.notes[0].startswith(f"the account is {state}: ")


def test_a_protected_account_is_left_alone() -> None:
    policy = a_policy(an_assignment(), protection=Protection(accounts=frozenset({ACCOUNT_ID})))
    assert _of_account(policy).left_alone


def test_a_group_is_wanted_as_long_as_the_policy_has_it() -> None:
    policy = a_policy(a_group("engineers", description="builds"))
    (wanted,) = desired_for_group("engineers", policy=policy).resources.items()
    assert wanted[0] == GROUP
    assert wanted[1].attributes["description"] == "builds"
    assert desired_for_group("others", policy=policy) == Desired({})


def test_a_protected_group_is_left_alone_whether_the_policy_has_it_or_not() -> None:
    protection = Protection(groups=frozenset({"engineers"}))
    assert desired_for_group("engineers", policy=a_policy(a_group(), protection=protection)).left_alone
    assert desired_for_group("engineers", policy=a_policy(protection=protection)).left_alone


def test_a_permission_set_is_wanted_with_all_its_parts() -> None:
    policy = a_policy(a_set(managed=("ReadOnlyAccess",), inline="{}", description="reads"))
    desired = desired_for_permission_set("ViewOnly", policy=policy).resources
    assert desired.keys() == {PERMISSION_SET, managed_policy("ReadOnlyAccess"), INLINE_POLICY, PROVISIONING}
    assert desired[PERMISSION_SET].attributes["session_duration"] == "PT8H"
    assert desired[INLINE_POLICY].attributes == {"document": "{}"}
    assert desired_for_permission_set("Other", policy=policy) == Desired({})


def _definition(**parts: object) -> str:
    policy = a_policy(a_set(**parts))  # type: ignore[arg-type]
    return desired_for_permission_set("ViewOnly", policy=policy).resources[PROVISIONING].attributes["definition"]


def test_the_mark_of_provisioning_is_another_for_every_form_of_the_set() -> None:
    forms = [
        _definition(),
        _definition(managed=("A",)),
        _definition(managed=("A", "B")),
        _definition(inline="{}"),
        _definition(description="x"),
    ]
    assert len(set(forms)) == len(forms)


def test_the_mark_of_provisioning_does_not_depend_on_the_order_of_policies() -> None:
    assert _definition(managed=("A", "B")) == _definition(managed=("B", "A"))


def test_a_set_with_nothing_attached_is_provisioned_too() -> None:
    desired = desired_for_permission_set("ViewOnly", policy=a_policy(a_set()))
    assert desired.resources.keys() == {PERMISSION_SET, PROVISIONING}
