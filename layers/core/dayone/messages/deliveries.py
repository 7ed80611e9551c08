"""HTTP deliveries as API Gateway hands them on, and the answers to them."""

import base64
import binascii
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NotRequired, TypedDict

from dayone.errors import DayOneError, Malformed
from dayone.messages.problems import MEDIA_TYPE, ChangeId, Href, problem_headers, problem_of

# Characters of a source's name in a path, whether there is such a source or not.
LONGEST_SOURCE = 128
# What HiBob sends, unsigned, to try a connection.
PINGS = (b"Ping test", b'"Ping test"', b'{"text":"Ping test"}', b'{"text": "Ping test"}')
# Gusto sends, unsigned, the key that its later deliveries are signed with; whoever can reach us must not set that.
TOKEN_OF_GUSTO = b'"verification_token"'
VERIFY_ELSEWHERE = (
    "this verifies a subscription: verify it from where you can read the token, and put that in the secret"
)


class DeliveryAnswer(TypedDict):
    """An accepted delivery: `href` is the change it causes, the first of `changes` where it is about several people.

    `notes` are on what was left aside in it.
    """

    change: ChangeId
    href: Href
    changes: NotRequired[list[ChangeId]]
    notes: NotRequired[list[str]]


class IgnoredAnswer(TypedDict):
    """A delivery that causes nothing, and why."""

    ignored: str


class VerificationAnswer(TypedDict):
    """The challenge of the request."""

    verification: str


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """One request as it came: the source's name in the path, the headers with names in lower case, the raw bytes.

    `sender` is the IP address that API Gateway has seen; a header could claim any.
    """

    source: str
    headers: Mapping[str, str]
    body: bytes
    sender: str = ""
    is_question: bool = False


def delivery_of(event: Mapping[str, Any]) -> Delivery:
    """Return the request in an API Gateway REST proxy event, with the body as the bytes that were sent."""
    body = event.get("body") or ""
    try:
        raw = base64.b64decode(body, validate=True) if event.get("isBase64Encoded") else body.encode()
    except (binascii.Error, UnicodeEncodeError) as error:
        raise Malformed("the body cannot be decoded") from error
    source = str(event["pathParameters"]["source"])
    if len(source) > LONGEST_SOURCE:
        raise Malformed(f"the last part of the path has more than {LONGEST_SOURCE} characters")
    headers = {name.lower(): text for name, text in (event.get("headers") or {}).items() if text is not None}
    try:
        "".join((source, *headers, *headers.values())).encode()
    except UnicodeEncodeError as error:
        raise Malformed("the path or a header holds half a character") from error
    return Delivery(
        source=source,
        headers=headers,
        body=raw,
        sender=event.get("requestContext", {}).get("identity", {}).get("sourceIp") or "",
        is_question=event.get("httpMethod") == "GET",
    )


def answer(changes: Sequence[str], *, notes: Sequence[str] = ()) -> dict[str, Any]:
    """202: the event is safe, and these are the changes it leads to, and notes on what was left aside in it."""
    body: DeliveryAnswer = {"change": changes[0], "href": f"/v1/changes/{changes[0]}"}
    if notes:
        body["notes"] = list(notes)
    if len(changes) > 1:
        body["changes"] = list(changes)
    answered = _answered(202, body)
    return {**answered, "headers": {**answered["headers"], "Location": body["href"]}}


def nothing_to_do(why: str) -> dict[str, Any]:
    """200: it was understood, and leads to nothing."""
    body: IgnoredAnswer = {"ignored": why}
    return _answered(200, body)


def echo(challenge: str) -> dict[str, Any]:
    """Return the response 200 with the challenge that a sender expects before it sends anything."""
    body: VerificationAnswer = {"verification": challenge}
    return _answered(200, body)


def refusal(error: DayOneError) -> dict[str, Any]:
    """Return the problem document of an error (RFC 9457)."""
    problem = problem_of(error)
    headers = {"Content-Type": MEDIA_TYPE, **problem_headers(error)}
    return {"statusCode": problem["status"], "headers": headers, "body": json.dumps(problem)}


def _answered(status: int, body: Mapping[str, Any]) -> dict[str, Any]:
    return {"statusCode": status, "headers": {"Content-Type": "application/json"}, "body": json.dumps(body)}
