"""Permission sets in a policy: those that AWS accepts."""

import pytest

from dayone.model.policy.rules import CustomerPolicy
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
        ("{managed_policies: [ReadOnlyAcess]}", "no policy of AWS's; did you mean `ReadOnlyAccess`?"),
        ("{managed_policies: [readonlyaccess]}", "no policy of AWS's; did you mean `ReadOnlyAccess`?"),
        ("{managed_policies: [Biling]}", "no policy of AWS's; did you mean `Billing`?"),
        ("{permissions_boundary: {managed_policy: AdminstratorAccess}}", "did you mean `AdministratorAccess`?"),
        ("{managed_policies: ViewOnlyAccess}", "managed_policies: must be a list"),
        ("{managed_policies: ['a b']}", "managed_policies[0]: `a b` is not a managed policy"),
        ("{managed_policies: [/ViewOnlyAccess]}", "managed_policies[0]: `/ViewOnlyAccess` is not a managed policy"),
        ("{managed_policies: ['arn:aws:iam::123456789012:policy/x']}", "policy/x` is not one of AWS's own policies"),
        ("{managed_policies: [Billing, job-function/Billing]}", "has `job-function/Billing` twice"),
        (f"{{managed_policies: [{', '.join(f'P{n}' for n in range(26))}]}}", "has 26 policies: AWS takes 25"),
        ("{managed_policies: [~]}", "managed_policies[0]: has no value"),
        ("{customer_managed_policies: [Read]}", "customer_managed_policies[0]: must be a mapping"),
        ("{customer_managed_policies: [{path: /}]}", "customer_managed_policies[0]: `name` is missing; add it"),
        ("{customer_managed_policies: [{name: a b}]}", "[0].name: `a b` is not the name of an IAM policy"),
        ("{customer_managed_policies: [{name: 'arn:aws:iam::1:policy/x'}]}", "[0].name: is an ARN: give the policy's"),
        ("{customer_managed_policies: [{name: R, path: a/}]}", "[0].path: `a/` is not an IAM path"),
        ("{customer_managed_policies: [{name: R, path: /a}]}", "[0].path: `/a` is not an IAM path"),
        (
            f"{{customer_managed_policies: [{{name: R, path: /{'x' * 511}/}}]}}",
            "…` is not an IAM path: it begins and ends with `/`",
        ),
        ("{customer_managed_policies: [{name: R, arn: x}]}", "unknown key `arn`; known are `name`, `path`"),
        ("{customer_managed_policies: [{name: R}, {name: r, path: /x/}]}", "has `r` twice"),
        ("{permissions_boundary: }", "permissions_boundary: has no value"),
        ("{permissions_boundary: {}}", "permissions_boundary: is one policy: give `managed_policy` or"),
        (
            "{permissions_boundary: {managed_policy: X, customer_managed_policy: {name: Y}}}",
            "permissions_boundary: is one policy",
        ),
        ("{permissions_boundary: {managed_policy: a b}}", "managed_policy: `a b` is not a managed policy"),
        ("{permissions_boundary: {customer_managed_policy: X}}", "customer_managed_policy: must be a mapping"),
        ("{permissions_boundary: {arn: X}}", "permissions_boundary: unknown key `arn`"),
        ("{tags: {'a*': x}}", "tags.a*: is not a tag key"),
        ("{tags: {'aws:x': x}}", "tags.aws:x: begins with `aws:`"),
        ("{tags: {a: 'x*'}}", "tags.a: is not a tag value"),
        ("{tags: {a: 1}}", "tags.a: must be text, but YAML reads 1 as a number"),
        (
            f"{{tags: {{{', '.join(f'k{n}: v' for n in range(51))}}}}}",
            "tags: has more than 50, which AWS does not take",
        ),
        ("{name: View Only}", "name: is not a permission set name"),
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
    (rule,) = read(permission_set(f"{{managed_policies: [{most}]}}")).permission_sets
    assert len(rule.managed_policies) == 25
    (rule,) = read(permission_set(f"{{inline_policy: {{Statement: {'x' * 10_224}}}}}")).permission_sets
    assert len(rule.inline_policy) == 10_240


@pytest.mark.parametrize("name", ["x" * 33, "View Only", "Sicht_für_alle", "a/b"])
def test_a_permission_set_name_that_aws_would_refuse_is_refused_here(name: str) -> None:
    (found,) = findings_of(f"version: 1\npermission_sets: {{{name}: {{}}}}\n")
    assert found.startswith(f"policy.yaml:2:19: permission_sets.{name}: is not a permission set name: use 1 to 32")


def test_policies_of_both_kinds_count_together() -> None:
    by_aws = ", ".join(f"P{n}" for n in range(20))
    mine = ", ".join(f"{{name: C{n}}}" for n in range(6))
    body = f"{{managed_policies: [{by_aws}], customer_managed_policies: [{mine}]}}"
    (found,) = findings_of(permission_set(body))
    assert "has 26 policies: AWS takes 25 for one permission set, its own and yours together" in found


def test_customer_managed_policies_a_boundary_tags_and_a_name_are_taken() -> None:
    (rule,) = read(
        permission_set(
            "{name: View_Only, customer_managed_policies: [{name: Read, path: /audit/}, {name: List}],"
            " permissions_boundary: {customer_managed_policy: {name: Limit}}, tags: {cost centre: '7', empty: ''}}"
        )
    ).permission_sets
    assert (rule.name, rule.called) == ("ViewOnly", "View_Only")
    assert rule.customer_policies == (CustomerPolicy("Read", "/audit/"), CustomerPolicy("List", "/"))
    assert rule.boundary == CustomerPolicy("Limit", "/")
    assert rule.tags == {"cost centre": "7", "empty": ""}


def test_a_boundary_may_be_one_of_awss_own_policies() -> None:
    (rule,) = read(permission_set("{permissions_boundary: {managed_policy: ViewOnlyAccess}}")).permission_sets
    assert rule.boundary == "job-function/ViewOnlyAccess"


def test_two_permission_sets_of_one_name_in_aws_are_refused() -> None:
    (found,) = findings_of("version: 1\npermission_sets:\n  A: {}\n  B: {name: a}\n")
    assert (
        found
        == "policy.yaml:4:7: permission_sets.B: has the name of `A` at policy.yaml:3 in AWS, `a`; rename one of them"
    )


@pytest.mark.parametrize(
    "name", ["IAMReadOnlyAccess", "OAMReadOnlyAccess", "AdministratorAccess-Amplify", "arn:aws:iam::aws:policy/Biling"]
)
def test_a_policy_that_is_called_much_like_a_predefined_one_is_taken(name: str) -> None:
    (rule,) = read(permission_set(f"{{managed_policies: ['{name}']}}")).permission_sets
    assert rule.managed_policies == (name.rpartition("policy/")[2],)
