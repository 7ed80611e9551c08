"""People, accounts and permission sets in a local AWS, for tests of what access is good for."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import boto3
import pytest
import urllib3
from botocore.config import Config

from sandbox import Credentials, Sandbox
from sandbox.browser.portal_over_http import PortalOverHttp
from sandbox.browser.portal_visit import one_time_password
from sandbox.identity_center.behaviour import Behaviour
from sandbox.identity_center.process import let_pass
from tests.sandbox.identity_center.calls import Calls, person

VIEW_ONLY = "arn:aws:iam::aws:policy/job-function/ViewOnlyAccess"
PASSWORD = "Correct-horse-7"
QUICK = Behaviour.instant(assignment_seconds=0.1, deletion_seconds=0.1)


class _Clients:
    """The sandbox's clients, and its time, under the names by which `Calls` asks for them."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox

    def client(self, service: str, _config: Config) -> Any:  # noqa: ANN401 - boto3 makes client classes
        return self._sandbox.client(service)

    def let_pass(self, seconds: float) -> None:
        let_pass(self._sandbox.identity_center_endpoint, seconds)


@dataclass(frozen=True)
class World:
    """One local AWS, and calls of its Identity Center."""

    sandbox: Sandbox
    calls: Calls

    def in_account(self, service: str, account: str) -> Any:  # noqa: ANN401 - boto3 makes client classes
        """A client that speaks as the root of an account."""
        root = Credentials(access_key_id=account, secret_access_key="test", arn=f"arn:aws:iam::{account}:root")
        return self.sandbox.client(service, credentials=root)

    def view_only(self, **attributes: Any) -> str:  # noqa: ANN401 - AWS takes every JSON type
        """A permission set with the managed policy ViewOnlyAccess."""
        arn = self.calls.new_permission_set(**attributes)
        self.calls.answer(
            "sso-admin", "AttachManagedPolicyToPermissionSet", PermissionSetArn=arn, ManagedPolicyArn=VIEW_ONLY
        )
        return arn

    def name_of(self, permission_set: str) -> str:
        said = self.calls.answer("sso-admin", "DescribePermissionSet", PermissionSetArn=permission_set)
        return str(said["PermissionSet"]["Name"])

    def user(self, name: str) -> str:
        return str(self.calls.answer("identitystore", "CreateUser", **person(name))["UserId"])

    def assign(self, account: str, permission_set: str, principal: str, kind: str = "USER") -> dict[str, Any]:
        """Create an assignment; returns its status when that is over."""
        return self.calls.assign(self.calls.assignment(account, permission_set, principal, kind))

    def unassign(self, account: str, permission_set: str, principal: str, kind: str = "USER") -> dict[str, Any]:
        """Delete an assignment; returns its status when that is over."""
        which = self.calls.assignment(account, permission_set, principal, kind)
        accepted = self.calls.answer("sso-admin", "DeleteAccountAssignment", **which)
        return self.calls.unassigned(accepted["AccountAssignmentDeletionStatus"]["RequestId"])

    def provision(self, permission_set: str, account: str) -> dict[str, Any]:
        """Bring a permission set up to date in an account; returns the status when that is over."""
        accepted = self.calls.answer(
            "sso-admin",
            "ProvisionPermissionSet",
            PermissionSetArn=permission_set,
            TargetType="AWS_ACCOUNT",
            TargetId=account,
        )
        return self.calls.provisioned(accepted["PermissionSetProvisioningStatus"]["RequestId"])

    def roles(self, account: str) -> list[Any]:
        """The roles that Identity Center has in an account, as IAM describes them."""
        listed = self.in_account("iam", account).list_roles(PathPrefix="/aws-reserved/sso.amazonaws.com/")["Roles"]
        return [self.in_account("iam", account).get_role(RoleName=pair["RoleName"])["Role"] for pair in listed]

    def visit(self, user_name: str) -> PortalOverHttp:
        """Somebody who has just signed in at the portal for the first time."""
        visit = PortalOverHttp(self.sandbox.portal_url)
        once = one_time_password(self.sandbox.identity_center_endpoint, user_name)
        visit.sign_in(user_name, one_time_password=once, password=PASSWORD)
        return visit

    def limit_sessions(self, seconds: float) -> None:
        """Let role sessions last no longer than this from now on."""
        where = f"{self.sandbox.identity_center_endpoint}/_sandbox/longest-session"
        assert urllib3.request("PUT", where, body=str(seconds).encode()).status == 200

    def session(self, exports: str) -> "Session":
        """Return a session with these exported lines."""
        return Session(self.sandbox, exports)


class Session:
    """The credentials of export lines, in the hands of boto3."""

    def __init__(self, sandbox: Sandbox, exports: str) -> None:
        self._sandbox = sandbox
        pairs = (line.removeprefix("export ").split("=", 1) for line in exports.strip().splitlines())
        self.variables = {name: json.loads(quoted) for name, quoted in pairs}

    def client(self, service: str) -> Any:  # noqa: ANN401 - boto3 makes client classes
        return boto3.client(  # type: ignore[call-overload]
            service,
            region_name=self._sandbox.region,
            endpoint_url=self._sandbox.endpoint,
            aws_access_key_id=self.variables["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=self.variables["AWS_SECRET_ACCESS_KEY"],
            aws_session_token=self.variables.get("AWS_SESSION_TOKEN"),
            config=Config(retries={"total_max_attempts": 1}),
        )

    @property
    def arn(self) -> str:
        """The caller's ARN from STS."""
        return str(self.client("sts").get_caller_identity()["Arn"])


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with Sandbox(behaviour=QUICK) as running:
        yield World(running, Calls(_Clients(running)))  # type: ignore[arg-type]
