"""Taking one delivery of an HR system: on the inbox, or refused with nothing recorded."""

import base64
import json
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from standardwebhooks import Webhook

from dayone.errors import Invalid, Malformed, NotFound, TooLarge, Unauthentic, Unavailable
from dayone.hr.webhook import ReceiveHrEvent, Refusals, receive_hr_event
from dayone.messages.deliveries import Delivery, answer, delivery_of
from dayone.model.changes import CauseKind
from dayone.model.commands import ApplyHrRecord, NoteRefusedRecord
from tests.fakes.hr import MemoryHrSources
from tests.fakes.queues import MemoryInbox
from tests.fakes.signing_keys import MemorySigningKeys, MemoryTokenKeys

LARGEST_BODY = 256 * 1024

_KEY = base64.b64encode(b"a key of 32 bytes for this test.").decode()


def _body(title: str = "") -> bytes:
    person = {"id": "e-1", "email": "ada@example.com", "given_name": "Ada", "family_name": "Lovelace", "title": title}
    event = {"type": "person.created", "timestamp": "2026-01-05T09:00:00Z", "data": person}
    return json.dumps(event).encode()


def _delivery(body: bytes, *, reference: str = "msg_1", source: str = "standard") -> Delivery:
    now = datetime.now(UTC)
    headers = {
        "webhook-id": reference,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Webhook(_KEY).sign(reference, now, body.decode()),
    }
    return Delivery(source=source, headers=headers, body=body)


def _ports(inbox: MemoryInbox | None = None) -> ReceiveHrEvent:
    return ReceiveHrEvent(
        sources=MemoryHrSources(),
        keys=MemorySigningKeys({"standard": (_KEY,)}),
        token_keys=MemoryTokenKeys(),
        refusals=Refusals(MemoryInbox()),
        inbox=inbox or MemoryInbox(),
        clock=lambda: datetime.now(UTC),
    )


def _taken(ports: ReceiveHrEvent) -> MemoryInbox:
    assert isinstance(ports.inbox, MemoryInbox)
    return ports.inbox


def test_a_delivery_becomes_a_request_for_its_person() -> None:
    ports = _ports()
    received = receive_hr_event(_delivery(_body()), ports=ports)
    (request,) = _taken(ports).commands
    assert str(request.subject) == "person:e-1"
    assert isinstance(request, ApplyHrRecord)
    assert (request.record.source, request.record.attributes["given_name"]) == ("standard", "Ada")
    assert request.record.version.at == request.cause.at == datetime(2026, 1, 5, 9, tzinfo=UTC)
    assert ((request.cause.change,), request.cause.kind) == (received.changes, CauseKind.HR_EVENT)
    assert (request.cause.actor, request.cause.reference) == ("hr:standard", "msg_1")


def test_the_same_delivery_again_leads_to_the_same_change_and_another_to_another() -> None:
    ports = _ports()
    first = receive_hr_event(_delivery(_body()), ports=ports)
    assert receive_hr_event(_delivery(_body()), ports=ports) == first
    assert receive_hr_event(_delivery(_body(), reference="msg_2"), ports=ports) != first
    assert len(_taken(ports).commands) == 2


def _filled(size: int) -> bytes:
    """A body of that many bytes, whose one mistake is that its title is too long."""
    return _body("x" * (size - len(_body())))


def test_a_body_just_as_large_as_it_may_be_is_read() -> None:
    assert len(_filled(LARGEST_BODY)) == LARGEST_BODY
    received = receive_hr_event(_delivery(_filled(LARGEST_BODY)), ports=_ports())
    assert len(received.changes) == 1


def test_a_body_one_byte_larger_is_not_even_read() -> None:
    with pytest.raises(TooLarge):
        receive_hr_event(_delivery(_filled(LARGEST_BODY + 1)), ports=_ports())


@pytest.mark.parametrize(
    ("error", "delivery"),
    [
        (NotFound, lambda: _delivery(_body(), source="payroll")),
        (Unauthentic, lambda: Delivery(source="standard", headers={}, body=_body())),
        (Malformed, lambda: _delivery(b"{")),
    ],
)
def test_what_is_refused_is_not_recorded(error: type[Exception], delivery: Callable[[], Delivery]) -> None:
    ports = _ports()
    with pytest.raises(error):
        receive_hr_event(delivery(), ports=ports)
    assert _taken(ports).commands == []


def test_of_a_record_that_is_refused_only_that_is_noted_with_whose_it_is_and_why() -> None:
    ports = _ports()
    event = json.loads(_body())
    event["data"]["status"] = "garden leave"
    with pytest.raises(Invalid):
        receive_hr_event(_delivery(json.dumps(event).encode()), ports=ports)
    (noted,) = _taken(ports).commands
    assert isinstance(noted, NoteRefusedRecord)
    assert (str(noted.subject), noted.person) == ("hr-source:standard", "e-1")
    assert any("status" in finding for finding in noted.findings)


@pytest.mark.parametrize("person", [None, "", "a b", "x" * 200, "e-1\ud83d"])
def test_one_whose_person_cannot_be_read_is_noted_for_its_source(person: object) -> None:
    ports = _ports()
    event = json.loads(_body())
    event["data"]["id"] = person
    with pytest.raises(Invalid):
        receive_hr_event(_delivery(json.dumps(event).encode()), ports=ports)
    (noted,) = _taken(ports).commands
    assert isinstance(noted, NoteRefusedRecord)
    assert noted.person == ""


class _FullInbox(MemoryInbox):
    def put(self, _requests: object) -> None:
        raise Unavailable("the queue takes nothing")


def test_what_the_inbox_did_not_take_is_not_acknowledged() -> None:
    with pytest.raises(Unavailable):
        receive_hr_event(_delivery(_body()), ports=_ports(_FullInbox()))


def test_a_delivery_has_its_header_names_in_lower_case_and_its_body_as_it_was_sent() -> None:
    event = {"pathParameters": {"source": "standard"}, "headers": {"Webhook-Id": "1", "X": None}, "body": "ä"}
    assert delivery_of(event) == Delivery(source="standard", headers={"webhook-id": "1"}, body="ä".encode())


def test_a_body_in_base64_is_decoded_before_it_is_verified() -> None:
    encoded = base64.b64encode(b"\xff\x00").decode()
    event = {"pathParameters": {"source": "s"}, "headers": None, "body": encoded, "isBase64Encoded": True}
    assert delivery_of(event).body == b"\xff\x00"


@pytest.mark.parametrize("body", ["not base64!", "AAA", "\ud800"])
def test_a_body_that_cannot_be_decoded_is_malformed(body: str) -> None:
    event = {"pathParameters": {"source": "s"}, "headers": {}, "body": body, "isBase64Encoded": body != "\ud800"}
    with pytest.raises(Malformed):
        delivery_of(event)


def test_a_request_without_a_body_has_an_empty_one() -> None:
    assert delivery_of({"pathParameters": {"source": "s"}, "headers": {}, "body": None}).body == b""


def test_the_answer_says_where_the_change_can_be_seen() -> None:
    said = answer(["01CHANGE"])
    assert said["statusCode"] == 202
    assert json.loads(said["body"]) == {"change": "01CHANGE", "href": "/v1/changes/01CHANGE"}


def test_the_answer_names_every_change_where_there_are_several() -> None:
    assert json.loads(answer(["01A", "01B"])["body"])["changes"] == ["01A", "01B"]


def test_a_delivery_has_the_address_that_api_gateway_has_seen() -> None:
    event = {
        "pathParameters": {"source": "s"},
        "httpMethod": "GET",
        "requestContext": {"identity": {"sourceIp": "203.0.113.9"}},
    }
    delivery = delivery_of(event)
    assert (delivery.sender, delivery.is_question) == ("203.0.113.9", True)
