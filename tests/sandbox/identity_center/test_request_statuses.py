"""The statuses of asynchronous requests to the local Identity Center: by id, by status and in pages; through boto3."""

from collections.abc import Iterator
from typing import Any

import pytest

from sandbox.identity_center.process import IdentityCenterServer
from tests.sandbox.identity_center.calls import Calls

SSO = "sso-admin"
NOBODY = "00000000-0000-4000-8000-000000000000"
UNKNOWN_REQUEST = "00000000-0000-4000-8000-000000000000"


@pytest.fixture(scope="module")
def center() -> Iterator[Calls]:
    with IdentityCenterServer() as server:
        yield Calls(server)


@pytest.fixture(scope="module")
def account(center: Calls) -> str:
    return center.new_account()


@pytest.fixture
def assignment(center: Calls, account: str) -> dict[str, str]:
    return center.assignment(account, center.new_permission_set(), center.new_group())


@pytest.mark.parametrize(
    ("operation", "parameter"),
    [
        ("DescribeAccountAssignmentCreationStatus", "AccountAssignmentCreationRequestId"),
        ("DescribeAccountAssignmentDeletionStatus", "AccountAssignmentDeletionRequestId"),
        ("DescribePermissionSetProvisioningStatus", "ProvisionPermissionSetRequestId"),
    ],
)
def test_an_unknown_request_is_not_found(center: Calls, operation: str, parameter: str) -> None:
    refusal = center.refusal(SSO, operation, **{parameter: UNKNOWN_REQUEST})
    assert refusal["Code"] == "ResourceNotFoundException"


def test_a_creation_is_no_deletion(center: Calls, assignment: dict[str, str]) -> None:
    request = center.assign(assignment)["RequestId"]
    wrong = {"AccountAssignmentDeletionRequestId": request}
    refusal = center.refusal(SSO, "DescribeAccountAssignmentDeletionStatus", **wrong)
    assert refusal["Code"] == "ResourceNotFoundException"


def test_statuses_are_listed_by_status_and_in_pages(center: Calls, account: str) -> None:
    permission_set = center.new_permission_set()
    created = {center.assign(center.assignment(account, permission_set, center.new_group()))["RequestId"] for _ in "ab"}
    failed = center.assign(center.assignment(account, permission_set, NOBODY))["RequestId"]
    succeeded = all_statuses(center, Filter={"Status": "SUCCEEDED"})
    assert created <= set(succeeded)
    assert failed not in succeeded
    assert failed in all_statuses(center, Filter={"Status": "FAILED"})
    assert {*created, failed} <= set(all_statuses(center))


def all_statuses(center: Calls, **parameters: Any) -> list[str]:  # noqa: ANN401 - AWS takes every JSON type
    operation, pages = "ListAccountAssignmentCreationStatus", [parameters | {"MaxResults": 1}]
    found = []
    for request in pages:
        answer = center.answer(SSO, operation, **request)
        found += [status["RequestId"] for status in answer["AccountAssignmentsCreationStatus"]]
        assert len(found) == len(set(found))
        if "NextToken" in answer:
            pages.append(pages[0] | {"NextToken": answer["NextToken"]})
    return found


def test_the_newest_status_comes_first_on_every_page(center: Calls, account: str) -> None:
    permission_set = center.new_permission_set()
    made = [center.assign(center.assignment(account, permission_set, center.new_group()))["RequestId"] for _ in "abc"]
    assert all_statuses(center)[:3] == made[::-1]
    first = center.answer(SSO, "ListAccountAssignmentCreationStatus", MaxResults=1)
    center.assign(center.assignment(account, permission_set, center.new_group()))
    # What came after the first page was read is not on the second.
    token = {"MaxResults": 1, "NextToken": first["NextToken"]}
    second = center.answer(SSO, "ListAccountAssignmentCreationStatus", **token)
    pages = [page["AccountAssignmentsCreationStatus"][0]["RequestId"] for page in (first, second)]
    assert pages == made[:0:-1]


def test_deletions_are_listed_apart(center: Calls, assignment: dict[str, str]) -> None:
    creation = center.assign(assignment)["RequestId"]
    accepted = center.answer(SSO, "DeleteAccountAssignment", **assignment)["AccountAssignmentDeletionStatus"]
    deletion = center.unassigned(accepted["RequestId"])["RequestId"]
    answer = center.answer(SSO, "ListAccountAssignmentDeletionStatus")
    found = [status["RequestId"] for status in answer["AccountAssignmentsDeletionStatus"]]
    assert deletion in found
    assert creation not in found
