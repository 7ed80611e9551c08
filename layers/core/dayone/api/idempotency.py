"""Idempotency-Key: a write that is sent twice happens once, and is answered twice the same."""

import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from aws_lambda_powertools.event_handler import APIGatewayRestResolver, Response

from dayone.api.context import AccessApi
from dayone.api.params import Event, caller_of, header_of
from dayone.api.spec import Parameter
from dayone.errors import Malformed, Rejected
from dayone.ports.idempotency import GivenAnswer, RequestClaim, RequestKeys

IDEMPOTENCY_KEY = Parameter(
    name="Idempotency-Key",
    text="A repeated request with the same key within 24 hours gets the first answer and changes nothing again.",
    place="header",
    example="5b0c1b3e-6f0a-4d7e-9a39-0a4d1f3f9d55",
    schema={"type": "string", "pattern": "^[!-~]{1,128}$"},
)
_KEY = re.compile(r"[!-~]{1,128}")
_WRITES = frozenset({"POST", "PUT"})
# A plan of everybody changes nothing either, and is not kept for as long as an answer is.
ONLY_ASKS = frozenset({"/v1/plan", "/v1/plans"})
# What makes a request another one, beside its method, path, query and body.
_SIGNIFICANT_HEADERS = ("content-type", "if-match", "if-none-match")
_KEPT_HEADERS = ("Content-Type", "Location", "ETag", "Retry-After")
# Above the function's 29 seconds: whoever has claimed a key for longer is dead.
_LONGEST_RUN = timedelta(seconds=30)
# A record holds 400 KB; only a list of very many mistakes is longer, and nothing has happened then.
_LONGEST_BODY = 300_000  # bytes

type NextStep = Callable[[APIGatewayRestResolver], Response[str]]
type Refuse = Callable[[Exception], Response[str]]


class Once:
    """Middleware around every route. Under a key, its clock and random bytes are those of the first attempt.

    So an attempt after a crash leads to the same change as the one before it, and the inbox and the plans recognise it.
    """

    def __init__(self, api: AccessApi, *, refuse: Refuse) -> None:
        self._keys: RequestKeys = api.keys
        self._now = api.clock
        self._chance = api.entropy
        self._refuse = refuse
        self._claim: RequestClaim | None = None
        self._requested = 0

    def clock(self) -> datetime:
        """Now; under a key, when the request was first sent."""
        return self._claim.at if self._claim else self._now()

    def entropy(self) -> bytes:
        """Return random bytes; under a key, bytes derived from the key and the number of calls."""
        if self._claim is None:
            return self._chance()
        self._requested += 1
        return hashlib.sha256(f"{self._claim.key}|{self._requested}".encode()).digest()[:10]

    def answer(self, app: APIGatewayRestResolver, next_middleware: NextStep) -> Response[str]:
        """Return the route's response, or the stored response to the same request."""
        event = app.current_event
        key = idempotency_key_of(event) if event.http_method in _WRITES and event.path not in ONLY_ASKS else ""
        if not key:
            return next_middleware(app)
        now = self._now()
        found = self._keys.claim(_digest(key), request=fingerprint_of(event), now=now, until=now + _LONGEST_RUN)
        if isinstance(found, GivenAnswer):
            headers = {**found.headers, "Idempotency-Replayed": "true"}
            return Response(found.status, body=found.body, headers=headers)
        self._claim = found
        return self._carried_out(found, lambda: next_middleware(app))

    def _carried_out(self, claim: RequestClaim, carry_out: Callable[[], Response[str]]) -> Response[str]:
        try:
            answer = carry_out()
        except Rejected as rejected:
            answer = self._refuse(rejected)
        except Exception:
            # What may succeed later is not an answer to keep.
            self._keys.give_back(claim)
            raise
        body = answer.body if isinstance(answer.body, str) else json.dumps(answer.body, separators=(",", ":"))
        headers = {name: str(answer.headers[name]) for name in _KEPT_HEADERS if name in answer.headers}
        given = GivenAnswer(status=answer.status_code, body=body, headers=headers)
        answer.body = given.body
        if len(given.body.encode()) <= _LONGEST_BODY:
            self._keys.keep(claim, given)
        else:
            self._keys.give_back(claim)
        return answer


def within_once(api: AccessApi, *, refuse: Refuse) -> tuple[Once, AccessApi]:
    """Return the middleware around the routes, and their API context with its clock and random bytes."""
    once = Once(api, refuse=refuse)
    return once, replace(api, clock=once.clock, entropy=once.entropy)


def idempotency_key_of(event: Event) -> str:
    """Return the request's key, empty when it has none; raise Malformed if it is not 1 to 128 visible characters."""
    if not any(name.lower() == "idempotency-key" for name in event.get("headers") or {}):
        return ""
    key = header_of(event, "idempotency-key")
    if not _KEY.fullmatch(key):
        raise Malformed("`Idempotency-Key` must be 1 to 128 visible ASCII characters: use a new UUID for each request")
    return key


def fingerprint_of(event: Event) -> str:
    """Return the fingerprint of a request: SHA-256 in hex over its caller, method, path, query, headers and body."""
    query = event.get("multiValueQueryStringParameters") or event.get("queryStringParameters") or {}
    headers = [header_of(event, name) for name in _SIGNIFICANT_HEADERS]
    body = [event.get("body") or "", bool(event.get("isBase64Encoded"))]
    parts = [caller_of(event), event["httpMethod"], event["path"], sorted(query.items()), headers, body]
    return _digest(json.dumps(parts))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
