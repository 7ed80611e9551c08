"""The instance and the permission sets of the local Identity Center, through boto3."""

from collections.abc import Iterator
from typing import Any

import pytest

from sandbox.identity_center.process import IdentityCenterServer
from sandbox.identity_center.settings import Settings
from tests.sandbox.identity_center.calls import Calls

SSO = "sso-admin"
ELSEWHERE = "arn:aws:sso:::instance/ssoins-0000000000000000"


@pytest.fixture(scope="module")
def center() -> Iterator[Calls]:
    with IdentityCenterServer(Settings(region="eu-west-1")) as server:
        yield Calls(server)


def test_the_instance_is_there_from_the_start(center: Calls) -> None:
    described = center.answer(SSO, "DescribeInstance")
    assert (described["Status"], described["PermissionSetsEnabled"]) == ("ACTIVE", True)
    assert (described["OwnerAccountId"], described["PrimaryRegion"]) == ("111122223333", "eu-west-1")
    assert described["IdentityStoreId"] == center.store_id
    assert center.answer(SSO, "ListRegions")["Regions"][0]["IsPrimaryRegion"] is True


def test_another_instance_is_refused(center: Calls) -> None:
    assert center.refusal(SSO, "DescribeInstance", InstanceArn=ELSEWHERE)["Code"] == "AccessDeniedException"
    refusal = center.refusal(SSO, "ListPermissionSets", InstanceArn=ELSEWHERE)
    assert refusal["Code"] == "ResourceNotFoundException"


def test_a_permission_set_is_described_as_it_was_created(center: Calls) -> None:
    attributes = {"Description": "Look, not touch", "SessionDuration": "PT8H", "RelayState": "https://example.com/a"}
    arn = center.new_permission_set(Name="Described", **attributes)
    described = center.answer(SSO, "DescribePermissionSet", PermissionSetArn=arn)["PermissionSet"]
    assert {name: described[name] for name in attributes} == attributes
    assert arn in center.answer(SSO, "ListPermissionSets")["PermissionSets"]


def test_an_update_leaves_what_it_does_not_name_but_removes_a_relay_state(center: Calls) -> None:
    arn = center.new_permission_set(Description="Before", SessionDuration="PT2H", RelayState="https://example.com/")
    center.answer(SSO, "UpdatePermissionSet", PermissionSetArn=arn, Description="After")
    described = center.answer(SSO, "DescribePermissionSet", PermissionSetArn=arn)["PermissionSet"]
    assert (described["Description"], described["SessionDuration"]) == ("After", "PT2H")
    assert "RelayState" not in described


@pytest.mark.parametrize(
    "attributes",
    [
        {"Name": ""},
        {"Name": "x" * 33},
        {"Name": "with space"},
        {"Name": "umläut"},
        {"Description": "curly “quotes”"},
        {"Description": "x" * 701},
        {"SessionDuration": "PT59M"},
        {"SessionDuration": "PT13H"},
        {"SessionDuration": "P1D"},
        {"SessionDuration": "8 hours"},
        {"SessionDuration": "-PT8H"},
        {"RelayState": "https://example.com/<>"},
        {"RelayState": "x" * 241},
        {"Tags": [{"Key": "", "Value": "x"}]},
    ],
)
def test_attributes_that_the_service_does_not_take_are_refused(center: Calls, attributes: dict[str, Any]) -> None:
    refusal = center.refusal(SSO, "CreatePermissionSet", **({"Name": "Refused"} | attributes))
    assert refusal["Code"] == "ValidationException"


@pytest.mark.parametrize("duration", ["PT1H", "PT12H", "PT90M", "PT3600S"])
def test_sessions_last_one_to_twelve_hours(center: Calls, duration: str) -> None:
    assert center.new_permission_set(SessionDuration=duration)


def test_a_name_is_taken_until_its_permission_set_is_deleted(center: Calls) -> None:
    arn = center.new_permission_set(Name="Taken")
    refusal = center.refusal(SSO, "CreatePermissionSet", Name="Taken")
    assert (refusal["Code"], refusal["Message"]) == (
        "ConflictException",
        "PermissionSet with name Taken already exists.",
    )
    center.answer(SSO, "DeletePermissionSet", PermissionSetArn=arn)
    assert center.new_permission_set(Name="Taken") != arn


def test_a_permission_set_in_use_cannot_be_deleted(center: Calls) -> None:
    account, arn, group = center.new_account(), center.new_permission_set(), center.new_group()
    assignment = center.assignment(account, arn, group)
    center.assign(assignment)
    assert center.refusal(SSO, "DeletePermissionSet", PermissionSetArn=arn)["Code"] == "ConflictException"
    removal = center.answer(SSO, "DeleteAccountAssignment", **assignment)["AccountAssignmentDeletionStatus"]
    center.unassigned(removal["RequestId"])
    center.answer(SSO, "DeletePermissionSet", PermissionSetArn=arn)
    refusal = center.refusal(SSO, "DescribePermissionSet", PermissionSetArn=arn)
    assert refusal["Code"] == "ResourceNotFoundException"


def test_tags_are_added_changed_and_removed(center: Calls) -> None:
    arn = center.new_permission_set(Tags=[{"Key": "team", "Value": "a"}])
    center.answer(SSO, "TagResource", ResourceArn=arn, Tags=[{"Key": "team", "Value": "b"}, {"Key": "x", "Value": ""}])
    found = center.answer(SSO, "ListTagsForResource", ResourceArn=arn)["Tags"]
    assert {tag["Key"]: tag["Value"] for tag in found} == {"team": "b", "x": ""}
    center.answer(SSO, "UntagResource", ResourceArn=arn, TagKeys=["x", "unknown"])
    assert center.answer(SSO, "ListTagsForResource", ResourceArn=arn)["Tags"] == [{"Key": "team", "Value": "b"}]
    many = [{"Key": f"k{number}", "Value": "v"} for number in range(50)]
    refusal = center.refusal(SSO, "TagResource", ResourceArn=arn, Tags=many)
    assert refusal["Code"] == "ServiceQuotaExceededException"
