"""The generic HR source: Standard Webhooks with the whole record of one person in every event.

The signature covers the id, the time and the raw bytes; the library refuses times more than five minutes off.
Source: the Standard Webhooks specification, sections "Signature scheme" and "Payload structure".
"""

import hashlib
import re
from binascii import Error as Base64Error
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, ValidationError, model_validator
from standardwebhooks import Webhook, WebhookVerificationError

from dayone.contracts.findings import findings_of
from dayone.domain.people import Person, Status
from dayone.errors import Invalid, Malformed, Unauthentic

ID_HEADER = "webhook-id"
TIME_HEADER = "webhook-timestamp"
_CLOCKS_DIFFER_BY = 300  # seconds; what the library allows between the sender's clock and ours
# Source: Identity Store API, CreateUser, UserName and DisplayName.
_LONGEST_USER_NAME, _LONGEST_NAME = 128, 1024
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_RESERVED = ("administrator", "awsadministrators")


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:  # a name that is not known is a KeyError, a path a ValueError
        raise ValueError("not an IANA time zone, such as Europe/Berlin") from error
    return name


def _address(text: str) -> str:
    if not _EMAIL.fullmatch(text):
        raise ValueError("not an e-mail address")
    return text


def _free_user_name(text: str) -> str:
    if text.casefold() in _RESERVED:
        raise ValueError("AWS reserves this user name")
    return text


Text = Annotated[str, Field(max_length=1024)]
Name = Annotated[str, Field(min_length=1, max_length=1024)]
Email = Annotated[str, Field(max_length=254), AfterValidator(_address)]
UserName = Annotated[str, Field(pattern=r"^\S{1,128}$"), AfterValidator(_free_user_name)]


class PersonRecord(BaseModel):
    """One person as the sender knows them, always whole: what is left out is not so, not unchanged."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    id: Annotated[str, Field(pattern=r"^[A-Za-z0-9._@+-]{1,128}$")]
    email: Email
    given_name: Name
    family_name: Name
    user_name: UserName | None = None
    display_name: Name | None = None
    department: Text = ""
    title: Text = ""
    team: Text = ""
    cost_centre: Text = ""
    location: Text = ""
    employment: Text = ""
    manager: Text = ""
    start_date: date | None = None
    end_date: date | None = None
    time_zone: Annotated[str, AfterValidator(_known_zone)] = "UTC"
    status: Literal["active", "ended"] = "active"

    @model_validator(mode="after")
    def _has_a_user_name(self) -> Self:
        if self.user_name is None and len(self.email) > _LONGEST_USER_NAME:
            raise ValueError(f"email is over {_LONGEST_USER_NAME} characters: it needs a user_name beside it")
        return self

    @model_validator(mode="after")
    def _ends_after_it_starts(self) -> Self:
        if self.start_date and self.end_date and self.end_date < self.start_date:
            raise ValueError("end_date is before start_date")
        return self


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
    person = _person(event)
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


def _person(event: PersonEvent) -> Person:
    record = event.data
    said = record.model_dump(exclude={"status", "user_name", "display_name"})
    return Person(
        **said,
        user_name=record.user_name or record.email,
        display_name=record.display_name or f"{record.given_name} {record.family_name}"[:_LONGEST_NAME],
        status=Status.ENDED if event.type == "person.ended" else Status(record.status),
    )
