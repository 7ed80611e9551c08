"""The shape of conditions on people and accounts; short forms are spelled out before they are looked at."""

from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from dayone.contracts import policy_words as words

_MOST_DAYS = 3650  # ten years: more is a slip of the finger


class Strict(BaseModel):
    """What every part of a policy is: no key that is not known, no value read as something else."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


def _without_default(schema: dict[str, Any]) -> None:
    # What is not given is not asked, which no value of the key would say.
    schema.pop("default", None)


def _spelled_out(said: object) -> object:
    return said if isinstance(said, dict) or said is None else {"any": said}


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
        default=True, description="Whether there is a text at all.", json_schema_extra=_without_default
    )

    @model_validator(mode="after")
    def _can_hold(self) -> Self:
        if not self.model_fields_set:
            words.refuse("asks for nothing: give a glob, a list of globs, `any`, `not` or `present`")
        if not self.present and self.any:
            words.refuse("can never hold: what is not present fits no glob, so remove `any` or `present`")
        return self


def _whole_days(said: object) -> object:
    return 0 if said is True else said


_Number = Annotated[int, Field(ge=-_MOST_DAYS, le=_MOST_DAYS)]
_Days = Annotated[_Number, BeforeValidator(_whole_days, json_schema_input_type=Literal[True] | _Number)]


class DateShape(Strict):
    """Conditions on a date; all that are given must hold."""

    model_config = ConfigDict(json_schema_extra={"minProperties": 1})

    present: bool = Field(default=True, description="Whether there is a date.", json_schema_extra=_without_default)
    reached: _Days = Field(
        default=0,
        description="From the midnight of the date on, or of so many days after it; negative is before it.",
        json_schema_extra=_without_default,
    )
    not_reached: _Days = Field(
        default=0,
        description="Until then, and always for those without a date.",
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


def _is_mapping(said: object) -> object:
    if isinstance(said, dict) or said is None:
        return said
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
    manager: TextCondition = Field(default=_UNASKED, description="Who the person reports to.")
    time_zone: TextCondition = Field(default=_UNASKED, description="The IANA time zone, such as `Europe/Berlin`.")
    start_date: DateCondition = Field(default=_UNASKED_DATE, description="The first day of access.")
    end_date: DateCondition = Field(default=_UNASKED_DATE, description="The last day of access.")

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        return (
            self if self.model_fields_set else words.refuse("selects no people: name an attribute, or use `everyone`")
        )


class AccountShape(Strict):
    """Conditions on accounts; every one must hold."""

    model_config = ConfigDict(json_schema_extra={"minProperties": 1})

    id: AccountIds = Field(default_factory=list, description="The account's 12 digits, in quotes.")
    name: Globs = Field(default_factory=list, description="A glob of the account's name.")
    ou: OuPaths = Field(default_factory=list, description="Where it is: a path from the root; `/**` is all below.")
    ou_id: OuIds = Field(default_factory=list, description="The id of the OU it is in; `/**` behind it is all below.")
    tags: Annotated[dict[words.Text, TextCondition], Field(min_length=1)] = Field(
        default_factory=dict, description="Tags the account carries."
    )

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        said = self.model_fields_set - {"include_management_account"}
        return self if said else words.refuse("selects nothing: name accounts by id, name, ou, ou_id or tags")


def _is_yes(said: bool) -> bool:  # noqa: FBT001 - pydantic's own
    return said or words.refuse("can only be `true`; leave it out otherwise")


class GrantedAccountShape(AccountShape):
    """Conditions on accounts that get something."""

    include_management_account: Annotated[bool, AfterValidator(_is_yes)] = Field(
        default=False,
        description="Whether this means the management account too; beside its `id`, which alone does not.",
    )

    @model_validator(mode="after")
    def _names_the_management_account(self) -> Self:
        if self.include_management_account and not self.id:
            words.refuse(
                "reaches the management account by accident: name its `id` beside `include_management_account`"
            )
        return self
