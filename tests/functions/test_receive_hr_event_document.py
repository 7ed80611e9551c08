"""Requests and answers of receive_hr_event match the API's document, each limit at its edge."""

import base64
import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, get_args

import pytest
from jsonschema import Draft202012Validator, FormatChecker
from standardwebhooks import Webhook

from dayone.hr.connectors.base import KindName
from dayone.hr.webhook import ReceiveHrEvent, Refusals
from dayone.wiring import functions as wiring
from functions.receive_hr_event import app
from tests.documented import DOCUMENT
from tests.fakes.hr import MemoryHrSources
from tests.fakes.queues import MemoryInbox
from tests.fakes.signing_keys import MemorySigningKeys, MemoryTokenKeys
from tests.functions.conftest import Event, LambdaContext
from tests.unit.hr_senders import EVENTS, NOW, SAMPLES, SCHEMES, SETUP, key_of

_KEY = base64.b64encode(b"a key of 32 bytes for this test.").decode()
_ROUTE = DOCUMENT["paths"]["/hr/{source}"]
_SCHEMAS = DOCUMENT["components"]["schemas"]
_RECORD: dict[str, Any] = _SCHEMAS["SentRecord"]["properties"]
_EVENT: dict[str, Any] = _ROUTE["post"]["requestBody"]["content"]["application/json"]["examples"]["sent"]["value"]
_HEADERS = {pair["name"]: pair["schema"] for pair in _ROUTE["post"]["parameters"] if pair["in"] == "header"}
(_CHALLENGE,) = [pair for pair in _ROUTE["get"]["parameters"] if pair["in"] == "header"]
# A wrong one of these costs nobody their access: it is left aside.
_LEFT_ASIDE = {"display_name", "title", "time_zone"}
_ADDRESS = "@example.com"

type Answer = tuple[int, Any]
type Send = Callable[..., Answer]


def _closed(schema: Any) -> Any:  # noqa: ANN401
    if not isinstance(schema, dict):
        return [_closed(entry) for entry in schema] if isinstance(schema, list) else schema
    closed = {name: _closed(entry) for name, entry in schema.items()}
    return {**closed, "additionalProperties": False} if isinstance(schema.get("properties"), dict) else closed


def _mistakes(method: str, answer: dict[str, Any]) -> list[str]:
    """Return the differences of an answer from the document; a member that is not named there is wrong."""
    response = _ROUTE[method]["responses"].get(str(answer["statusCode"]))
    if response is None:
        return [f"{answer['statusCode']} is not among the answers"]
    content = response["content"].get(answer["headers"]["Content-Type"])
    if content is None:
        return [f"{answer['headers']['Content-Type']} is not among the contents"]
    required = {name for name, entry in response.get("headers", {}).items() if entry.get("required")}
    missing = [f"the header {name} is missing" for name in required - answer["headers"].keys()]
    components = {**DOCUMENT["components"], "schemas": _closed(_SCHEMAS)}
    validator = Draft202012Validator({**content["schema"], "components": components}, format_checker=FormatChecker())
    return missing + [mistake.message for mistake in validator.iter_errors(json.loads(answer["body"]))]


@pytest.fixture
def answered(monkeypatch: pytest.MonkeyPatch, context: LambdaContext) -> Callable[[Event], Answer]:
    """The answer of the handler to a request, which is as the document says."""
    ports = ReceiveHrEvent(
        sources=MemoryHrSources(SETUP + "  standard: {kind: standard}\n"),
        keys=MemorySigningKeys({"standard": (_KEY,), **{source: (key_of(source),) for source in SAMPLES}}),
        token_keys=MemoryTokenKeys(),
        refusals=Refusals(MemoryInbox()),
        inbox=MemoryInbox(),
        clock=lambda: NOW,
    )
    monkeypatch.setattr(wiring, "receive_hr_event_ports", lambda: ports)

    def answer(event: Event) -> Answer:
        given = app.lambda_handler(event, context)
        assert _mistakes(event["httpMethod"].lower(), given) == [], given
        return given["statusCode"], json.loads(given["body"])

    return answer


@pytest.fixture
def send(answered: Callable[[Event], Answer], event_of: Callable[[str], Event]) -> Send:
    """Sends the document's example of an event, otherwise where that is said, signed; returns the answer."""

    def sent(*, delivery: str = "msg_1", kind: str = _EVENT["type"], **data: object) -> Answer:
        event = event_of("receive_hr_event/joiner")
        at = datetime(2026, 11, 20, 18, 0, tzinfo=UTC).isoformat()
        event["body"] = json.dumps({"type": kind, "timestamp": at, "data": {**_EVENT["data"], **data}})
        # As a library of others signs it.
        signature = Webhook(_KEY).sign(delivery, NOW, event["body"])
        for name, text in (("Id", delivery), ("Timestamp", str(int(NOW.timestamp()))), ("Signature", signature)):
            event["headers"][f"Webhook-{name}"] = text
        return answered(event)

    return sent


@pytest.mark.parametrize("name", sorted(path.stem for path in EVENTS.glob("*.json")))
def test_a_recorded_delivery_is_answered_as_the_document_says(
    answered: Callable[[Event], Answer], event_of: Callable[[str], Event], name: str
) -> None:
    event = event_of(f"receive_hr_event/{name}")
    answered(event)
    source = event["pathParameters"]["source"]
    if source in SCHEMES and event["body"]:
        event["headers"] |= SCHEMES[source](event["body"].encode(), key_of(source), NOW)
        answered(event)


def test_the_example_of_the_document_is_taken(send: Send) -> None:
    assert send()[0] == 202


def test_the_headers_that_a_sender_makes_are_those_of_the_document() -> None:
    now = datetime.now(UTC)
    made = {
        "webhook-id": "msg_1",
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Webhook(_KEY).sign("msg_1", now, "{}"),
    }
    for sign in SCHEMES.values():
        made |= sign(b"{}", _KEY, NOW)
    del made["authorization"]  # OpenAPI has no parameter of that name
    assert made.keys() == _HEADERS.keys()
    assert all(re.search(_HEADERS[name].get("pattern", "."), text) for name, text in made.items())


@pytest.mark.parametrize("kind", sorted({*get_args(KindName)} - {"standard"}))  # which has its example above
def test_the_document_has_a_delivery_of_every_kind_that_is_taken(
    answered: Callable[[Event], Answer], event_of: Callable[[str], Event], kind: str
) -> None:
    source = {"csv": "people", "json": "people-json"}.get(kind, kind)
    content = _ROUTE["post"]["requestBody"]["content"]
    media_type, name = ("text/csv", "sent") if kind == "csv" else ("application/json", kind)
    example = content[media_type]["examples"][name]["value"]
    event = event_of(f"receive_hr_event/{SAMPLES[source]}")
    event["body"] = example if isinstance(example, str) else json.dumps(example)
    event["headers"] |= SCHEMES[source](event["body"].encode(), key_of(source), NOW)
    assert answered(event)[0] == 202
    assert f"`{kind}`" in json.dumps(_ROUTE["post"])


def test_an_id_of_a_delivery_is_as_long_as_the_document_says_and_no_longer(send: Send) -> None:
    longest = _HEADERS["webhook-id"]["maxLength"]
    assert send(delivery="x" * longest)[0] == 202
    assert send(delivery="x" * (longest + 1))[0] == 400


@pytest.mark.parametrize("name", ["joiner", "okta_verification"])
def test_the_name_in_the_path_is_as_long_as_the_document_says_and_no_longer(
    answered: Callable[[Event], Answer], event_of: Callable[[str], Event], name: str
) -> None:
    event = event_of(f"receive_hr_event/{name}")
    (source,) = [pair for pair in _ROUTE[event["httpMethod"].lower()]["parameters"] if pair["in"] == "path"]
    longest = source["schema"]["maxLength"]
    event["pathParameters"] = {"source": "x" * longest}
    assert answered(event)[0] in {200, 401}
    event["pathParameters"] = {"source": "x" * (longest + 1)}
    assert answered(event)[0] == 400


def test_the_challenge_is_as_long_as_the_document_says_and_no_longer(
    answered: Callable[[Event], Answer], event_of: Callable[[str], Event]
) -> None:
    event, longest = event_of("receive_hr_event/okta_verification"), _CHALLENGE["schema"]["maxLength"]
    for length, status in ((0, 422), (1, 200), (longest, 200), (longest + 1, 422)):
        event["headers"]["X-Okta-Verification-Challenge"] = "x" * length
        assert answered(event)[0] == status


def test_the_document_has_a_limit_for_every_text_of_a_record() -> None:
    texts = {name: _text(schema) for name, schema in _RECORD.items()}
    assert {name for name, text in texts.items() if not text.keys() & {"maxLength", "pattern", "enum", "format"}} == {
        "time_zone"  # one of the names that IANA has
    }


def _text(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema of a text that may be null."""
    text: dict[str, Any] = next((pair for pair in schema.get("anyOf", ()) if pair["type"] == "string"), schema)
    return text


@pytest.mark.parametrize("name", sorted(name for name, schema in _RECORD.items() if "maxLength" in _text(schema)))
def test_an_attribute_is_as_long_as_the_document_says_and_no_longer(send: Send, name: str) -> None:
    longest, end = _text(_RECORD[name])["maxLength"], _ADDRESS if name == "email" else ""
    fitting = {name: "x" * (longest - len(end)) + end, "user_name": "alice"}
    assert send(**fitting)[0] == 202
    status, answer = send(**{**fitting, name: f"x{fitting[name]}"})
    assert status == (202 if name in _LEFT_ASIDE else 422)
    assert name in _LEFT_ASIDE or f"data.{name}" in str(answer["findings"])


@pytest.mark.parametrize(("name", "longest"), [("id", 128), ("user_name", 128)])
def test_a_name_is_as_long_as_the_pattern_of_the_document_says(send: Send, name: str, longest: int) -> None:
    for text in ("x" * longest, "x" * (longest + 1)):
        is_taken = re.search(_text(_RECORD[name])["pattern"], text) is not None
        assert is_taken == (len(text) == longest)
        assert send(**{name: text})[0] == (202 if is_taken else 422)


def test_the_words_of_the_document_are_those_that_are_taken(send: Send) -> None:
    for word in _RECORD["status"]["enum"]:
        assert send(status=word)[0] == 202
    for word in _SCHEMAS["EventType"]["enum"]:
        assert send(kind=word)[0] == 202
    assert (send(status="missing")[0], send(kind="person.hired")[0]) == (422, 422)


def test_a_record_has_the_members_of_the_document_and_no_other(send: Send) -> None:
    assert _SCHEMAS["SentRecord"]["additionalProperties"] is False
    assert send(**dict.fromkeys(_RECORD.keys() - _EVENT["data"].keys()))[0] == 202
    assert send(salary="1")[0] == 422


def test_what_has_to_be_there_is_what_the_document_says(send: Send) -> None:
    for name in _SCHEMAS["SentRecord"]["required"]:
        assert send(**{name: None})[0] == 422
    assert "`data.id` only" in _ROUTE["post"]["description"]
    others = dict.fromkeys(_EVENT["data"].keys() - {"id"})
    assert send(kind="person.ended", **others)[0] == 202


@pytest.mark.parametrize(("source", "size", "words"), [("standard", 2**18, "256 KiB"), ("people", 5 * 2**20, "5 MiB")])
def test_a_body_is_as_long_as_the_document_says_and_no_longer(
    answered: Callable[[Event], Answer], event_of: Callable[[str], Event], source: str, size: int, words: str
) -> None:
    assert words in _ROUTE["post"]["description"]
    event = event_of("receive_hr_event/joiner") | {"pathParameters": {"source": source}}
    for length, statuses in ((size, {400, 422}), (size + 1, {413})):
        event["body"] = "x" * length
        key = _KEY if source == "standard" else key_of(source)
        signature = Webhook(key).sign("msg_1", NOW, event["body"])
        stamp = str(int(NOW.timestamp()))
        event["headers"] |= {"Webhook-Id": "msg_1", "Webhook-Timestamp": stamp, "Webhook-Signature": signature}
        assert answered(event)[0] in statuses
    file = _ROUTE["post"]["requestBody"]["content"]["text/csv"]["schema"]
    assert file["maxLength"] == 5 * 2**20
