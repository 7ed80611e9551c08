"""receive_hr_event through its handler: a REST request in, an answer and a message on the inbox out."""

import base64
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from standardwebhooks import Webhook

from dayone.errors import Throttled, Unavailable
from dayone.hr.webhook import ReceiveHrEvent, Refusals
from dayone.model.commands import NoteRefusedRecord
from dayone.wiring import functions as wiring
from functions.receive_hr_event import app
from tests.fakes.hr import MemoryHrSources
from tests.fakes.queues import MemoryInbox
from tests.fakes.signing_keys import MemorySigningKeys, MemoryTokenKeys
from tests.functions.conftest import Event, LambdaContext, Log
from tests.unit.hr_senders import NOW, SAMPLES, SCHEMES, SETUP, key_of

_KEY = base64.b64encode(b"a key of 32 bytes for this test.").decode()
_PERSONAL = ("Lovelace", "Ada", "ada.lovelace@example.com", "Analyst", "Berlin")


def _ports(inbox: MemoryInbox, *, setup: str = "", now: datetime | None = None) -> ReceiveHrEvent:
    keys = {source: (key_of(source),) for source in SAMPLES}
    return ReceiveHrEvent(
        sources=MemoryHrSources(setup),
        keys=MemorySigningKeys({"standard": (_KEY,), **keys}),
        token_keys=MemoryTokenKeys(),
        refusals=Refusals(MemoryInbox()),
        inbox=inbox,
        clock=lambda: now or datetime.now(UTC),
    )


@pytest.fixture
def inbox(monkeypatch: pytest.MonkeyPatch) -> MemoryInbox:
    taken = MemoryInbox()
    monkeypatch.setattr(wiring, "receive_hr_event_ports", lambda: _ports(taken))
    return taken


@pytest.fixture
def every_source(monkeypatch: pytest.MonkeyPatch) -> MemoryInbox:
    taken = MemoryInbox()
    monkeypatch.setattr(wiring, "receive_hr_event_ports", lambda: _ports(taken, setup=SETUP, now=NOW))
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
    (request,) = inbox.commands
    assert status == 202
    assert body == {"change": request.cause.change, "href": f"/v1/changes/{request.cause.change}"}
    assert str(request.subject) == "person:e-1001"


def test_a_body_in_base64_is_taken_as_well(
    inbox: MemoryInbox, event_of: Callable[[str], Event], context: LambdaContext
) -> None:
    event = _signed(event_of("receive_hr_event/joiner"))
    event |= {"body": base64.b64encode(event["body"].encode()).decode(), "isBase64Encoded": True}
    assert _answered(event, context)[0] == 202
    assert len(inbox.commands) == 1


@pytest.mark.parametrize(
    ("case", "spoil", "status", "kind"),
    [
        ("no signature of today", lambda event: event, 401, "unauthenticated"),
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
    assert inbox.commands == []


def test_a_mistake_in_the_record_is_named(
    inbox: MemoryInbox, event_of: Callable[[str], Event], context: LambdaContext
) -> None:
    status, problem = _answered(_signed(event_of("receive_hr_event/wrong_day")), context)
    assert status == 422
    assert [finding.partition(": ")[0] for finding in problem["findings"]] == ["data.start_date", "data.time_zone"]
    assert [type(command) for command in inbox.commands] == [NoteRefusedRecord]


def test_a_source_that_there_is_not_is_answered_with_those_there_are(
    inbox: MemoryInbox, event_of: Callable[[str], Event], context: LambdaContext
) -> None:
    status, problem = _answered(_signed(event_of("receive_hr_event/unknown_source")), context)
    assert status == 404
    assert "standard" in problem["detail"]
    assert inbox.commands == []


class _ThrottledInbox(MemoryInbox):
    def put(self, _requests: object) -> None:
        raise Throttled("SQS: slow down", retry_after=7)


def test_what_the_inbox_does_not_take_is_to_be_sent_again(
    event_of: Callable[[str], Event], context: LambdaContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wiring, "receive_hr_event_ports", lambda: _ports(_ThrottledInbox()))
    answer = app.lambda_handler(_signed(event_of("receive_hr_event/joiner")), context)
    assert answer["statusCode"] == 503
    assert answer["headers"]["Retry-After"] == "7"
    assert "SQS" not in answer["body"]


@pytest.mark.usefixtures("inbox")
@pytest.mark.parametrize("name", ["joiner", "mover", "leaver", "wrong_day", "unknown_source"])
def test_nothing_personal_is_logged(
    event_of: Callable[[str], Event], context: LambdaContext, log: Log, name: str
) -> None:
    _answered(_signed(event_of(f"receive_hr_event/{name}")), context)
    _answered(event_of(f"receive_hr_event/{name}"), context)
    assert log.messages("WARNING")
    assert not [word for word in _PERSONAL if word in log.text]
    assert _KEY not in log.text


@pytest.mark.parametrize("source", sorted(SAMPLES))
def test_a_delivery_of_every_source_is_taken(
    every_source: MemoryInbox, event_of: Callable[[str], Event], context: LambdaContext, source: str
) -> None:
    event = event_of(f"receive_hr_event/{SAMPLES[source]}")
    event["headers"] |= SCHEMES[source](event["body"].encode(), key_of(source), NOW)
    status, body = _answered(event, context)
    assert (status, body["change"]) == (202, every_source.commands[0].cause.change)


@pytest.mark.usefixtures("every_source")
def test_okta_s_question_is_answered_with_what_it_wants_to_have_back(
    event_of: Callable[[str], Event], context: LambdaContext
) -> None:
    status, body = _answered(event_of("receive_hr_event/okta_verification"), context)
    assert (status, body) == (200, {"verification": "4TtCbIbFmWSvVvZ2bEwWcGGm"})


@pytest.mark.usefixtures("every_source")
def test_what_leads_to_nothing_is_answered_so(event_of: Callable[[str], Event], context: LambdaContext) -> None:
    status, body = _answered(event_of("receive_hr_event/hibob_ping"), context)
    assert (status, body) == (200, {"ignored": "it is a test of the connection"})


@pytest.mark.usefixtures("every_source")
@pytest.mark.parametrize("source", sorted(SAMPLES))
def test_nothing_personal_of_any_source_is_logged(
    event_of: Callable[[str], Event], context: LambdaContext, log: Log, source: str
) -> None:
    event = event_of(f"receive_hr_event/{SAMPLES[source]}")
    _answered(event, context)
    event["headers"] |= SCHEMES[source](event["body"].encode(), key_of(source), NOW)
    _answered(event, context)
    assert log.lines
    assert not [word for word in ("Doe", "Jane", "example.com", "Hopper", key_of(source)) if word in log.text]


def test_a_configuration_that_is_wrong_is_told_to_whoever_runs_this(
    event_of: Callable[[str], Event], context: LambdaContext, log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken() -> ReceiveHrEvent:
        raise Unavailable("hr.yaml:2:1: there is no such key")

    monkeypatch.setattr(wiring, "receive_hr_event_ports", broken)
    status, problem = _answered(event_of("receive_hr_event/joiner"), context)
    assert status == 503
    assert "hr.yaml" not in json.dumps(problem)
    assert "hr.yaml:2:1" in log.text
