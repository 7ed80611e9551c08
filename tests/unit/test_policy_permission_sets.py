"""What a policy may say of permission sets: what AWS takes."""

import pytest

from tests.unit.policy_texts import findings_of, permission_set, read


@pytest.mark.parametrize(
    ("body", "finding"),
    [
        ("{managed_policy: [X]}", "ViewOnly: unknown key `managed_policy`; did you mean `managed_policies`?"),
        ("{description: 'a \u2013 b'}", "description: is not a description AWS takes"),
        (f"{{description: {'x' * 701}}}", "description: is not a description AWS takes"),
        ("{description: ''}", "description: is empty"),
        ("{session_duration: PT59M}", "session_duration: `PT59M` is not a session duration"),
        ("{session_duration: PT12H1S}", "session_duration: `PT12H1S` is not a session duration"),
        ("{session_duration: P1D}", "session_duration: `P1D` is not a session duration"),
        ("{session_duration: 8}", "session_duration: must be text, but YAML reads 8 as a number"),
        ("{relay_state: 'https://x/ä'}", "relay_state: is not a relay state"),
        ("{managed_policies: ViewOnlyAccess}", "managed_policies: must be a list"),
        ("{managed_policies: ['a b']}", "managed_policies[0]: `a b` is not a managed policy"),
        ("{managed_policies: [/ViewOnlyAccess]}", "managed_policies[0]: `/ViewOnlyAccess` is not a managed policy"),
        ("{managed_policies: ['arn:aws:iam::123456789012:policy/x']}", "policy/x` is not one of AWS's own policies"),
        ("{managed_policies: [Billing, job-function/Billing]}", "has `job-function/Billing` twice"),
        (f"{{managed_policies: [{', '.join(f'P{n}' for n in range(26))}]}}", "has 26 policies: AWS takes 25"),
        ("{inline_policy: 'not json'}", "inline_policy: is not JSON"),
        ("{inline_policy: {Action: x}}", "inline_policy: is not an IAM policy"),
        ("{inline_policy: [Statement]}", "inline_policy: is not an IAM policy"),
        ("{inline_policy: {Statement: .nan}}", "inline_policy: is not JSON"),
        (f"{{inline_policy: {{Statement: {'x' * 10_240}}}}}", "inline_policy: has 10,256 bytes without white space"),
    ],
)
def test_a_permission_set_that_aws_would_refuse_is_refused_here(body: str, finding: str) -> None:
    (found,) = findings_of(permission_set(body))
    assert found.startswith("policy.yaml:3:")
    assert ": permission_sets.ViewOnly" in found
    assert finding in found


def test_twenty_five_policies_and_the_longest_inline_policy_are_taken() -> None:
    most = ", ".join(f"P{n}" for n in range(25))
    (one,) = read(permission_set(f"{{managed_policies: [{most}]}}")).permission_sets
    assert len(one.managed_policies) == 25
    (one,) = read(permission_set(f"{{inline_policy: {{Statement: {'x' * 10_224}}}}}")).permission_sets
    assert len(one.inline_policy) == 10_240


@pytest.mark.parametrize("name", ["x" * 33, "View Only", "Sicht_für_alle", "a/b"])
def test_a_permission_set_name_that_aws_would_refuse_is_refused_here(name: str) -> None:
    (found,) = findings_of(f"version: 1\npermission_sets: {{{name}: {{}}}}\n")
    assert found.startswith(f"policy.yaml:2:19: permission_sets.{name}: is not a permission set name: use 1 to 32")
