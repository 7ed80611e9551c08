"""The part of the policy about what is sensitive, and the limit of additions."""

import pytest

from dayone.model.policy.origins import harmless_of
from dayone.model.policy.rules import AccountSelector, Condition, Guardrails, Location, SensitiveNames
from tests.unit.policy_texts import findings_of, read

_RULES = "version: 1\ngroups: {admins: {members: []}}\npermission_sets: {Deploy: {}, Power: {}}\n"


def test_it_names_sets_groups_and_accounts() -> None:
    policy = read(
        _RULES
        + "sensitive:\n  permission_sets: [Deploy]\n  groups: [admins]\n  harmless: [Power]\n"
        + "  accounts:\n    - {ou: /Prod/**, tags: {env: prod}}\n"
    )
    assert policy.sensitive == SensitiveNames(
        permission_sets=frozenset({"Deploy"}),
        groups=frozenset({"admins"}),
        # With the permissions that it has now, and no others.
        harmless=frozenset(harmless_of(rule) for rule in policy.permission_sets if rule.name == "Power"),
        accounts=(
            AccountSelector(Location("policy.yaml", 9), ous=("/Prod/**",), tags=(Condition("env", any_of=("prod",)),)),
        ),
    )


def test_it_is_read_from_whichever_file_it_is_in() -> None:
    policy = read(_RULES, others="version: 1\nsensitive: {groups: [admins]}\n")
    assert policy.sensitive.groups == {"admins"}


def test_the_limit_of_additions_is_its_own() -> None:
    policy = read("version: 1\nguardrails: {additions: {percent: 3, at_least: 0}, removals: {percent: 4}}\n")
    assert policy.guardrails == Guardrails(percent=4, additions_percent=3, additions_at_least=0)


@pytest.mark.parametrize(
    ("text", "mistake"),
    [
        (
            "sensitive: {groups: [admin]}",
            "sensitive.groups[0]: there is no `admin` under `groups`; did you mean `admins`?",
        ),
        ("sensitive: {permission_sets: [Deploi]}", "sensitive.permission_sets[0]: there is no `Deploi` under"),
        ("sensitive: {harmless: [Deploy, Powr]}", "sensitive.harmless[1]: there is no `Powr` under `permission_sets`"),
        ("sensitive: {harmless: [Deploy], permission_sets: [Deploy]}", "calls `Deploy` sensitive and harmless"),
        ("sensitive: {harmles: [Deploy]}", "sensitive: unknown key `harmles`; did you mean `harmless`?"),
        ("sensitive: {accounts: [{}]}", "sensitive.accounts[0]: selects nothing"),
        ("sensitive: {accounts: [{unit: /Prod}]}", "sensitive.accounts[0]: unknown key `unit`"),
        ("sensitive: {groups: [admins, admins]}", "sensitive.groups: "),
        ("guardrails: {additions: {percent: 101}}", "guardrails.additions.percent: must be at most 100"),
        ("guardrails: {additions: {at_most: 1}}", "guardrails.additions: unknown key `at_most`"),
    ],
)
def test_a_mistake_is_named(text: str, mistake: str) -> None:
    (finding,) = findings_of(f"{_RULES}{text}\n")
    assert mistake in finding


def test_it_stands_in_one_file() -> None:
    (finding,) = findings_of(f"{_RULES}sensitive: {{}}\n", another="version: 1\nsensitive: {}\n")
    assert "sensitive: is at another.yaml:2 as well" in finding
