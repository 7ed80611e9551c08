"""One person's record from an HR system, validated; trivial flaws are corrected first."""

import json
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import fields
from datetime import date
from typing import Annotated, Any, ClassVar, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ModelWrapValidatorHandler,
    PrivateAttr,
    ValidationError,
    WithJsonSchema,
    model_validator,
)

from dayone.errors import Invalid, Malformed
from dayone.hr.mapping import DAYS, is_no_day, local_day, zone_called
from dayone.hr.merge import LONGEST, RESERVED
from dayone.messages.problems import findings_of
from dayone.model.people import STATED, Person, Status

# Shown by AWS and compared with nothing. Ids, user names and addresses are never changed.
_DISPLAYED = frozenset({"given_name", "family_name", "display_name", "title"})
# Of every other text only halves of characters are left out, which nothing can write.
_MATCHED = frozenset({"id", "user_name", "email"})
# Without one of these a person still has the right access.
FORGIVEN = frozenset({"display_name", "title", "time_zone"})
# Source: Identity Store API, CreateUser: the pattern of names and titles. Of spaces it has these alone.
_CATEGORIES, _SPACES = frozenset("LMNPS"), frozenset("\t\n\r \u00a0\u3000")


def cleaned(text: str) -> str:
    """Return the text without the characters that AWS refuses in a name, such as marks of direction and zero width."""
    return "".join(char for char in text if unicodedata.category(char)[0] in _CATEGORIES or char in _SPACES)


def normalised(record: Mapping[str, object]) -> dict[str, object]:
    """Return the record without null, empty or blank values, which all mean that there is none."""
    made = {name: _normal(name, value, zone=record.get("time_zone")) for name, value in record.items()}
    return {name: value for name, value in made.items() if value is not None and value != ""}


def _normal(name: str, value: object, *, zone: object) -> object:
    if not isinstance(value, str):
        return value
    if name in _DISPLAYED:
        return cleaned(value).strip()
    if name not in _MATCHED:
        value = value.encode(errors="ignore").decode()
    if name in DAYS and is_no_day(value):
        return ""
    if name in DAYS and "T" in value:
        try:
            return local_day(value, zone=zone_called(zone)).isoformat()
        except ValueError:
            return value
    return value if value.strip() else ""


# Source: Identity Store API, CreateUser, DisplayName.
_LONGEST_NAME = 1024
_FIRST_DAYS = ("start_date", "leave_start")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


def _time_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:  # an unknown name is a KeyError, a path a ValueError
        raise ValueError("not an IANA time zone, such as Europe/Berlin") from error
    return name


def _address(text: str) -> str:
    if not _EMAIL.fullmatch(text) or cleaned(text) != text:
        raise ValueError("not an e-mail address")
    return text


def _free_user_name(text: str) -> str:
    if text.casefold() in RESERVED:
        raise ValueError("AWS reserves this user name")
    if cleaned(text) != text:
        raise ValueError("has characters that AWS refuses")
    return text


def _stated_status(value: object) -> object:
    if value not in STATED:
        raise ValueError(f"must be one of {', '.join(STATED)}")
    return value


Text = Annotated[str, Field(max_length=1024)]
Name = Annotated[str, Field(min_length=1, max_length=1024)]
Email = Annotated[str, Field(max_length=254), AfterValidator(_address)]
UserName = Annotated[str, Field(pattern=rf"^\S{{1,{LONGEST}}}$"), AfterValidator(_free_user_name)]
Stated = Annotated[
    Status,
    BeforeValidator(_stated_status),
    WithJsonSchema({"type": "string", "enum": [str(entry) for entry in STATED]}),
]
# A person's id as HR has it may be anything; one that is none is refused as such.
PERSON_ID = re.compile(r"[A-Za-z0-9._@+-]{1,128}")


class PersonAttributes(BaseModel):
    """Attributes of a person from one source; only the id is required, since others may supply the rest.

    An end (`status` is `ended`) needs nothing else: mistakes in such a record are ignored and listed in `flaws`, as are
    flaws of the attributes in `forgives`.
    """

    forgives: ClassVar[frozenset[str]] = frozenset()
    _flaws: tuple[str, ...] = PrivateAttr(default=())
    _left_aside: frozenset[str] = PrivateAttr(default=frozenset())

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    id: Annotated[str, Field(pattern=rf"^{PERSON_ID.pattern}$")]
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
    time_zone: Annotated[str, AfterValidator(_time_zone)] = "UTC"
    status: Stated = Status.ACTIVE

    @model_validator(mode="after")
    def _ends_after_it_starts(self) -> Self:
        for first, last in (("start_date", "end_date"), ("leave_start", "leave_end")):
            begins, ends = getattr(self, first), getattr(self, last)
            if begins and ends and ends < begins:
                raise ValueError(f"{last} is before {first}")
        return self

    @model_validator(mode="wrap")
    @classmethod
    def _as_far_as_it_goes(cls, record: Any, handler: ModelWrapValidatorHandler[Self]) -> Self:  # noqa: ANN401
        if not isinstance(record, Mapping):
            return handler(record)
        kept = normalised(record)
        is_end = kept.get("status") == Status.ENDED
        flaws: tuple[str, ...] = ()
        aside: frozenset[str] = frozenset()
        while True:
            try:
                made = handler(kept)
            except ValidationError as error:
                # Of a first and a last day that do not fit, the last one counts.
                flawed = {
                    str(mistake["loc"][0]) if mistake["loc"] else day
                    for mistake in error.errors()
                    for day in _FIRST_DAYS
                }
                if "id" in flawed or not (is_end or flawed <= cls.forgives):
                    raise
                flaws += findings_of(error)
                if not flawed & kept.keys():
                    return cls._end_alone(kept, flaws=flaws)
                aside |= flawed
                kept = {name: value for name, value in kept.items() if name not in flawed}
            else:
                return made.noting(flaws, aside=aside)

    @classmethod
    def _end_alone(cls, kept: Mapping[str, object], *, flaws: tuple[str, ...]) -> Self:
        """Return the end of an employment without the other attributes."""
        end = PersonAttributes.model_validate(kept)
        return cls.model_construct(end.model_fields_set, **vars(end)).noting(flaws)

    def noting(self, flaws: tuple[str, ...], *, aside: frozenset[str] = frozenset()) -> Self:
        """Return the same record, with the mistakes that were ignored in it."""
        self._flaws, self._left_aside = flaws, aside
        return self

    @property
    def flaws(self) -> tuple[str, ...]:
        """The mistakes that were left aside."""
        return self._flaws

    def attributes(self, *, only_given: bool) -> dict[str, str]:
        """Return the attributes as texts, days in ISO 8601, "" for none; all of them, or those that were given.

        Ignored attributes are left out, and stay as they were; of an end with flaws only those that were given are
        returned.
        """
        only_given = only_given or (bool(self._flaws) and self.status is Status.ENDED)
        left_out = {
            "id",
            *self._left_aside,
            *(type(self).model_fields.keys() - self.model_fields_set if only_given else ()),
        }
        return {name: "" if entry is None else str(entry) for name, entry in vars(self).items() if name not in left_out}

    def person(self) -> Person:
        """Return the person it describes, whose user name is their e-mail address unless there is another."""
        both = f"{self.given_name} {self.family_name}"[:_LONGEST_NAME]
        members = {field.name for field in fields(Person)}
        values = {name: value for name, value in self.model_dump().items() if name in members}
        names = {"user_name": self.user_name or self.email or "", "display_name": self.display_name or both}
        return Person(**{**values, **names})


class PersonRecord(PersonAttributes):
    """One person's complete record: an omitted attribute has no value, rather than being unchanged."""

    email: Email
    given_name: Name
    family_name: Name

    @model_validator(mode="after")
    def _has_a_user_name(self) -> Self:
        if self.status is not Status.ENDED and self.user_name is None and len(self.email) > LONGEST:
            raise ValueError(f"email is over {LONGEST} characters: it needs a user_name beside it")
        return self


class SentRecord(PersonRecord):
    """A person's whole record as an HR system sends it. A wrong display name, title or time zone is left aside.

    A record whose `status` is `ended` needs its `id` only.
    """

    forgives = FORGIVEN


class _MappedRecord(PersonAttributes):
    forgives = FORGIVEN


class RecordedPerson(PersonAttributes):
    """One person as Day One remembers them: without an e-mail address where that is somebody else's."""

    email: Email | Literal[""] = ""
    given_name: Name
    family_name: Name
    user_name: UserName
    status: Status


def checked(attributes: Mapping[str, str]) -> tuple[str, dict[str, str], tuple[str, ...]]:
    """Return the person's id, the other attributes, and the ignored flaws; raise Invalid with every mistake.

    An empty text means that there is no value, and is not validated.
    """
    filled = {name: text for name, text in attributes.items() if text}
    try:
        record = _MappedRecord.model_validate(filled)
    except ValidationError as error:
        raise Invalid("the person is not valid", findings=findings_of(error)) from error
    empty = {name: "" for name in attributes if name not in filled}
    return record.id, {**empty, **record.attributes(only_given=True)}, record.flaws


def read_as[Body: BaseModel](model: type[Body], body: bytes) -> Body:
    """Parse the body as the model; raise Malformed if it is not JSON in UTF-8, Invalid for JSON of another shape."""
    try:
        return model.model_validate_json(body)
    except ValidationError as error:
        if not any(pair["type"] == "json_invalid" for pair in error.errors()):
            raise Invalid("the event is not valid", findings=findings_of(error)) from error
    # A text that was cut in the middle of a character is JSON, which pydantic does not take.
    try:
        return model.model_validate(json.loads(body.decode()))
    except ValidationError as error:
        raise Invalid("the event is not valid", findings=findings_of(error)) from error
    except (ValueError, RecursionError) as error:
        raise Malformed("the body is not JSON") from error
