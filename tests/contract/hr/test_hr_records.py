"""The port HrRecords over HTTP: what answers mean, and that none of them passes for another."""

import base64
import json
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from dayone.adapters.hr import https
from dayone.adapters.hr.https import Https
from dayone.adapters.hr.sources import ApiHrRecords, PublishedTokenKeys
from dayone.errors import Invalid, NotFound, Throttled, Unavailable, Unreachable
from dayone.hr.connectors.configuration import read_configuration
from dayone.hr.connectors.full_records import person_in
from dayone.model.hr_sources import Source, TokenIssuer
from tests.contract.hr_api import Api, running_api
from tests.fakes.signing_keys import MemorySigningKeys

_NOW = datetime(2026, 11, 20, 19, 0, tzinfo=UTC)
_HERE = ("127.0.0.0/8",)
_RECORD = {
    "id": "67890",
    "firstName": "Jane",
    "lastName": "Doe",
    "workEmail": "jane@example.com",
    "status": "Active",
    "lastChanged": "2026-11-20T18:42:00+00:00",
}


@pytest.fixture
def api() -> Iterator[Api]:
    with running_api() as running:
        running.body = _RECORD
        yield running


def _source(api: Api, kind: str = "bamboohr") -> Source:
    text = f'version: 1\nsources: {{hr: {{kind: {kind}, api: {{url: "{api.url}"}}}}}}'
    return read_configuration(text, secrets="dayone/hr").sources["hr"]


def _records(*keys: str) -> ApiHrRecords:
    credentials = MemorySigningKeys({"hr": keys or ("key",)})
    return ApiHrRecords(credentials=credentials, https=Https(opened=_HERE), person_in=person_in)


def _fetched(api: Api, **given: Any) -> Any:  # noqa: ANN401
    return _records().fetch(_source(api, **given), "67890", now=_NOW)


def _basic(key: str) -> str:
    return f"Basic {base64.b64encode(f'{key}:x'.encode()).decode()}"


def test_a_record_is_asked_for_with_its_credentials_and_told_by_its_own_time(api: Api) -> None:
    person, record, _ = _fetched(api)
    assert person == "67890"
    assert (record.source, record.attributes["email"]) == ("hr", "jane@example.com")
    assert record.version.at == datetime(2026, 11, 20, 18, 42, tzinfo=UTC)
    assert record.version.read_at == _NOW
    ((method, path, headers, _),) = api.asked
    assert (method, path.partition("?")[0]) == ("GET", "/api/v1/employees/67890/")
    assert headers["Authorization"] == _basic("key")


@pytest.mark.parametrize("kind", ["bamboohr", "gusto", "deel", "hibob", "okta"])
@pytest.mark.parametrize("other", ["67891", None])
def test_an_answer_about_another_record_is_refused(api: Api, kind: str, other: str | None) -> None:
    """It was recorded as theirs who were asked for: the end of the one ended the access of the other."""
    record = {**_RECORD, "uuid": other, "id": other, "/root/id": {"value": other}}
    api.body = {"data": record} if kind == "deel" else record
    source = replace(_source(api), kind=kind)
    with pytest.raises(Unavailable, match="another record") as refused:
        _records().fetch(source, "67890", now=_NOW)
    assert not isinstance(refused.value, Throttled | Unreachable)


@pytest.mark.parametrize("record", [".", ".."])
@pytest.mark.parametrize("kind", ["bamboohr", "gusto", "deel", "hibob", "okta"])
def test_an_id_that_climbs_is_not_asked_for(api: Api, kind: str, record: str) -> None:
    """`/v1/employees/..` was sent as `/v1/`, with the credentials of the source."""
    with pytest.raises(Invalid):
        _records().fetch(replace(_source(api), kind=kind), record, now=_NOW)
    assert api.asked == []


@pytest.mark.parametrize("record", ["../admin", "..%2fadmin", "a/../../b", "x?y=z", "x#y", "..;", "\\..", "...", "é"])
def test_any_other_id_stays_one_part_of_the_address(api: Api, record: str) -> None:
    api.body = {**_RECORD, "id": record}
    with suppress(Invalid):
        _records().fetch(_source(api), record, now=_NOW)
    ((_, path, _, _),) = api.asked
    assert path.startswith("/api/v1/employees/")
    assert path.partition("?")[0].count("/") == 5


def test_a_record_without_a_possible_time_is_as_of_when_it_was_read(api: Api) -> None:
    for changed in (None, "2099-01-01T00:00:00+00:00", "0001-01-01T00:00:00+00:00"):
        api.body = {**_RECORD, "lastChanged": changed}
        assert _fetched(api)[1].version.at == _NOW


def test_a_record_that_is_asked_for_with_a_body_is_sent_one(api: Api) -> None:
    api.body = {"/root/id": {"value": "67890"}, "/root/firstName": {"value": "Jane"}}
    assert _fetched(api, kind="hibob")[0] == "67890"
    ((method, _, headers, body),) = api.asked
    assert (method, headers["Content-Type"]) == ("POST", "application/json")
    assert "root.id" in json.loads(body)["fields"]


def test_the_credentials_before_the_current_ones_still_count(api: Api) -> None:
    api.lets_in = _basic("old")
    assert _records("new", "old").fetch(_source(api), "67890", now=_NOW)[0] == "67890"
    assert len(api.asked) == 2


def test_without_credentials_that_count_the_answer_has_to_be_waited_for(api: Api) -> None:
    api.lets_in = "nobody"
    with pytest.raises(Unavailable, match="does not let us in: 401"):
        _records("new", "old").fetch(_source(api), "67890", now=_NOW)


@pytest.mark.parametrize("status", [404, 410])
def test_a_record_that_there_is_not_is_told_as_that(api: Api, status: int) -> None:
    api.status = status
    with pytest.raises(NotFound):
        _fetched(api)


@pytest.mark.parametrize("status", [201, 204, 301, 400, 401, 402, 403, 409, 418])
def test_any_other_answer_is_no_record_no_absence_and_no_outage_of_the_system(api: Api, status: int) -> None:
    api.status, api.headers = status, {"Location": f"{api.url}/elsewhere"}
    with pytest.raises(Unavailable) as raised:
        _fetched(api)
    assert not isinstance(raised.value, Throttled | Unreachable)
    assert len(api.asked) == 1


@pytest.mark.parametrize("status", [500, 502, 503, 504, 598])
def test_a_system_that_fails_is_asked_again_later(api: Api, status: int) -> None:
    api.status = status
    with pytest.raises(Unreachable):
        _fetched(api)
    assert len(api.asked) == 1


@pytest.mark.parametrize(("status", "said", "seconds"), [(429, "7", 7.0), (429, "", None), (503, "30", 30.0)])
def test_a_system_that_asks_for_time_gets_it(api: Api, status: int, said: str, seconds: float | None) -> None:
    api.status, api.headers = status, {"Retry-After": said} if said else {}
    with pytest.raises(Throttled) as raised:
        _fetched(api)
    assert raised.value.retry_after == seconds


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b"null", b"\xff", b"[" * 100_000])
def test_an_answer_that_cannot_be_read_is_no_record(api: Api, body: bytes) -> None:
    api.body = body
    with pytest.raises(Unavailable):
        _fetched(api)


def test_an_answer_that_is_larger_than_any_record_is_not_read_to_its_end(api: Api) -> None:
    api.body = b" " * (3 * 1024 * 1024)
    with pytest.raises(Unavailable) as raised:
        _fetched(api)
    assert not isinstance(raised.value, Unreachable)


def test_a_record_that_is_not_a_person_is_told_with_every_mistake(api: Api) -> None:
    api.body = {**_RECORD, "workEmail": "jane", "status": "Furloughed"}
    with pytest.raises(Invalid) as refused:
        _fetched(api)
    assert len(refused.value.findings) == 1
    assert "Furloughed" not in repr(refused.value.findings)


def test_a_connection_that_breaks_is_told_without_the_address_or_the_key(api: Api) -> None:
    api.drops = True
    with pytest.raises(Unreachable) as raised:
        _fetched(api)
    said = repr(raised.value) + repr(raised.value.__cause__)
    assert "127.0.0.1" not in said
    assert "key" not in said


def test_a_system_that_is_not_there_has_to_be_waited_for() -> None:
    with running_api() as gone:
        pass
    with pytest.raises(Unreachable):
        _fetched(gone)


def test_a_system_that_takes_too_long_has_to_be_waited_for(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(https, "_READ_SECONDS", 0.5)
    api.takes = 60.0
    with pytest.raises(Unreachable):
        _fetched(api)
    assert len(api.asked) == 1


def test_a_source_of_whole_records_cannot_be_asked(api: Api) -> None:
    with pytest.raises(Unavailable):
        _records().fetch(replace(_source(api), kind="merge"), "67890", now=_NOW)


# The keys of issuers of access tokens


def _keys(api: Api, *, at: float = 0.0, existing: PublishedTokenKeys | None = None) -> tuple[str, ...]:
    del at
    keys = existing or PublishedTokenKeys(opened=_HERE)
    return keys.keys(TokenIssuer(issuer="i", audience="a", keys_url=f"{api.url}/keys"))


def test_the_keys_of_an_issuer_are_those_it_publishes_for_signing(api: Api) -> None:
    api.body = {"keys": [{"kty": "RSA", "kid": "k-1"}, {"kty": "EC", "kid": "k-2"}]}
    assert [json.loads(key)["kid"] for key in _keys(api)] == ["k-1"]


def test_keys_are_read_again_after_ten_minutes(api: Api) -> None:
    now = 0.0
    keys = PublishedTokenKeys(opened=_HERE, clock=lambda: now)
    api.body = {"keys": [{"kty": "RSA", "kid": "k-1"}]}
    _keys(api, existing=keys)
    now = timedelta(minutes=10).total_seconds() - 0.1
    _keys(api, existing=keys)
    assert len(api.asked) == 1
    now += 0.1
    _keys(api, existing=keys)
    assert len(api.asked) == 2


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"keys": [7]}', b'{"keys": []}', b'{"keys": [{"kty": "EC"}]}'])
def test_without_keys_nothing_can_be_proved(api: Api, body: bytes) -> None:
    api.body = body
    with pytest.raises(Unavailable):
        _keys(api)


def test_a_failed_reading_gives_no_keys(api: Api) -> None:
    api.status, api.body = 404, {"keys": [{"kty": "RSA"}]}
    with pytest.raises(Unavailable):
        _keys(api)
