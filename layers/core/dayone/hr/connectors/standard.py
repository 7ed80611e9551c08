"""The generic HR source: Standard Webhooks with the whole record of one person in every event.

The signature covers the id, the time and the raw bytes; a time that is more than five minutes off is refused.
Source: the Standard Webhooks specification, sections "Signature scheme" and "Payload structure".
"""

import base64
import binascii
from collections.abc import Iterable
from datetime import datetime
from typing import Any, Literal

from pydantic import (
    AwareDatetime,
    BaseModel,
    ValidationError,
    ValidatorFunctionWrapHandler,
    field_validator,
    model_validator,
)

from dayone.errors import Invalid, Malformed, Unauthentic
from dayone.hr.connectors.base import CLOCKS_DIFFER_BY, EPOCH, Heard, Kind, be_of_the_past, is_mac, unix_time
from dayone.hr.connectors.full_records import OWN_NAMES, person_in
from dayone.hr.connectors.person_record import SentRecord, read_as
from dayone.hr.merge import current_employment, source_record
from dayone.messages.deliveries import Delivery
from dayone.model.hr_sources import Source
from dayone.model.people import Status

ID_HEADER = "webhook-id"
TIME_HEADER = "webhook-timestamp"
SIGNATURES_HEADER = "webhook-signature"
_PREFIX = "whsec_"
_ENDED = "person.ended"
# While a key is rotated there are two.
_MOST_SIGNATURES = 10

type EventType = Literal["person.created", "person.updated", "person.ended"]


class PersonEvent(BaseModel):
    """An event about one person; `timestamp` is when the record came to be so, and orders the events of a person."""

    type: EventType
    timestamp: AwareDatetime
    data: SentRecord

    @model_validator(mode="before")
    @classmethod
    def _ends_by_its_type(cls, event: Any) -> Any:  # noqa: ANN401 - any JSON
        if isinstance(event, dict) and event.get("type") == _ENDED and isinstance(event.get("data"), dict):
            return {**event, "data": {**event["data"], "status": Status.ENDED.value}}
        return event


class _RefusedEvent(BaseModel):
    type: EventType
    timestamp: AwareDatetime | None = None
    data: dict[str, object]

    @field_validator("timestamp", mode="wrap")
    @classmethod
    def _if_valid(cls, value: Any, handler: ValidatorFunctionWrapHandler) -> datetime | None:  # noqa: ANN401
        try:
            found: datetime | None = handler(value)
        except ValidationError:
            return None
        return found if found and found >= EPOCH else None


def read(delivery: Delivery, *, source: Source, keys: tuple[str, ...], now: datetime) -> Heard:
    """Verify and read one delivery; see Reads."""
    sent_at = verify(delivery, keys=keys, now=now)
    try:
        event = read_as(PersonEvent, delivery.body)
        at = event.timestamp
        # Signatures have whole seconds: an end of this very second keeps its order among earlier records.
        if event.type == _ENDED and at > sent_at + CLOCKS_DIFFER_BY:
            at = sent_at
        be_of_the_past(at, until=sent_at)
    except Malformed:
        raise
    except Invalid as error:
        return _end_alone(delivery, error, source=source, sent_at=sent_at)
    attributes = event.data.attributes(only_given=False)
    if "status" in event.data.model_fields_set:
        attributes = current_employment(attributes, at=at)
    record = source_record(attributes, source=source.name, at=at, flaws=event.data.flaws)
    return Heard(reference=delivery.headers[ID_HEADER], at=at, people={event.data.id: record})


def _end_alone(delivery: Delivery, error: Invalid, *, source: Source, sent_at: datetime) -> Heard:
    """Return the end stated by a refused event; raise `error` if it states none."""
    mistakes = [finding.removeprefix("data.") for finding in error.findings]
    try:
        event = read_as(_RefusedEvent, delivery.body)
        at = min(event.timestamp or sent_at, sent_at)
        person = person_in(event.data, rules=OWN_NAMES, at=at, is_end=event.type == _ENDED, mistakes=mistakes)
    except Invalid as own:
        error.person = own.person
        raise error from None
    record = source_record(person.attributes, source=source.name, at=at, flaws=person.flaws)
    refused = error.findings if person.refused else ()
    return Heard(reference=delivery.headers[ID_HEADER], at=at, people={person.id: record}, refused=refused)


def verify(delivery: Delivery, *, keys: Iterable[str], now: datetime) -> datetime:
    """Return the time the delivery was signed at; raise Unauthentic."""
    reference, stamp = delivery.headers.get(ID_HEADER, ""), delivery.headers.get(TIME_HEADER, "")
    given = delivery.headers.get(SIGNATURES_HEADER, "").split(" ")
    signatures = [name.removeprefix("v1,") for name in given if name.startswith("v1,")]
    signed = f"{reference}.{stamp}.".encode() + delivery.body
    matches = [
        is_mac(_decoded(signature), signed, key=_decoded(key.removeprefix(_PREFIX)))
        for signature in signatures[:_MOST_SIGNATURES]
        for key in keys
    ]
    sent_at = unix_time(stamp)
    if not reference or not any(matches) or sent_at is None or abs(now - sent_at) > CLOCKS_DIFFER_BY:
        raise Unauthentic("the signature is missing, wrong, or more than five minutes off")
    return sent_at


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):  # what is not ASCII is a ValueError
        return b""


KIND = Kind(read=read)
