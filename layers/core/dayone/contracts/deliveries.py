"""HTTP deliveries as API Gateway hands them on, and the answers to them."""

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dayone.contracts.problems import MEDIA_TYPE, problem_headers, problem_of
from dayone.errors import DayOneError, Malformed


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """One request as it came: the source's name in the path, the headers with names in lower case, the raw bytes."""

    source: str
    headers: Mapping[str, str]
    body: bytes


def delivery_of(event: Mapping[str, Any]) -> Delivery:
    """The request in an API Gateway REST proxy event, with the body as the bytes that were sent."""
    body = event.get("body") or ""
    try:
        raw = base64.b64decode(body, validate=True) if event.get("isBase64Encoded") else body.encode()
    except (binascii.Error, UnicodeEncodeError) as error:
        raise Malformed("the body cannot be decoded") from error
    headers = {name.lower(): text for name, text in (event.get("headers") or {}).items() if text is not None}
    return Delivery(source=event["pathParameters"]["source"], headers=headers, body=raw)


def answer(change: str) -> dict[str, Any]:
    """202: the event is safe, and this is the change it leads to."""
    body = {"change": change, "href": f"/v1/changes/{change}"}
    return {"statusCode": 202, "headers": {"Content-Type": "application/json"}, "body": json.dumps(body)}


def refusal(error: DayOneError) -> dict[str, Any]:
    """The problem, as RFC 9457 has it."""
    problem = problem_of(error)
    headers = {"Content-Type": MEDIA_TYPE, **problem_headers(error)}
    return {"statusCode": problem["status"], "headers": headers, "body": json.dumps(problem)}
