"""Groups, memberships and listings of the local Identity Store, through boto3."""

from collections.abc import Iterator
from typing import Any

import pytest

from sandbox.identity_center.process import IdentityCenterServer
from tests.sandbox.identity_center.calls import Calls, person

NOBODY = "00000000-0000-4000-8000-000000000000"
STORE = "identitystore"
TAKEN = "UNIQUENESS_CONSTRAINT_VIOLATION"


@pytest.fixture(scope="module")
def center() -> Iterator[Calls]:
    with IdentityCenterServer() as server:
        yield Calls(server)


def test_group_names_are_unique_and_found(center: Calls) -> None:
    group = center.new_group("engineers")
    identifier = {"UniqueAttribute": {"AttributePath": "displayName", "AttributeValue": "engineers"}}
    assert center.answer(STORE, "GetGroupId", AlternateIdentifier=identifier)["GroupId"] == group
    refusal = center.refusal(STORE, "CreateGroup", DisplayName="engineers")
    assert (refusal["Code"], refusal["Reason"]) == ("ConflictException", TAKEN)


@pytest.mark.parametrize("name", [None, "", "x" * 1025, "AWSAdministrators", "bell\a"])
def test_a_group_needs_a_permitted_name(center: Calls, name: str | None) -> None:
    request = {} if name is None else {"DisplayName": name}
    assert center.refusal(STORE, "CreateGroup", **request)["Code"] == "ValidationException"


def test_a_group_is_updated(center: Calls) -> None:
    group, other = center.new_group("before"), center.new_group("other")
    operations = [
        {"AttributePath": "displayName", "AttributeValue": "after"},
        {"AttributePath": "description", "AttributeValue": "What it is for"},
    ]
    center.answer(STORE, "UpdateGroup", GroupId=group, Operations=operations)
    described = center.answer(STORE, "DescribeGroup", GroupId=group)
    assert (described["DisplayName"], described["Description"]) == ("after", "What it is for")
    center.answer(STORE, "UpdateGroup", GroupId=group, Operations=[{"AttributePath": "description"}])
    assert "Description" not in center.answer(STORE, "DescribeGroup", GroupId=group)
    refusal = center.refusal(STORE, "UpdateGroup", GroupId=other, Operations=operations[:1])
    assert refusal["Code"] == "ConflictException"


@pytest.mark.parametrize(
    ("operation", "parameters", "resource_type"),
    [
        ("DescribeUser", {"UserId": NOBODY}, "USER"),
        ("UpdateUser", {"UserId": NOBODY, "Operations": [{"AttributePath": "title"}]}, "USER"),
        ("DeleteUser", {"UserId": NOBODY}, "USER"),
        ("DescribeGroup", {"GroupId": NOBODY}, "GROUP"),
        ("UpdateGroup", {"GroupId": NOBODY, "Operations": [{"AttributePath": "description"}]}, "GROUP"),
        ("DeleteGroup", {"GroupId": NOBODY}, "GROUP"),
        ("DescribeGroupMembership", {"MembershipId": NOBODY}, "GROUP_MEMBERSHIP"),
        ("DeleteGroupMembership", {"MembershipId": NOBODY}, "GROUP_MEMBERSHIP"),
        ("ListGroupMemberships", {"GroupId": NOBODY}, "GROUP"),
        ("ListGroupMembershipsForMember", {"MemberId": {"UserId": NOBODY}}, "USER"),
        ("CreateGroupMembership", {"GroupId": NOBODY, "MemberId": {"UserId": NOBODY}}, "USER"),
        ("ListUsers", {"IdentityStoreId": "d-0000000000"}, "IDENTITY_STORE"),
    ],
)
def test_what_does_not_exist_is_not_found(
    center: Calls, operation: str, parameters: dict[str, Any], resource_type: str
) -> None:
    refusal = center.refusal(STORE, operation, **parameters)
    assert (refusal["Code"], refusal["ResourceType"]) == ("ResourceNotFoundException", resource_type)


def test_a_membership_is_made_found_and_ended(center: Calls) -> None:
    user, group, other = center.new_user(), center.new_group(), center.new_group()
    pair = {"GroupId": group, "MemberId": {"UserId": user}}
    membership = center.answer(STORE, "CreateGroupMembership", **pair)["MembershipId"]
    assert center.answer(STORE, "GetGroupMembershipId", **pair)["MembershipId"] == membership
    described = center.answer(STORE, "DescribeGroupMembership", MembershipId=membership)
    assert (described["GroupId"], described["MemberId"]) == (group, {"UserId": user})
    refusal = center.refusal(STORE, "CreateGroupMembership", **pair)
    assert (refusal["Code"], refusal["Reason"]) == ("ConflictException", TAKEN)
    results = center.answer(STORE, "IsMemberInGroups", MemberId={"UserId": user}, GroupIds=[other, group])["Results"]
    assert [(result["GroupId"], result["MembershipExists"]) for result in results] == [(other, False), (group, True)]
    center.answer(STORE, "DeleteGroupMembership", MembershipId=membership)
    assert center.refusal(STORE, "GetGroupMembershipId", **pair)["ResourceType"] == "GROUP_MEMBERSHIP"


def test_a_membership_needs_a_group_that_exists(center: Calls) -> None:
    pair = {"GroupId": NOBODY, "MemberId": {"UserId": center.new_user()}}
    assert center.refusal(STORE, "CreateGroupMembership", **pair)["ResourceType"] == "GROUP"


def test_memberships_go_with_their_user_and_with_their_group(center: Calls) -> None:
    users, groups = [center.new_user(), center.new_user()], [center.new_group(), center.new_group()]
    for user in users:
        for group in groups:
            center.answer(STORE, "CreateGroupMembership", GroupId=group, MemberId={"UserId": user})
    center.answer(STORE, "DeleteUser", UserId=users[0])
    center.answer(STORE, "DeleteGroup", GroupId=groups[0])
    [left] = center.answer(STORE, "ListGroupMembershipsForMember", MemberId={"UserId": users[1]})["GroupMemberships"]
    assert left["GroupId"] == groups[1]
    [only] = center.answer(STORE, "ListGroupMemberships", GroupId=groups[1])["GroupMemberships"]
    assert only["MemberId"] == {"UserId": users[1]}


def test_listings_come_in_pages_that_miss_nothing_when_an_entry_goes(center: Calls) -> None:
    made = {center.new_user() for _ in range(5)}
    first = center.answer(STORE, "ListUsers", MaxResults=2)
    assert len(first["Users"]) == 2
    center.answer(STORE, "DeleteUser", UserId=first["Users"][0]["UserId"])
    seen = {user["UserId"] for user in first["Users"]}
    token = first["NextToken"]
    while token:
        page = center.answer(STORE, "ListUsers", MaxResults=2, NextToken=token)
        assert page.get("NextToken") != token
        seen |= {user["UserId"] for user in page["Users"]}
        token = page.get("NextToken")
    assert made <= seen


def test_users_and_groups_can_be_filtered_by_name(center: Calls) -> None:
    user, group = center.new_user(**person("filtered")), center.new_group("filtered")
    users = center.answer(STORE, "ListUsers", Filters=[{"AttributePath": "UserName", "AttributeValue": "filtered"}])
    assert [found["UserId"] for found in users["Users"]] == [user]
    groups = center.answer(
        STORE, "ListGroups", Filters=[{"AttributePath": "DisplayName", "AttributeValue": "filtered"}]
    )
    assert [found["GroupId"] for found in groups["Groups"]] == [group]
    refusal = center.refusal(STORE, "ListGroups", Filters=[{"AttributePath": "Description", "AttributeValue": "x"}])
    assert refusal["Code"] == "ValidationException"


@pytest.mark.parametrize("parameters", [{"MaxResults": 0}, {"MaxResults": 101}, {"NextToken": "bm9ib2R5fDE="}])
def test_a_page_that_cannot_be_given_is_refused(center: Calls, parameters: dict[str, Any]) -> None:
    assert center.refusal(STORE, "ListGroups", **parameters)["Code"] == "ValidationException"
