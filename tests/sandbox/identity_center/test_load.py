"""The local Identity Center tells how much was asked of it, so that tests can hold a client to its budgets."""

from collections.abc import Iterator

import pytest
from botocore.exceptions import ClientError

from sandbox.identity_center.behaviour import Behaviour
from sandbox.identity_center.load import Load, quota_of
from sandbox.identity_center.process import IdentityCenterServer, load
from sandbox.identity_center.settings import Settings
from tests.sandbox.identity_center.calls import HOUR


@pytest.fixture(scope="module")
def server() -> Iterator[IdentityCenterServer]:
    with IdentityCenterServer(Settings(behaviour=Behaviour.instant())) as running:
        yield running


def test_the_busiest_seconds_count_the_calls_of_a_quota_in_any_three() -> None:
    now = 0.0
    counted = Load(clock=lambda: now)
    for now in (0.0, 1.5, 2.7, 3.6, 4.2, 15.0):  # noqa: B007 - the clock reads it
        counted.called("sso-admin")
    counted.called("identitystore:CreateUser")
    assert dict(counted.told())["busiest_three_seconds"] == {"sso-admin": 4, "identitystore:CreateUser": 1}


def test_all_of_sso_admin_is_one_quota_and_each_operation_of_the_identity_store_another() -> None:
    assert quota_of("sso-admin", "ListInstances") == "sso-admin"
    assert quota_of("identitystore", "CreateUser") == "identitystore:CreateUser"


def test_the_server_tells_of_calls_and_refusals_until_it_is_to_forget_them(server: IdentityCenterServer) -> None:
    load(server.endpoint, clear=True)
    sso_admin = server.client("sso-admin")
    arn = sso_admin.list_instances()["Instances"][0]["InstanceArn"]
    missing = f"{arn.replace(':instance/', ':permissionSet/')}/ps-0123456789abcdef"
    with pytest.raises(ClientError):
        sso_admin.describe_permission_set(InstanceArn=arn, PermissionSetArn=missing)
    said = load(server.endpoint)
    assert said["busiest_three_seconds"] == {"sso-admin": 2}
    assert said["refused"] == {"sso-admin ResourceNotFoundException": 1}
    assert load(server.endpoint, clear=True) == {"busiest_three_seconds": {}, "refused": {}, "most_assignments": 0}


def test_it_tells_how_many_assignments_were_under_way_at_once(server: IdentityCenterServer) -> None:
    load(server.endpoint, clear=True)
    server.behave(Behaviour.instant(assignment_seconds=HOUR))
    sso_admin, store = server.client("sso-admin"), server.client("identitystore")
    instance = sso_admin.list_instances()["Instances"][0]
    arn = instance["InstanceArn"]
    group = store.create_group(IdentityStoreId=instance["IdentityStoreId"], DisplayName="Busy")["GroupId"]
    for name in ("One", "Two", "Three"):
        made = sso_admin.create_permission_set(InstanceArn=arn, Name=name)["PermissionSet"]["PermissionSetArn"]
        sso_admin.create_account_assignment(
            InstanceArn=arn,
            PermissionSetArn=made,
            TargetId=server.settings.account_id,
            TargetType="AWS_ACCOUNT",
            PrincipalType="GROUP",
            PrincipalId=group,
        )
    assert load(server.endpoint)["most_assignments"] == 3
