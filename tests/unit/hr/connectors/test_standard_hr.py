"""Deliveries of the generic HR source: who may have signed them, and what counts as a person."""

import base64
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook

from dayone.errors import Invalid, Malformed, Unauthentic
from dayone.hr.connectors.standard import read
from dayone.hr.merge import merged_person
from dayone.messages.deliveries import Delivery
from dayone.model.hr_sources import Source
from dayone.model.people import Person, Status

_KEY = base64.b64encode(b"a key of 32 bytes for this test.").decode()
_OLD_KEY = base64.b64encode(b"the key that was in use before..").decode()
_PERSON = {
    "id": "e-1001",
    "email": "ada@example.com",
    "given_name": "Ada",
    "family_name": "Lovelace",
}


def _body(event: Mapping[str, object] | None = None, **attributes: object) -> bytes:
    whole = {"type": "person.updated", "timestamp": "2026-01-05T09:00:00Z", "data": {**_PERSON, **attributes}}
    return json.dumps({**whole, **(event or {})}).encode()


def _signed(body: bytes, *, key: str = _KEY, seconds: float = 0) -> dict[str, str]:
    at = datetime.now(UTC) + timedelta(seconds=seconds)
    signature = Webhook(key).sign("msg_1", at, body.decode())
    stamp = str(int(at.timestamp()))
    return {"webhook-id": "msg_1", "webhook-timestamp": stamp, "webhook-signature": signature}


@dataclass(frozen=True)
class _Told:
    person: Person
    at: datetime
    digest: str
    reference: str


def _read(body: bytes, headers: Mapping[str, str] | None = None, *, keys: tuple[str, ...] = (_KEY,)) -> _Told:
    delivery = Delivery(source="standard", headers=_signed(body) if headers is None else headers, body=body)
    heard = read(delivery, source=Source(name="standard", kind="standard"), keys=keys, now=datetime.now(UTC))
    ((person, record),) = heard.people.items()
    told = record.attributes
    whole = merged_person(person, told, user_name=told["user_name"] or told["email"], email=told["email"])
    return _Told(whole, record.version.at, record.version.digest, heard.reference)


def _findings(body: bytes) -> tuple[str, ...]:
    with pytest.raises(Invalid) as refused:
        _read(body)
    assert not isinstance(refused.value, Malformed)
    return refused.value.findings


def test_a_whole_record_becomes_a_person() -> None:
    told = _read(
        _body(
            user_name="ada",
            display_name="Ada L.",
            department="Engineering",
            title="SRE",
            start_date="2026-11-23",
            end_date="2027-11-22",
            time_zone="Europe/Berlin",
        )
    )
    person = told.person
    assert (person.id, person.user_name, person.display_name) == ("e-1001", "ada", "Ada L.")
    assert (person.start_date, person.end_date) == (date(2026, 11, 23), date(2027, 11, 22))
    assert (person.time_zone, person.status) == ("Europe/Berlin", Status.ACTIVE)
    assert told.at == datetime(2026, 1, 5, 9, tzinfo=UTC)
    assert told.reference == "msg_1"


def test_what_is_left_out_has_its_default() -> None:
    person = _read(_body()).person
    assert (person.user_name, person.display_name) == ("ada@example.com", "Ada Lovelace")
    assert (person.department, person.start_date, person.end_date) == ("", None, None)
    assert person.time_zone == "UTC"


@pytest.mark.parametrize(
    ("kind", "status", "expected"),
    [
        ("person.created", "active", Status.ACTIVE),
        ("person.updated", "ended", Status.ENDED),
        ("person.ended", "active", Status.ENDED),
    ],
)
def test_employment_ends_by_the_event_or_by_the_record(kind: str, status: str, expected: Status) -> None:
    assert _read(_body({"type": kind}, status=status)).person.status is expected


def test_the_same_record_has_the_same_digest_and_another_has_another() -> None:
    assert _read(_body()).digest == _read(_body()).digest
    assert _read(_body()).digest != _read(_body(title="SRE")).digest


def test_members_of_the_envelope_that_are_not_known_do_no_harm() -> None:
    assert _read(_body({"source": "https://hr.example.com"})).person.id == "e-1001"


def test_the_key_before_the_current_one_still_counts() -> None:
    body = _body()
    assert _read(body, _signed(body, key=_OLD_KEY), keys=(_KEY, _OLD_KEY)).person.id == "e-1001"


def test_a_key_may_carry_the_prefix_of_the_specification() -> None:
    body = _body()
    assert _read(body, _signed(body), keys=(f"whsec_{_KEY}",)).person.id == "e-1001"


@pytest.mark.parametrize("first", ["w", "h", "s", "e", "c"])
def test_a_key_may_itself_begin_with_letters_of_the_prefix(first: str) -> None:
    body, key = _body(), f"{first}{_KEY[1:]}"
    assert _read(body, _signed(body, key=key), keys=(f"whsec_{key}",)).person.id == "e-1001"


def test_one_good_signature_of_several_is_enough() -> None:
    body = _body()
    headers = _signed(body)
    wrong = _signed(body, key=_OLD_KEY)["webhook-signature"]
    headers["webhook-signature"] = f"v1a,AAAA {wrong} {headers['webhook-signature']}"
    assert _read(body, headers).person.id == "e-1001"


@pytest.mark.parametrize("missing", ["webhook-id", "webhook-timestamp", "webhook-signature"])
@pytest.mark.parametrize("how", ["missing", "empty"])
def test_each_header_is_needed(missing: str, how: str) -> None:
    headers = _signed(_body())
    if how == "missing":
        del headers[missing]
    else:
        headers[missing] = ""
    with pytest.raises(Unauthentic):
        _read(_body(), headers)


def _a_minute_older(headers: dict[str, str]) -> dict[str, str]:
    return headers | {"webhook-timestamp": str(int(headers["webhook-timestamp"]) - 60)}


@pytest.mark.parametrize(
    ("case", "spoiled"),
    [
        ("a key that is no longer known", lambda: _signed(_body(), key=_OLD_KEY)),
        ("an id that was not signed", lambda: _signed(_body()) | {"webhook-id": "msg_2"}),
        ("a time that was not signed", lambda: _a_minute_older(_signed(_body()))),
        ("more than five minutes ago", lambda: _signed(_body(), seconds=-305)),
        ("more than five minutes ahead", lambda: _signed(_body(), seconds=305)),
    ],
)
def test_what_does_not_prove_its_sender_is_refused(case: str, spoiled: Callable[[], dict[str, str]]) -> None:
    with pytest.raises(Unauthentic):
        raise AssertionError(f"{case}: {_read(_body(), spoiled())}")


@pytest.mark.parametrize("text", ["yesterday", "inf", "nan", "-1", "9" * 400, "0x6a9b1c2d"])
def test_a_time_that_is_none_proves_nothing(text: str) -> None:
    with pytest.raises(Unauthentic):
        _read(_body(), _signed(_body()) | {"webhook-timestamp": text})


@pytest.mark.parametrize("text", ["AAAA", "v1,AAAA,AAAA", "v1,A", "v1,ä", "   ", ",", "v1,", "v1"])
def test_a_signature_that_is_none_proves_nothing(text: str) -> None:
    with pytest.raises(Unauthentic):
        _read(_body(), _signed(_body()) | {"webhook-signature": text})


def test_a_good_signature_under_another_version_proves_nothing() -> None:
    headers = _signed(_body())
    headers["webhook-signature"] = headers["webhook-signature"].replace("v1,", "v2,")
    with pytest.raises(Unauthentic):
        _read(_body(), headers)


@pytest.mark.parametrize("seconds", [-290, 290])
def test_a_clock_may_be_almost_five_minutes_off(seconds: float) -> None:
    body = _body()
    assert _read(body, _signed(body, seconds=seconds)).person.id == "e-1001"


@given(st.integers(0, len(_body()) - 1), st.integers(1, 255))
def test_no_byte_may_change_on_the_way(place: int, by: int) -> None:
    body = bytearray(_body())
    headers = _signed(bytes(body))
    body[place] ^= by
    with pytest.raises(Unauthentic):
        _read(bytes(body), headers)


def test_a_body_that_is_not_utf_8_is_refused() -> None:
    with pytest.raises(Unauthentic):
        _read(b"\xff\xfe", _signed(b"{}"))


@pytest.mark.parametrize("body", [b"", b"not JSON", b'{"type": ', b"[" * 100_000, b'{"a":' * 100_000])
def test_what_is_not_json_cannot_be_read(body: bytes) -> None:
    with pytest.raises(Malformed):
        _read(body)


@pytest.mark.parametrize("body", [b"[]", b"null", b'"person"', b"1"])
def test_json_of_another_shape_is_not_a_person(body: bytes) -> None:
    assert _findings(body)


@pytest.mark.parametrize(
    ("case", "body", "place"),
    [
        ("an event of another type", _body({"type": "person.promoted"}), "type"),
        ("no time", _body({"timestamp": None}), "timestamp"),
        ("a time without a zone", _body({"timestamp": "2026-01-05T09:00:00"}), "timestamp"),
        ("a time that is none", _body({"timestamp": "yesterday"}), "timestamp"),
        ("a time to come", _body({"timestamp": "2999-01-01T00:00:00Z"}), "timestamp"),
        ("a time before times are counted", _body({"timestamp": "0001-01-01T00:00:00+14:00"}), "timestamp"),
        ("no record", _body({"data": None}), "data"),
        ("no id", _body(id=None), "data.id"),
        ("an empty id", _body(id=""), "data.id"),
        ("an id with a slash", _body(id="e/1"), "data.id"),
        ("an id with a hash", _body(id="e#1"), "data.id"),
        ("an id with a line end", _body(id="e\n1"), "data.id"),
        ("an id that is a number", _body(id=1001), "data.id"),
        ("an id of 129 characters", _body(id="e" * 129), "data.id"),
        ("no e-mail address", _body(email="ada"), "data.email"),
        ("an e-mail address of 255 characters", _body(email=f"{'a' * 243}@example.com"), "data.email"),
        ("an e-mail address as long as no user name may be", _body(email=f"{'a' * 120}@example.com"), "data"),
        ("no given name", _body(given_name=" "), "data.given_name"),
        ("no family name", _body(family_name=""), "data.family_name"),
        ("a name of 1,025 characters", _body(family_name="x" * 1025), "data.family_name"),
        ("a user name with a space", _body(user_name="ada l"), "data.user_name"),
        ("a user name of 129 characters", _body(user_name="a" * 129), "data.user_name"),
        ("a user name that AWS reserves", _body(user_name="Administrator"), "data.user_name"),
        ("the other user name that AWS reserves", _body(user_name="AWSAdministrators"), "data.user_name"),
        ("a department that is a list", _body(department=["Engineering"]), "data.department"),
        ("a field that is not known", _body(salary=100_000), "data.salary"),
        ("a day that there is not", _body(start_date="2026-02-30"), "data.start_date"),
        ("a day in another notation", _body(start_date="23.11.2026"), "data.start_date"),
        ("a last day before the first", _body(start_date="2026-11-23", end_date="2026-11-22"), "data"),
        ("a status that there is not", _body(status="on leave"), "data.status"),
        ("a status that nobody can have of themselves", _body(status="missing"), "data.status"),
        ("a leave that ends before it begins", _body(leave_start="2026-11-23", leave_end="2026-11-22"), "data"),
    ],
)
def test_a_mistake_is_told_by_its_place_and_without_what_was_sent(case: str, body: bytes, place: str) -> None:
    findings = _findings(body)
    assert [finding.partition(": ")[0] for finding in findings] == [place], case
    assert "ada@" not in repr(findings)
    assert "Lovelace" not in repr(findings)


def test_every_mistake_is_told_at_once() -> None:
    findings = _findings(_body(id="", start_date="soon", salary=1))
    assert [finding.partition(": ")[0] for finding in findings] == ["data.id", "data.start_date", "data.salary"]


@pytest.mark.parametrize(
    "attributes",
    [
        {"id": "e" * 128},
        {"id": "ada.lovelace+1@example.com"},
        {"start_date": "2026-11-23", "end_date": "2026-11-23"},
        {"end_date": "9999-12-31"},
        {"user_name": "a" * 128},
        {"email": f"{'a' * 120}@example.com", "user_name": "ada"},
    ],
)
def test_limits_are_included(attributes: dict[str, str]) -> None:
    assert _read(_body(None, **attributes)).person


def test_a_display_name_made_of_two_long_names_fits_aws() -> None:
    person = _read(_body(given_name="x" * 1024, family_name="y" * 1024)).person
    assert len(person.display_name) == 1024
