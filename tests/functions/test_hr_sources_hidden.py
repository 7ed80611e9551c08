"""Unauthenticated callers of /hr do not learn which HR systems a company has."""

import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from dayone.hr.webhook import ReceiveHrEvent, Refusals
from dayone.model.hr_sources import Source
from dayone.wiring import functions as wiring
from functions.receive_hr_event import app
from tests.fakes.hr import MemoryHrSources
from tests.fakes.queues import MemoryInbox
from tests.fakes.signing_keys import MemoryTokenKeys
from tests.functions.conftest import Event, LambdaContext
from tests.unit.hr_senders import NOW, SAMPLES, SCHEMES, SETUP, key_of, sent

# Of every kind, and one that there is not; `standard` is not among the configured sources either.
NAMES = (*SAMPLES, "payroll", "standard", "x" * 100)
BODIES: Mapping[str, str] = {
    "a record": '{"type": "person.ended", "timestamp": "2026-11-20T19:00:00Z", "data": {"id": "e-1"}}',
    "nothing": "",
    "not JSON": "{",
    "a ping": "Ping test",
    "a token": '{"verification_token": "x"}',
    "260 KiB": " " * 260 * 1024,
    "half a character": "\ud800",
    "lost bytes": "id,email\ufffd",
    "a zero byte": "id\0,email",
}


class _CountingKeys:
    def __init__(self) -> None:
        self.reads = 0

    def keys(self, source: Source) -> tuple[str, ...]:
        self.reads += 1
        return (key_of(source.name),)


@pytest.fixture
def keys() -> _CountingKeys:
    return _CountingKeys()


@pytest.fixture(autouse=True)
def inbox(monkeypatch: pytest.MonkeyPatch, keys: _CountingKeys) -> MemoryInbox:
    ports = ReceiveHrEvent(
        sources=MemoryHrSources(SETUP),
        keys=keys,
        token_keys=MemoryTokenKeys(),
        refusals=Refusals(MemoryInbox()),
        inbox=MemoryInbox(),
        clock=lambda: NOW,
    )
    monkeypatch.setattr(wiring, "receive_hr_event_ports", lambda: ports)
    assert isinstance(ports.inbox, MemoryInbox)
    return ports.inbox


def _event(source: str, *, body: str | None = None, method: str = "POST", **headers: str) -> Event:
    return {
        "resource": "/hr/{source}",
        "path": f"/hr/{source}",
        "httpMethod": method,
        "pathParameters": {"source": source},
        "headers": headers,
        "body": body,
        "isBase64Encoded": False,
        "requestContext": _context(method, sender="203.0.113.7"),
    }


def _context(method: str, *, sender: str) -> Event:
    return {
        "resourcePath": "/hr/{source}",
        "httpMethod": method,
        "stage": "live",
        "accountId": "111122223333",
        "apiId": "a1b2c3d4e5",
        "requestId": "5e6f7a8b-1c2d-4e3f-9a0b-c1d2e3f4a5b6",
        "identity": {"sourceIp": sender},
    }


def _answers(context: LambdaContext, event_of: Callable[[str], Event]) -> set[str]:
    return {json.dumps(app.lambda_handler(event_of(name), context), sort_keys=True) for name in NAMES}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES.keys())
@pytest.mark.parametrize(
    "headers",
    [
        {},
        {name: "x" for scheme in SCHEMES.values() for name in scheme(b"", "a2V5", NOW)},
        {"webhook-id": "x" * 5000, "webhook-timestamp": "x", "webhook-signature": "v1,x " * 2000},
        {"authorization": "Bearer x.y.z"},
    ],
    ids=["unsigned", "every header", "long headers", "a token"],
)
def test_what_proves_nothing_is_answered_alike_for_every_name(
    context: LambdaContext, body: str, headers: Mapping[str, str], inbox: MemoryInbox
) -> None:
    (answer,) = _answers(context, lambda name: _event(name, body=body, **headers))
    assert json.loads(answer)["statusCode"] in (200, 400, 401, 413, 422)  # and not 403, which is for other APIs
    assert not [name for name in SAMPLES if name in answer.replace("people", "")]
    assert inbox.commands == []


@pytest.mark.parametrize("headers", [{}, {"x-okta-verification-challenge": "abc"}], ids=["no challenge", "a challenge"])
def test_a_question_is_answered_alike_for_every_name(context: LambdaContext, headers: Mapping[str, str]) -> None:
    assert len(_answers(context, lambda name: _event(name, method="GET", **headers))) == 1


def test_as_much_is_done_for_a_name_that_there_is_not(context: LambdaContext, keys: _CountingKeys) -> None:
    reads = set()
    for name in NAMES:
        keys.reads = 0
        app.lambda_handler(_event(name, body=BODIES["a record"]), context)
        reads.add(keys.reads)
    assert reads == {1}


def test_another_network_is_answered_as_a_wrong_signature(context: LambdaContext) -> None:
    from_elsewhere = _event("okta", body="{}")
    from_elsewhere["requestContext"] = _context("POST", sender="198.51.100.1")
    unsigned = _event("okta", body="{}")
    assert app.lambda_handler(from_elsewhere, context) == app.lambda_handler(unsigned, context)


def test_who_has_a_key_is_told_which_sources_there_are(context: LambdaContext) -> None:
    """Check that a caller with another source's key may see that only the address is wrong."""
    delivery = sent("bamboohr")
    event: dict[str, Any] = _event("payroll", body=delivery.body.decode(), **delivery.headers)
    answer = app.lambda_handler(event, context)
    assert answer["statusCode"] == 404
    assert "configured: bamboohr, deel" in answer["body"]


@pytest.mark.parametrize("length", [512, 513, 5000])
def test_an_id_has_a_bound(context: LambdaContext, inbox: MemoryInbox, length: int) -> None:
    """A `webhook-id` of 5,000 characters was answered 202, and was a dead letter for ever."""
    delivery = sent("okta")
    body = json.loads(delivery.body)
    event = _event("okta", body=json.dumps({**body, "eventId": "x" * length}), **delivery.headers)
    answer = app.lambda_handler(event, context)
    assert answer["statusCode"] == (202 if length <= 512 else 400)
    assert bool(inbox.commands) is (length <= 512)


@pytest.mark.parametrize(("record", "status"), [(".", 400), ("..", 400), ("...", 202), ("x" * 513, 400)])
def test_an_id_of_a_record_that_climbs_is_refused(
    context: LambdaContext, inbox: MemoryInbox, record: str, status: int
) -> None:
    delivery = sent("okta")
    body = delivery.body.decode().replace(json.loads(delivery.body)["data"]["events"][0]["target"][0]["id"], record)
    answer = app.lambda_handler(_event("okta", body=body, **delivery.headers), context)
    assert answer["statusCode"] == status
    assert bool(inbox.commands) is (status == 202)


@pytest.mark.parametrize("place", ["path", "name", "value"])
def test_half_a_character_is_refused(context: LambdaContext, place: str) -> None:
    event = _event("okta", body="{}")
    if place == "path":
        event["pathParameters"] = {"source": "\ud800"}
    else:
        event["headers"] = {"x-\ud800" if place == "name" else "x-name": "y" if place == "name" else "\ud800"}
    assert app.lambda_handler(event, context)["statusCode"] == 400
