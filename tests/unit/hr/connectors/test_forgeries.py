"""Deliveries that are made to look genuine by whoever has no key, and genuine ones in an unusual form."""

import base64
import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from typing import Any

import pytest
from joserfc.jwk import RSAKey

from dayone.errors import Malformed, Unauthentic
from dayone.hr.connectors.base import carries_token, signed_in_base64, signed_in_hex
from dayone.model.commands import ApplyHrRecord, FetchHrRecord
from dayone.model.hr_sources import TokenIssuer
from tests.unit.hr.connectors.test_hr_proofs import SIGNATURES, _refused
from tests.unit.hr_senders import NOW, SIGNED, Receiving, mac, sample, sent, signed, with_body

_ISSUER = TokenIssuer(issuer="https://login.example.com", audience="dayone", keys_url="https://login.example.com/keys")
_KEY = RSAKey.generate_key(2048, {"kid": "k-1"})
_CLAIMS = {"iss": _ISSUER.issuer, "aud": "dayone", "exp": NOW.timestamp() + 600}
# Of SHA-256, as RFC 8017 has it in section 9.2.
_DIGEST_INFO = bytes.fromhex("3031300d060960864801650304020105000420")


@pytest.mark.parametrize("source", SIGNED)
@pytest.mark.parametrize("share", [0.0, 0.25, 0.5, 0.75])
def test_the_beginning_of_a_signature_proves_nothing(source: str, share: float) -> None:
    delivery = sent(source)
    before, _, signature = delivery.headers[SIGNATURES[source]].rpartition(",")
    # A multiple of four digits is whole bytes, whether in hexadecimal digits or in base64.
    cut = signature[: int(len(signature) * share) // 4 * 4]
    header = f"{before},{cut}" if before else cut
    _refused(Unauthentic, replace(delivery, headers={**delivery.headers, SIGNATURES[source]: header}))


@pytest.mark.parametrize("source", SIGNED)
def test_a_signature_with_more_behind_it_proves_nothing(source: str) -> None:
    delivery = sent(source)
    header = f"{delivery.headers[SIGNATURES[source]].rstrip('=')}AAAA"
    _refused(Unauthentic, replace(delivery, headers={**delivery.headers, SIGNATURES[source]: header}))


def test_an_empty_signature_proves_nothing_under_any_key() -> None:
    for verify in (signed_in_hex, signed_in_base64):
        with pytest.raises(Unauthentic):
            verify("", b"body", keys=["a key"])


# Access tokens


def _encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _number(name: str) -> int:
    return int.from_bytes(base64.urlsafe_b64decode(f"{_KEY.as_dict(private=True)[name]}=="))


def _block(signing: str, *, size: int = 256) -> bytes:
    digest = _DIGEST_INFO + sha256(signing.encode()).digest()
    return b"\x00\x01" + b"\xff" * (size - len(digest) - 3) + b"\x00" + digest


def _token(
    claims: Mapping[str, object] = _CLAIMS,
    *,
    header: Mapping[str, object] | None = None,
    block: Callable[[str], bytes] = _block,
    longer_by: int = 0,
) -> str:
    """A token over which somebody who has the private key has signed any block at all."""
    first = {"alg": "RS256", "kid": "k-1", **(header or {})}
    signing = ".".join(_encoded(json.dumps(part).encode()) for part in (first, claims))
    made = pow(int.from_bytes(block(signing)), _number("d"), _number("n"))
    return f"{signing}.{_encoded(made.to_bytes(256 + longer_by))}"


def _public(**more: object) -> str:
    return json.dumps({**_KEY.as_dict(private=False), "kid": "k-1", **more})


def _is_taken(token: str, *, key: str = "", after: float = 0) -> bool:
    try:
        now = NOW + timedelta(seconds=after)
        carries_token(f"Bearer {token}", issuer=_ISSUER, keys=[key or _public()], now=now)
    except Unauthentic:
        return False
    return True


def test_a_token_signed_by_these_few_lines_is_taken() -> None:
    assert _is_taken(_token())


@pytest.mark.parametrize(
    ("case", "block"),
    [
        (
            "no padding, and anything before the digest",
            lambda signing: b"\x00\x01" + b"\x07" * 203 + _block(signing)[205:],
        ),
        ("one byte of the padding is another", lambda signing: _block(signing).replace(b"\xff\xff", b"\xff\xfe", 1)),
        ("the type of the block is another", lambda signing: _block(signing).replace(b"\x00\x01", b"\x00\x02", 1)),
        (
            "the algorithm of the digest is not named",
            lambda signing: _block(signing).replace(_DIGEST_INFO, b"\xff" * 19),
        ),
    ],
)
def test_every_byte_of_what_was_signed_counts(case: str, block: Callable[[str], bytes]) -> None:
    assert not _is_taken(_token(block=block)), case


def test_a_signature_of_another_length_than_the_key_s_proves_nothing() -> None:
    """RFC 8017, section 8.2.2, step 1: the length is that of the modulus, and leading zeros are none of it."""
    assert not _is_taken(_token(longer_by=1))


def test_a_header_that_has_to_be_understood_and_is_not_refuses_the_token() -> None:
    """RFC 7515, section 4.1.11."""
    assert not _is_taken(_token(header={"crit": ["b64"], "b64": False}))
    assert not _is_taken(_token(header={"crit": []}))


def test_a_key_that_has_no_id_may_be_the_one_that_a_token_names() -> None:
    """RFC 7517, section 4.5: the id of a key is optional, so an issuer may publish one that has none."""
    unnamed = {name: part for name, part in json.loads(_public()).items() if name != "kid"}
    assert _is_taken(_token(), key=json.dumps(unnamed))
    assert _is_taken(_token(), key=_public(kid=None))
    assert not _is_taken(_token(), key=_public(kid="k-2"))


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "https://login.example.com.attacker.example"},
        {"iss": "https://login.example.com/"},
        {"iss": "https://login.example.co"},
        {"aud": "dayone2"},
        {"aud": "day"},
        {"aud": ["dayone2", "day"]},
        {"aud": []},
    ],
)
def test_the_issuer_and_the_audience_are_these_and_not_like_these(claims: Mapping[str, object]) -> None:
    assert not _is_taken(_token({**_CLAIMS, **claims}))


@pytest.mark.parametrize(
    ("claims", "after", "taken"), [("exp", 300, False), ("exp", 299, True), ("nbf", -300, True), ("nbf", -301, False)]
)
def test_a_token_is_in_force_from_its_beginning_and_no_more_at_its_end(
    claims: str,
    after: float,
    taken: bool,  # noqa: FBT001
) -> None:
    """RFC 7519, sections 4.1.4 (on or after) and 4.1.5 (before), with five minutes for clocks that differ."""
    token = _token({**_CLAIMS, "exp": NOW.timestamp() + 10_000, claims: NOW.timestamp()})
    assert _is_taken(token, after=after) is taken


# Who may send


def test_any_of_several_networks_may_send() -> None:
    receiving = Receiving()
    networks = "senders: [198.51.100.0/24, 2001:db8::/32]"
    receiving.sources.text = receiving.sources.text.replace("{kind: gusto}", f"{{kind: gusto, {networks}}}")
    for sender in ("198.51.100.255", "2001:db8:ffff::7"):
        assert receiving.takes(replace(sent("gusto"), sender=sender)).changes
    for sender in ("198.51.101.0", "2001:db9::7", "203.0.113.9"):
        with pytest.raises(Unauthentic):
            receiving.takes(replace(sent("gusto"), sender=sender))


def _with_signatures(number: int, *, right_at: int) -> dict[str, str]:
    headers = dict(sent("people").headers)
    right = headers["webhook-signature"]
    wrong = f"v1,{base64.b64encode(mac('another key', b'body')).decode()}"
    signatures = [right if place == right_at else wrong for place in range(number)]
    return {**headers, "webhook-signature": " ".join(signatures)}


def test_the_tenth_signature_counts_and_no_further_one() -> None:
    """Nobody makes us try keys against a header full of guesses."""
    assert Receiving().takes(replace(sent("people"), headers=_with_signatures(10, right_at=9))).changes
    _refused(Unauthentic, replace(sent("people"), headers=_with_signatures(11, right_at=10)))


# Unusual forms


@pytest.mark.parametrize("more", ["", "; charset=utf-8", ";charset=UTF-8"])
def test_a_form_is_recognised_whatever_character_set_it_names(more: str) -> None:
    delivery = signed(replace(sample("bamboohr_created"), body=b"employees%5B0%5D=1"))
    form = {**delivery.headers, "content-type": f"application/x-www-form-urlencoded{more}"}
    with pytest.raises(Malformed, match="choose JSON"):
        Receiving().takes(replace(delivery, headers=form))


def _hook(*events: tuple[str, str]) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(sample("okta_created").body)
    (event,) = body["data"]["events"]
    body["data"]["events"] = [{**event, "published": published, "eventType": kind} for published, kind in events]
    return body


@pytest.mark.parametrize("order", [1, -1])
def test_of_several_events_about_a_user_the_newest_counts_wherever_it_stands(order: int) -> None:
    created = ("2026-11-20T16:00:00Z", "user.lifecycle.create")
    deleted = ("2026-11-20T17:00:00Z", "user.lifecycle.delete.completed")
    receiving = Receiving()
    receiving.takes(with_body(sample("okta_created"), _hook(*(created, deleted)[::order])))
    (command,) = receiving.recorded
    assert isinstance(command, FetchHrRecord)
    assert (command.notification.is_deletion, command.notification.at.hour) == (True, 17)


def test_one_event_of_a_time_to_come_refuses_the_whole_hook() -> None:
    body = _hook(("2026-11-20T16:00:00Z", "user.lifecycle.create"), ("2026-11-21T16:00:00Z", "user.lifecycle.create"))
    _refused(Unauthentic, with_body(sample("okta_created"), body))


@pytest.mark.parametrize("event", ["employee.created", "Employee.Created", "EMPLOYEE.UPDATED", "Employee.changed"])
def test_merge_s_events_count_in_upper_and_lower_case(event: str) -> None:
    body = json.loads(sample("merge_created").body)
    body["hook"]["event"] = event
    receiving = Receiving()
    receiving.takes(with_body(sample("merge_created"), body))
    assert len(receiving.recorded) == 1


@pytest.mark.parametrize("kind", ["person", "people", "worker", "employee"])
def test_deel_s_events_about_anybody_who_works_are_fetched(kind: str) -> None:
    body = json.loads(sample("deel_created").body)
    body["data"]["meta"]["event_type"] = f"{kind}.updated"
    receiving = Receiving()
    receiving.takes(with_body(sample("deel_created"), body))
    assert [type(command) for command in receiving.recorded] == [FetchHrRecord]


@pytest.mark.parametrize(("modified", "counts"), [("2026-05-01T00:00:00Z", True), ("2026-11-20T15:00:00Z", False)])
def test_a_last_day_in_merge_s_record_is_judged_by_when_the_record_was_modified(modified: str, *, counts: bool) -> None:
    """It was hardly over when the record was written; whoever delivers it late changes nothing about that."""
    body = json.loads(sample("merge_created").body)
    days = {"start_date": "2020-01-01T00:00:00Z", "termination_date": "2026-04-30T00:00:00Z"}
    body["data"] |= {**days, "employment_status": "ACTIVE", "modified_at": modified}
    receiving = Receiving()
    receiving.takes(with_body(sample("merge_created"), body))
    (command,) = receiving.recorded
    assert isinstance(command, ApplyHrRecord)
    assert bool(command.record.attributes["end_date"]) is counts
