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
        ("[{id: '12345'}]", "accounts[0].id[0]: `12345` is not an account id"),
        ("[{ou: Workloads}]", "accounts[0].ou[0]: `Workloads` is not an OU path"),
        ("[{ou: /a/**/b}]", "accounts[0].ou[0]: `/a/**/b` is not an OU path"),
        ("[{ou: /a/}]", "accounts[0].ou[0]: `/a/` is not an OU path"),
        ("[{tags: {}}]", "accounts[0].tags: is empty"),
        ("[{tags: {env: []}}]", "accounts[0].tags.env: is empty"),
        ("[{regions: x}]", "accounts[0]: unknown key `regions`; known are `id`, `name`, `ou`, `tags`"),
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
    assert found == (
        "policy.yaml:4: assignments[0].group: there is no `enginers` under `groups`; did you mean `engineers`?",
        "policy.yaml:5: assignments[0].permission_set: there is no `ViewOnly` under `permission_sets`; there are none",
    )


@pytest.mark.parametrize(
    ("guardrails", "finding"),
    [
        ("{removals: {percent: 10}}", "guardrails.removals: is not enforced yet, so it would protect nothing"),
        ("{unmanaged: remove}", "guardrails.unmanaged: `remove` is not carried out yet: say `report`"),
        ("{unmanaged: ignore}", "guardrails.unmanaged: must be `report`"),
        ("{protect: {group: [a]}}", "guardrails.protect: unknown key `group`; did you mean `groups`?"),
        ("{protect: {accounts: [1]}}", "guardrails.protect.accounts[0]: must be text"),
        ("{protected: {}}", "guardrails: unknown key `protected`; did you mean `protect`?"),
    ],
)
def test_a_guardrail_that_would_not_hold_is_refused(guardrails: str, finding: str) -> None:
    (found,) = findings_of(f"version: 1\nguardrails: {guardrails}\n")
    assert finding in found
