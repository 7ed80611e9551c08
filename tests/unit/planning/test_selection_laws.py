"""A policy made ready for a whole company says of everyone what its rules say one by one."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dayone.model.accounts import Account, AccountState
from dayone.model.people import SELECTABLE_DATES, Person
from dayone.model.policy.rules import (
    AccountSelector,
    AssignmentRule,
    Condition,
    GroupRule,
    Location,
    PersonSelector,
    Policy,
)
from dayone.planning.compiled_rules import Selection
from dayone.planning.desired import EachRule
from dayone.policy.matching import describes, selects_person
from dayone.policy.rule_probes import probes_of_accounts, probes_of_people
from tests.builders import NOON, a_person

pytestmark = pytest.mark.thorough

_TEXTS = ("", "Data", "DATA", "Data Science", "straße", "STRASSE", "a*b", "[x]", "x")
_GLOBS = (*_TEXTS[1:], "*", "?", "D*", "*science", "[x]*", "[!D]*", "*[", "a[*]b")
_DAYS = (date.min, date(2026, 11, 1), NOON.date(), date(2026, 12, 31), date.max)
_PEOPLE = ("e-1", "e-2", "e-3")
_PATHS = ("/", "/Workloads", "/Workloads/Dev", "/Sandbox")
_CHAINS = ((), ("ou-a",), ("ou-a", "ou-b"))
_TAGS = ("env", "team")

_lines = st.integers(min_value=1, max_value=99).map(lambda line: Location("policy.yaml", line))
_globs = st.lists(st.sampled_from(_GLOBS), max_size=3).map(tuple)
_presence = st.none() | st.booleans()


def _text_conditions(attributes: tuple[str, ...]) -> st.SearchStrategy[Condition]:
    return st.builds(
        Condition,
        attribute=st.sampled_from(attributes),
        any_of=_globs,
        none_of=_globs,
        present=_presence,
        reached=st.none(),
        not_reached=st.none(),
    )


_date_conditions = st.builds(
    Condition,
    attribute=st.sampled_from(["start_date", "end_date"]),
    any_of=st.just(()),
    none_of=st.just(()),
    present=_presence,
    reached=st.none() | st.integers(min_value=-30, max_value=30),
    not_reached=st.none() | st.integers(min_value=-30, max_value=30),
)
_conditions_on_people = _text_conditions(("department", "title", "email")) | _date_conditions
_person_selectors = st.builds(PersonSelector, st.lists(_conditions_on_people, max_size=3).map(tuple), _lines)
_account_selectors = st.builds(
    AccountSelector,
    location=_lines,
    ids=st.lists(st.sampled_from(["111111111111", "222222222222"]), max_size=2).map(tuple),
    names=_globs,
    ous=st.lists(st.sampled_from(["/", "/**", "/Workloads/**", "/*", "/Work*/Dev"]), max_size=2).map(tuple),
    ou_ids=st.lists(st.sampled_from(["ou-a", "ou-b", "ou-a/**"]), max_size=2).map(tuple),
    tags=st.lists(_text_conditions(_TAGS), max_size=2).map(tuple),
    include_management=st.booleans(),
)


def _few[T](of: st.SearchStrategy[T]) -> st.SearchStrategy[tuple[T, ...]]:
    return st.lists(of, max_size=3).map(tuple)


_group_rules = st.builds(
    GroupRule,
    name=st.just(""),
    description=st.just(""),
    members=_few(_person_selectors),
    location=_lines,
    people=st.dictionaries(st.sampled_from(_PEOPLE), _lines, max_size=2),
    exceptions=_few(_person_selectors),
)
_assignment_rules = st.builds(
    AssignmentRule,
    group=st.sampled_from(["data", "ops"]),
    permission_set=st.sampled_from(["View", "Admin"]),
    accounts=_few(_account_selectors),
    location=_lines,
    exceptions=_few(_account_selectors),
    person=st.sampled_from(["", "", "e-1", "e-2"]),
)


def _named(rules: list[GroupRule]) -> tuple[GroupRule, ...]:
    return tuple(
        GroupRule(f"group-{number}", "", rule.members, rule.location, people=rule.people, exceptions=rule.exceptions)
        for number, rule in enumerate(rules)
    )


_policies = st.builds(
    Policy,
    version=st.just(1),
    groups=st.lists(_group_rules, max_size=5).map(_named),
    permission_sets=st.just(()),
    assignments=st.lists(_assignment_rules, max_size=5).map(tuple),
)
_people = st.builds(
    a_person,
    st.sampled_from(_PEOPLE),
    department=st.sampled_from(_TEXTS),
    title=st.sampled_from(_TEXTS),
    start_date=st.none() | st.sampled_from(_DAYS),
    end_date=st.none() | st.sampled_from(_DAYS),
    time_zone=st.sampled_from(["UTC", "Asia/Tokyo", "America/New_York"]),
)
_accounts = st.builds(
    Account,
    id=st.sampled_from(["111111111111", "222222222222", "333333333333"]),
    name=st.sampled_from(_TEXTS[1:]),
    email=st.just("aws@example.com"),
    state=st.just(AccountState.ACTIVE),
    ou_path=st.sampled_from(_PATHS),
    ou_ids=st.sampled_from(_CHAINS),
    tags=st.dictionaries(st.sampled_from(_TAGS), st.sampled_from(_TEXTS)),
    is_management=st.booleans(),
)
_moments = st.timedeltas(timedelta(days=-40), timedelta(days=40)).map(lambda ago: NOON + ago)


@given(policy=_policies, people=st.lists(_people, max_size=6), now=_moments)
def test_everyone_is_in_the_groups_that_the_rules_one_by_one_give_with_the_same_reasons(
    policy: Policy, people: list[Person], now: datetime
) -> None:
    ready, plain = Selection(policy), EachRule(policy)
    # Twice: the second time everything is remembered from the first.
    for person in (*people, *people):
        assert ready.memberships(person, now=now) == plain.memberships(person, now=now)


@given(policy=_policies, accounts=st.lists(_accounts, max_size=6), employed=st.frozensets(st.sampled_from(_PEOPLE)))
def test_every_account_gets_what_the_rules_one_by_one_give_with_the_same_reasons(
    policy: Policy, accounts: list[Account], employed: frozenset[str]
) -> None:
    ready, plain = Selection(policy), EachRule(policy)
    for account in (*accounts, *accounts):
        assert ready.assignments(account, employed=employed) == plain.assignments(account, employed=employed)


@given(policy=_policies, people=st.lists(_people, max_size=6), now=_moments)
def test_what_of_a_group_matches_nobody_is_what_selects_nobody_one_by_one(
    policy: Policy, people: list[Person], now: datetime
) -> None:
    probes = probes_of_people(policy, now=now)
    values = [probe for probe in probes.unmatched() if probe.text]
    for person in people:
        probes.add(person)

    def is_silent(selector: PersonSelector) -> bool:
        return not any(selects_person(selector, person, now=now) for person in people)

    unmatched = list(probes.unmatched())
    assert [probe for probe in unmatched if probe.text] == [probe for probe in values if is_silent(probe.selector)]
    selectors = [selector for group in policy.groups for selector in (*group.members, *group.exceptions)]
    timeless = [_without_dates(selector) for selector in selectors]
    silent = {entry for entry, selector in enumerate(timeless) if selector.conditions and is_silent(selector)}
    assert {probe.entry for probe in unmatched if not probe.text} <= silent <= {probe.entry for probe in unmatched}


@given(policy=_policies, accounts=st.lists(_accounts, max_size=6))
def test_what_of_an_assignment_matches_no_account_is_what_describes_none_one_by_one(
    policy: Policy, accounts: list[Account]
) -> None:
    probes = probes_of_accounts(policy)
    values = [probe for probe in probes.unmatched() if probe.text]
    for account in accounts:
        probes.add(account)

    def is_silent(selector: AccountSelector) -> bool:
        return not any(describes(selector, account) for account in accounts)

    unmatched = list(probes.unmatched())
    assert [probe for probe in unmatched if probe.text] == [probe for probe in values if is_silent(probe.selector)]
    selectors = [selector for rule in policy.assignments for selector in (*rule.accounts, *rule.exceptions)]
    silent = {entry for entry, selector in enumerate(selectors) if is_silent(selector)}
    assert {probe.entry for probe in unmatched if not probe.text} <= silent <= {probe.entry for probe in unmatched}


def _without_dates(selector: PersonSelector) -> PersonSelector:
    kept = tuple(condition for condition in selector.conditions if condition.attribute not in SELECTABLE_DATES)
    return replace(selector, conditions=kept)
