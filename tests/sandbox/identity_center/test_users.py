"""Users of the local Identity Center, through boto3."""

from collections.abc import Iterator
from typing import Any

import pytest

from sandbox.identity_center.process import IdentityCenterServer
from tests.sandbox.identity_center.calls import Calls, person

STORE = "identitystore"
TAKEN = "UNIQUENESS_CONSTRAINT_VIOLATION"
ENTERPRISE = "aws:identitystore:enterprise"


@pytest.fixture(scope="module")
def center() -> Iterator[Calls]:
    with IdentityCenterServer() as server:
        yield Calls(server)


def without(name: str, *path: str) -> dict[str, Any]:
    request = person(name)
    inner = request
    for part in path[:-1]:
        inner = inner[part]
    del inner[path[-1]]
    return request


def test_enterprise_attributes_are_shown_when_they_are_asked_for_and_updated_one_by_one(center: Calls) -> None:
    given = {"department": "Engineering", "costCenter": "42"}
    user = center.new_user(Extensions={ENTERPRISE: given})
    assert "Extensions" not in center.answer(STORE, "DescribeUser", UserId=user)
    operations = [
        {"AttributePath": f"{ENTERPRISE}.department", "AttributeValue": "Sales"},
        {"AttributePath": f"{ENTERPRISE}.costCenter"},
    ]
    center.answer(STORE, "UpdateUser", UserId=user, Operations=operations)
    described = center.answer(STORE, "DescribeUser", UserId=user, Extensions=[ENTERPRISE])
    assert described["Extensions"] == {ENTERPRISE: {"department": "Sales"}}
    by_name = [{"AttributePath": "UserName", "AttributeValue": described["UserName"]}]
    [listed] = center.answer(STORE, "ListUsers", Extensions=[ENTERPRISE], Filters=by_name)["Users"]
    assert listed["Extensions"] == described["Extensions"]
    center.answer(STORE, "UpdateUser", UserId=user, Operations=[{"AttributePath": ENTERPRISE, "AttributeValue": given}])
    described = center.answer(STORE, "DescribeUser", UserId=user, Extensions=[ENTERPRISE])
    assert described["Extensions"] == {ENTERPRISE: given}


def test_a_created_user_is_described_with_all_that_was_given_and_is_enabled(center: Calls) -> None:
    request = person("jané") | {"Title": "Engineer", "Locale": "de-DE"}
    created = center.answer(STORE, "CreateUser", **request)
    described = center.answer(STORE, "DescribeUser", UserId=created["UserId"])
    assert {name: described[name] for name in request} == request
    assert described["UserStatus"] == "ENABLED"
    assert described["UserArn"] == f"arn:aws:identitystore:::user/{created['UserId']}"
    assert described["Revision"] == "1"


def test_a_user_can_be_named_by_arn(center: Calls) -> None:
    user = center.new_user()
    assert center.answer(STORE, "DescribeUser", UserId=f"arn:aws:identitystore:::user/{user}")["UserId"] == user


@pytest.mark.parametrize(
    ("request_", "said"),
    [
        (without("u1", "UserName"), "userName is a required attribute"),
        (without("u1", "DisplayName"), "displayname"),
        (without("u1", "Name"), "name"),
        (without("u1", "Name", "GivenName"), "givenname"),
        (without("u1", "Name", "FamilyName"), "familyname"),
        (person("u1") | {"UserName": ""}, "'userName' failed to satisfy constraint"),
        (person("u1") | {"UserName": "with space"}, "'userName' failed to satisfy constraint"),
        (person("u1") | {"UserName": "x" * 129}, "'userName' failed to satisfy constraint"),
        (person("u1") | {"Title": ""}, "'title' failed to satisfy constraint"),
        (person("u1") | {"Emails": []}, "'emails' failed to satisfy constraint"),
        (person("u1") | {"Emails": person("u1")["Emails"] + person("u2")["Emails"]}, "'emails' failed"),
        (person("u1") | {"UserName": "Administrator"}, "reserved"),
        (person("u1") | {"IdentityStoreId": "elsewhere"}, ""),
    ],
)
def test_a_user_that_lacks_something_or_breaks_a_constraint_is_refused(
    center: Calls, request_: dict[str, Any], said: str
) -> None:
    refusal = center.refusal(STORE, "CreateUser", **request_)
    assert refusal["Code"] == "ValidationException"
    assert said in refusal["Message"]


def test_user_names_and_emails_are_unique(center: Calls) -> None:
    center.new_user(**person("unique"))
    for taken in (person("Unique"), person("other") | {"Emails": [{"Value": "UNIQUE@example.com"}]}):
        refusal = center.refusal(STORE, "CreateUser", **taken)
        assert (refusal["Code"], refusal["Reason"]) == ("ConflictException", TAKEN)


def test_a_freed_user_name_can_be_taken_again(center: Calls) -> None:
    center.answer(STORE, "DeleteUser", UserId=center.new_user(**person("again")))
    assert center.new_user(**person("again"))


def test_a_user_is_found_by_name_and_by_email(center: Calls) -> None:
    user = center.new_user(**person("found"))
    for path, value in (("userName", "found"), ("emails.value", "found@example.com"), ("UserName", "found")):
        identifier = {"UniqueAttribute": {"AttributePath": path, "AttributeValue": value}}
        assert center.answer(STORE, "GetUserId", AlternateIdentifier=identifier)["UserId"] == user


@pytest.mark.parametrize(
    ("operation", "path", "value", "code"),
    [
        ("GetUserId", "userName", "nobody", "ResourceNotFoundException"),
        ("GetUserId", "emails.value", "nobody@example.com", "ResourceNotFoundException"),
        ("GetUserId", "displayName", "Nobody", "ValidationException"),
        ("GetGroupId", "displayName", "nothing", "ResourceNotFoundException"),
        ("GetGroupId", "description", "nothing", "ValidationException"),
    ],
)
def test_a_lookup_that_finds_nothing_says_so(center: Calls, operation: str, path: str, value: str, code: str) -> None:
    identifier = {"UniqueAttribute": {"AttributePath": path, "AttributeValue": value}}
    refusal = center.refusal(STORE, operation, AlternateIdentifier=identifier)
    assert refusal["Code"] == code
    if code == "ResourceNotFoundException":
        assert refusal["ResourceType"] == ("USER" if operation == "GetUserId" else "GROUP")


@pytest.mark.parametrize(
    ("path", "value", "member", "after"),
    [
        ("userName", "renamed", "UserName", "renamed"),
        ("displayName", "J. Doe", "DisplayName", "J. Doe"),
        ("name.givenName", "Jo", "Name", {"GivenName": "Jo", "FamilyName": "Doe"}),
        ("name.familyName", "Roe", "Name", {"GivenName": "updated", "FamilyName": "Roe"}),
        ("title", "Manager", "Title", "Manager"),
        ("title", None, "Title", None),
        (
            "emails",
            [{"value": "new@example.com", "primary": True}],
            "Emails",
            [{"Value": "new@example.com", "Primary": True}],
        ),
        ("phoneNumbers", [{"value": "1", "type": "work"}], "PhoneNumbers", [{"Value": "1", "Type": "work"}]),
    ],
)
def test_an_attribute_is_changed_or_removed_by_its_path(
    center: Calls, path: str, value: object, member: str, after: object
) -> None:
    user = center.new_user(**(person("updated") | {"Title": "Engineer"}))
    operation = {"AttributePath": path} | ({} if value is None else {"AttributeValue": value})
    assert center.answer(STORE, "UpdateUser", UserId=user, Operations=[operation])["Revision"] == "2"
    assert center.answer(STORE, "DescribeUser", UserId=user).get(member) == after
    center.answer(STORE, "DeleteUser", UserId=user)


@pytest.mark.parametrize(
    ("operation", "code"),
    [
        ({"AttributePath": "userName"}, "ValidationException"),
        ({"AttributePath": "displayName"}, "ValidationException"),
        ({"AttributePath": "name.givenName"}, "ValidationException"),
        ({"AttributePath": "name"}, "ValidationException"),
        ({"AttributePath": "title", "AttributeValue": ""}, "ValidationException"),
        ({"AttributePath": "title", "AttributeValue": 7}, "ValidationException"),
        ({"AttributePath": "shoeSize", "AttributeValue": "44"}, "ValidationException"),
        ({"AttributePath": "identityStoreId", "AttributeValue": "d-0123456789"}, "ValidationException"),
        ({"AttributePath": "emails", "AttributeValue": []}, "ValidationException"),
        ({"AttributePath": "userName", "AttributeValue": "holder"}, "ConflictException"),
        ({"AttributePath": "emails", "AttributeValue": [{"value": "holder@example.com"}]}, "ConflictException"),
    ],
)
def test_a_refused_update_changes_nothing(center: Calls, operation: dict[str, Any], code: str) -> None:
    holder, user = center.new_user(**person("holder")), center.new_user(**person("victim"))
    before = center.answer(STORE, "DescribeUser", UserId=user)
    first = {"AttributePath": "nickName", "AttributeValue": "vic"}
    refusal = center.refusal(STORE, "UpdateUser", UserId=user, Operations=[first, operation])
    assert refusal["Code"] == code
    assert center.answer(STORE, "DescribeUser", UserId=user) == before
    for name in (holder, user):
        center.answer(STORE, "DeleteUser", UserId=name)


def test_a_user_may_keep_name_and_email_in_an_update(center: Calls) -> None:
    user = center.new_user(**person("keeper"))
    operation = {"AttributePath": "userName", "AttributeValue": "Keeper"}
    assert center.answer(STORE, "UpdateUser", UserId=user, Operations=[operation])["UserId"] == user


def test_a_change_against_an_old_revision_is_refused(center: Calls) -> None:
    user, group = center.new_user(), center.new_group()
    change = [{"AttributePath": "displayName", "AttributeValue": "Changed by another"}]
    center.answer(STORE, "UpdateUser", UserId=user, Operations=change, Revision="1")
    center.answer(STORE, "UpdateGroup", GroupId=group, Operations=change, Revision="1")
    for operation, parameters in (
        ("UpdateUser", {"UserId": user, "Operations": change}),
        ("DeleteUser", {"UserId": user}),
        ("UpdateGroup", {"GroupId": group, "Operations": change}),
        ("DeleteGroup", {"GroupId": group}),
    ):
        refusal = center.refusal(STORE, operation, **parameters, Revision="1")
        assert (refusal["Code"], refusal["Reason"]) == ("ConflictException", "CONCURRENT_MODIFICATION")


def test_extensions_are_shown_only_when_asked_for(center: Calls) -> None:
    name = "aws:identitystore:enterprise"
    user = center.new_user(Extensions={name: {"employeeNumber": "4711"}})
    assert "Extensions" not in center.answer(STORE, "DescribeUser", UserId=user)
    described = center.answer(STORE, "DescribeUser", UserId=user, Extensions=[name])
    assert described["Extensions"] == {name: {"employeeNumber": "4711"}}
