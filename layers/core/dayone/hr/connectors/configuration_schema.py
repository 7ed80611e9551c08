"""The shape of the configuration of HR systems."""

import re
from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from dayone.hr.connectors.base import KindName
from dayone.hr.connectors.workforce_file import MAPPING
from dayone.hr.mapping import is_path
from dayone.hr.merge import fields_in
from dayone.model.hr_sources import BY_HAND

_ATTRIBUTES = frozenset(MAPPING) - {"id"}
# Time of change of a record, if the report of a Workday integration has it.
_TIME = "changed_at"
_NAME = re.compile(r"[a-z][a-z0-9-]{0,39}")
_A_DAY = date(2026, 11, 30)
# Without encryption only where nothing leaves the machine, as in the sandbox.
_ADDRESS = re.compile(r"https://[^\s?#]+|http://(localhost|127\.0\.0\.1)(:\d+)?(/[^\s?#]*)?")


def _attribute(name: str) -> str:
    if name not in _ATTRIBUTES:
        raise ValueError(f"there is no attribute `{name}`; there are {', '.join(sorted(_ATTRIBUTES))}")
    return name


def _mapped_attribute(name: str) -> str:
    return name if name in ("id", _TIME) else _attribute(name)


def _path(text: str) -> str:
    if not is_path(text):
        raise ValueError("not the path of a field, such as `department.name` or `emails[type=work].value`")
    return text


def _values(values: dict[str, str]) -> dict[str, str]:
    """Normalize values, which are compared without blanks around them and in any letter case."""
    written: dict[str, str] = {}
    for text in values:
        if other := written.get(text.strip().casefold()):
            raise ValueError(f"`{other}` and `{text}` are the same: letter case and blanks do not count")
        written[text.strip().casefold()] = text
    return {text: values[key] for text, key in written.items()}


def _form(text: str) -> str:
    try:
        # To write a day and to read it again takes a year, a month and a day. A day has no time zone.
        is_form = "%y" in text.lower() and datetime.strptime(_A_DAY.strftime(text), text).date() == _A_DAY  # noqa: DTZ007
    except ValueError:
        is_form = False
    if not is_form:
        raise ValueError(f"`{text}` is not the form of a day: write, for example, `%d.%m.%Y` for 30.11.2026")
    return text


def _pattern(text: str) -> str:
    fields = fields_in(text)
    if not fields:
        raise ValueError("names no attribute; write one in braces, such as `{given_name}.{family_name}`")
    for name in fields:
        _mapped_attribute(name)
    return text


def _address(text: str) -> str:
    if not _ADDRESS.fullmatch(text):
        raise ValueError("not an address such as https://acme.bamboohr.com, without a question mark or a fragment")
    return text


def _source_name(text: str) -> str:
    if not _NAME.fullmatch(text):
        raise ValueError("must be up to 40 lower-case letters, digits and hyphens, beginning with a letter")
    if text == BY_HAND:
        raise ValueError(f"`{BY_HAND}` is reserved for people recorded over the API: choose another name")
    return text


def _listed(value: Any) -> Any:  # noqa: ANN401 - whatever the file has
    return [value] if isinstance(value, str) else value


def _spelled_out(value: Any) -> Any:  # noqa: ANN401 - whatever the file has
    return {"field": value} if isinstance(value, str | list) else value


AttributeName = Annotated[str, AfterValidator(_attribute)]
Mapped = Annotated[str, AfterValidator(_mapped_attribute)]
FieldPath = Annotated[str, AfterValidator(_path)]
Address = Annotated[str, AfterValidator(_address)]
SourceName = Annotated[str, AfterValidator(_source_name)]


class _Shape(BaseModel):
    model_config = ConfigDict(extra="forbid")


class FieldShape(_Shape):
    """Origin of an attribute."""

    field: Annotated[list[FieldPath], BeforeValidator(_listed)] = Field(default_factory=list)
    values: Annotated[dict[str, str], AfterValidator(_values)] = Field(default_factory=dict)
    default: str = ""
    form: Annotated[str, AfterValidator(_form)] = ""


class ApiShape(_Shape):
    """Address and rate of an API for records."""

    url: Address
    per_second: Annotated[float, Field(ge=0.1, le=50)] = 4.0
    settles_seconds: Annotated[float, Field(ge=0, le=3600)] | None = None


class TokensShape(_Shape):
    """Issuer of access tokens."""

    issuer: Annotated[str, StringConstraints(min_length=1)]
    audience: Annotated[str, StringConstraints(min_length=1)]
    keys_url: Address


class ShrinkShape(_Shape):
    """Limit of the decrease of a workforce in one import."""

    percent: Annotated[int, Field(ge=0, le=100)] = 10
    at_least: Annotated[int, Field(ge=0)] = 5


class SourceShape(_Shape):
    """One HR system."""

    kind: KindName
    secret: str = ""
    api_secret: str = ""
    proof: Literal["signature", "secret"] = "signature"
    header: Annotated[str, StringConstraints(to_lower=True, pattern=r"^[A-Za-z0-9-]{1,64}$")] = "authorization"
    senders: list[str] = Field(default_factory=list)
    max_age_seconds: Annotated[int, Field(ge=60)] | None = None
    api: ApiShape | None = None
    tokens: TokensShape | None = None
    attributes: dict[Mapped, Annotated[FieldShape, BeforeValidator(_spelled_out)]] = Field(default_factory=dict)
    may_omit: list[AttributeName] = Field(default_factory=list)
    may_shrink: ShrinkShape = Field(default_factory=ShrinkShape)


class UserNamesShape(_Shape):
    """Rules for user names."""

    pattern: Annotated[str, AfterValidator(_pattern)] = "{email}"
    on_collision: Literal["number", "id", "refuse"] = "number"
    follow_changes: bool = False


class EmailsShape(_Shape):
    """Rule for an e-mail address that belongs to somebody else."""

    on_collision: Literal["omit", "refuse"] = "omit"


class FileShape(_Shape):
    """The whole file."""

    version: Literal[1]
    sources: Annotated[dict[SourceName, SourceShape], Field(min_length=1)]
    owners: dict[AttributeName, str] = Field(default_factory=dict)
    user_names: UserNamesShape = Field(default_factory=UserNamesShape)
    emails: EmailsShape = Field(default_factory=EmailsShape)
