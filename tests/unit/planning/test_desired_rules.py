"""Effects of exceptions, fixed members, dates and names in a policy on a person, an account, a group and a set."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from dayone.model.people import Person, Status
from dayone.model.policy.rules import (
    AccountSelector,
    Condition,
    CustomerPolicy,
    GroupRule,
    Location,
    PersonSelector,
    Policy,
)
from dayone.model.subject_state import Head, SubjectState
from dayone.model.subjects import Reason, Resource, ResourceKind
from dayone.planning.desired import desired_for_account, desired_for_group, desired_for_permission_set
from dayone.planning.desired_people import desired_for_person, next_look
from tests.builders import (
    GROUP,
    HERE,
    NOON,
    PERMISSION_SET,
    PROVISIONING,
    a_group,
    a_person,
    a_policy,
    a_set,
    an_account,
    an_assignment,
    assignment,
    membership,
    the_person,
)

_UNKNOWN = SubjectState(Head(subject=the_person()))


def _selector(*conditions: Condition, line: int = 1) -> PersonSelector:
    return PersonSelector(conditions, Location("policy.yaml", line))


_CONTRACTORS = _selector(Condition("employment", any_of=("contractor",)))


def _reasons(person: Person, group: GroupRule) -> tuple[Reason, ...] | None:
    wanted = desired_for_person(person, policy=a_policy(group), now=NOON).resources.get(membership(group.name))
    return wanted.reasons if wanted else None


@pytest.mark.parametrize(
    ("case", "changed", "expected"),
    [
        ("whoever is named belongs", {"people": {"e-1": Location("p.yaml", 5)}, "members": ()}, True),
        ("whoever else is named does not make one belong", {"people": {"e-2": HERE}, "members": ()}, False),
        ("an id is named in its own letters", {"people": {"E-1": HERE}, "members": ()}, False),
        ("an exception takes a member out", {"exceptions": (_CONTRACTORS,)}, False),
        ("an exception takes out even who is named", {"exceptions": (_CONTRACTORS,), "people": {"e-1": HERE}}, False),
        ("an exception that means others does not", {"exceptions": (_selector(Condition("team", ("X",))),)}, True),
        (
            "one of several exceptions is enough",
            {"exceptions": (_selector(Condition("team", ("X",))), _CONTRACTORS)},
            False,
        ),
        ("an exception for one person by id", {"exceptions": (_selector(Condition("id", ("e-1",))),)}, False),
    ],
)
def test_who_belongs(case: str, changed: dict[str, object], *, expected: bool) -> None:
    person = replace(a_person(), employment="contractor")
    group = replace(a_group(), **changed)  # type: ignore[arg-type]
    assert (_reasons(person, group) is not None) is expected, case


def test_being_named_is_a_reason_beside_those_of_the_selectors() -> None:
    group = replace(a_group(), people={"e-1": Location("policy.yaml", 9)})
    assert _reasons(a_person(), group) == (
        Reason("policy.yaml:9", "is named"),
        Reason("policy.yaml:1", "department is Engineering"),
    )


@pytest.mark.parametrize(
    ("condition", "because"),
    [
        (Condition("department", any_of=("Eng*",)), "department is Engineering"),
        (Condition("title", none_of=("VP",)), "title is empty"),
        (Condition("email", any_of=("*@example.com",)), "email is as the rule says"),
        (Condition("given_name", any_of=("A*",)), "given_name is as the rule says"),
        (Condition("start_date", reached=0), "start_date is reached"),
        (Condition("start_date", reached=-3), "start_date -3 days is reached"),
        (Condition("end_date", not_reached=30), "end_date +30 days is not reached"),
        (Condition("end_date", present=False), "end_date is not set"),
    ],
)
def test_a_reason_says_what_applies_but_no_name_and_no_address(condition: Condition, because: str) -> None:
    person = a_person(start_date=date(2026, 1, 1))
    assert _reasons(person, replace(a_group(), members=(_selector(condition),))) == (Reason("policy.yaml:1", because),)


def _accounts(**asked: object) -> AccountSelector:
    return AccountSelector(HERE, **asked)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("selector", "because"),
    [
        (_accounts(ids=("444455556666",)), "the account is 444455556666"),
        (_accounts(names=("team-*",)), "the account's name is team-blue-dev"),
        (_accounts(ous=("/**",)), "the account is in /Workloads/Dev"),
        (_accounts(tags=(Condition("env", any_of=("dev",)),)), "its tag env is dev"),
        (_accounts(tags=(Condition("owner", present=False),)), "its tag owner is not set"),
        (
            _accounts(ids=("444455556666",), ous=("/**",)),
            "the account is 444455556666, the account is in /Workloads/Dev",
        ),
    ],
)
def test_a_reason_says_why_an_account_is_meant(selector: AccountSelector, because: str) -> None:
    policy = a_policy(replace(an_assignment(), accounts=(selector,)))
    (wanted,) = desired_for_account(an_account(tags={"env": "dev"}), policy=policy, employed=()).resources.values()
    assert wanted.reasons == (Reason("policy.yaml:1", because),)


def test_every_selector_of_one_rule_that_means_an_account_is_a_reason() -> None:
    selectors = tuple(AccountSelector(Location("policy.yaml", line), ous=("/**",)) for line in (4, 5))
    policy = a_policy(replace(an_assignment(), accounts=selectors))
    (wanted,) = desired_for_account(an_account(), policy=policy, employed=()).resources.values()
    assert [reason.rule for reason in wanted.reasons] == ["policy.yaml:4", "policy.yaml:5"]


def test_an_exception_takes_an_account_out_of_its_rule_but_not_out_of_others() -> None:
    frozen = AccountSelector(HERE, tags=(Condition("frozen", present=True),))
    rule = replace(an_assignment(), exceptions=(frozen,))
    account = an_account(tags={"frozen": ""})
    assert not desired_for_account(account, policy=a_policy(rule), employed=()).resources
    other = an_assignment("admins")
    desired = desired_for_account(account, policy=a_policy(rule, other), employed=())
    assert desired.resources.keys() == {assignment("admins")}


def test_an_assignment_of_a_person_is_theirs_while_they_are_employed() -> None:
    policy = a_policy(replace(an_assignment(), group="", person="e-1"))
    theirs = Resource(ResourceKind.ASSIGNMENT, "ViewOnly/person:e-1")
    assert desired_for_account(an_account(), policy=policy, employed={"e-1"}).resources.keys() == {theirs}
    assert not desired_for_account(an_account(), policy=policy, employed={"e-2"}).resources


def test_a_group_has_the_name_that_the_policy_gives_it_under_the_key_it_keeps() -> None:
    policy = a_policy(replace(a_group("eng"), display_name="Engineers"), a_group("data"))
    assert desired_for_group("eng", policy=policy).resources[GROUP].attributes["name"] == "Engineers"
    assert desired_for_group("data", policy=policy).resources[GROUP].attributes["name"] == "data"
    assert not desired_for_group("Engineers", policy=policy).resources


_FULL = replace(
    a_set("View"),
    display_name="ViewOnly",
    customer_policies=(CustomerPolicy("Read", "/audit/"), CustomerPolicy("List")),
    boundary=CustomerPolicy("Limit"),
    tags={"owner": "audit", "empty": ""},
)


def test_a_permission_set_has_its_name_its_tags_and_everything_attached_to_it() -> None:
    resources = desired_for_permission_set("View", policy=a_policy(_FULL)).resources
    assert resources[PERMISSION_SET].attributes == {
        "name": "ViewOnly",
        "session_duration": "PT8H",
        "tag:owner": "audit",
        "tag:empty": "",
    }
    assert resources.keys() == {
        PERMISSION_SET,
        PROVISIONING,
        Resource(ResourceKind.CUSTOMER_POLICY, "/audit/Read"),
        Resource(ResourceKind.CUSTOMER_POLICY, "/List"),
        Resource(ResourceKind.BOUNDARY),
    }
    assert resources[Resource(ResourceKind.BOUNDARY)].attributes == {"customer_policy": "/Limit"}
    by_aws = desired_for_permission_set("View", policy=a_policy(replace(_FULL, boundary="ReadOnlyAccess"))).resources
    assert by_aws[Resource(ResourceKind.BOUNDARY)].attributes == {"managed_policy": "ReadOnlyAccess"}


@pytest.mark.parametrize(
    "changed",
    [
        {"customer_policies": ()},
        {"customer_policies": (CustomerPolicy("Read"), CustomerPolicy("List"))},
        {"boundary": None},
        {"boundary": "Limit"},
        {"tags": {"owner": "security", "empty": ""}},
    ],
)
def test_a_permission_set_in_another_form_is_provisioned_anew(changed: dict[str, object]) -> None:
    other = replace(_FULL, **changed)  # type: ignore[arg-type]
    marks = [
        desired_for_permission_set("View", policy=a_policy(rule)).resources[PROVISIONING] for rule in (_FULL, other)
    ]
    assert marks[0].attributes != marks[1].attributes


def _policy_of(*conditions: Condition, exception: Condition | None = None) -> Policy:
    exceptions = (_selector(exception),) if exception else ()
    return a_policy(replace(a_group(), members=(_selector(*conditions),), exceptions=exceptions))


_REACHED, _LATER = Condition("start_date", reached=30), Condition("start_date", not_reached=60)


@pytest.mark.parametrize(
    ("case", "person", "policy", "expected"),
    [
        ("no dates anywhere", a_person(), a_policy(a_group()), None),
        ("the end of employment", a_person(end_date=date(2026, 11, 30)), a_policy(), "2026-12-01"),
        ("a condition to come", a_person(start_date=date(2026, 11, 1)), _policy_of(_REACHED), "2026-12-01"),
        ("one that has come is over", a_person(start_date=date(2026, 1, 1)), _policy_of(_REACHED), None),
        ("the next of several", a_person(start_date=date(2026, 10, 1)), _policy_of(_REACHED, _LATER), "2026-11-30"),
        ("one of an exception", a_person(start_date=date(2026, 11, 1)), _policy_of(exception=_REACHED), "2026-12-01"),
        ("nothing without the date", a_person(), _policy_of(_REACHED), None),
        (
            "long before the first day, when that can be decided on",
            a_person(start_date=date(2026, 12, 24)),
            _policy_of(_REACHED),
            "2026-11-24",
        ),
        (
            "before the first day, only that",
            a_person(start_date=date(2026, 12, 14)),
            _policy_of(_REACHED),
            "2026-12-14",
        ),
        (
            "after employment nothing",
            a_person(end_date=date(2026, 11, 1)),
            _policy_of(Condition("end_date", reached=60)),
            None,
        ),
        (
            "nor when it has ended",
            a_person(start_date=date(2026, 11, 1), status=Status.ENDED),
            _policy_of(_REACHED),
            None,
        ),
    ],
)
def test_when_to_look_at_a_person_again(case: str, person: Person, policy: Policy, expected: str | None) -> None:
    due = datetime.fromisoformat(expected).replace(tzinfo=UTC) if expected else None
    assert next_look(person, state=_UNKNOWN, policy=policy, now=NOON) == due, case
