"""Work in the management account, where AWS works with the rights of its caller: what the adapters say of a refusal."""

import time
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest

from dayone.adapters.identity_center.permission_sets import SsoAssignments, SsoPermissionSets
from dayone.model.retry import FailureKind, kind_of_failure
from dayone.ports.identity_center import AssignmentKey, PrincipalType, RequestState
from sandbox.identity_center.behaviour import Behaviour
from sandbox.identity_center.process import IdentityCenterServer
from sandbox.identity_center.settings import Settings
from tests.contract.identity_centers import fresh

MANAGEMENT, MEMBER = "111122223333", "444455556666"
WHAT_TO_DO = "deploy with ManagementAccountAccess=true"
AWS_SAYS = "AWS says: Received a 403 status error: Access denied by IAM."


@pytest.fixture(scope="module")
def server() -> Iterator[IdentityCenterServer]:
    behaviour = Behaviour.instant(assignment_seconds=0.01, provisioning_seconds=0.01, account_seconds=0.01)
    settings = Settings(account_id=MANAGEMENT, behaviour=behaviour, caller_actions=("sso:*",))
    with IdentityCenterServer(settings) as running:
        yield running


class Desk:
    """The adapters as an executor without IAM rights has them, and an administrator with all rights beside it."""

    def __init__(self, server: IdentityCenterServer) -> None:
        self.administrator: Any = server.client("sso-admin")
        (instance,) = self.administrator.list_instances()["Instances"]
        self.instance = instance["InstanceArn"]
        client = boto3.client(
            "sso-admin",
            endpoint_url=server.endpoint,
            region_name=server.settings.region,
            aws_access_key_id="ASIAEXECUTOR",
            aws_secret_access_key="test",
        )
        self.assignments = SsoAssignments(client, instance_arn=self.instance, lacks_rights=True)
        self.permission_sets = SsoPermissionSets(client, instance_arn=self.instance, lacks_rights=True)
        self.given_rights = SsoAssignments(client, instance_arn=self.instance)
        directory = server.client("identitystore")
        store = instance["IdentityStoreId"]
        self.group = directory.create_group(IdentityStoreId=store, DisplayName=fresh("group"))["GroupId"]
        self.arn = self.permission_sets.create({"name": fresh("Set")}).references["permission_set_arn"]

    @property
    def key(self) -> AssignmentKey:
        return AssignmentKey(
            account_id=MANAGEMENT,
            permission_set_arn=self.arn,
            principal_id=self.group,
            principal_type=PrincipalType.GROUP,
        )

    def put_in_use(self) -> None:
        """Somebody else assigns the set in the management account."""
        as_root = SsoAssignments(self.administrator, instance_arn=self.instance)
        assert over(as_root.creation, as_root.create(self.key)) == RequestState(is_over=True)


def over(read: Callable[[str], RequestState], request_id: str) -> RequestState:
    while not (state := read(request_id)).is_over:
        time.sleep(0.02)
    return state


@pytest.fixture
def desk(server: IdentityCenterServer) -> Desk:
    return Desk(server)


def test_an_assignment_that_is_refused_says_what_to_do_and_what_aws_says(desk: Desk) -> None:
    reason = over(desk.assignments.creation, desk.assignments.create(desk.key)).failure_reason
    assert WHAT_TO_DO in reason
    assert AWS_SAYS in reason
    # Waiting would not help.
    assert kind_of_failure(reason) is FailureKind.FINAL


def test_with_the_rights_a_refusal_is_an_outage_that_aws_alone_explains(desk: Desk) -> None:
    reason = over(desk.given_rights.creation, desk.given_rights.create(desk.key)).failure_reason
    assert reason.startswith("Received a 403 status error: Access denied by IAM.")
    assert kind_of_failure(reason) is FailureKind.DENIED


def test_an_assignment_there_that_is_in_the_way_of_a_provisioning_is_said(desk: Desk) -> None:
    desk.put_in_use()
    desk.permission_sets.update(desk.arn, attributes={"session_duration": "PT2H"})
    reason = over(desk.permission_sets.provisioning, desk.permission_sets.provision(desk.arn)).failure_reason
    assert "in the management account, where an assignment of this permission set is in the way" in reason
    assert WHAT_TO_DO in reason
    assert AWS_SAYS in reason


def test_where_no_account_has_an_older_form_a_refused_provisioning_leaves_nothing_to_do(desk: Desk) -> None:
    desk.put_in_use()
    state = over(desk.permission_sets.provisioning, desk.permission_sets.provision(desk.arn))
    assert state == RequestState(is_over=True)


def test_a_removal_is_done_by_aws_itself(desk: Desk) -> None:
    desk.put_in_use()
    assert over(desk.assignments.deletion, desk.assignments.delete(desk.key)) == RequestState(is_over=True)
