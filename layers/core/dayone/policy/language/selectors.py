"""The shape of conditions on people and accounts, and of the part about people's life cycle."""

import re
from datetime import date, time
from string import Formatter
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from dayone.model.people import IdentitySource, Leavers, LifeCycle, Mail, OnLeave, Welcome
from dayone.policy.language import fields as words
from dayone.policy.welcome_text import PLACEHOLDERS

_TIME = r"([01][0-9]|2[0-3]):[0-5][0-9]"
_LONGEST_SUBJECT, _LONGEST_MAIL, _MOST_DAYS_BEFORE = 200, 20_000, 90
# Each character of the pattern may end a part: trying them all takes the square of their number.
_EMAIL, _LONGEST_EMAIL = r"[^@\s]+@[^@\s]+\.[^@\s]+", 254


def _local_time(text: str) -> str:
    if not re.fullmatch(_TIME, text):
        words.refuse(f'{words.quoted(text)} is not a time of day: write `"08:00"`, from "00:00" to "23:59"')
    return text


def _end_time(text: str) -> str:
    return text if text == "24:00" else _local_time(text)


def _day(text: str) -> str:
    try:
        date.fromisoformat(text)
    except ValueError:
        words.refuse(f"{words.quoted(text)} must be a date such as 2026-12-01")
    return text


def _address(text: str) -> str:
    is_valid = len(text) <= _LONGEST_EMAIL and re.fullmatch(_EMAIL, text)
    return text if is_valid else words.refuse(f"{words.quoted(text)} is not an e-mail address")


def _template(text: str) -> str:
    try:
        named = [f"{name}{form}{how or ''}" for _, name, form, how in Formatter().parse(text) if name is not None]
    except ValueError:
        words.refuse("has a brace without its other half: write `{{` or `}}` for a brace itself")
    unknown = [name for name in named if name not in PLACEHOLDERS]
    if unknown:
        choices = ", ".join(f"{{{name}}}" for name in PLACEHOLDERS)
        words.refuse(f"`{{{unknown[0]}}}` is nothing that can be filled in; there are {choices}")
    return text


LocalTime = Annotated[str, AfterValidator(_local_time), Field(json_schema_extra={"pattern": f"^{_TIME}$"})]
EndTime = Annotated[str, AfterValidator(_end_time), Field(json_schema_extra={"pattern": f"^(24:00|{_TIME})$"})]
Template = Annotated[str, AfterValidator(words.non_empty_text), AfterValidator(_template)]


class Strict(BaseModel):
    """Base of all parts of a policy: no unknown keys, no conversion of values."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class MailShape(Strict):
    """A mail to whoever is ready."""

    from_: Annotated[str, AfterValidator(_address)] = Field(
        alias="from", description="An address that SES may send as."
    )
    subject: Annotated[Template, Field(max_length=_LONGEST_SUBJECT)] = Field(description="Its subject.")
    text: Annotated[Template, Field(max_length=_LONGEST_MAIL)] = Field(description="Its text, with placeholders.")


_NO_MAIL = MailShape.model_construct()


class WelcomeShape(Strict):
    """Recipients and form of the welcome message."""

    since: Annotated[str, AfterValidator(_day), Field(json_schema_extra={"format": "date"})] = Field(
        description="The earliest first day of employment for which a welcome is sent."
    )
    mail: MailShape = Field(default=_NO_MAIL, description="A welcome mail, in addition to the event.")


_NO_WELCOME = WelcomeShape.model_construct()


class PeopleShape(Strict):
    """Times at which people get and lose access."""

    created_days_before: Annotated[int, Field(ge=0, le=_MOST_DAYS_BEFORE)] = Field(
        default=0, description="The number of days before the first day at which the user is created, without access."
    )
    access_from: LocalTime = Field(
        default="00:00", description="The local time at which access begins on the first day."
    )
    access_until: EndTime = Field(default="24:00", description="The local time at which access ends on the last day.")
    on_leave: Literal["keep", "suspend"] = Field(
        default="keep", description="Access during a leave: kept or suspended."
    )
    leavers: Literal["keep", "delete"] = Field(default="keep", description="The user of a leaver: kept or deleted.")
    end_sessions: bool = Field(default=True, description="End live sessions when access ends.")
    same_person: dict[words.PersonId, words.PersonId] = Field(
        default_factory=dict, description="Further HR ids of a person, with the id to use."
    )
    welcome: WelcomeShape = Field(default=_NO_WELCOME, description="Welcome messages to people who have got access.")


def life_cycle(shape: PeopleShape, *, source: str) -> LifeCycle:
    """Convert the shape to the domain's life cycle."""
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


_MOST_DAYS = 3650  # ten years: more is a slip of the finger


def _without_default(schema: dict[str, Any]) -> None:
    # What is not given is not asked, which no value of the key would say.
    schema.pop("default", None)


def _spelled_out(value: object) -> object:
    return value if isinstance(value, dict) or value is None else {"any": value}


_SeveralTexts = Annotated[list[words.Text], Field(min_length=1)]
_SeveralAccounts = Annotated[list[words.AccountId], Field(min_length=1)]
_SeveralPaths = Annotated[list[words.OuPath], Field(min_length=1)]
_SeveralOus = Annotated[list[words.OuId], Field(min_length=1)]
Globs = Annotated[_SeveralTexts, BeforeValidator(words.listed, json_schema_input_type=words.Text | _SeveralTexts)]
AccountIds = Annotated[
    _SeveralAccounts, BeforeValidator(words.listed, json_schema_input_type=words.AccountId | _SeveralAccounts)
]
OuPaths = Annotated[_SeveralPaths, BeforeValidator(words.listed, json_schema_input_type=words.OuPath | _SeveralPaths)]
OuIds = Annotated[_SeveralOus, BeforeValidator(words.listed, json_schema_input_type=words.OuId | _SeveralOus)]


class TextShape(Strict):
    """Conditions on a text; all that are given must hold."""

    model_config = ConfigDict(json_schema_extra={"minProperties": 1})

    any: Globs = Field(default_factory=list, description="One of these globs fits the whole text.")
    not_: Globs = Field(default_factory=list, alias="not", description="None of these globs fits; empty text passes.")
    present: bool = Field(
        default=True, description="A text is required, or must be empty.", json_schema_extra=_without_default
    )

    @model_validator(mode="after")
    def _can_hold(self) -> Self:
        if not self.model_fields_set:
            words.refuse("asks for nothing: give a glob, a list of globs, `any`, `not` or `present`")
        if not self.present and self.any:
            words.refuse("can never hold: what is not present fits no glob, so remove `any` or `present`")
        return self


def _whole_days(value: object) -> object:
    return 0 if value is True else value


_Number = Annotated[int, Field(ge=-_MOST_DAYS, le=_MOST_DAYS)]
_Days = Annotated[_Number, BeforeValidator(_whole_days, json_schema_input_type=Literal[True] | _Number)]


class DateShape(Strict):
    """Conditions on a date; all that are given must hold."""

    model_config = ConfigDict(json_schema_extra={"minProperties": 1})

    present: bool = Field(
        default=True, description="A date is required, or must be missing.", json_schema_extra=_without_default
    )
    reached: _Days = Field(
        default=0,
        description="From the midnight of the date on, or of so many days after it; negative is before it.",
        json_schema_extra=_without_default,
    )
    not_reached: _Days = Field(
        default=0,
        description="Until that time, and always without a date.",
        json_schema_extra=_without_default,
    )

    @model_validator(mode="after")
    def _can_hold(self) -> Self:
        given = self.model_fields_set
        if not given:
            words.refuse("asks for nothing: give `reached`, `not_reached` or `present`")
        if {"reached", "not_reached"} <= given and self.not_reached <= self.reached:
            words.refuse("can never hold: `not_reached` must be more days than `reached`")
        if not self.present and "reached" in given:
            words.refuse("can never hold: what is not present is never reached, so remove one of them")
        return self


def _is_mapping(value: object) -> object:
    if isinstance(value, dict) or value is None:
        return value
    return words.refuse("is a date: ask `{reached: true}`, `{reached: -7}`, `{not_reached: 30}` or `{present: true}`")


TextCondition = Annotated[
    TextShape, BeforeValidator(_spelled_out, json_schema_input_type=words.Text | _SeveralTexts | TextShape)
]
DateCondition = Annotated[DateShape, BeforeValidator(_is_mapping, json_schema_input_type=DateShape)]
# Stands where nothing is asked; what a policy says is in `model_fields_set`.
_UNASKED, _UNASKED_DATE = TextShape.model_construct(), DateShape.model_construct()


class PersonShape(Strict):
    """Conditions on people; every one must hold."""

    model_config = ConfigDict(json_schema_extra={"minProperties": 1})

    id: TextCondition = Field(default=_UNASKED, description="The person's id in HR.")
    user_name: TextCondition = Field(default=_UNASKED, description="The user name in Identity Center.")
    email: TextCondition = Field(default=_UNASKED, description="The e-mail address.")
    given_name: TextCondition = Field(default=_UNASKED, description="The given name.")
    family_name: TextCondition = Field(default=_UNASKED, description="The family name.")
    display_name: TextCondition = Field(default=_UNASKED, description="The name to show.")
    department: TextCondition = Field(default=_UNASKED, description="The department.")
    title: TextCondition = Field(default=_UNASKED, description="The job title.")
    team: TextCondition = Field(default=_UNASKED, description="The team.")
    cost_centre: TextCondition = Field(default=_UNASKED, description="The cost centre.")
    location: TextCondition = Field(default=_UNASKED, description="The place of work.")
    employment: TextCondition = Field(default=_UNASKED, description="The kind of employment, such as `contractor`.")
    manager: TextCondition = Field(default=_UNASKED, description="The person's manager.")
    time_zone: TextCondition = Field(default=_UNASKED, description="The IANA time zone, such as `Europe/Berlin`.")
    start_date: DateCondition = Field(default=_UNASKED_DATE, description="The first day of access.")
    end_date: DateCondition = Field(default=_UNASKED_DATE, description="The last day of access.")

    @model_validator(mode="after")
    def _is_not_empty(self) -> Self:
        return (
            self if self.model_fields_set else words.refuse("selects no people: name an attribute, or use `everyone`")
        )


class AccountShape(Strict):
    """Conditions on accounts; every one must hold."""

    model_config = ConfigDict(json_schema_extra={"minProperties": 1})

    id: AccountIds = Field(default_factory=list, description="The account's 12 digits, in quotes.")
    name: Globs = Field(default_factory=list, description="A glob of the account's name.")
    ou: OuPaths = Field(
        default_factory=list, description="The account's place: a path from the root; `/**` is all below."
    )
    ou_id: OuIds = Field(default_factory=list, description="The id of the OU it is in; `/**` behind it is all below.")
    tags: Annotated[dict[words.Text, TextCondition], Field(min_length=1)] = Field(
        default_factory=dict, description="Tags the account carries."
    )

    @model_validator(mode="after")
    def _is_not_empty(self) -> Self:
        given = self.model_fields_set - {"include_management_account"}
        return self if given else words.refuse("selects nothing: name accounts by id, name, ou, ou_id or tags")


def _is_yes(value: bool) -> bool:  # noqa: FBT001 - pydantic's own
    return value or words.refuse("can only be `true`; leave it out otherwise")


class GrantedAccountShape(AccountShape):
    """Conditions on accounts that get something."""

    include_management_account: Annotated[bool, AfterValidator(_is_yes)] = Field(
        default=False,
        description="Include the management account, in addition to its `id`, which alone does not.",
    )

    @model_validator(mode="after")
    def _names_the_management_account(self) -> Self:
        if self.include_management_account and not self.id:
            words.refuse(
                "reaches the management account by accident: name its `id` beside `include_management_account`"
            )
        return self
