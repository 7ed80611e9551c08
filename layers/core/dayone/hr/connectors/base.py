"""Common types of deliveries, the kinds of HR systems, and the verification that a delivery comes from its sender."""

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from importlib import import_module
from ipaddress import ip_address, ip_network
from typing import Any, Literal, Protocol, cast

from dayone.errors import Invalid, Malformed, Unauthentic
from dayone.messages.deliveries import Delivery
from dayone.model.hr_sources import ChangeNotification, FieldRule, Source, TokenIssuer
from dayone.model.subject_state import SourceRecord

# Of Okta, which asks before it sends anything: what answers does not load what reads records.
CHALLENGE_HEADER = "x-okta-verification-challenge"
LONGEST_CHALLENGE = 512


@dataclass(frozen=True, kw_only=True)
class Heard:
    """A parsed delivery, and the id by which a repetition is recognised; `at` is the time of the event.

    `people` are records by the person's id, `notifications` records to fetch. `workforce` is everybody in the source,
    encoded for a message, and `count` their number. If there is nothing to do, `ignored` is the reason. `refused` are
    the mistakes for which the delivery is refused; people and workforce are then the ends that it states and nothing
    else. `notes` is for the sender.
    """

    reference: str
    at: datetime
    people: Mapping[str, SourceRecord] = field(default_factory=dict)
    notifications: tuple[ChangeNotification, ...] = ()
    workforce: str = ""
    count: int = 0
    ignored: str = ""
    refused: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Question:
    """Request for a record: its path behind the address of the API, and its credentials."""

    path: str
    method: str = "GET"
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class ApiRecord:
    """A record as the system answered, the id that it has there, and the time the system has put on it."""

    record: Mapping[str, Any]
    id: str
    changed_at: datetime | None = None


class DeliveryParser(Protocol):
    """Proves a delivery and reads it.

    Raises Unauthentic for what does not prove who sent it, Malformed for what cannot be read, Invalid for the rest.
    """

    def __call__(self, delivery: Delivery, *, source: Source, keys: tuple[str, ...], now: datetime) -> Heard:
        """See Reads."""


@dataclass(frozen=True, kw_only=True)
class Asks:
    """Fetching of a record and parsing of the response; `url` is the API's address where there is only one."""

    question: Callable[[str, Source, str], Question]
    answer: Callable[[Any], ApiRecord]
    url: str = ""
    settles: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Kind:
    """A kind of HR system.

    `mapping` is the default meaning of its fields. A kind that signs nothing is accepted only with a shared secret and
    a list of senders. `asks` is set when its events are thin. `max_age` is the maximum age of the signed time.
    """

    read: DeliveryParser
    mapping: Mapping[str, FieldRule] = field(default_factory=dict)
    signs: bool = True
    asks: Asks | None = None
    max_age: timedelta | None = None
    largest_body: int = 256 * 1024


KindName = Literal["standard", "bamboohr", "hibob", "merge", "gusto", "deel", "okta", "workday", "csv", "json"]
# Modules that would otherwise be called as one of the standard library's.
_MODULES = {"csv": "csv_file", "json": "json_file"}


@cache
def kind_called(name: str) -> Kind:
    """Return the kind of that name, a KindName."""
    return cast("Kind", import_module(f"dayone.hr.connectors.{_MODULES.get(name, name)}").KIND)


# What stands before a SHA-256 digest that is signed. Source: RFC 8017, section 9.2, note 1.
_SHA256 = bytes.fromhex("3031300d060960864801650304020105000420")
_SMALLEST_KEY = 2048  # bits


def carries_token(header: str, *, issuer: TokenIssuer, keys: Iterable[str], now: datetime) -> None:
    """Raise Unauthentic unless the header is `Bearer` and a token of the issuer, meant for us, that is in force."""
    scheme, _, token = header.partition(" ")
    if scheme.casefold() != "bearer":
        raise Unauthentic("the access token is missing")
    try:
        claims = _verified(token.strip(), keys=keys)
        apart = CLOCKS_DIFFER_BY.total_seconds()
        is_in_force = float(claims.get("nbf", 0)) - apart <= now.timestamp() < float(claims["exp"]) + apart
    except (ValueError, TypeError, LookupError, binascii.Error):
        raise Unauthentic("the access token cannot be read") from None
    audience = claims.get("aud")
    meant_for = audience if isinstance(audience, list) else [audience]
    if claims.get("iss") != issuer.issuer or issuer.audience not in meant_for or not is_in_force:
        raise Unauthentic("the access token has the wrong issuer, the wrong audience, or is not valid at this time")


def _verified(token: str, *, keys: Iterable[str]) -> Mapping[str, Any]:
    header, claims, signature = token.split(".")
    parsed = json.loads(_decoded(header))
    # The algorithm is ours to choose, never the token's.
    if parsed["alg"] == "RS256" and "crit" not in parsed:
        signed, given = f"{header}.{claims}".encode(), _decoded(signature)
        for key in map(json.loads, keys):
            is_meant = "kid" not in parsed or key.get("kid") in (None, parsed["kid"])
            if is_meant and key["kty"] == "RSA" and _is_signed(signed, given, key=key):
                verified: Mapping[str, Any] = json.loads(_decoded(claims))
                return verified
    raise Unauthentic("the access token is not signed with a key of its issuer")


def _is_signed(signed: bytes, signature: bytes, *, key: Mapping[str, str]) -> bool:
    modulus, exponent = (int.from_bytes(_decoded(key[name])) for name in ("n", "e"))
    size = (modulus.bit_length() + 7) // 8
    if modulus.bit_length() < _SMALLEST_KEY or len(signature) != size:
        return False
    digest = _SHA256 + hashlib.sha256(signed).digest()
    # The whole block is compared, padding and all, so that nothing can be hidden in it.
    expected = b"\x00\x01" + b"\xff" * (size - len(digest) - 3) + b"\x00" + digest
    found = pow(int.from_bytes(signature), exponent, modulus).to_bytes(size)
    return hmac.compare_digest(found, expected)


def _decoded(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)


# What is allowed between the sender's clock and ours.
CLOCKS_DIFFER_BY = timedelta(minutes=5)
# Nothing is older: a time before it is how systems write that there is none.
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def signed_in_hex(text: str, signed: bytes, *, keys: Iterable[str], what: str = "sha256") -> None:
    """Raise Unauthentic unless `text` is the HMAC of `signed` under one of the keys, in hexadecimal digits."""
    try:
        given = bytes.fromhex(text)
    except ValueError:
        given = b""
    _matches_any(given, signed, keys=keys, what=what)


def signed_in_base64(text: str, signed: bytes, *, keys: Iterable[str], what: str = "sha256") -> None:
    """Verify an HMAC given in base64, in either alphabet, with its padding or without."""
    padded = text.rstrip("=") + "=" * (-len(text.rstrip("=")) % 4)
    try:
        given = base64.b64decode(padded.replace("-", "+").replace("_", "/"), validate=True)
    except (binascii.Error, ValueError):
        given = b""
    _matches_any(given, signed, keys=keys, what=what)


def is_mac(given: bytes, signed: bytes, *, key: bytes, what: str = "sha256") -> bool:
    """Return whether this is the HMAC of the signed text; never under an empty key, which everybody has."""
    return bool(key) and hmac.compare_digest(given, hmac.digest(key, signed, what))


def carries_secret(given: str, *, keys: Iterable[str]) -> None:
    """Raise Unauthentic unless the text that came is one of the shared secrets."""
    matches = [hmac.compare_digest(given.encode(), key.encode()) for key in keys]
    if not given or not any(matches):
        raise Unauthentic("the shared secret is missing or wrong")


def comes_from(delivery: Delivery, *, source: Source) -> None:
    """Raise Unauthentic unless the delivery comes from one of the source's networks, if it has any."""
    if not source.senders:
        return
    try:
        sender = ip_address(delivery.sender)
    except ValueError:
        raise Unauthentic("the delivery does not come from a network of this source") from None
    if not any(sender in ip_network(network) for network in source.senders):
        raise Unauthentic("the delivery does not come from a network of this source")


def unix_time(seconds: float | str) -> datetime | None:
    """Return the time of a number of seconds since 1970; None for any other text."""
    try:
        return datetime.fromtimestamp(float(seconds), UTC)
    except (ValueError, OverflowError, OSError):
        return None


def is_recent(signed_at: datetime, *, now: datetime, max_age: timedelta | None) -> None:
    """Raise Unauthentic for a signed time that is to come, or that is too long ago to be a delivery of today."""
    if not EPOCH <= signed_at <= now + CLOCKS_DIFFER_BY:
        raise Unauthentic("the signed timestamp is in the future, or before 1970")
    if max_age is not None and signed_at < now - max_age:
        raise Unauthentic(f"the signed timestamp is more than {int(max_age.total_seconds())} seconds ago")


def be_of_the_past(at: datetime, *, until: datetime) -> None:
    """Raise Invalid for a record with a future time, which would take precedence over all records until then."""
    if not EPOCH <= at <= until + CLOCKS_DIFFER_BY:
        message = "timestamp: is later than the delivery, or before 1970"
        raise Invalid("the event is not valid", findings=(message,))


def delivery_id(body: bytes) -> str:
    """Return the id of a delivery without one of its sender's: the same bytes are the same delivery."""
    return hashlib.sha256(body).hexdigest()[:32]


def _matches_any(given: bytes, signed: bytes, *, keys: Iterable[str], what: str) -> None:
    # Every key is tried, so that the duration does not reveal which of them matched.
    matches = [is_mac(given, signed, key=key.encode(), what=what) for key in keys]
    if not any(matches):
        raise Unauthentic("the signature is missing or wrong")


def challenge(delivery: Delivery) -> str:
    """Return the challenge that Okta expects back before it uses a new hook; raise Invalid when there is none."""
    challenge_value = delivery.headers.get(CHALLENGE_HEADER, "")
    if not challenge_value or len(challenge_value) > LONGEST_CHALLENGE:
        raise Invalid("there is no verification challenge", findings=(f"{CHALLENGE_HEADER}: is missing or too long",))
    return challenge_value


# What stands in for bytes that were no text on their way here.
_LOST = "\ufffd"
_NOT_UTF_8 = "the file is not in UTF-8: save it as UTF-8, and send it again"


def garbled(raw: bytes) -> Malformed | None:
    """Return the error for a delivery whose bytes were damaged in transit, so that it could not be verified."""
    return Malformed(_NOT_UTF_8) if b"\0" in raw or _LOST.encode() in raw else None
