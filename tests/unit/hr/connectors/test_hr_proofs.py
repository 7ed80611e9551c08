"""Every HR system's deliveries: taken when their sender is proved, refused with nothing recorded when not."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import reduce

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dayone.errors import Invalid, Malformed, NotFound, TooLarge, Unauthentic
from dayone.hr.connectors.base import carries_secret, signed_in_hex
from dayone.messages.deliveries import Delivery
from tests.unit.hr_senders import KEY, NOW, SAMPLES, SIGNED, Receiving, key_of, mac, sample, sent, signed, with_body

ALL = sorted(SAMPLES)
SIGNATURES = {
    "bamboohr": "x-bamboohr-signature",
    "hibob": "bob-signature",
    "gusto": "x-gusto-signature",
    "deel": "x-deel-signature",
    "merge": "x-merge-webhook-signature",
    "okta": "authorization",
    "workday": "authorization",
    "people": "webhook-signature",
    "people-json": "webhook-signature",
}


def _refused(error: type[Exception], delivery: Delivery, receiving: Receiving | None = None) -> None:
    receiving = receiving or Receiving()
    with pytest.raises(error):
        receiving.takes(delivery)
    # Only what its sender has signed is noted as refused.
    assert (receiving.recorded if error is Invalid else receiving.inbox.commands) == []


@pytest.mark.parametrize("source", ALL)
def test_the_published_sample_is_taken(source: str) -> None:
    receiving = Receiving()
    received = receiving.takes(sent(source))
    assert received.changes == tuple(command.cause.change for command in receiving.inbox.commands)
    assert len(received.changes) == 1


@pytest.mark.parametrize("source", ALL)
def test_the_key_before_the_current_one_still_counts(source: str) -> None:
    assert Receiving().takes(sent(source, key=key_of(source, old=True))).changes


@pytest.mark.parametrize("source", ALL)
def test_the_sample_as_it_lies_there_proves_nothing(source: str) -> None:
    _refused(Unauthentic, sample(SAMPLES[source]))


@pytest.mark.parametrize("source", ALL)
def test_another_key_proves_nothing(source: str) -> None:
    another = base64.b64encode(b"a key that was never ours.......").decode()
    _refused(Unauthentic, sent(source, key=another))


@pytest.mark.parametrize("source", ALL)
@pytest.mark.parametrize("text", ["", "zz", "ä", "0" * 63, "0" * 65, "AAAA=", "=", " ", "\x00", "Basic", "v1,"])
def test_a_proof_that_is_none_proves_nothing(source: str, text: str) -> None:
    delivery = sent(source)
    _refused(Unauthentic, replace(delivery, headers={**delivery.headers, SIGNATURES[source]: text}))


@pytest.mark.parametrize("source", ALL)
def test_without_its_headers_a_delivery_proves_nothing(source: str) -> None:
    _refused(Unauthentic, replace(sent(source), headers={}))


@pytest.mark.parametrize("source", SIGNED)
@given(place=st.integers(0), by=st.integers(1, 255))
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_byte_may_change_on_the_way(source: str, place: int, by: int) -> None:
    delivery = sent(source)
    body = bytearray(delivery.body)
    body[place % len(body)] ^= by
    _refused(Unauthentic, replace(delivery, body=bytes(body)))


@pytest.mark.parametrize("source", SIGNED)
def test_a_signature_for_one_source_proves_nothing_to_another(source: str) -> None:
    for other in SIGNED:
        if other != source and {source, other} != {"people", "people-json"}:
            _refused(Unauthentic, replace(sent(source), source=other))


@pytest.mark.parametrize("source", ALL)
def test_a_delivery_that_is_replayed_leads_to_the_same_change_and_to_nothing_more(source: str) -> None:
    receiving = Receiving()
    first, again = receiving.takes(sent(source)), receiving.takes(sent(source))
    assert first == again
    assert len(receiving.inbox.commands) == 1


def test_a_time_that_was_signed_too_long_ago_is_refused() -> None:
    receiving = Receiving(now=NOW + timedelta(days=1, seconds=1))
    _refused(Unauthentic, sent("bamboohr"), receiving)
    assert Receiving(now=NOW + timedelta(days=1)).takes(sent("bamboohr")).changes


def test_how_old_a_time_may_be_can_be_said() -> None:
    receiving = Receiving(now=NOW + timedelta(minutes=11))
    receiving.sources.text = receiving.sources.text.replace("{kind: gusto}", "{kind: gusto, max_age_seconds: 600}")
    _refused(Unauthentic, sent("gusto"), receiving)


@pytest.mark.parametrize("source", ["bamboohr", "people", "people-json"])
def test_a_time_to_come_is_refused(source: str) -> None:
    _refused(Unauthentic, sent(source, at=NOW + timedelta(minutes=6)))


@pytest.mark.parametrize("source", ["hibob", "gusto", "deel", "okta"])
def test_an_event_of_a_time_to_come_is_refused(source: str) -> None:
    _refused(Unauthentic, sent(source), Receiving(now=NOW - timedelta(days=1)))


@pytest.mark.parametrize(
    ("source", "path", "times"),
    [
        ("hibob", ("triggeredAt",), ("0001-01-01T00:00:00Z", "1969-12-31T23:59:59Z")),
        ("deel", ("timestamp",), ("0001-01-01T00:00:00Z", "1969-12-31T23:59:59Z")),
        ("okta", ("data", "events", 0, "published"), ("0001-01-01T00:00:00Z", "1969-12-31T23:59:59Z")),
        ("gusto", ("timestamp",), (-1, 1764460800000, 10**25)),
    ],
)
def test_an_event_of_no_possible_time_is_refused(
    source: str, path: tuple[str | int, ...], times: tuple[object, ...]
) -> None:
    for time in times:
        body = json.loads(sample(SAMPLES[source]).body)
        *parents, last = path
        reduce(lambda record, key: record[key], parents, body)[last] = time
        _refused(Unauthentic, with_body(sample(SAMPLES[source]), body))


@pytest.mark.parametrize(
    ("source", "path"),
    [
        ("hibob", ("data", "employeeId")),
        ("gusto", ("entity_uuid",)),
        ("deel", ("data", "resource", "id")),
        ("okta", ("data", "events", 0, "target", 0, "id")),
    ],
)
def test_half_a_character_is_no_id(source: str, path: tuple[str | int, ...]) -> None:
    body = json.loads(sample(SAMPLES[source]).body)
    *parents, last = path
    reduce(lambda record, key: record[key], parents, body)[last] = "1\ud83d"
    _refused(Malformed, with_body(sample(SAMPLES[source]), body))


@pytest.mark.parametrize("stamp", ["", "yesterday", "-1", "nan", "inf", "9" * 400])
def test_a_signed_time_that_is_none_is_refused(stamp: str) -> None:
    delivery = sample("bamboohr_created")
    headers = {**delivery.headers, "x-bamboohr-timestamp": stamp}
    headers["x-bamboohr-signature"] = mac(KEY, delivery.body + stamp.encode()).hex()
    _refused(Unauthentic, replace(delivery, headers=headers))


@pytest.mark.parametrize("source", [name for name in ALL if not name.startswith("people")])
@pytest.mark.parametrize("body", [b"", b"{", b"\xff\xfe{}", b"[" * 100_000])
def test_what_is_signed_and_not_json_cannot_be_read(source: str, body: bytes) -> None:
    _refused(Malformed, with_body(sample(SAMPLES[source]), body))


@pytest.mark.parametrize("source", [name for name in ALL if not name.startswith("people")])
@pytest.mark.parametrize("body", [[], 1, None, "text", {"data": 7}])
def test_json_of_another_shape_is_not_an_event(source: str, body: object) -> None:
    if source == "workday" and body == []:
        assert Receiving().takes(with_body(sample(SAMPLES[source]), body)).ignored
        return
    _refused(Invalid, with_body(sample(SAMPLES[source]), body))


@pytest.mark.parametrize("source", ALL)
def test_a_body_that_is_too_large_is_refused_to_who_has_a_key(source: str) -> None:
    most = 5 * 1024 * 1024 if source.startswith("people") else 256 * 1024
    delivery = sample(SAMPLES[source])
    _refused(TooLarge, with_body(delivery, b" " * (most + 1)))
    _refused(TooLarge, with_body(delivery, sent(source).body + b" " * most))
    # Nobody else learns what a source takes.
    _refused(Unauthentic, replace(delivery, body=b" " * (most + 1)))


@pytest.mark.parametrize("source", ["okta", "workday"])
@pytest.mark.parametrize("sender", ["198.51.100.1", "", "::1", "unknown"])
def test_what_signs_nothing_comes_from_its_networks_only(source: str, sender: str) -> None:
    _refused(Unauthentic, replace(sent(source), sender=sender))


def test_a_signed_source_can_be_held_to_its_networks_too() -> None:
    receiving = Receiving()
    receiving.sources.text = receiving.sources.text.replace("{kind: gusto}", "{kind: gusto, senders: [2001:db8::/32]}")
    _refused(Unauthentic, sent("gusto"), receiving)
    assert receiving.takes(replace(sent("gusto"), sender="2001:db8::7")).changes


def test_a_header_cannot_claim_another_sender() -> None:
    delivery = replace(sent("okta"), sender="198.51.100.1")
    _refused(Unauthentic, replace(delivery, headers={**delivery.headers, "x-forwarded-for": "203.0.113.9"}))


def test_a_source_that_there_is_not_is_named_with_those_there_are() -> None:
    with pytest.raises(NotFound, match="payroll; configured: bamboohr, deel"):
        Receiving().takes(replace(sent("bamboohr"), source="payroll"))


@pytest.mark.parametrize("text", ["Ping test", '"Ping test"', '{"text":"Ping test"}'])
def test_hibob_may_try_the_connection(text: str) -> None:
    receiving = Receiving()
    assert receiving.takes(replace(sample("hibob_ping"), body=text.encode())).ignored
    assert receiving.inbox.commands == []


def test_gusto_s_verification_token_is_not_taken_from_whoever_sends_one() -> None:
    _refused(Invalid, sample("gusto_verification"))


def test_okta_s_challenge_is_echoed() -> None:
    receiving = Receiving()
    assert receiving.takes(sample("okta_verification")).echo == "4TtCbIbFmWSvVvZ2bEwWcGGm"
    assert receiving.inbox.commands == []


@pytest.mark.parametrize(
    ("error", "spoiled"),
    [
        (Invalid, lambda entry: replace(entry, headers={})),
        (Invalid, lambda entry: replace(entry, headers={"x-okta-verification-challenge": "x" * 513})),
    ],
)
def test_nothing_else_is_echoed(error: type[Exception], spoiled: Callable[[Delivery], Delivery]) -> None:
    _refused(error, spoiled(sample("okta_verification")))


def test_a_form_of_bamboohr_is_answered_with_what_to_choose() -> None:
    delivery = signed(replace(sample("bamboohr_created"), body=b"employees%5B0%5D=1"))
    form = {**delivery.headers, "content-type": "application/x-www-form-urlencoded"}
    with pytest.raises(Malformed, match="choose JSON"):
        Receiving().takes(replace(delivery, headers=form))


def test_an_empty_key_which_everybody_has_proves_nothing() -> None:
    with pytest.raises(Unauthentic):
        signed_in_hex(hmac.new(b"", b"body", hashlib.sha256).hexdigest(), b"body", keys=[""])
    with pytest.raises(Unauthentic):
        carries_secret("", keys=[""])
