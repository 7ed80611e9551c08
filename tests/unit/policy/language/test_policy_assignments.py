"""Assignments and guardrails in a policy."""

from datetime import timedelta

import pytest

from dayone.model.policy.rules import Condition, Guardrails
from tests.unit.policy_texts import assignment, findings_of, read


@pytest.mark.parametrize(
    ("accounts", "finding"),
    [
        ("[{}]", "accounts[0]: selects nothing"),
        ("[]", "accounts: is empty; name at least one"),
        ("[{id: 012345670123}]", "YAML reads 012345670123 as a number; put it in quotes: '012345670123'"),
        ("[{id: [123456789012]}]", "YAML reads 123456789012 as a number; put it in quotes: '123456789012'"),
        ("[{id: '12345'}]", "accounts[0].id: `12345` is not an account id"),
        ("[{ou: Workloads}]", "accounts[0].ou: `Workloads` is not an OU path"),
        ("[{ou: /a/**/b}]", "accounts[0].ou: `/a/**/b` is not an OU path"),
        ("[{ou: /a/}]", "accounts[0].ou: `/a/` is not an OU path"),
        ("[{ou_id: r-ab12}]", "accounts[0].ou_id: `r-ab12` is not an OU id"),
        ("[{ou_id: ou-ab12-cdef3456/*}]", "ou_id: `ou-ab12-cdef3456/*` is not an OU id"),
        ("[{include_management_account: true}]", "accounts[0]: selects nothing"),
        ("[{id: ~}]", "accounts[0].id: has no value"),
        ("[{ou: /**, include_management_account: true}]", "accounts[0]: reaches the management account by accident"),
        ("[{ou: /, include_management_account: false}]", "include_management_account: can only be `true`"),
        ("[{ou: /, include_management_account: 'yes'}]", "include_management_account: must be `true` or `false`"),
        ("[{tags: {env: {present: no, any: x}}}]", "accounts[0].tags.env: can never hold"),
        ("[{tags: {env: {presents: true}}}]", "tags.env: unknown key `presents`; did you mean `present`?"),
        ("[{tags: {}}]", "accounts[0].tags: is empty"),
        ("[{tags: {env: []}}]", "accounts[0].tags.env: is empty"),
        (
            "[{regions: x}]",
            "unknown key `regions`; known are `id`, `include_management_account`, `name`, `ou`, `ou_id`, `tags`",
        ),
    ],
)
def test_accounts_that_cannot_be_meant_are_refused(accounts: str, finding: str) -> None:
    (found,) = findings_of(assignment(accounts))
    assert finding in found


@pytest.mark.parametrize("ou", ["/", "/**", "/Workloads", "/Work*/Dev", "/Workloads/**"])
def test_ou_paths_are_taken(ou: str) -> None:
    (rule,) = read(assignment(f"[{{ou: '{ou}'}}]")).assignments
    assert rule.accounts[0].ous == (ou,)


def test_an_assignment_of_what_the_policy_does_not_have_is_refused_with_the_nearest_name() -> None:
    found = findings_of("""\
        version: 1
        groups: {engineers: {members: everyone}}
        assignments:
          - group: enginers
            permission_set: ViewOnly
            accounts: [{ou: /**}]
        """)
    group, permission_set = found
    assert group == (
        "policy.yaml:4:5: assignments[0].group: there is no `enginers` under `groups`; did you mean `engineers`?"
    )
    assert permission_set.startswith("policy.yaml:5:5: assignments[0].permission_set: there is no `ViewOnly`")
    assert permission_set.endswith("; there are none")


@pytest.mark.parametrize(
    ("guardrails", "finding"),
    [
        ("{removals: 5}", "guardrails.removals: must be a mapping"),
        ("{grants: {longest: 30}}", "guardrails.grants.longest: is not a time of one minute to 365 days"),
        ("{grants: {longest: P366D}}", "guardrails.grants.longest: is not a time of one minute to 365 days"),
        ("{grants: {longest: P}}", "guardrails.grants.longest: is not a time of one minute to 365 days"),
        ("{grants: {longest: PT0M}}", "guardrails.grants.longest: is not a time of one minute to 365 days"),
        ("{grants: {most: P1D}}", "guardrails.grants: unknown key `most`"),
        ("{removals: {percent: 101}}", "guardrails.removals.percent: must be at most 100"),
        ("{removals: {percent: -1}}", "guardrails.removals.percent: must be at least 0"),
        ("{removals: {percent: '10'}}", "guardrails.removals.percent: must be a whole number"),
        ("{removals: {percent: 1.5}}", "guardrails.removals.percent: must be a whole number"),
        ("{removals: {at_least: -1}}", "guardrails.removals.at_least: must be at least 0"),
        ("{removals: {at_most: 1}}", "guardrails.removals: unknown key `at_most`; did you mean `at_least`?"),
        ("{unmanaged: ignore}", "guardrails.unmanaged: must be `report` or `remove`"),
        ("{protect: {group: [a]}}", "guardrails.protect: unknown key `group`; did you mean `groups`?"),
        ("{protect: {accounts: [1]}}", "guardrails.protect.accounts[0]: must be text"),
        ("{protected: {}}", "guardrails: unknown key `protected`; did you mean `protect`?"),
    ],
)
def test_a_guardrail_that_cannot_be_meant_or_would_not_hold_is_refused(guardrails: str, finding: str) -> None:
    (found,) = findings_of(f"version: 1\nguardrails: {guardrails}\n")
    assert finding in found


def test_accounts_can_be_meant_by_ou_id_by_tags_and_with_the_management_account() -> None:
    (rule,) = read(
        assignment(
            "[{ou_id: [ou-ab12-cdef3456, ou-ab12-cdef3457/**], id: '123456789012', include_management_account: true,"
            " tags: {env: {not: prod}, owner: {present: true}}}]"
        )
    ).assignments
    (selector,) = rule.accounts
    assert selector.ou_ids == ("ou-ab12-cdef3456", "ou-ab12-cdef3457/**")
    assert selector.tags == (Condition("env", none_of=("prod",)), Condition("owner", present=True))
    assert selector.include_management


def test_the_management_account_is_left_out_unless_it_is_asked_for() -> None:
    (rule,) = read(assignment("[{id: '123456789012'}]")).assignments
    assert not rule.accounts[0].include_management


def _excepting(accounts: str) -> str:
    return assignment("[{ou: /**}]").replace("}]\n", f", except: {accounts}}}]\n")


def test_an_assignment_has_exceptions() -> None:
    (rule,) = read(_excepting("[{id: '123456789012'}, {tags: {frozen: {present: true}}}]")).assignments
    by_id, by_tag = rule.exceptions
    assert by_id.ids == ("123456789012",)
    assert by_tag.tags == (Condition("frozen", present=True),)


@pytest.mark.parametrize(
    ("accounts", "finding"),
    [
        ("[]", "assignments[0].except: is empty"),
        ("[{}]", "assignments[0].except[0]: selects nothing"),
        (
            "[{id: '123456789012', include_management_account: true}]",
            "assignments[0].except[0]: unknown key `include_management_account`; known are `id`, `name`, `ou`",
        ),
    ],
)
def test_exceptions_that_cannot_be_meant_are_refused(accounts: str, finding: str) -> None:
    (found,) = findings_of(_excepting(accounts))
    assert finding in found


def _of(principal: str) -> str:
    return assignment("[{ou: /**}]").replace("group: staff, ", principal)


def test_an_assignment_may_be_of_a_person() -> None:
    (rule,) = read(_of("person: e-1, ")).assignments
    assert (rule.group, rule.person, rule.principal) == ("", "e-1", "person:e-1")


@pytest.mark.parametrize(
    ("principal", "finding"),
    [
        ("", "assignments[0]: must say who gets it: either `group` or `person`"),
        ("group: staff, person: e-1, ", "assignments[0]: must say who gets it: either `group` or `person`"),
        ("person: a b, ", "assignments[0].person: `a b` is not a person's HR id"),
        ("person: 7, ", "assignments[0].person: must be text, but YAML reads 7 as a number"),
        ("group: , ", "assignments[0].group: has no value"),
        (
            "user: e-1, group: staff, ",
            "assignments[0]: unknown key `user`; known are `accounts`, `birthright`, `except`",
        ),
    ],
)
def test_an_assignment_of_nobody_or_of_two_is_refused(principal: str, finding: str) -> None:
    (found,) = findings_of(_of(principal))
    assert finding in found


@pytest.mark.parametrize(
    ("guardrails", "expected"),
    [
        ("", Guardrails(percent=10, at_least=5)),
        ("guardrails: {}", Guardrails(percent=10, at_least=5)),
        ("guardrails: {grants: {longest: P1DT12H}}", Guardrails(longest_grant=timedelta(hours=36))),
        ("guardrails: {grants: {longest: PT30M}}", Guardrails(longest_grant=timedelta(minutes=30))),
        ("guardrails: {removals: {percent: 0}}", Guardrails(percent=0, at_least=5)),
        ("guardrails: {removals: {percent: 100, at_least: 0}}", Guardrails(percent=100, at_least=0)),
    ],
)
def test_removals_have_a_limit_even_where_none_is_given(guardrails: str, expected: Guardrails) -> None:
    assert read(f"version: 1\n{guardrails}\n").guardrails == expected
