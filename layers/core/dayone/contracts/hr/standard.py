"""The generic HR source: Standard Webhooks with the whole record of one person in every event.

The signature covers the id, the time and the raw bytes; the library refuses times more than five minutes off.
Source: the Standard Webhooks specification, sections "Signature scheme" and "Payload structure".
"""

import hashlib
from binascii import Error as Base64Error
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Literal

from pydantic import AwareDatetime, BaseModel, ValidationError
from standardwebhooks import Webhook, WebhookVerificationError

from dayone.contracts.findings import findings_of
from dayone.contracts.hr.person_record import PersonRecord
from dayone.domain.people import Person, Status
from dayone.errors import Invalid, Malformed, Unauthentic

ID_HEADER = "webhook-id"
TIME_HEADER = "webhook-timestamp"
_CLOCKS_DIFFER_BY = 300  # seconds; what the library allows between the sender's clock and ours


class PersonEvent(BaseModel):
    """The body of a delivery; `timestamp` is when the record came to be so, and orders what is told of one person."""

    type: Literal["person.created", "person.updated", "person.ended"]
    timestamp: AwareDatetime
    data: PersonRecord


@dataclass(frozen=True)
class Told:
    """What a delivery says: the person, when it came to be so, a digest of it, and the sender's id of the delivery."""

    person: Person
    at: datetime
    digest: str
    reference: str


def read(body: bytes, *, headers: Mapping[str, str], keys: tuple[str, ...]) -> Told:
    """Verify and read one delivery; header names in lower case, any of `keys` may have signed it.

    Raises Unauthentic for a bad signature or time, Malformed for what is not JSON, Invalid for what is not a person.
    """
    _verify(body, headers=headers, keys=keys)
    try:
        event = PersonEvent.model_validate_json(body)
    except ValidationError as error:
        if any(one["type"] == "json_invalid" for one in error.errors()):
            raise Malformed("the body is not JSON") from error
        raise Invalid("the event is not valid", findings=findings_of(error)) from error
    _be_of_the_past(event.timestamp, sent=float(headers[TIME_HEADER]))
    ended = event.type == "person.ended"
    person = event.data.person(status=Status.ENDED if ended else None)
    digest = hashlib.sha256(repr(sorted(asdict(person).items())).encode()).hexdigest()
    return Told(person=person, at=event.timestamp, digest=digest, reference=headers[ID_HEADER])


def _verify(body: bytes, *, headers: Mapping[str, str], keys: tuple[str, ...]) -> None:
    for key in keys:
        try:
            Webhook(key).verify(body, dict(headers), json_parse=False)
        except (WebhookVerificationError, Base64Error, ValueError):
            # The library lets a malformed signature entry and a body that is not UTF-8 out as plain ValueErrors.
            continue
        return
    raise Unauthentic("the signature is missing, wrong, or more than five minutes off")


def _be_of_the_past(at: datetime, *, sent: float) -> None:
    # What is told with a time to come would outrank everything that is told of the person until then.
    if not 0 <= at.timestamp() <= sent + _CLOCKS_DIFFER_BY:
        said = "timestamp: is later than the delivery, or before 1970"
        raise Invalid("the event is not valid", findings=(said,))
