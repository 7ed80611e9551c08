"""Sensitive access in a policy, and the reasons."""

import pytest

from dayone.model.accounts import Account, AccountState
from dayone.model.subjects import Assignment, Principal, Resource, ResourceKind
from dayone.policy.sensitivity import Sensitivity
from dayone.policy.service import check_policy
from tests.unit.policy_texts import read

_ACCOUNT = Account(
    id="111122223333", name="shop", email="", state=AccountState.ACTIVE, ou_path="/Prod", tags={"env": "prod"}
)
_READ = "{managed_policies: [ViewOnlyAccess]}"
_ADMIN = "{managed_policies: [AdministratorAccess]}"
_INLINE = "{{inline_policy: {{Statement: [{{Effect: Allow, Action: '{}', Resource: '*'}}]}}}}"


def _policy(permission_set: str = _READ, *, sensitive: str = "{}", accounts: str = "[{ou: /**}]") -> Sensitivity:
    return Sensitivity(
        read(f"""\
            version: 1
            groups: {{staff: {{members: everyone}}, others: {{members: []}}}}
            permission_sets: {{Set: {permission_set}}}
            assignments:
              - {{group: staff, permission_set: Set, accounts: {accounts}}}
            sensitive: {sensitive}
            """)
    )


def _of_account(sensitivity: Sensitivity, account: Account = _ACCOUNT, *, group: str = "staff") -> str:
    return sensitivity.why_assignment(Assignment("Set", Principal(group=group)), account=account)


@pytest.mark.parametrize(
    "permission_set",
    [
        _ADMIN,
        "{managed_policies: [IAMFullAccess]}",
        "{managed_policies: [PowerUserAccess]}",
        "{managed_policies: [SystemAdministrator]}",
        "{managed_policies: [ViewOnlyAccess, AmazonS3FullAccess]}",
        "{managed_policies: [OfNextYear]}",
        "{customer_managed_policies: [{name: Ours}]}",
        "{managed_policies: [AdministratorAccess], permissions_boundary: {managed_policy: ViewOnlyAccess}}",
        _INLINE.format("iam:PassRole"),
        _INLINE.format("*"),
    ],
)
def test_a_permission_set_is_sensitive_by_any_of_its_parts(permission_set: str) -> None:
    sensitivity = _policy(permission_set)
    assert sensitivity.why_set("Set")
    assert _of_account(sensitivity)
    assert set(sensitivity.groups) == {"staff"}


@pytest.mark.parametrize("permission_set", ["{}", _READ, _INLINE.format("s3:Get*")])
def test_a_permission_set_that_reads_is_not(permission_set: str) -> None:
    sensitivity = _policy(permission_set)
    assert not sensitivity.why_set("Set")
    assert not _of_account(sensitivity)
    assert not sensitivity.groups


def test_a_permission_set_that_is_not_in_the_policy_cannot_be_read() -> None:
    assert _policy().why_set("Other")


def test_the_management_account_is_sensitive_whatever_is_given_there() -> None:
    management = Account(id="999999999999", name="", email="", state=AccountState.ACTIVE, is_management=True)
    named = '[{id: "999999999999", include_management_account: true}]'
    sensitivity = _policy(accounts=named, sensitive="{harmless: [Set]}")
    assert _of_account(sensitivity, management)
    assert set(sensitivity.groups) == {"staff"}


def test_a_permission_set_can_be_called_sensitive() -> None:
    assert _policy(sensitive="{permission_sets: [Set]}").why_set("Set") == "the policy calls it sensitive"


def test_a_group_can_be_called_sensitive_with_all_that_it_is_given() -> None:
    sensitivity = _policy(sensitive="{groups: [others]}")
    assert set(sensitivity.groups) == {"others"}
    assert _of_account(sensitivity, group="others")
    assert not _of_account(sensitivity)


@pytest.mark.parametrize(
    ("accounts", "is_sensitive"),
    [
        ("[{ou: /Prod}]", True),
        ("[{ou: /prod/**}]", True),
        ("[{tags: {env: prod}}]", True),
        ('[{id: "111122223333"}]', True),
        ("[{ou: /Dev}]", False),
        ("[{tags: {env: dev}}]", False),
    ],
)
def test_accounts_can_be_called_sensitive_by_any_selector(accounts: str, *, is_sensitive: bool) -> None:
    sensitivity = _policy(sensitive=f"{{accounts: {accounts}}}")
    assert bool(_of_account(sensitivity)) is is_sensitive


@pytest.mark.parametrize(
    ("given", "sensitive"),
    [
        ("[{ou: /**}]", "[{ou: /Prod}]"),
        ("[{ou: /Prod/*}]", "[{ou: /Prod/**}]"),
        ("[{ou: /Prod/**}]", "[{ou: /prod/Shop}]"),
        ("[{name: 'sandbox-*'}]", "[{ou: /Prod}]"),
        ("[{tags: {env: 'p*'}}]", "[{tags: {env: prod}}]"),
        ("[{tags: {env: [dev, prod]}}]", "[{tags: {env: PROD}}]"),
        ("[{tags: {env: {not: dev}}}]", "[{tags: {env: prod}}]"),
        ('[{id: "111122223333"}]', "[{ou: /Prod}]"),
    ],
)
def test_a_group_is_sensitive_where_accounts_may_be(given: str, sensitive: str) -> None:
    assert set(_policy(accounts=given, sensitive=f"{{accounts: {sensitive}}}").groups) == {"staff"}


@pytest.mark.parametrize(
    ("given", "sensitive"),
    [
        ("[{ou: /Dev/**}]", "[{ou: /Prod/**}]"),
        ("[{ou: /Prod}]", "[{ou: /Prod/*}]"),
        ("[{tags: {env: [dev, test]}}]", "[{tags: {env: prod}}]"),
        ('[{id: "111122223333"}]', '[{id: "444455556666"}]'),
    ],
)
def test_a_group_is_not_where_none_can_be(given: str, sensitive: str) -> None:
    assert not _policy(accounts=given, sensitive=f"{{accounts: {sensitive}}}").groups


class TestHarmless:
    def test_a_permission_set_can_be_called_harmless(self) -> None:
        sensitivity = _policy(_ADMIN, sensitive="{harmless: [Set]}")
        assert not sensitivity.why_set("Set")
        assert not _of_account(sensitivity)
        assert not sensitivity.groups

    def test_it_is_still_sensitive_by_where_it_is_given_and_to_whom(self) -> None:
        assert _of_account(_policy(_ADMIN, sensitive="{harmless: [Set], accounts: [{ou: /Prod}]}"))
        assert _of_account(_policy(_ADMIN, sensitive="{harmless: [Set], groups: [staff]}"))


class TestNotes:
    def test_the_check_says_which_sets_are_sensitive_and_why(self) -> None:
        policy = "version: 1\npermission_sets:\n  Admin: {managed_policies: [AdministratorAccess]}\n  View: {}\n"
        _, notes = check_policy({"p.yaml": policy})
        assert notes[0].startswith("p.yaml:3: permission set `Admin` is sensitive: it has `AdministratorAccess`")
        assert not [note for note in notes if "`View` is" in note]

    def test_it_says_what_is_called_harmless_and_would_be_sensitive(self) -> None:
        policy = "version: 1\npermission_sets:\n  A: {managed_policies: [IAMFullAccess]}\n  B: {}\n"
        _, notes = check_policy({"p.yaml": policy + "sensitive: {harmless: [A, B]}\n"})
        (called,) = [note for note in notes if "harmless" in note]
        assert called.startswith("p.yaml:3: permission set `A` is called harmless, although it has `IAMFullAccess`")


def test_what_the_policy_says_of_a_gift_is_made_once_for_everybody() -> None:
    sensitivity = _policy(_ADMIN)
    for resource in (Resource(ResourceKind.MEMBERSHIP, "staff"), Resource(ResourceKind.ASSIGNMENT, "Set/staff")):
        assert sensitivity.part_of(resource) is sensitivity.part_of(resource)
        assert sensitivity.part_of(resource).meaning == _policy(_ADMIN).part_of(resource).meaning
        assert sensitivity.part_of(resource).meaning != _policy(_READ).part_of(resource).meaning
