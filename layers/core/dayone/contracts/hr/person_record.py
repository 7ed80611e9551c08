"""One person as HR systems tell of them, checked."""

import re
from collections.abc import Mapping
from dataclasses import fields
from datetime import date
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from dayone.contracts.findings import findings_of
from dayone.domain.people import Person, Status
from dayone.domain.tellings import LONGEST, RESERVED
from dayone.errors import Invalid, Malformed

# Source: Identity Store API, CreateUser, DisplayName.
_LONGEST_NAME = 1024
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


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
    if text.casefold() in RESERVED:
        raise ValueError("AWS reserves this user name")
    return text


def _told_status(status: Status) -> Status:
    if status is Status.MISSING:
        raise ValueError("nobody says of themselves that they are missing; say active, on_leave or ended")
    return status


Text = Annotated[str, Field(max_length=1024)]
Name = Annotated[str, Field(min_length=1, max_length=1024)]
Email = Annotated[str, Field(max_length=254), AfterValidator(_address)]
UserName = Annotated[str, Field(pattern=rf"^\S{{1,{LONGEST}}}$"), AfterValidator(_free_user_name)]


class PersonAttributes(BaseModel):
    """What one source says of a person; only the id has to be there, since others may say the rest."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    id: Annotated[str, Field(pattern=r"^[A-Za-z0-9._@+-]{1,128}$")]
    email: Email | None = None
    given_name: Name | None = None
    family_name: Name | None = None
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
    leave_start: date | None = None
    leave_end: date | None = None
    time_zone: Annotated[str, AfterValidator(_known_zone)] = "UTC"
    status: Annotated[Status, AfterValidator(_told_status)] = Status.ACTIVE

    @model_validator(mode="after")
    def _ends_after_it_starts(self) -> Self:
        for first, last in (("start_date", "end_date"), ("leave_start", "leave_end")):
            begins, ends = getattr(self, first), getattr(self, last)
            if begins and ends and ends < begins:
                raise ValueError(f"{last} is before {first}")
        return self

    def attributes(self, *, only_given: bool) -> dict[str, str]:
        """The attributes as texts, days in ISO 8601, "" for none; all of them, or those that were given."""
        left_out = {"id", *(type(self).model_fields.keys() - self.model_fields_set if only_given else ())}
        return {name: "" if one is None else str(one) for name, one in vars(self).items() if name not in left_out}

    def person(self) -> Person:
        """The person it describes, whose user name is their e-mail address unless there is another."""
        both = f"{self.given_name} {self.family_name}"[:_LONGEST_NAME]
        known = {one.name for one in fields(Person)}
        said = {name: value for name, value in self.model_dump().items() if name in known}
        names = {"user_name": self.user_name or self.email or "", "display_name": self.display_name or both}
        return Person(**{**said, **names})


class PersonRecord(PersonAttributes):
    """One person as the sender knows them, always whole: what is left out is not so, not unchanged."""

    email: Email
    given_name: Name
    family_name: Name

    @model_validator(mode="after")
    def _has_a_user_name(self) -> Self:
        if self.user_name is None and len(self.email) > LONGEST:
            raise ValueError(f"email is over {LONGEST} characters: it needs a user_name beside it")
        return self


class KnownPerson(PersonAttributes):
    """One person as Day One remembers them: without an e-mail address where that is somebody else's."""

    email: Email | Literal[""] = ""
    given_name: Name
    family_name: Name
    user_name: UserName
    status: Status


def checked(attributes: Mapping[str, str]) -> tuple[str, dict[str, str]]:
    """The person's id, and the other attributes, once each is what it must be; raises Invalid with every mistake.

    An empty text says that there is none, and is nothing to check.
    """
    filled = {name: text for name, text in attributes.items() if text}
    try:
        record = PersonAttributes.model_validate(filled)
    except ValidationError as error:
        raise Invalid("this is not a person", findings=findings_of(error)) from error
    empty = {name: "" for name in attributes if name not in filled}
    return record.id, {**empty, **record.attributes(only_given=True)}


def read_as[Body: BaseModel](model: type[Body], body: bytes) -> Body:
    """The body as the model; raises Malformed for what is not JSON in UTF-8, Invalid for JSON of another shape."""
    try:
        return model.model_validate_json(body)
    except ValidationError as error:
        if any(one["type"] == "json_invalid" for one in error.errors()):
            raise Malformed("the body is not JSON") from error
        raise Invalid("the event is not valid", findings=findings_of(error)) from error
