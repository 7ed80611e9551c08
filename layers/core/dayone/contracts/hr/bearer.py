"""Access tokens in deliveries: JSON Web Tokens, signed with RS256 by the issuer that the operator has named.

Sources: RFC 7519, sections 4.1 and 7.2; RFC 7515, section 5.2; RFC 8017, section 8.2.2.
"""

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from dayone.contracts.hr.proofs import CLOCKS_DIFFER_BY
from dayone.domain.hr_sources import TokenIssuer
from dayone.errors import Unauthentic

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
        is_in_force = _is_in_force(claims, now=now.timestamp())
    except (ValueError, TypeError, LookupError, binascii.Error):
        raise Unauthentic("the access token cannot be read") from None
    audience = claims.get("aud")
    meant_for = audience if isinstance(audience, list) else [audience]
    if claims.get("iss") != issuer.issuer or issuer.audience not in meant_for or not is_in_force:
        raise Unauthentic("the access token has the wrong issuer, the wrong audience, or is not valid at this time")


def _verified(token: str, *, keys: Iterable[str]) -> Mapping[str, Any]:
    header, claims, signature = token.split(".")
    said = json.loads(_decoded(header))
    # The algorithm is ours to choose, never the token's.
    if said["alg"] == "RS256" and "crit" not in said:
        signed, given = f"{header}.{claims}".encode(), _decoded(signature)
        for key in map(json.loads, keys):
            is_meant = "kid" not in said or key.get("kid") in (None, said["kid"])
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


def _is_in_force(claims: Mapping[str, Any], *, now: float) -> bool:
    apart = CLOCKS_DIFFER_BY.total_seconds()
    return float(claims.get("nbf", 0)) - apart <= now < float(claims["exp"]) + apart


def _decoded(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
