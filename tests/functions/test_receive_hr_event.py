"""receive_hr_event through its handler: a REST request in, an answer and a message on the inbox out."""

import base64
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from standardwebhooks import Webhook

from dayone import wiring
from dayone.errors import Throttled
from dayone.usecases.receive_hr_event import ReceiveHrEvent
from functions.receive_hr_event import app
from tests.fakes.queues import MemoryInbox
from tests.fakes.signing_keys import MemorySigningKeys
from tests.functions.conftest import Event, LambdaContext, Log

_KEY = base64.b64encode(b"a key of 32 bytes for this test.").decode()
_PERSONAL = ("Lovelace", "Ada", "ada.lovelace@example.com", "Analyst", "Berlin")


@pytest.fixture
def inbox(monkeypatch: pytest.MonkeyPatch) -> MemoryInbox:
    taken = MemoryInbox()
    ports = ReceiveHrEvent(keys=MemorySigningKeys({"standard": (_KEY,)}), inbox=taken)
    monkeypatch.setattr(wiring, "receive_hr_event", lambda: ports)
    return taken


def _signed(event: Event) -> Event:
    now = datetime.now(UTC)
    event["headers"] |= {
        "Webhook-Timestamp": str(int(now.timestamp())),
        "Webhook-Signature": Webhook(_KEY).sign(event["headers"]["Webhook-Id"], now, event["body"]),
    }
    return event


def _answered(event: Event, context: LambdaContext) -> tuple[int, dict[str, Any]]:
    answer = app.lambda_handler(event, context)
    return answer["statusCode"], json.loads(answer["body"])


@pytest.mark.parametrize("name", ["joiner", "mover", "leaver"])
def test_a_signed_event_is_on_the_inbox_before_it_is_answered(
    inbox: MemoryInbox, event_of: Callable[[str], Event], context: LambdaContext, name: str
) -> None:
    status, body = _answered(_signed(event_of(f"receive_hr_event/{name}")), context)
    (request,) = inbox.requests
    assert status == 202
    assert body == {"change": request.cause.change, "href": f"/v1/changes/{request.cause.change}"}
    assert str(request.subject) == "person:e-1001"


def test_a_body_in_base64_is_taken_as_well(
    inbox: MemoryInbox, event_of: Callable[[str], Event], context: LambdaContext
) -> None:
    event = _signed(event_of("receive_hr_event/joiner"))
    event |= {"body": base64.b64encode(event["body"].encode()).decode(), "isBase64Encoded": True}
    assert _answered(event, context)[0] == 202
    assert len(inbox.requests) == 1


@pytest.mark.parametrize(
    ("case", "spoil", "status", "kind"),
    [
        ("no signature of today", lambda event: event, 401, "unauthentic"),
        ("not JSON", lambda event: _signed(event | {"body": "{"}), 400, "malformed"),
        ("not base64", lambda event: event | {"isBase64Encoded": True}, 400, "malformed"),
        ("too large", lambda event: _signed(event | {"body": " " * (256 * 1024 + 1)}), 413, "too-large"),
    ],
)
def test_what_is_not_taken_is_answered_as_a_problem(
    inbox: MemoryInbox,
    event_of: Callable[[str], Event],
    context: LambdaContext,
    case: str,
    spoil: Callable[[Event], Event],
    status: int,
    kind: str,
) -> None:
    answered, problem = _answered(spoil(event_of("receive_hr_event/joiner")), context)
    assert (answered, problem["status"]) == (status, status), case
    assert problem["type"].endswith(kind), case
    assert inbox.requests == []


def test_a_mistake_in_the_record_is_named(
    inbox: MemoryInbox, event_of: Callable[[str], Event], context: LambdaContext
) -> None:
    status, problem = _answered(_signed(event_of("receive_hr_event/wrong_zone")), context)
    assert status == 422
    assert problem["findings"] == ["data.time_zone: not an IANA time zone, such as Europe/Berlin"]
    assert inbox.requests == []


def test_a_source_that_there_is_not_is_answered_with_those_there_are(
    inbox: MemoryInbox, event_of: Callable[[str], Event], context: LambdaContext
) -> None:
    status, problem = _answered(_signed(event_of("receive_hr_event/unknown_source")), context)
    assert status == 404
    assert "standard" in problem["detail"]
    assert inbox.requests == []


class _ThrottledInbox(MemoryInbox):
    def put(self, _requests: object) -> None:
        raise Throttled("SQS: slow down", retry_after=7)


def test_what_the_inbox_does_not_take_is_to_be_sent_again(
    event_of: Callable[[str], Event], context: LambdaContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    ports = ReceiveHrEvent(keys=MemorySigningKeys({"standard": (_KEY,)}), inbox=_ThrottledInbox())
    monkeypatch.setattr(wiring, "receive_hr_event", lambda: ports)
    answer = app.lambda_handler(_signed(event_of("receive_hr_event/joiner")), context)
    assert answer["statusCode"] == 503
    assert answer["headers"]["Retry-After"] == "7"
    assert "SQS" not in answer["body"]


@pytest.mark.usefixtures("inbox")
@pytest.mark.parametrize("name", ["joiner", "mover", "leaver", "wrong_zone", "unknown_source"])
def test_nothing_personal_is_logged(
    event_of: Callable[[str], Event], context: LambdaContext, log: Log, name: str
) -> None:
    _answered(_signed(event_of(f"receive_hr_event/{name}")), context)
    _answered(event_of(f"receive_hr_event/{name}"), context)
    assert log.messages("WARNING")
    assert not [word for word in _PERSONAL if word in log.text]
    assert _KEY not in log.text
