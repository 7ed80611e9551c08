"""One person as HR systems tell of them, checked."""

import re
from datetime import date
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from dayone.domain.people import Person, Status

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

    def person(self, *, status: Status | None = None) -> Person:
        """The person it describes; `status` outranks the record's own."""
        return Person(
            **self.model_dump(exclude={"status", "user_name", "display_name"}),
            user_name=self.user_name or self.email,
            display_name=self.display_name or f"{self.given_name} {self.family_name}"[:_LONGEST_NAME],
            status=status or Status(self.status),
        )
