"""The generic HR source: Standard Webhooks with the whole record of one person in every event.

The signature covers the id, the time and the raw bytes; the library refuses times more than five minutes off.
Source: the Standard Webhooks specification, sections "Signature scheme" and "Payload structure".
"""

from binascii import Error as Base64Error
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Literal

from pydantic import AwareDatetime, BaseModel
from standardwebhooks import Webhook, WebhookVerificationError

from dayone.contracts.deliveries import Delivery
from dayone.contracts.hr.bodies import read_as
from dayone.contracts.hr.heard import Heard, Kind
from dayone.contracts.hr.person_record import PersonRecord, telling_of
from dayone.contracts.hr.proofs import be_of_the_past
from dayone.domain.hr_sources import Source
from dayone.domain.people import Status
from dayone.errors import Unauthentic

ID_HEADER = "webhook-id"
TIME_HEADER = "webhook-timestamp"


class PersonEvent(BaseModel):
    """The body of a delivery; `timestamp` is when the record came to be so, and orders what is told of one person."""

    type: Literal["person.created", "person.updated", "person.ended"]
    timestamp: AwareDatetime
    data: PersonRecord


def read(delivery: Delivery, *, source: Source, keys: tuple[str, ...], now: datetime) -> Heard:
    """Verify and read one delivery; see Reads. The library has its own clock."""
    del now
    sent_at = verify(delivery, keys=keys)
    event = read_as(PersonEvent, delivery.body)
    be_of_the_past(event.timestamp, until=sent_at)
    attributes = event.data.attributes(only_given=False)
    if event.type == "person.ended":
        attributes["status"] = Status.ENDED.value
    telling = telling_of(attributes, source=source.name, at=event.timestamp)
    return Heard(reference=delivery.headers[ID_HEADER], at=event.timestamp, people={event.data.id: telling})


def verify(delivery: Delivery, *, keys: Iterable[str]) -> datetime:
    """The time the delivery was signed at; raises Unauthentic."""
    for key in keys:
        try:
            Webhook(key).verify(delivery.body, dict(delivery.headers), json_parse=False)
        except (WebhookVerificationError, Base64Error, ValueError):
            # The library lets a malformed signature entry and a body that is not UTF-8 out as plain ValueErrors.
            continue
        return datetime.fromtimestamp(float(delivery.headers[TIME_HEADER]), UTC)
    raise Unauthentic("the signature is missing, wrong, or more than five minutes off")


KIND = Kind(read=read)
