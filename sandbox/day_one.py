"""Day One on the local AWS: deployed from the project's own template, with its API as its callers reach it."""

import argparse
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sandbox.access import Access, Credentials
from sandbox.deployment import Stack
from sandbox.errors import SandboxError
from sandbox.hr_system import HrSystem
from sandbox.identity_center_view import Instance
from sandbox.organisation import Organisation
from sandbox.paths import REPOSITORY
from sandbox.sandbox import Sandbox
from sandbox.signed_http import Answer, HttpApi

STACK = "dayone"
FORWARDER = "dayone-forwarder"
_SESSION_POLICY = f"{STACK}-session-revocation"
_LOOKING_SECONDS = 240.0


@dataclass(frozen=True, kw_only=True)
class Deployed:
    """A deployed Day One: its stack, its API as an internal tool calls it, and its HR system."""

    stack: Stack
    api: HttpApi
    hr: HrSystem


def deploy(
    sandbox: Sandbox, instance: Instance, *, key_arn: str = "", parameters: Mapping[str, str] | None = None
) -> Deployed:
    """Deploy Day One for an instance, with a user of its own who may call the API; `parameters` come beside the usual.

    It has looked at the organisation when this returns: every account that comes later is a new one. Where the account
    is a delegated administrator's, what happens to accounts is forwarded from the management account, and live sessions
    do not end, since only the management account may edit a service control policy. `key_arn` is the key that Identity
    Center is encrypted with, empty for AWS's own.
    """
    stack = release(sandbox, instance, parameters={"IdentityCenterKeyArn": key_arn, **(parameters or {})})
    if sandbox.is_delegated:
        forward(sandbox, stack, place=sandbox.management)
    tool = sandbox.create_user("internal-tool", policy=may_call("*"))
    deployed = reached(sandbox, stack, caller=tool)
    _look_at_the_organisation(deployed.api)
    return deployed


def reached(sandbox: Sandbox, stack: Stack, *, caller: Credentials) -> Deployed:
    """Return an existing stack, with its API as this caller reaches it."""
    url = sandbox.api_url(stack.resources["AccessApi"], stage="live")
    key = _signing_key(sandbox, secret_arn=stack.outputs["StandardHrSecretArn"])
    return Deployed(
        stack=stack,
        api=HttpApi(url=url, region=sandbox.region, credentials=caller),
        hr=HrSystem(api=HttpApi(url=url, region=sandbox.region), key=key),
    )


def release(sandbox: Sandbox, instance: Instance, *, parameters: Mapping[str, str] | None = None) -> Stack:
    """Create or update the stack alone, with these of the template's parameters beside the usual ones."""
    usual = {
        "InstanceArn": instance.arn,
        "IdentityStoreId": instance.identity_store_id,
        "OrganizationId": Organisation(sandbox).id,
        "DeletionProtection": "false",
        "EndedSessionsTargets": "" if sandbox.is_delegated else target_for_ended_sessions(sandbox),
        "ApiDocs": "true",
        "AuditCheckpoints": "true",
        "HrNetworks": "127.0.0.0/8",
        "NotificationNetworks": "127.0.0.0/8",
    }
    return sandbox.deploy(STACK, template=REPOSITORY / "template.yaml", parameters=usual | dict(parameters or {}))


def parameter(text: str) -> tuple[str, str]:
    """Read `NAME=VALUE` from a command line; raises ValueError for what is not of that form."""
    name, mark, value = text.partition("=")
    if not (name and mark):
        raise ValueError(f"a parameter of the template is given as NAME=VALUE, not as '{text}'")
    return name, value


def add_parameters(parser: argparse.ArgumentParser) -> None:
    """Let a command line take the template's parameters, as `parameter` reads them."""
    parser.add_argument(
        *("--parameter", "-p"),
        type=parameter,
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="a parameter of the template, such as ManagementAccountAccess=true; any number of them",
    )


def _look_at_the_organisation(api: HttpApi) -> None:
    asked = expect(api.send("POST", "/v1/accounts/discover"), status=202)
    deadline = time.monotonic() + _LOOKING_SECONDS
    while expect(api.get(asked["href"]), status=200)["change"]["state"] in ("planning", "running"):
        if time.monotonic() > deadline:
            raise SandboxError(f"after {_LOOKING_SECONDS:.0f} s the organisation has not been looked at yet")
        time.sleep(0.2)


def target_for_ended_sessions(sandbox: Sandbox) -> str:
    """Return the organization's root, with service control policies enabled."""
    organizations = sandbox.client("organizations")
    (root,) = organizations.list_roots()["Roots"]
    if not any(policy_type["Type"] == "SERVICE_CONTROL_POLICY" for policy_type in root["PolicyTypes"]):
        organizations.enable_policy_type(RootId=root["Id"], PolicyType="SERVICE_CONTROL_POLICY")
    return str(root["Id"])


def session_policy(sandbox: Sandbox) -> str:
    """Return the id of the policy with which the stack ends live sessions; raise ValueError when there is none."""
    pages = sandbox.client("organizations").get_paginator("list_policies").paginate(Filter="SERVICE_CONTROL_POLICY")
    (policy_id,) = [
        str(policy["Id"]) for page in pages for policy in page["Policies"] if policy["Name"] == _SESSION_POLICY
    ]
    return policy_id


def forward(sandbox: Sandbox, deployed: Stack, *, place: Access) -> Stack:
    """Deploy the forwarder in another account or Region, which hands on to Day One what happens to accounts."""
    parameters = {"HubBusArn": deployed.outputs["AccountEventsBusArn"]}
    template = REPOSITORY / "template-forwarder.yaml"
    return sandbox.deploy(FORWARDER, template=template, parameters=parameters, place=place)


def may_call(resource: str) -> dict[str, Any]:
    """Return an IAM policy that allows calling these methods of APIs and nothing else."""
    statement = {"Effect": "Allow", "Action": "execute-api:Invoke", "Resource": resource}
    return {"Version": "2012-10-17", "Statement": [statement]}


def expect(answer: Answer, *, status: int) -> Any:  # noqa: ANN401 - whatever the answer holds
    """Return the JSON of a response with this status; raise RuntimeError with all of any other."""
    if answer.status != status:
        raise RuntimeError(f"the API answered {answer.status}: {answer.text}")
    return answer.json()


def _signing_key(sandbox: Sandbox, *, secret_arn: str) -> str:
    secret = sandbox.client("secretsmanager").get_secret_value(SecretId=secret_arn)["SecretString"]
    return str(json.loads(secret)["current"])
