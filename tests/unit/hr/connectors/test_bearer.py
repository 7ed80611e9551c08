"""Access tokens that deliveries carry: made by a library that knows the standards, judged by our own few lines."""

import base64
import hmac
import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from joserfc import jwt
from joserfc.errors import SecurityWarning
from joserfc.jwk import ECKey, RSAKey

from dayone.errors import Unauthentic
from tests.fakes.signing_keys import MemoryTokenKeys
from tests.unit.hr_senders import NOW, Receiving, sample

_URL = "https://login.example.com/keys"
_SETUP = f"""
version: 1
sources:
  workday:
    kind: workday
    senders: [203.0.113.0/24]
    tokens: {{issuer: "https://login.example.com", audience: dayone, keys_url: "{_URL}"}}
"""
_KEY = RSAKey.generate_key(2048, {"kid": "k-1"})
_CLAIMS = {"iss": "https://login.example.com", "aud": "dayone", "exp": NOW.timestamp() + 600}


def _public(key: Any) -> str:  # noqa: ANN401 - a key of any kind
    return json.dumps({**key.as_dict(private=False), "kid": key.kid})


def _token(claims: dict[str, object] | None = None, *, key: Any = _KEY, header: dict[str, Any] | None = None) -> str:  # noqa: ANN401
    said = {"alg": "RS256", "kid": "k-1", **(header or {})}
    algorithm = said["alg"]
    return jwt.encode(said, {**_CLAIMS, **(claims or {})}, key, algorithms=[algorithm])


def _taken(authorization: str, *, keys: tuple[str, ...] = (_public(_KEY),)) -> bool:
    receiving = Receiving(token_keys=MemoryTokenKeys({_URL: keys}))
    receiving.sources.text = _SETUP
    delivery = sample("workday_hired")
    receiving.takes(replace(delivery, headers={**delivery.headers, "authorization": authorization}))
    return bool(receiving.inbox.commands)


def test_a_token_of_the_issuer_that_is_meant_for_us_is_taken() -> None:
    assert _taken(f"Bearer {_token()}")
    assert _taken(f"bearer {_token({'aud': ['others', 'dayone']})}")


def test_of_several_keys_the_right_one_counts_whether_the_token_names_it_or_not() -> None:
    other = RSAKey.generate_key(2048, {"kid": "k-2"})
    assert _taken(f"Bearer {_token()}", keys=(_public(other), _public(_KEY)))
    unnamed = jwt.encode({"alg": "RS256"}, _CLAIMS, _KEY, algorithms=["RS256"])
    assert _taken(f"Bearer {unnamed}", keys=(_public(other), _public(_KEY)))


@pytest.mark.parametrize(
    ("case", "claims"),
    [
        ("another issuer", {"iss": "https://login.example.org"}),
        ("meant for somebody else", {"aud": "payroll"}),
        ("meant for nobody", {"aud": None}),
        ("over", {"exp": NOW.timestamp() - 301}),
        ("without an end", {"exp": None}),
        ("not in force yet", {"nbf": NOW.timestamp() + 301}),
    ],
)
def test_a_token_that_is_not_for_us_now_is_refused(case: str, claims: dict[str, object]) -> None:
    with pytest.raises(Unauthentic):
        raise AssertionError(f"{case}: {_taken(f'Bearer {_token(claims)}')}")


def test_clocks_may_differ_by_five_minutes() -> None:
    assert _taken(f"Bearer {_token({'exp': NOW.timestamp() - 299})}")
    assert _taken(f"Bearer {_token({'nbf': (NOW + timedelta(seconds=299)).timestamp()})}")


def _unsigned() -> str:
    header, claims, _ = _token().split(".")
    return f"{header}.{claims}."


def _spoiled(part: int) -> str:
    parts = _token().split(".")
    parts[part] = parts[part][:-4] + ("AAAA" if not parts[part].endswith("AAAA") else "BBBB")
    return ".".join(parts)


@pytest.mark.parametrize(
    "token",
    [
        "",
        "a",
        "a.b",
        "a.b.c",
        "a.b.c.d",
        _unsigned(),
        _spoiled(0),
        _spoiled(1),
        _spoiled(2),
        _token(key=RSAKey.generate_key(2048)),
        _token(header={"alg": "RS512"}),
        _token(header={"kid": "k-9"}),
    ],
)
def test_a_token_that_is_not_signed_by_the_issuer_is_refused(token: str) -> None:
    with pytest.raises(Unauthentic):
        _taken(f"Bearer {token}")


@pytest.mark.parametrize("header", ["", "Bearer", "Basic d29ya2RheTpzZWNyZXQ=", "Token x"])
def test_without_a_token_nothing_is_taken(header: str) -> None:
    with pytest.raises(Unauthentic):
        _taken(header)


def test_a_public_key_does_not_pass_for_a_shared_one() -> None:
    # Whoever lets a token choose how it is verified takes the issuer's public key for a secret.
    header, claims, _ = _token().split(".")
    header = base64.urlsafe_b64encode(b'{"alg":"HS256","kid":"k-1"}').decode().rstrip("=")
    made = hmac.digest(_KEY.as_pem(private=False), f"{header}.{claims}".encode(), "sha256")
    with pytest.raises(Unauthentic):
        _taken(f"Bearer {header}.{claims}.{base64.urlsafe_b64encode(made).decode().rstrip('=')}")


def test_keys_of_another_kind_and_keys_that_are_too_small_prove_nothing() -> None:
    curve = ECKey.generate_key("P-256", {"kid": "k-1"})
    with pytest.warns(SecurityWarning):
        small = RSAKey.generate_key(1024, {"kid": "k-1"})
    with pytest.raises(Unauthentic):
        _taken(f"Bearer {_token()}", keys=(_public(curve),))
    with pytest.raises(Unauthentic):
        _taken(f"Bearer {_token(key=small)}", keys=(_public(small),))
