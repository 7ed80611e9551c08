"""Accounts and tags of the local organization, through boto3."""

from collections.abc import Iterator
from typing import Any

import pytest

from sandbox.identity_center.process import IdentityCenterServer
from tests.sandbox.identity_center.calls import Calls, eventually

ORGANIZATIONS = "organizations"
MANAGEMENT = "111122223333"
NO_ACCOUNT = "999988887777"


@pytest.fixture(scope="module")
def center() -> Iterator[Calls]:
    with IdentityCenterServer() as server:
        yield Calls(server)


@pytest.fixture(scope="module")
def root(center: Calls) -> str:
    return str(center.answer(ORGANIZATIONS, "ListRoots")["Roots"][0]["Id"])


def described(center: Calls, account: str) -> dict[str, Any]:
    return dict(center.answer(ORGANIZATIONS, "DescribeAccount", AccountId=account)["Account"])


def ids(answer: dict[str, Any], name: str) -> set[str]:
    return {entry["Id"] for entry in answer[name]}


def test_the_organization_and_its_management_account_are_there_from_the_start(center: Calls, root: str) -> None:
    organization = center.answer(ORGANIZATIONS, "DescribeOrganization")["Organization"]
    assert (organization["MasterAccountId"], organization["FeatureSet"]) == (MANAGEMENT, "ALL")
    management = described(center, MANAGEMENT)
    assert (management["State"], management["Status"]) == ("ACTIVE", "ACTIVE")
    assert management["Paths"] == [f"{organization['Id']}/{root}/{MANAGEMENT}/"]


def test_an_account_is_in_progress_first_and_starts_in_the_root(center: Calls, root: str) -> None:
    request = {"AccountName": "new", "Email": "new@example.com", "Tags": [{"Key": "env", "Value": "dev"}]}
    accepted = center.answer(ORGANIZATIONS, "CreateAccount", **request)["CreateAccountStatus"]
    assert (accepted["State"], "AccountId" in accepted) == ("IN_PROGRESS", False)
    done = center.created(accepted["Id"])
    assert (done["State"], done["AccountName"]) == ("SUCCEEDED", "new")
    parents = center.answer(ORGANIZATIONS, "ListParents", ChildId=done["AccountId"])["Parents"]
    assert parents == [{"Id": root, "Type": "ROOT"}]
    tags = center.answer(ORGANIZATIONS, "ListTagsForResource", ResourceId=done["AccountId"])["Tags"]
    assert tags == request["Tags"]
    listed = center.answer(ORGANIZATIONS, "ListCreateAccountStatus", States=["SUCCEEDED"])["CreateAccountStatuses"]
    assert done["Id"] in {status["Id"] for status in listed}


def test_an_email_address_is_good_for_one_account(center: Calls) -> None:
    center.new_account("first")
    request = {"AccountName": "second", "Email": "First@example.com"}
    accepted = center.answer(ORGANIZATIONS, "CreateAccount", **request)["CreateAccountStatus"]
    done = center.created(accepted["Id"])
    assert (done["State"], done["FailureReason"]) == ("FAILED", "EMAIL_ALREADY_EXISTS")


@pytest.mark.parametrize(
    ("operation", "parameters", "code"),
    [
        ("DescribeAccount", {"AccountId": NO_ACCOUNT}, "AccountNotFoundException"),
        ("CloseAccount", {"AccountId": NO_ACCOUNT}, "AccountNotFoundException"),
        ("RemoveAccountFromOrganization", {"AccountId": NO_ACCOUNT}, "AccountNotFoundException"),
        ("DescribeAccount", {"AccountId": "12"}, "InvalidInputException"),
        (
            "DescribeCreateAccountStatus",
            {"CreateAccountRequestId": "car-00000000"},
            "CreateAccountStatusNotFoundException",
        ),
        ("ListAccountsForParent", {"ParentId": "r-0000"}, "ParentNotFoundException"),
        ("ListOrganizationalUnitsForParent", {"ParentId": "r-0000"}, "ParentNotFoundException"),
        ("ListChildren", {"ParentId": "r-0000", "ChildType": "ACCOUNT"}, "ParentNotFoundException"),
        ("ListChildren", {"ParentId": "r-0000", "ChildType": "USER"}, "InvalidInputException"),
        ("ListParents", {"ChildId": NO_ACCOUNT}, "ChildNotFoundException"),
        ("CreateOrganizationalUnit", {"ParentId": "r-0000", "Name": "x"}, "ParentNotFoundException"),
        ("TagResource", {"ResourceId": NO_ACCOUNT, "Tags": []}, "TargetNotFoundException"),
        ("UntagResource", {"ResourceId": NO_ACCOUNT, "TagKeys": ["x"]}, "TargetNotFoundException"),
        ("ListTagsForResource", {"ResourceId": NO_ACCOUNT}, "TargetNotFoundException"),
        ("ListAccounts", {"MaxResults": 21}, "InvalidInputException"),
        ("ListAccounts", {"NextToken": "nonsense"}, "InvalidInputException"),
        ("CreateAccount", {"AccountName": "x", "Email": "none"}, "InvalidInputException"),
        ("CreateAccount", {"AccountName": "x"}, "InvalidInputException"),
        ("CloseAccount", {"AccountId": MANAGEMENT}, "ConstraintViolationException"),
        ("RemoveAccountFromOrganization", {"AccountId": MANAGEMENT}, "MasterCannotLeaveOrganizationException"),
        ("AttachPolicy", {"PolicyId": "p-00000000", "TargetId": MANAGEMENT}, "PolicyNotFoundException"),
        (
            "ListPoliciesForTarget",
            {"TargetId": "ou-0000-00000000", "Filter": "SERVICE_CONTROL_POLICY"},
            "TargetNotFoundException",
        ),
    ],
)
def test_requests_that_cannot_be_met_are_refused(
    center: Calls, operation: str, parameters: dict[str, Any], code: str
) -> None:
    assert center.refusal(ORGANIZATIONS, operation, **parameters)["Code"] == code


def test_a_closed_account_is_suspended_after_a_while_and_stays_listed(center: Calls) -> None:
    account = center.new_account()
    center.answer(ORGANIZATIONS, "CloseAccount", AccountId=account)
    refusal = center.refusal(ORGANIZATIONS, "CloseAccount", AccountId=account)
    assert refusal["Code"] == "AccountAlreadyClosedException"
    closed = eventually(lambda: described(center, account), lambda found: found["State"] == "SUSPENDED")
    assert (closed["State"], closed["Status"]) == ("SUSPENDED", "SUSPENDED")


def test_a_removed_account_is_gone(center: Calls) -> None:
    account = center.new_account()
    center.answer(ORGANIZATIONS, "RemoveAccountFromOrganization", AccountId=account)
    refusal = center.refusal(ORGANIZATIONS, "DescribeAccount", AccountId=account)
    assert refusal["Code"] == "AccountNotFoundException"


def test_tags_of_an_account_are_added_changed_and_removed(center: Calls) -> None:
    account = center.new_account()
    for tags in ([{"Key": "env", "Value": "dev"}], [{"Key": "env", "Value": "prod"}, {"Key": "team", "Value": ""}]):
        center.answer(ORGANIZATIONS, "TagResource", ResourceId=account, Tags=tags)
    center.answer(ORGANIZATIONS, "UntagResource", ResourceId=account, TagKeys=["team", "unknown"])
    found = center.answer(ORGANIZATIONS, "ListTagsForResource", ResourceId=account)["Tags"]
    assert found == [{"Key": "env", "Value": "prod"}]
    twice = [{"Key": "a", "Value": "1"}, {"Key": "a", "Value": "2"}]
    refusal = center.refusal(ORGANIZATIONS, "TagResource", ResourceId=account, Tags=twice)
    assert refusal["Reason"] == "DUPLICATE_TAG_KEY"
    many = [{"Key": f"k{number}", "Value": "v"} for number in range(50)]
    refusal = center.refusal(ORGANIZATIONS, "TagResource", ResourceId=account, Tags=many)
    assert refusal["Reason"] == "MAX_TAG_LIMIT_EXCEEDED"


def test_accounts_are_listed_in_pages(center: Calls) -> None:
    made = {center.new_account() for _ in range(3)}
    pages = center.organizations.get_paginator("list_accounts").paginate(PaginationConfig={"PageSize": 2})
    sizes, found = [], []
    for page in pages:
        sizes.append(len(page["Accounts"]))
        found += [account["Id"] for account in page["Accounts"]]
    assert max(sizes) == 2
    assert len(found) == len(set(found))
    assert {*made, MANAGEMENT} <= set(found)
