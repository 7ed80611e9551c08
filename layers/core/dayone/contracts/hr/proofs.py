"""Proof of who has sent a delivery: signatures, shared secrets, signed times, and the networks it may come from."""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address, ip_network

from dayone.contracts.deliveries import Delivery
from dayone.domain.hr_sources import Source
from dayone.errors import Invalid, Unauthentic

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
    _is_one_of(given, signed, keys=keys, what=what)


def signed_in_base64(text: str, signed: bytes, *, keys: Iterable[str], what: str = "sha256") -> None:
    """The same in base64, in either alphabet, with its padding or without."""
    padded = text.rstrip("=") + "=" * (-len(text.rstrip("=")) % 4)
    try:
        given = base64.b64decode(padded.replace("-", "+").replace("_", "/"), validate=True)
    except (binascii.Error, ValueError):
        given = b""
    _is_one_of(given, signed, keys=keys, what=what)


def is_mac(given: bytes, signed: bytes, *, key: bytes, what: str = "sha256") -> bool:
    """Whether this is the HMAC of what was signed; never under an empty key, which everybody has."""
    return bool(key) and hmac.compare_digest(given, hmac.digest(key, signed, what))


def carries_secret(given: str, *, keys: Iterable[str]) -> None:
    """Raise Unauthentic unless the text that came is one of the shared secrets."""
    known = [hmac.compare_digest(given.encode(), key.encode()) for key in keys]
    if not given or not any(known):
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
    """The moment of a number of seconds since 1970; None for what is none."""
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
    """Raise Invalid for a record with a time to come, which would outrank everything told of the person until then."""
    if not EPOCH <= at <= until + CLOCKS_DIFFER_BY:
        said = "timestamp: is later than the delivery, or before 1970"
        raise Invalid("the event is not valid", findings=(said,))


def digest_of(body: bytes) -> str:
    """The id of a delivery to which its sender gives none: the same bytes are the same delivery."""
    return hashlib.sha256(body).hexdigest()[:32]


def _is_one_of(given: bytes, signed: bytes, *, keys: Iterable[str], what: str) -> None:
    # Every key is tried, so that the time it takes does not tell which of them it was.
    known = [is_mac(given, signed, key=key.encode(), what=what) for key in keys]
    if not any(known):
        raise Unauthentic("the signature is missing or wrong")
