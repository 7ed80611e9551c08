"""What a single value of a policy may be: AWS's own limits, so that a mistake is found here and not in AWS."""

import json
import re
import unicodedata
from typing import Annotated, NoReturn

from pydantic import AfterValidator, BeforeValidator, Field
from pydantic_core import PydanticCustomError

from dayone.domain.policy import PREDEFINED_POLICIES

# Patterns and lengths: the sso-admin and identitystore API models (PermissionSetName, PermissionSetDescription,
# RelayState, ManagedPolicyArn, GroupDisplayName). Durations and inline sizes: IAM Identity Center User Guide, quotas.
_PERMISSION_SET = re.compile(r"[A-Za-z0-9_+=,.@-]{1,32}")
_LATIN_1 = re.compile(r"[\t\n\r\x20-\x7E\xA1-\xFF]{1,700}")
_RELAY_STATE = re.compile(r"""[a-zA-Z0-9&$@#\\/%?=~\-_'"|!:,.;*+\[\] (){}]{1,240}""")
_POLICY_ARN = re.compile(r"arn:aws(?:-[a-z]{1,5}){0,3}:iam::aws:policy/")
_POLICY_PATH = re.compile(r"[A-Za-z0-9.,+@=_-]+(?:/[A-Za-z0-9.,+@=_-]+)*")
_DURATION = re.compile(r"PT(?=\d)(?:(\d{1,5})H)?(?:(\d{1,5})M)?(?:(\d{1,5})S)?")
_RESERVED_GROUPS = frozenset({"Administrator", "AWSAdministrators"})
_LONGEST_GROUP, _LONGEST_GROUP_DESCRIPTION = 128, 1024
_MOST_INLINE_BYTES = 10_240
_HOUR = 3600


def refuse(said: str) -> NoReturn:
    """Refuse the value under validation, in these words."""
    raise PydanticCustomError("policy", "{said}", {"said": said})


def listed(value: object) -> object:
    """One value as a list of it, so that a single word needs no brackets; a number too, to be told to need quotes."""
    return [value] if isinstance(value, str | int | float) else value


def _text(value: str) -> str:
    return value if value.strip() else refuse("is empty: give it a value, or leave the key out")


def _group_name(name: str) -> str:
    strange = [char for char in name if char in "/#" or (unicodedata.category(char)[0] in "CZ" and char != " ")]
    if not 1 <= len(name) <= _LONGEST_GROUP or strange or name != name.strip():
        refuse("is not a group name: use 1 to 128 characters, no `/`, `#`, control character or space at either end")
    return refuse(f"`{name}` is reserved by AWS: choose another name") if name in _RESERVED_GROUPS else name


def _group_description(said: str) -> str:
    if len(said) > _LONGEST_GROUP_DESCRIPTION:
        refuse(f"has {len(said):,} characters: shorten it to 1,024")
    strange = any(unicodedata.category(char)[0] == "C" and char not in "\t\n\r" for char in said)
    return refuse("has a control character: remove it") if strange else _text(said)


def _permission_set_name(name: str) -> str:
    if not _PERMISSION_SET.fullmatch(name):
        refuse("is not a permission set name: use 1 to 32 of the characters A-Z a-z 0-9 _ + = , . @ -")
    return name


def _description(said: str) -> str:
    if not _LATIN_1.fullmatch(_text(said)):
        refuse("is not a description AWS takes: use at most 700 Latin-1 characters (no curly quotes, dashes or emoji)")
    return said


def _session_duration(said: str) -> str:
    match = _DURATION.fullmatch(said)
    hours, minutes, seconds = (int(part or 0) for part in match.groups()) if match else (0, 0, 0)
    if not _HOUR <= hours * _HOUR + minutes * 60 + seconds <= 12 * _HOUR:
        refuse(f"`{said}` is not a session duration: use PT1H to PT12H, such as `PT8H` or `PT1H30M`")
    return said


def _relay_state(said: str) -> str:
    if not _RELAY_STATE.fullmatch(said):
        refuse("is not a relay state: use the URL of a page in the AWS console, at most 240 characters")
    return said


def _managed_policy(said: str) -> str:
    path = PREDEFINED_POLICIES.get(said) or _POLICY_ARN.sub("", said)
    if said.startswith("arn:") and path == said:
        refuse(
            f"`{said}` is not one of AWS's own policies: only those can be attached, so use an inline policy instead"
        )
    if not _POLICY_PATH.fullmatch(path):
        refuse(
            f"`{said}` is not a managed policy: use a name such as `ViewOnlyAccess`, a path below `policy/`, or an ARN"
        )
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


def _account_id(said: str) -> str:
    return said if re.fullmatch(r"[0-9]{12}", said) else refuse(f"`{said}` is not an account id: use its 12 digits")


def _ou(said: str) -> str:
    if not said.startswith("/") or "**" in said.removesuffix("/**") or (said.endswith("/") and said != "/"):
        refuse(f"`{said}` is not an OU path: write `/Workloads/Dev`; `*` is one level, `/**` at the end all below")
    return said


Text = Annotated[str, AfterValidator(_text)]
GroupName = Annotated[str, AfterValidator(_group_name)]
GroupDescription = Annotated[str, AfterValidator(_group_description)]
PermissionSetName = Annotated[str, AfterValidator(_permission_set_name)]
Description = Annotated[str, AfterValidator(_description)]
SessionDuration = Annotated[str, AfterValidator(_session_duration)]
RelayState = Annotated[str, AfterValidator(_relay_state)]
ManagedPolicy = Annotated[str, AfterValidator(_managed_policy)]
InlinePolicy = Annotated[str, BeforeValidator(_inline_policy)]
AccountId = Annotated[str, AfterValidator(_account_id)]
Globs = Annotated[list[Text], BeforeValidator(listed), Field(min_length=1)]
AccountIds = Annotated[list[AccountId], BeforeValidator(listed), Field(min_length=1)]
OuPaths = Annotated[list[Annotated[str, AfterValidator(_ou)]], BeforeValidator(listed), Field(min_length=1)]
