"""The requests of CloudFormation about a custom resource, and the answers it waits for.

Source: AWS CloudFormation User Guide, "Custom resource request and response reference".
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from dayone.errors import Malformed
from dayone.ports.organizations import OwnedPolicy
from dayone.ports.state_tables import TableClaim, TableDescription
from dayone.setup.session_policy import SessionPolicyRequest, StackAction, policy_name

# An answer has 4,096 bytes at most, the rest of it included.
_LONGEST_REASON = 1500


@dataclass(frozen=True, kw_only=True)
class StackRequest:
    """A CloudFormation request: the presigned URL to answer at, and its subject."""

    answer_to: str = field(repr=False)
    stack_id: str
    request_id: str
    resource: str
    physical_id: str
    body: Mapping[str, Any] = field(repr=False)


def request_in(event: Mapping[str, Any]) -> StackRequest:
    """Read whom to answer; raises Malformed for what is not from CloudFormation, which nobody waits for."""
    try:
        return StackRequest(
            answer_to=str(event["ResponseURL"]),
            stack_id=str(event["StackId"]),
            request_id=str(event["RequestId"]),
            resource=str(event["LogicalResourceId"]),
            physical_id=str(event.get("PhysicalResourceId", "")),
            body=event,
        )
    except KeyError as error:
        raise Malformed(f"not a request of CloudFormation about a custom resource: no {error}") from error


def is_deletion(request: StackRequest) -> bool:
    """Return whether the resource is deleted, or an older one that it has replaced."""
    return request.body.get("RequestType") == StackAction.DELETE


def session_policy_in(request: StackRequest) -> SessionPolicyRequest:
    """Parse the policy that the template requests; raise Malformed."""
    properties = request.body.get("ResourceProperties", {})
    try:
        action = StackAction(request.body.get("RequestType", ""))
        stack, owner, targets = properties["StackName"], properties["Owner"], properties["TargetIds"]
    except (ValueError, KeyError, TypeError) as error:
        raise Malformed(f"the template does not say which policy it wants: {error}") from error
    if not (isinstance(stack, str) and isinstance(owner, str) and isinstance(targets, list)):
        raise Malformed("StackName and Owner are texts, and TargetIds is a list")
    return SessionPolicyRequest(
        action=action, name=policy_name(stack), owner=owner, targets=tuple(target for target in targets if target)
    )


def succeeded(request: StackRequest, policy: OwnedPolicy | None) -> str:
    """Return the response for a success; GetAtt finds `PolicyId` and `PolicyArn`."""
    values = {"Data": {"PolicyId": policy.id, "PolicyArn": policy.arn}} if policy else {}
    return json.dumps({"Status": "SUCCESS", **_addressed(request), **values})


def table_claim_in(request: StackRequest) -> TableClaim:
    """Parse the table that the template claims; raise Malformed."""
    properties = request.body.get("ResourceProperties", {})
    try:
        return TableClaim(
            stack=properties["Stack"],
            table=properties["TableName"],
            is_own=properties["IsOwn"] == "true",
            accepted=properties["Accepted"],
        )
    except (KeyError, TypeError) as error:
        raise Malformed(f"the template does not say which table it wants: {error}") from error


def claimed(request: StackRequest, table: TableDescription) -> str:
    """Return the response for a claimed table; Ref finds its name, GetAtt `Arn` and `StreamArn`."""
    values = {"PhysicalResourceId": table.name, "Data": {"Arn": table.arn, "StreamArn": table.stream_arn}}
    return json.dumps({"Status": "SUCCESS", **_addressed(request), **values})


def failure_response(request: StackRequest, *, reason: str) -> str:
    """Return the response for a failure, with the reason that CloudFormation shows."""
    return json.dumps({"Status": "FAILED", **_addressed(request), "Reason": reason[:_LONGEST_REASON]})


def _addressed(request: StackRequest) -> dict[str, str]:
    # The same for as long as the resource lives: another one would have CloudFormation delete what this one stands for.
    physical_id = request.physical_id or f"{request.resource}-{request.stack_id.rpartition('/')[2]}"
    return {
        "PhysicalResourceId": physical_id,
        "StackId": request.stack_id,
        "RequestId": request.request_id,
        "LogicalResourceId": request.resource,
    }
