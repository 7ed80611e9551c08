"""What a policy may say of assignments and guardrails."""

import pytest

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
        ("{removals: {percent: 101}}", "guardrails.removals.percent: must be at most 100"),
        ("{removals: {percent: -1}}", "guardrails.removals.percent: must be at least 0"),
        ("{removals: {percent: '10'}}", "guardrails.removals.percent: must be a whole number"),
        ("{removals: {percent: 1.5}}", "guardrails.removals.percent: must be a whole number"),
        ("{removals: {at_least: -1}}", "guardrails.removals.at_least: must be at least 0"),
        ("{removals: {at_most: 1}}", "guardrails.removals: unknown key `at_most`; did you mean `at_least`?"),
        ("{unmanaged: remove}", "guardrails.unmanaged: `remove` is not carried out yet: say `report`"),
        ("{unmanaged: ignore}", "guardrails.unmanaged: must be `report`"),
        ("{protect: {group: [a]}}", "guardrails.protect: unknown key `group`; did you mean `groups`?"),
        ("{protect: {accounts: [1]}}", "guardrails.protect.accounts[0]: must be text"),
        ("{protected: {}}", "guardrails: unknown key `protected`; did you mean `protect`?"),
    ],
)
def test_a_guardrail_that_cannot_be_meant_or_would_not_hold_is_refused(guardrails: str, finding: str) -> None:
    (found,) = findings_of(f"version: 1\nguardrails: {guardrails}\n")
    assert finding in found
