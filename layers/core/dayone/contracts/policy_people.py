"""The part of a policy about people's life here: when access begins and ends, and what happens then."""

import re
from datetime import date, time
from string import Formatter
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from dayone.contracts import policy_words as words
from dayone.contracts.policy_selectors import Strict
from dayone.domain.life_cycle import IdentitySource, Leavers, LifeCycle, Mail, OnLeave, Welcome
from dayone.domain.welcomes import PLACEHOLDERS

_TIME = r"([01][0-9]|2[0-3]):[0-5][0-9]"
_LONGEST_SUBJECT, _LONGEST_MAIL, _MOST_DAYS = 200, 20_000, 90
# Of the characters that the pattern asks for each may end a part: trying them all takes the square of their number.
_EMAIL, _LONGEST_EMAIL = r"[^@\s]+@[^@\s]+\.[^@\s]+", 254


def _local_time(said: str) -> str:
    if not re.fullmatch(_TIME, said):
        words.refuse(f'{words.quoted(said)} is not a time of day: write `"08:00"`, from "00:00" to "23:59"')
    return said


def _end_time(said: str) -> str:
    return said if said == "24:00" else _local_time(said)


def _day(said: str) -> str:
    try:
        date.fromisoformat(said)
    except ValueError:
        words.refuse(f"{words.quoted(said)} must be a date such as 2026-12-01")
    return said


def _address(said: str) -> str:
    is_one = len(said) <= _LONGEST_EMAIL and re.fullmatch(_EMAIL, said)
    return said if is_one else words.refuse(f"{words.quoted(said)} is not an e-mail address")


def _template(said: str) -> str:
    try:
        named = [f"{name}{form}{how or ''}" for _, name, form, how in Formatter().parse(said) if name is not None]
    except ValueError:
        words.refuse("has a brace without its other half: write `{{` or `}}` for a brace itself")
    unknown = [name for name in named if name not in PLACEHOLDERS]
    if unknown:
        known = ", ".join(f"{{{name}}}" for name in PLACEHOLDERS)
        words.refuse(f"`{{{unknown[0]}}}` is nothing that can be filled in; there are {known}")
    return said


LocalTime = Annotated[str, AfterValidator(_local_time), Field(json_schema_extra={"pattern": f"^{_TIME}$"})]
EndTime = Annotated[str, AfterValidator(_end_time), Field(json_schema_extra={"pattern": f"^(24:00|{_TIME})$"})]
Template = Annotated[str, AfterValidator(words.said_text), AfterValidator(_template)]


class MailShape(Strict):
    """A mail to whoever is ready."""

    from_: Annotated[str, AfterValidator(_address)] = Field(
        alias="from", description="An address that SES may send as."
    )
    subject: Annotated[Template, Field(max_length=_LONGEST_SUBJECT)] = Field(description="Its subject.")
    text: Annotated[Template, Field(max_length=_LONGEST_MAIL)] = Field(description="Its text, with what is filled in.")


_NO_MAIL = MailShape.model_construct()


class WelcomeShape(Strict):
    """Who is told to be ready, and how."""

    since: Annotated[str, AfterValidator(_day), Field(json_schema_extra={"format": "date"})] = Field(
        description="The earliest first day of employment for which a welcome is sent."
    )
    mail: MailShape = Field(default=_NO_MAIL, description="A mail to them, beside the event.")


_NO_WELCOME = WelcomeShape.model_construct()


class PeopleShape(Strict):
    """How people get and lose access over time."""

    created_days_before: Annotated[int, Field(ge=0, le=_MOST_DAYS)] = Field(
        default=0, description="How many days before the first day the user is made, without access."
    )
    access_from: LocalTime = Field(default="00:00", description="When access begins on the first day, local time.")
    access_until: EndTime = Field(default="24:00", description="When access ends on the last day, local time.")
    on_leave: Literal["keep", "suspend"] = Field(default="keep", description="What becomes of access on leave.")
    leavers: Literal["keep", "delete"] = Field(default="keep", description="What becomes of a leaver's user.")
    end_sessions: bool = Field(default=True, description="Whether live sessions end when access does.")
    same_person: dict[words.PersonId, words.PersonId] = Field(
        default_factory=dict, description="Additional HR ids of a person, by the id that is used."
    )
    welcome: WelcomeShape = Field(default=_NO_WELCOME, description="Telling people that they are ready.")


def life_cycle(shape: PeopleShape, *, source: str) -> LifeCycle:
    """The shape in the words of the domain."""
    until = shape.access_until
    return LifeCycle(
        identity_source=IdentitySource(source),
        created_days_before=shape.created_days_before,
        access_from=time.fromisoformat(shape.access_from),
        access_until=None if until == "24:00" else time.fromisoformat(until),
        on_leave=OnLeave(shape.on_leave),
        leavers=Leavers(shape.leavers),
        ends_sessions=shape.end_sessions,
        duplicates=tuple(sorted(shape.same_person.items())),
        welcome=_welcome(shape.welcome) if "welcome" in shape.model_fields_set else None,
    )


def _welcome(shape: WelcomeShape) -> Welcome:
    mail = shape.mail if "mail" in shape.model_fields_set else None
    sent = Mail(sender=mail.from_, subject=mail.subject, text=mail.text) if mail else None
    return Welcome(since=date.fromisoformat(shape.since), mail=sent)
