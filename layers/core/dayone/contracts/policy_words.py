"""What a single word of a policy may be, of people, groups and accounts: AWS's own limits among them."""

import re
import unicodedata
from datetime import timedelta
from typing import Annotated, Any, NoReturn

from pydantic import AfterValidator, BeforeValidator, Field
from pydantic_core import PydanticCustomError

from dayone.domain.assignments import PERSON_PREFIX

# Patterns and lengths: the identitystore and organizations API models (GroupDisplayName, OrganizationalUnitId).
_PERSON, _ACCOUNT = r"[A-Za-z0-9._@+-]{1,128}", r"[0-9]{12}"
_OU_ID = r"ou-[0-9a-z]{4,32}-[a-z0-9]{8,32}(?:/\*\*)?"
_DURATION = r"P(?=.)(?:(?P<days>[0-9]{1,3})D)?(?:T(?=.)(?:(?P<hours>[0-9]{1,4})H)?(?:(?P<minutes>[0-9]{1,6})M)?)?"
_SHORTEST, _LONGEST = timedelta(minutes=1), timedelta(days=365)
_LONGEST_QUOTED = 80
_RESERVED_GROUPS = frozenset({"administrator", "awsadministrators"})
_LONGEST_GROUP, _LONGEST_DISPLAY_NAME = 128, 1024


def refuse(said: str) -> NoReturn:
    """Refuse the value under validation, in these words."""
    raise PydanticCustomError("policy", "{said}", {"said": said})


def quoted(said: str) -> str:
    """A text of the policy inside a message, cut where it would hide the fix that follows."""
    return f"`{said}`" if len(said) <= _LONGEST_QUOTED else f"`{said[:_LONGEST_QUOTED]}…`"


def listed(value: object) -> object:
    """One value as a list of it, so that a single word needs no brackets; a number too, to be told to need quotes."""
    return [value] if isinstance(value, str | int | float) else value


def said_text(value: str) -> str:
    """The text, when it says anything."""
    return value if value.strip() else refuse("is empty: give it a value, or leave the key out")


def _is_strange(char: str) -> bool:
    return unicodedata.category(char)[0] in "CZ" and char != " "


def _free_group_name(name: str) -> str:
    reserved = name.casefold() in _RESERVED_GROUPS
    return refuse(f"{quoted(name)} is reserved by AWS: choose another name") if reserved else name


def _group_key(name: str) -> str:
    strange = any(char in "/#" or _is_strange(char) for char in name)
    if not 1 <= len(name) <= _LONGEST_GROUP or strange or name != name.strip():
        refuse("is not a group name: use 1 to 128 characters, no `/`, `#`, control character or space at either end")
    if name.startswith(PERSON_PREFIX):
        refuse(f"begins with `{PERSON_PREFIX}`, which stands for a single person: choose another key")
    return _free_group_name(name)


def _group_display_name(name: str) -> str:
    if not 1 <= len(name) <= _LONGEST_DISPLAY_NAME or any(map(_is_strange, name)) or name != name.strip():
        refuse("is not a display name: use 1 to 1,024 characters, no control character or space at either end")
    return _free_group_name(name)


def _group_description(said: str) -> str:
    if len(said) > _LONGEST_DISPLAY_NAME:
        refuse(f"has {len(said):,} characters: shorten it to 1,024")
    strange = any(unicodedata.category(char)[0] == "C" and char not in "\t\n\r" for char in said)
    return refuse("has a control character: remove it") if strange else said_text(said)


def _person_id(said: str) -> str:
    if not re.fullmatch(_PERSON, said):
        refuse(f"{quoted(said)} is not a person's HR id: use 1 to 128 of the characters A-Z a-z 0-9 . _ @ + -")
    return said


def _account_id(said: str) -> str:
    return said if re.fullmatch(_ACCOUNT, said) else refuse(f"{quoted(said)} is not an account id: use its 12 digits")


def _ou(said: str) -> str:
    if not said.startswith("/") or "**" in said.removesuffix("/**") or (said.endswith("/") and said != "/"):
        refuse(
            f"{quoted(said)} is not an OU path: write `/Workloads/Dev`; `*` is one level, `/**` at the end all below"
        )
    return said


def _ou_id(said: str) -> str:
    if not re.fullmatch(_OU_ID, said):
        refuse(f"{quoted(said)} is not an OU id: write `ou-ab12-cdef3456`; `/**` behind it is all below it too")
    return said


def _duration(said: object) -> timedelta:
    match = re.fullmatch(_DURATION, said) if isinstance(said, str) else None
    parts = {name: int(number) for name, number in match.groupdict().items() if number} if match else {}
    duration = timedelta(**parts)
    if not _SHORTEST <= duration <= _LONGEST:
        refuse("is not a time of one minute to 365 days: write `P30D`, `P1DT12H`, `PT8H` or `PT30M`")
    return duration


def unlike(texts: list[str]) -> list[str]:
    """The list, when nothing is in it twice."""
    twice = sorted({text for text in texts if texts.count(text) > 1})
    return refuse(f"has {quoted(twice[0])} twice: keep one of them") if twice else texts


def text_as(pattern: str) -> Any:  # noqa: ANN401 - pydantic's own
    """Tell editors the form of a text; what is wrong with one is said in the words of a validator."""
    return Field(json_schema_extra={"pattern": f"^{pattern}$"})


Text = Annotated[str, AfterValidator(said_text), Field(json_schema_extra={"minLength": 1})]
GroupKey = Annotated[str, AfterValidator(_group_key), text_as(f"(?!{PERSON_PREFIX})[^/#]{{1,{_LONGEST_GROUP}}}")]
GroupDisplayName = Annotated[
    str, AfterValidator(_group_display_name), Field(json_schema_extra={"minLength": 1, "maxLength": 1024})
]
GroupDescription = Annotated[
    str, AfterValidator(_group_description), Field(json_schema_extra={"minLength": 1, "maxLength": 1024})
]
PersonId = Annotated[str, AfterValidator(_person_id), text_as(_PERSON)]
AccountId = Annotated[str, AfterValidator(_account_id), text_as(_ACCOUNT)]
OuPath = Annotated[str, AfterValidator(_ou), Field(json_schema_extra={"pattern": "^/"})]
Duration = Annotated[
    timedelta,
    BeforeValidator(_duration, json_schema_input_type=str),
    Field(json_schema_extra={"examples": ["P30D", "PT8H"]}),
]
OuId = Annotated[str, AfterValidator(_ou_id), text_as(_OU_ID)]
