"""The rules that are chosen, what is odd about them, and what is left out of the policy."""

import pytest
import yaml

from dayone.model.accounts import AccountState
from dayone.model.people import Status
from dayone.model.subjects import Resource, ResourceKind
from dayone.takeover.estate import Estate
from dayone.takeover.policy_files import policy_files
from dayone.takeover.proposal import LeftReason, Proposal
from dayone.takeover.propose import propose
from dayone.takeover.users import UserState, match_users
from tests.unit.takeover.estates import (
    add_account,
    add_group,
    add_person,
    add_set,
    an_estate,
    assign,
)


def _proposal(estate: Estate, *, with_management: bool = False) -> Proposal:
    return propose(estate, match_users(estate, mapping={}), with_management=with_management)


def _accounts_of(estate: Estate, *, with_management: bool = False) -> object:
    """The accounts and exceptions of the only assignment."""
    text = policy_files(_proposal(estate, with_management=with_management), estate)["assignments.yaml"]
    (rule,) = yaml.safe_load(text)["assignments"]
    return {name: rule[name] for name in ("accounts", "except") if name in rule}


def _members_of(estate: Estate) -> object:
    """The rule of the only group."""
    text = policy_files(_proposal(estate), estate)["groups.yaml"]
    (rule,) = yaml.safe_load(text)["groups"].values()
    return rule


def _left(estate: Estate) -> set[tuple[LeftReason, str]]:
    return {(left.reason, left.what) for left in _proposal(estate).left}


@pytest.fixture
def estate() -> Estate:
    made = an_estate()
    add_set(made, "View")
    add_group(made, "crew")
    return made


def _given(estate: Estate, *accounts: str) -> None:
    assign(estate, "arn:View", accounts=accounts, group="group-0")


def test_accounts_of_a_unit_are_a_rule_by_the_unit(estate: Estate) -> None:
    _given(estate, *(add_account(estate, number, ou_path="/Workloads/Dev") for number in range(2)))
    add_account(estate, 7, ou_path="/Workloads/Prod")
    assert _accounts_of(estate) == {"accounts": [{"ou": "/Workloads/Dev"}]}


def test_accounts_of_several_units_below_one_are_a_rule_by_that_one(estate: Estate) -> None:
    _given(estate, *(add_account(estate, number, ou_path=f"/Workloads/{number}") for number in range(4)))
    add_account(estate, 7, ou_path="/Sandboxes")
    assert _accounts_of(estate) == {"accounts": [{"ou": "/Workloads/**"}]}


def test_a_slash_in_the_name_of_a_unit_stays_in_the_name(estate: Estate) -> None:
    _given(estate, *(add_account(estate, number, ou_path="/CI\\/CD") for number in range(2)))
    add_account(estate, 7, ou_path="/CI/CD")
    assert _accounts_of(estate) == {"accounts": [{"ou": "/CI\\/CD"}]}


def test_accounts_that_share_a_tag_alone_are_a_rule_by_the_tag(estate: Estate) -> None:
    _given(estate, *(add_account(estate, number, ou_path=f"/U{number}", tags={"env": "dev"}) for number in range(3)))
    add_account(estate, 7, ou_path="/U0", tags={"env": "prod"})
    assert _accounts_of(estate) == {"accounts": [{"tags": {"env": "dev"}}]}


def test_accounts_that_share_the_beginning_of_their_name_are_a_rule_by_the_name(estate: Estate) -> None:
    _given(estate, *(add_account(estate, number, ou_path=f"/U{number}", name=f"data-{number}") for number in range(3)))
    add_account(estate, 7, ou_path="/U0", name="web-7")
    assert _accounts_of(estate) == {"accounts": [{"name": "data-*"}]}


def test_every_account_there_is_is_a_rule_by_the_root(estate: Estate) -> None:
    paths = ["/", "/Workloads/Dev", "/Workloads/Prod/Eu", "/Sandboxes"]
    _given(estate, *(add_account(estate, number, ou_path=path) for number, path in enumerate(paths)))
    assert _accounts_of(estate) == {"accounts": [{"ou": "/**"}]}


def test_one_account_alone_is_named_by_its_id_with_what_it_is(estate: Estate) -> None:
    _given(estate, add_account(estate, 1, name="payroll\nversion: 2", ou_path="/Alone"))
    add_account(estate, 7)
    assert _accounts_of(estate) == {"accounts": [{"id": ["000000000001"]}]}
    text = policy_files(_proposal(estate), estate)["assignments.yaml"]
    assert '- "000000000001" # payroll version: 2, /Alone' in text


def test_one_account_of_a_unit_without_it_is_an_exception_and_odd(estate: Estate) -> None:
    accounts = [add_account(estate, number, ou_path="/Dev") for number in range(9)]
    _given(estate, *accounts[1:])
    add_account(estate, 20, ou_path="/Prod")
    assert _accounts_of(estate) == {"accounts": [{"ou": "/Dev"}], "except": [{"id": [accounts[0]]}]}
    assert "# odd: 1 account that the rule would mean" in policy_files(_proposal(estate), estate)["assignments.yaml"]


def test_the_management_account_is_named_only_when_it_is_asked_for(estate: Estate) -> None:
    _given(estate, *(add_account(estate, number, is_management=number == 0, ou_path="/Dev") for number in range(3)))
    add_account(estate, 7, ou_path="/Prod")
    assert _accounts_of(estate) == {"accounts": [{"ou": "/Dev"}]}
    assert (LeftReason.MANAGEMENT, "View of group crew in 000000000000") in _left(estate)
    own = {"id": ["000000000000"], "include_management_account": True}
    assert _accounts_of(estate, with_management=True) == {"accounts": [{"ou": "/Dev"}, own]}


def test_members_that_a_department_has_are_a_rule_and_one_beside_it_is_named() -> None:
    estate = an_estate()
    people = [add_person(estate, number, department="Data") for number in range(5)]
    people.append(add_person(estate, 9, department="Sales"))
    add_person(estate, 10, department="Sales")
    add_group(estate, "crew", members=people)
    assert _members_of(estate) == {"members": [{"department": "Data"}], "people": ["e-9"]}
    assert "# odd: 1 person beside the rule, by id" in policy_files(_proposal(estate), estate)["groups.yaml"]


def test_a_colleague_without_a_user_is_given_nothing_by_a_rule() -> None:
    estate = an_estate()
    people = [add_person(estate, number, department="Data") for number in range(3)]
    add_person(estate, 9, department="Data", has_user=False)
    add_group(estate, "crew", members=people)
    assert _members_of(estate) == {"people": people}


def test_two_people_with_something_in_common_are_no_rule() -> None:
    estate = an_estate()
    people = [add_person(estate, number, department="Data") for number in range(2)]
    add_person(estate, 9)
    add_group(estate, "crew", members=people)
    assert _members_of(estate) == {"people": people}


def test_everybody_is_everyone() -> None:
    estate = an_estate()
    add_group(estate, "crew", members=[add_person(estate, number, department=f"D{number}") for number in range(4)])
    assert _members_of(estate) == {"members": "everyone"}


def test_what_control_tower_made_is_left_alone_with_its_assignments(estate: Estate) -> None:
    account = add_account(estate, 1)
    arn, group = add_set(estate, "AWSAdministratorAccess"), add_group(estate, "AWSControlTowerAdmins")
    assign(estate, arn, accounts=[account], group="group-0")
    assign(estate, "arn:View", accounts=[account], group=group)
    assert _left(estate) == {
        (LeftReason.OF_AWS, "permission set AWSAdministratorAccess"),
        (LeftReason.OF_AWS, "group AWSControlTowerAdmins"),
        (LeftReason.OF_AWS, f"AWSAdministratorAccess of group crew in {account}"),
        (LeftReason.NO_GROUP, f"View of group AWSControlTowerAdmins in {account}"),
    }
    assert [each.key for each in _proposal(estate).permission_sets] == ["View"]


def test_orphans_and_accounts_that_are_gone_or_unknown_are_left_alone(estate: Estate) -> None:
    account, closed = add_account(estate, 1), add_account(estate, 2, state=AccountState.CLOSED)
    assign(estate, "arn:View", accounts=[account], group="group-deleted")
    assign(estate, "arn:View", accounts=[account], person="e-deleted")
    _given(estate, closed, "999999999999")
    assert _left(estate) == {
        (LeftReason.ORPHANED, f"View of group group-deleted in {account}"),
        (LeftReason.ORPHANED, f"View of user user-e-deleted in {account}"),
        (LeftReason.GONE_ACCOUNT, f"View of group crew in {closed}"),
        (LeftReason.NO_ACCOUNT, "View of group crew in 999999999999"),
    }


def test_a_user_whom_nobody_knows_and_a_leaver_are_named_and_stay_as_they_are(estate: Estate) -> None:
    estate.users["user-x"] = {"user_name": "temp"}
    gone = add_person(estate, 1, status=Status.ENDED)
    estate.members["group-0"] = {"user-x", f"user-{gone}"}
    assert _left(estate) == {
        (LeftReason.UNKNOWN_USER, "user temp in group crew"),
        (LeftReason.LEFT_USER, "user user-1 in group crew"),
    }
    assert _proposal(estate).rows == 0


def test_a_permission_set_that_the_policy_cannot_say_is_left_alone_with_the_reason(estate: Estate) -> None:
    account = add_account(estate, 1)
    estate.sets["arn:View"][Resource(ResourceKind.INLINE_POLICY)] = {"document": "no JSON"}
    _given(estate, account)
    assert (LeftReason.NO_SET, f"View of group crew in {account}") in _left(estate)
    (left,) = (left for left in _proposal(estate).left if left.reason is LeftReason.INEXPRESSIBLE)
    assert left.what == "permission set View"
    assert "is not JSON" in left.detail


def test_a_permission_set_that_is_not_rolled_out_or_not_used_says_so(estate: Estate) -> None:
    estate.sets["arn:View"][Resource(ResourceKind.PROVISIONING)] = {"outdated": "[]"}
    text = policy_files(_proposal(estate), estate)["permission-sets.yaml"]
    assert "  # assigned to nobody by this policy\n  # some accounts still have it in an earlier form\n  View:" in text


def test_a_name_that_is_no_key_gets_one_and_keeps_its_name() -> None:
    estate = an_estate()
    for name in ("Sales/EMEA", "Sales-EMEA", "person:x"):
        add_group(estate, name)
    text = policy_files(_proposal(estate), estate)["groups.yaml"]
    names = {key: rule.get("name", key) for key, rule in yaml.safe_load(text)["groups"].items()}
    assert sorted(names.values()) == ["Sales-EMEA", "Sales/EMEA", "person:x"]
    assert not [key for key in names if "/" in key or key.startswith("person:")]


def test_users_are_matched_by_mapping_name_and_address_and_say_what_differs() -> None:
    estate = an_estate()
    for number in range(4):
        add_person(estate, number, title="Engineer")
    estate.users["user-e-0"] = {**estate.users["user-e-0"], "title": "engineer"}
    estate.users["user-e-1"] = {**estate.users["user-e-1"], "user_name": "ada.one"}
    estate.users["user-e-2"] = {"user_name": "somebody", "display_name": "Somebody"}
    estate.users["user-e-3"] = {**estate.users["user-e-3"], "email": "private@example.net"}
    users = match_users(estate, mapping={"Somebody": "e-2"}).by_id
    assert {user.person: user.state for user in users.values()} == {
        "e-0": UserState.EMPLOYED,
        "e-1": UserState.RENAMED,
        "e-2": UserState.RENAMED,
        "e-3": UserState.EMPLOYED,
    }
    assert [(each.attribute, each.existing, each.hr) for each in users["user-e-0"].differences] == [
        ("title", "engineer", "Engineer")
    ]
    assert [users[f"user-e-{number}"].needs_decision for number in (0, 3)] == [False, True]


def test_the_mapping_counts_before_names_and_a_name_before_an_address() -> None:
    estate = an_estate()
    for number in range(4):
        add_person(estate, number, has_user=False)
    estate.users["by-mapping"] = {"user_name": "user-0", "email": "user-1@example.com"}
    estate.users["by-name"] = {"user_name": "USER-2", "email": "user-3@example.com"}
    mapping = {"User-0": "e-1"}
    assert {name: user.person for name, user in match_users(estate, mapping=mapping).by_id.items()} == {
        "by-mapping": "e-1",
        "by-name": "e-2",
    }
    # A mapping to nobody whom HR has told of is no match at all.
    unknown = match_users(estate, mapping={"user-0": "e-9"})
    assert unknown.by_id["by-mapping"].person == ""


def test_two_users_of_one_person_are_neither() -> None:
    estate = an_estate()
    add_person(estate, 1)
    estate.users["user-other"] = {"user_name": "other", "email": "x@example.com"}
    users = match_users(estate, mapping={"other": "e-1", "user-1": "e-1"})
    assert users.by_id["user-other"].state is UserState.UNKNOWN
    assert users.person_of("user-e-1") == "e-1"
    estate.users["user-e-1"] = {"user_name": "another"}
    twice = match_users(estate, mapping={"other": "e-1", "another": "e-1"})
    assert {user.state for user in twice.by_id.values()} == {UserState.TWICE}
