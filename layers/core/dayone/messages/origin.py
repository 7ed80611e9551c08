"""Origin of an event: events from elsewhere than the stack's own API, queue or stream are refused.

Lambda does not give a function its invoker. All of this is in the event itself, so it stops an invocation with an event
of another origin, or a careless one, and not one that copies every detail.
"""

import re
from collections.abc import Mapping
from ipaddress import ip_address
from typing import Any

from dayone.errors import Forbidden, Unauthentic
from dayone.ports.setup import OwnApis

# A test from the console, or by TestInvokeMethod, skips the authorizer and has the stage `test-invoke-stage`.
_STAGE = "live"
_NOT_OURS = "the request did not come through this API: send it to the address of the API, signed"
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-arns
_CALLER = re.compile(
    r"arn:aws[a-z-]*:(?:iam|sts)::(?P<account>[0-9]{12}):"
    r"(?:root|user/.+|(?P<session>(?:assumed-role|federated-user)/.+))"
)


def check_request(event: Mapping[str, Any], *, resource: str, function: str, apis: OwnApis) -> None:
    """Raise Forbidden for an event that no API of this stack has made of a request.

    `resource` is the path of the API's resource, `function` the ARN by which the function was invoked. The shape is
    that of the proxy integration of a REST API:
    https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html
    Raises Unavailable when the ids of the APIs cannot be read.
    """
    context = _mapping(event, "requestContext")
    stated = (event.get("resource"), context.get("resourcePath"), context.get("stage"), context.get("accountId"))
    if stated != (resource, resource, _STAGE, _account_of(function)):
        raise Forbidden(_NOT_OURS)
    if not event.get("httpMethod") or context.get("httpMethod") != event["httpMethod"]:
        raise Forbidden(_NOT_OURS)
    has_all = all(isinstance(value, str) and value for value in (context.get("requestId"), event.get("path")))
    if not has_all or not _is_address(_mapping(context, "identity").get("sourceIp")):
        raise Forbidden(_NOT_OURS)
    if not apis.includes(str(context.get("apiId"))):
        raise Forbidden(_NOT_OURS)


def check_signer(event: Mapping[str, Any], *, function: str) -> None:
    """Raise Unauthentic for a request that nobody has signed, Forbidden for a caller that IAM cannot have established.

    Callers are of the stack's own account: the API's resource policy allows nothing to others. A session's unique id
    ends with the session's name, as its ARN does:
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html#principaltable
    """
    identity = _mapping(_mapping(event, "requestContext"), "identity")
    if not identity.get("userArn"):
        raise Unauthentic("the request is not signed: sign it for execute-api with AWS credentials")
    arn, unique_id = str(identity["userArn"]), str(identity.get("caller") or "")
    match = _CALLER.fullmatch(arn)
    accounts = {match and match["account"], identity.get("accountId"), _account_of(function)}
    if not match or len(accounts) > 1 or not unique_id or identity.get("user") != unique_id:
        raise Forbidden(_NOT_OURS)
    session = arn.rpartition("/")[2] if match["session"] else ""
    if not identity.get("accessKey") or unique_id.partition(":")[2] != session:
        raise Forbidden(_NOT_OURS)


def check_records(event: Mapping[str, Any], *, source: str) -> None:
    """Raise Forbidden unless every record comes from the queue or stream with this ARN, and there is one."""
    records = event.get("Records")
    if not isinstance(records, list) or not records:
        raise Forbidden("the event has no records: it does not come from a queue or a stream")
    sources = {record.get("eventSourceARN") if isinstance(record, dict) else None for record in records}
    if sources != {source}:
        raise Forbidden("the event does not come from this function's own queue or stream")


def _mapping(event: Mapping[str, Any], member: str) -> Mapping[str, Any]:
    value = event.get(member)
    return value if isinstance(value, dict) else {}


def _account_of(function: str) -> str:
    return function.split(":")[4]


def _is_address(text: object) -> bool:
    try:
        ip_address(str(text))
    except ValueError:
        return False
    return True
