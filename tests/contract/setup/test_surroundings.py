"""The ports of the settings' check over AWS's APIs: what each reads, and that it calls nothing else."""

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.model import OperationModel
from botocore.stub import Stubber
from moto import mock_aws

from dayone.adapters.organizations.session_policies import empty_document
from dayone.adapters.setup.instance import IdentityCenterKeySight, SsoInstanceSight
from dayone.adapters.setup.probes import (
    CloudTrailSight,
    DynamoTableSight,
    IamRoleSight,
    LambdaConcurrencySight,
    OrganizationsSight,
    OrganizationsTargetSight,
    ServiceQuotaSight,
)
from dayone.errors import DayOneError, NotFound, Refused
from dayone.ports.setup import SeenConcurrency, SeenTrail
from dayone.setup.check import CheckSettings, GivenSettings, check_settings
from sandbox import Sandbox
from sandbox.identity_center.behaviour import Behaviour
from sandbox.identity_center.process import IdentityCenterServer
from sandbox.identity_center.settings import Settings
from tests.contract.actions import recorded_actions
from tests.contract.answers import answering

MANAGEMENT = "111122223333"
_NAMES = ("GivenName", "FamilyName")


@pytest.fixture(scope="module")
def server() -> Iterator[IdentityCenterServer]:
    with IdentityCenterServer(Settings(account_id=MANAGEMENT, behaviour=Behaviour.instant())) as running:
        yield running


@pytest.fixture
def cloudtrail(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    with mock_aws():
        boto3.client("s3", region_name="us-east-1").create_bucket(Bucket="trails")
        yield boto3.client("cloudtrail", region_name="us-east-1")


def _instance_of(server: IdentityCenterServer) -> dict[str, str]:
    (instance,) = server.client("sso-admin").list_instances()["Instances"]
    return dict(instance)


def test_the_instance_is_described(server: IdentityCenterServer) -> None:
    client: Any = server.client("sso-admin")
    there = _instance_of(server)
    made = client.create_permission_set(InstanceArn=there["InstanceArn"], Name="Seen")["PermissionSet"]
    user = server.client("identitystore").create_user(
        IdentityStoreId=there["IdentityStoreId"], UserName="seen", DisplayName="S", Name=dict.fromkeys(_NAMES, "S")
    )
    called = recorded_actions(client)
    sight = SsoInstanceSight(client)
    seen = sight.instance(there["InstanceArn"])
    assert (seen.identity_store_id, seen.owner_account, seen.status) == (there["IdentityStoreId"], MANAGEMENT, "ACTIVE")
    assert sight.region == client.meta.region_name
    assert sight.permission_sets_in(there["InstanceArn"], MANAGEMENT) == 0
    assert called == SsoInstanceSight.ACTIONS
    request = client.create_account_assignment(
        InstanceArn=there["InstanceArn"],
        TargetId=MANAGEMENT,
        TargetType="AWS_ACCOUNT",
        PermissionSetArn=made["PermissionSetArn"],
        PrincipalType="USER",
        PrincipalId=user["UserId"],
    )["AccountAssignmentCreationStatus"]
    while request["Status"] == "IN_PROGRESS":
        request = client.describe_account_assignment_creation_status(
            InstanceArn=there["InstanceArn"], AccountAssignmentCreationRequestId=request["RequestId"]
        )["AccountAssignmentCreationStatus"]
    assert sight.permission_sets_in(there["InstanceArn"], MANAGEMENT) == 1


@pytest.mark.parametrize(("sight", "service"), [(LambdaConcurrencySight, "lambda"), (IamRoleSight, "iam")])
def test_what_is_read_of_room_is_what_is_declared(sandbox: Sandbox, sight: Any, service: str) -> None:  # noqa: ANN401
    client = sandbox.client(service)
    called = recorded_actions(client)
    seen = sight(client)
    if service == "lambda":
        limits = seen.concurrency()
        assert limits.limit >= limits.unreserved > 0
    else:
        roles = seen.roles()
        assert (roles.quota, roles.policies_each, roles.roles >= 0) == (1000, 10, True)
    assert called == sight.ACTIONS


def test_an_account_that_is_new_has_room_for_ten_functions() -> None:
    client = boto3.client("lambda", region_name="us-east-1")
    answer = {"AccountLimit": {"ConcurrentExecutions": 10, "UnreservedConcurrentExecutions": 7}}
    with Stubber(client) as stubbed:
        stubbed.add_response("get_account_settings", answer)
        assert LambdaConcurrencySight(client).concurrency() == SeenConcurrency(limit=10, unreserved=7)


def test_an_instance_that_is_not_there_is_an_error(server: IdentityCenterServer) -> None:
    with pytest.raises(DayOneError):
        SsoInstanceSight(server.client("sso-admin")).instance("arn:aws:sso:::instance/ssoins-9999999999999999")


def test_the_organisation_is_described(server: IdentityCenterServer) -> None:
    client: Any = server.client("organizations")
    called = recorded_actions(client)
    sight = OrganizationsSight(client)
    seen = sight.organization()
    assert (seen.management_account, seen.id[:2]) == (MANAGEMENT, "o-")
    assert sight.delegated_administrators("sso.amazonaws.com") == frozenset()
    (root,) = client.list_roots()["Roots"]
    client.enable_policy_type(RootId=root["Id"], PolicyType="SERVICE_CONTROL_POLICY")
    assert sight.has_policy_type("SERVICE_CONTROL_POLICY")
    assert not sight.has_policy_type("BACKUP_POLICY")
    assert called - {"organizations:EnablePolicyType"} == OrganizationsSight.ACTIONS


def test_policies_are_counted_where_they_are_attached(server: IdentityCenterServer) -> None:
    client: Any = server.client("organizations")
    called = recorded_actions(client)
    sight = OrganizationsTargetSight(client)
    (root,) = sight.roots()
    before = sight.policies_on(root)
    made = client.create_policy(Name="counted", Description="", Type="SERVICE_CONTROL_POLICY", Content=empty_document())
    client.attach_policy(PolicyId=made["Policy"]["PolicySummary"]["Id"], TargetId=root)
    assert sight.policies_on(root) == before | {"counted"}
    with pytest.raises(NotFound):
        sight.policies_on("r-zzzz")
    assert called - {"organizations:CreatePolicy", "organizations:AttachPolicy"} == OrganizationsTargetSight.ACTIONS


def test_an_account_in_no_organisation_is_not_found(server: IdentityCenterServer) -> None:
    client: Any = server.client("organizations")
    with (
        answering(client, "DescribeOrganization", "AWSOrganizationsNotInUseException"),
        pytest.raises(NotFound),
    ):
        OrganizationsSight(client).organization()


def test_trails_are_seen_with_what_they_record(cloudtrail: Any) -> None:  # noqa: ANN401 - any client of CloudTrail
    cloudtrail.create_trail(Name="all", S3BucketName="trails", IsMultiRegionTrail=True)
    cloudtrail.create_trail(Name="reads", S3BucketName="trails")
    cloudtrail.start_logging(Name="all")
    cloudtrail.put_event_selectors(
        TrailName="reads", EventSelectors=[{"ReadWriteType": "ReadOnly", "IncludeManagementEvents": True}]
    )
    called = recorded_actions(cloudtrail)
    seen = {trail.name: trail for trail in CloudTrailSight(cloudtrail).trails()}
    assert (seen["reads"].is_logging, seen["reads"].is_everywhere, seen["reads"].records_writes) == (
        False,
        False,
        False,
    )
    assert (seen["all"].is_logging, seen["all"].is_everywhere, seen["all"].home_region) == (True, True, "us-east-1")
    assert called == CloudTrailSight.ACTIONS


@pytest.mark.parametrize(
    ("fields", "records"),
    [
        ({"eventCategory": ["Management"]}, True),
        ({"eventCategory": ["Management"], "readOnly": ["true"]}, False),
        ({"eventCategory": ["Management"], "readOnly": ["false"]}, True),
        ({"eventCategory": ["Data"]}, False),
    ],
)
def test_advanced_selectors_are_understood(cloudtrail: Any, fields: dict[str, list[str]], records: bool) -> None:  # noqa: ANN401, FBT001
    cloudtrail.create_trail(Name="all", S3BucketName="trails")
    selectors = [{"Field": name, "Equals": values} for name, values in fields.items()]
    cloudtrail.put_event_selectors(TrailName="all", AdvancedEventSelectors=[{"FieldSelectors": selectors}])
    (seen,) = CloudTrailSight(cloudtrail).trails()
    assert seen.records_writes is records


def test_a_trail_whose_selectors_are_not_for_us_is_still_a_trail() -> None:
    class Elsewhere:
        """A client of a member account, which sees that the organisation has a trail."""

        def describe_trails(self, **_: object) -> object:
            return {"trailList": [{"TrailARN": "arn:t", "Name": "org", "IsOrganizationTrail": True}]}

        def get_trail_status(self, **_: object) -> object:
            return {"IsLogging": True}

        def get_event_selectors(self, **_: object) -> object:
            raise Refused("AccessDeniedException: no")

    assert CloudTrailSight(Elsewhere()).trails() == [
        SeenTrail(
            name="org",
            is_logging=True,
            is_everywhere=False,
            is_of_organization=True,
            home_region="",
            records_writes=None,
        )
    ]


def test_quotas_are_read_page_by_page() -> None:
    class Quotas:
        """Service Quotas as its API describes itself; the local AWS has none of Identity Center's."""

        def get_paginator(self, name: str) -> "Quotas":
            assert name == "list_service_quotas"
            return self

        def paginate(self, *, ServiceCode: str) -> object:  # noqa: N803 - AWS's own name
            assert ServiceCode == "sso"
            yield {"Quotas": [{"QuotaName": "Permission sets", "Value": 3500.0}]}
            yield {"Quotas": [{"QuotaName": "Groups", "Value": 1e5}, {"QuotaName": "Without a value"}]}

    assert ServiceQuotaSight(Quotas()).of_identity_center() == {"Permission sets": 3500.0, "Groups": 100000.0}


def test_quotas_that_are_not_there_are_an_error_of_ours() -> None:
    client, called = boto3.client("service-quotas", region_name="us-east-1"), list[str]()

    def note(model: OperationModel, **_: object) -> None:
        called.append(f"servicequotas:{model.name}")

    client.meta.events.register("provide-client-params", note)
    with answering(client, "ListServiceQuotas", "NoSuchResourceException"), pytest.raises(DayOneError):
        ServiceQuotaSight(client).of_identity_center()
    assert set(called) == ServiceQuotaSight.ACTIONS


def test_the_check_runs_with_nothing_but_clients(server: IdentityCenterServer, cloudtrail: Any) -> None:  # noqa: ANN401
    there = _instance_of(server)
    quotas = boto3.client("service-quotas", region_name="us-east-1")
    ports = CheckSettings(
        instance=SsoInstanceSight(server.client("sso-admin")),
        key=IdentityCenterKeySight(server.client("sso-admin"), server.client("identitystore")),
        organization=OrganizationsSight(server.client("organizations")),
        trails=CloudTrailSight(cloudtrail),
        quotas=ServiceQuotaSight(quotas),
        concurrency=LambdaConcurrencySight(boto3.client("lambda", region_name="us-east-1")),
        roles=IamRoleSight(boto3.client("iam", region_name="us-east-1")),
        table=DynamoTableSight(boto3.client("dynamodb", region_name="us-east-1")),
    )
    given = GivenSettings(
        instance_arn=there["InstanceArn"], identity_store_id=there["IdentityStoreId"], account_id=MANAGEMENT
    )
    with answering(quotas, "ListServiceQuotas", "AccessDeniedException"):
        states = {finding.name: str(finding.state) for finding in check_settings(given, ports=ports)}
    assert states["instance"] == states["identity-store"] == states["organization-instance"] == "ok"
    assert states["administered-from"] == "ok"
    assert (states["trail"], states["quotas"]) == ("warning", "unknown")
