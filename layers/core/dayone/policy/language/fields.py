"""Valid values of single fields of a policy, for people, groups and accounts, within AWS's limits."""

import json
import re
import unicodedata
from datetime import timedelta
from difflib import get_close_matches
from typing import Annotated, Any, NoReturn

from pydantic import AfterValidator, BeforeValidator, Field
from pydantic_core import PydanticCustomError

from dayone.model.subjects import PERSON_PREFIX
from dayone.policy.ou_paths import is_pattern
from dayone.policy.unmatched_rules import did_you_mean

# Patterns and lengths: the identitystore and organizations API models (GroupDisplayName, OrganizationalUnitId).
_PERSON, _ACCOUNT = r"[A-Za-z0-9._@+-]{1,128}", r"[0-9]{12}"
_OU_ID = r"ou-[0-9a-z]{4,32}-[a-z0-9]{8,32}(?:/\*\*)?"
_DURATION = r"P(?=.)(?:(?P<days>[0-9]{1,3})D)?(?:T(?=.)(?:(?P<hours>[0-9]{1,4})H)?(?:(?P<minutes>[0-9]{1,6})M)?)?"
_SHORTEST, _LONGEST = timedelta(minutes=1), timedelta(days=365)
_LONGEST_QUOTED = 80
_RESERVED_GROUPS = frozenset({"administrator", "awsadministrators"})
_LONGEST_GROUP, _LONGEST_DISPLAY_NAME = 128, 1024


def refuse(message: str) -> NoReturn:
    """Refuse the value under validation, in these words."""
    raise PydanticCustomError("policy", "{said}", {"said": message})


def quoted(text: str) -> str:
    """Quote a text of the policy in a message, shortened where it would hide the fix that follows."""
    return f"`{text}`" if len(text) <= _LONGEST_QUOTED else f"`{text[:_LONGEST_QUOTED]}…`"


def listed(value: object) -> object:
    """Wrap a single value in a list, so that it needs no brackets; a number too, for a message that it needs quotes."""
    return [value] if isinstance(value, str | int | float) else value


def non_empty_text(value: str) -> str:
    """Return the text if it is not blank."""
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


def _group_description(text: str) -> str:
    if len(text) > _LONGEST_DISPLAY_NAME:
        refuse(f"has {len(text):,} characters: shorten it to 1,024")
    strange = any(unicodedata.category(char)[0] == "C" and char not in "\t\n\r" for char in text)
    return refuse("has a control character: remove it") if strange else non_empty_text(text)


def _person_id(text: str) -> str:
    if not re.fullmatch(_PERSON, text):
        refuse(f"{quoted(text)} is not a person's HR id: use 1 to 128 of the characters A-Z a-z 0-9 . _ @ + -")
    return text


def _account_id(text: str) -> str:
    return text if re.fullmatch(_ACCOUNT, text) else refuse(f"{quoted(text)} is not an account id: use its 12 digits")


def _ou(text: str) -> str:
    if not is_pattern(text):
        refuse(
            f"{quoted(text)} is not an OU path: write `/Workloads/Dev`; `*` is one level, `/**` at the end all below"
        )
    return text


def _ou_id(text: str) -> str:
    if not re.fullmatch(_OU_ID, text):
        refuse(f"{quoted(text)} is not an OU id: write `ou-ab12-cdef3456`; `/**` behind it is all below it too")
    return text


def _duration(value: object) -> timedelta:
    match = re.fullmatch(_DURATION, value) if isinstance(value, str) else None
    parts = {name: int(number) for name, number in match.groupdict().items() if number} if match else {}
    duration = timedelta(**parts)
    if not _SHORTEST <= duration <= _LONGEST:
        refuse("is not a time of one minute to 365 days: write `P30D`, `P1DT12H`, `PT8H` or `PT30M`")
    return duration


def unlike(texts: list[str]) -> list[str]:
    """Return the list if nothing is in it twice."""
    twice = sorted({text for text in texts if texts.count(text) > 1})
    return refuse(f"has {quoted(twice[0])} twice: keep one of them") if twice else texts


def text_as(pattern: str) -> Any:  # noqa: ANN401 - pydantic's own
    """Give editors the pattern of a text; a validator supplies the messages."""
    return Field(json_schema_extra={"pattern": f"^{pattern}$"})


Text = Annotated[str, AfterValidator(non_empty_text), Field(json_schema_extra={"minLength": 1})]
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


# AWS's predefined permission-set policies by the name people use, with their path below `policy/`.
# Source: IAM Identity Center User Guide, "Predefined permissions for AWS managed policies".
PREDEFINED_POLICIES = {
    "AdministratorAccess": "AdministratorAccess",
    "Billing": "job-function/Billing",
    "DatabaseAdministrator": "job-function/DatabaseAdministrator",
    "DataScientist": "job-function/DataScientist",
    "NetworkAdministrator": "job-function/NetworkAdministrator",
    "PowerUserAccess": "PowerUserAccess",
    "ReadOnlyAccess": "ReadOnlyAccess",
    "SecurityAudit": "SecurityAudit",
    "SupportUser": "job-function/SupportUser",
    "SystemAdministrator": "job-function/SystemAdministrator",
    "ViewOnlyAccess": "job-function/ViewOnlyAccess",
}

# Patterns and lengths: the sso-admin API model (PermissionSetName, PermissionSetDescription, RelayState, TagKey,
# ManagedPolicyArn, ManagedPolicyName, ManagedPolicyPath). Durations and inline sizes: IAM Identity Center User Guide,
# quotas.
_SET = r"[A-Za-z0-9_+=,.@-]{1,32}"
_LATIN_1 = re.compile(r"[\t\n\r\x20-\x7E\xA1-\xFF]{1,700}")
_RELAY_STATE = re.compile(r"""[a-zA-Z0-9&$@#\\/%?=~\-_'"|!:,.;*+\[\] (){}]{1,240}""")
_POLICY_ARN = re.compile(r"arn:aws(?:-[a-z]{1,5}){0,3}:iam::aws:policy/")
_POLICY_PATH = re.compile(r"[A-Za-z0-9.,+@=_-]+(?:/[A-Za-z0-9.,+@=_-]+)*")
_IAM_NAME, _IAM_PATH = r"[A-Za-z0-9_+=,.@-]{1,128}", r"(?=.{1,512}$)(?:/[A-Za-z0-9.,+@=_-]+)*/"
_DURATION_WORDS = re.compile(r"PT(?=\d)(?:(\d{1,5})H)?(?:(\d{1,5})M)?(?:(\d{1,5})S)?")
# A letter too many, too few or wrong. No other policy of AWS's is as near to one of these (of 1,582 in 2025).
_A_TYPO = 0.88
_LONGEST_TAG_KEY, _LONGEST_TAG_VALUE = 128, 256
_MOST_INLINE_BYTES = 10_240
_HOUR = 3600


def _permission_set_name(name: str) -> str:
    if not re.fullmatch(_SET, name):
        refuse("is not a permission set name: use 1 to 32 of the characters A-Z a-z 0-9 _ + = , . @ -")
    return name


def _description(text: str) -> str:
    if not _LATIN_1.fullmatch(non_empty_text(text)):
        refuse("is not a description AWS takes: use at most 700 Latin-1 characters (no curly quotes, dashes or emoji)")
    return text


def _session_duration(text: str) -> str:
    match = _DURATION_WORDS.fullmatch(text)
    hours, minutes, seconds = (int(part or 0) for part in match.groups()) if match else (0, 0, 0)
    if not _HOUR <= hours * _HOUR + minutes * 60 + seconds <= 12 * _HOUR:
        refuse(f"{quoted(text)} is not a session duration: use PT1H to PT12H, such as `PT8H` or `PT1H30M`")
    return text


def _relay_state(text: str) -> str:
    if not _RELAY_STATE.fullmatch(text):
        refuse("is not a relay state: use the URL of a page in the AWS console, at most 240 characters")
    return text


def _predefined_near(text: str) -> str:
    by_name = {name.casefold(): name for name in PREDEFINED_POLICIES if abs(len(name) - len(text)) <= 1}
    (near, *_) = (*get_close_matches(text.casefold(), by_name, n=1, cutoff=_A_TYPO), "")
    return by_name.get(near, "")


def _managed_policy(text: str) -> str:
    path = PREDEFINED_POLICIES.get(text) or _POLICY_ARN.sub("", text)
    if text.startswith("arn:") and path == text:
        refuse(f"{quoted(text)} is not one of AWS's own policies: name your own under `customer_managed_policies`")
    if not _POLICY_PATH.fullmatch(path):
        refuse(
            f"{quoted(text)} is not a managed policy: use a name, as `ViewOnlyAccess`, a path below `policy/` or an ARN"
        )
    if path == text and text not in PREDEFINED_POLICIES and (near := _predefined_near(text)):
        refuse(f"{quoted(text)} is no policy of AWS's{did_you_mean(near)} If AWS has it, write its ARN")
    return path


def _inline_policy(value: object) -> str:
    try:
        document = json.loads(value) if isinstance(value, str) else value
        text = json.dumps(document, separators=(",", ":"), allow_nan=False)
    except (ValueError, RecursionError):
        refuse("is not JSON: write the policy as a mapping, or as the JSON text that IAM takes")
    if not isinstance(document, dict) or "Statement" not in document:
        refuse("is not an IAM policy: it is a mapping with a `Statement`")
    size = len(re.sub(r"\s", "", text))
    if size > _MOST_INLINE_BYTES:
        refuse(f"has {size:,} bytes without white space: AWS takes 10,240, so shorten it or attach managed policies")
    return text


def _iam_name(text: str) -> str:
    if text.startswith("arn:"):
        refuse("is an ARN: give the policy's name, and its path as `path`; every account has a policy of its own")
    if not re.fullmatch(_IAM_NAME, text):
        refuse(
            f"{quoted(text)} is not the name of an IAM policy: use 1 to 128 of the characters A-Z a-z 0-9 _ + = , . @ -"
        )
    return text


def _iam_path(text: str) -> str:
    if not re.fullmatch(_IAM_PATH, text):
        refuse(f"{quoted(text)} is not an IAM path: it begins and ends with `/`, such as `/` or `/teams/blue/`")
    return text


def _is_tag_text(text: str) -> bool:
    return all(char in "_.:/=+-@" or unicodedata.category(char)[0] in "LNZ" for char in text)


def _tag_key(text: str) -> str:
    if not 1 <= len(text) <= _LONGEST_TAG_KEY or not _is_tag_text(text):
        refuse("is not a tag key: use 1 to 128 letters, digits, spaces and _ . : / = + - @")
    return refuse("begins with `aws:`, which is AWS's own: choose another key") if text.startswith("aws:") else text


def _tag_value(text: str) -> str:
    if len(text) > _LONGEST_TAG_VALUE or not _is_tag_text(text):
        refuse("is not a tag value: use at most 256 letters, digits, spaces and _ . : / = + - @")
    return text


PermissionSetName = Annotated[str, AfterValidator(_permission_set_name), text_as(_SET)]
Description = Annotated[str, AfterValidator(_description), Field(json_schema_extra={"minLength": 1, "maxLength": 700})]
SessionDuration = Annotated[
    str, AfterValidator(_session_duration), Field(json_schema_extra={"examples": ["PT1H", "PT8H", "PT1H30M"]})
]
RelayState = Annotated[str, AfterValidator(_relay_state), Field(json_schema_extra={"minLength": 1, "maxLength": 240})]
ManagedPolicy = Annotated[
    str,
    AfterValidator(_managed_policy),
    Field(json_schema_extra={"anyOf": [{"enum": [*PREDEFINED_POLICIES]}, {"type": "string"}]}),
]
InlinePolicy = Annotated[str, BeforeValidator(_inline_policy, json_schema_input_type=dict[str, Any] | str)]
IamName = Annotated[str, AfterValidator(_iam_name), text_as(_IAM_NAME)]
IamPath = Annotated[str, AfterValidator(_iam_path), text_as("(/[A-Za-z0-9.,+@=_-]+)*/")]
TagKey = Annotated[str, AfterValidator(_tag_key), Field(json_schema_extra={"minLength": 1, "maxLength": 128})]
TagValue = Annotated[str, AfterValidator(_tag_value), Field(json_schema_extra={"maxLength": 256})]
