"""The local Identity Center as an extension of moto, in the process of the test."""

import time
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

from sandbox.identity_center.behaviour import Behaviour
from sandbox.identity_center.moto_extension import extended_moto
from sandbox.identity_center.settings import Settings


def client(service: str) -> Any:  # noqa: ANN401 - boto3 makes client classes
    return boto3.client(  # type: ignore[call-overload]
        service, region_name="us-east-1", aws_access_key_id="AKIATEST", aws_secret_access_key="test"
    )


def test_in_mock_aws_an_assignment_takes_its_time_and_others_of_motos_services_work() -> None:
    behaviour = Behaviour.instant(assignment_seconds=0.2, deletion_seconds=0.2, spread=0.0)
    with extended_moto(Settings(behaviour=behaviour)):
        sso, store = client("sso-admin"), client("identitystore")
        instance = sso.list_instances()["Instances"][0]
        here, there = {"InstanceArn": instance["InstanceArn"]}, {"IdentityStoreId": instance["IdentityStoreId"]}
        group = store.create_group(**there, DisplayName="engineers")["GroupId"]
        made = sso.create_permission_set(**here, Name="View")["PermissionSet"]["PermissionSetArn"]
        accepted = sso.create_account_assignment(
            **here,
            TargetId="111122223333",
            TargetType="AWS_ACCOUNT",
            PermissionSetArn=made,
            PrincipalType="GROUP",
            PrincipalId=group,
        )["AccountAssignmentCreationStatus"]
        assert accepted["Status"] == "IN_PROGRESS"
        time.sleep(0.3)
        told = sso.describe_account_assignment_creation_status(
            **here, AccountAssignmentCreationRequestId=accepted["RequestId"]
        )
        assert told["AccountAssignmentCreationStatus"]["Status"] == "SUCCEEDED"
        assert client("sts").get_caller_identity()["Account"]


def test_afterwards_moto_is_as_it_was() -> None:
    with extended_moto():
        assert client("organizations").describe_organization()
        (ours,) = client("sso-admin").list_instances()["Instances"]
    with mock_aws():
        (motos,) = client("sso-admin").list_instances()["Instances"]
        assert motos["InstanceArn"] != ours["InstanceArn"]
        with pytest.raises(ClientError, match="AWSOrganizationsNotInUseException"):
            client("organizations").describe_organization()
