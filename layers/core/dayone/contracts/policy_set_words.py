"""What a single word of a permission set may be: AWS's own limits, so that a mistake is found here and not in AWS."""

import json
import re
import unicodedata
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field

from dayone.contracts.policy_words import quoted, refuse, said_text, text_as

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
_DURATION = re.compile(r"PT(?=\d)(?:(\d{1,5})H)?(?:(\d{1,5})M)?(?:(\d{1,5})S)?")
_LONGEST_TAG_KEY, _LONGEST_TAG_VALUE = 128, 256
_MOST_INLINE_BYTES = 10_240
_HOUR = 3600


def _permission_set_name(name: str) -> str:
    if not re.fullmatch(_SET, name):
        refuse("is not a permission set name: use 1 to 32 of the characters A-Z a-z 0-9 _ + = , . @ -")
    return name


def _description(said: str) -> str:
    if not _LATIN_1.fullmatch(said_text(said)):
        refuse("is not a description AWS takes: use at most 700 Latin-1 characters (no curly quotes, dashes or emoji)")
    return said


def _session_duration(said: str) -> str:
    match = _DURATION.fullmatch(said)
    hours, minutes, seconds = (int(part or 0) for part in match.groups()) if match else (0, 0, 0)
    if not _HOUR <= hours * _HOUR + minutes * 60 + seconds <= 12 * _HOUR:
        refuse(f"{quoted(said)} is not a session duration: use PT1H to PT12H, such as `PT8H` or `PT1H30M`")
    return said


def _relay_state(said: str) -> str:
    if not _RELAY_STATE.fullmatch(said):
        refuse("is not a relay state: use the URL of a page in the AWS console, at most 240 characters")
    return said


def _managed_policy(said: str) -> str:
    path = PREDEFINED_POLICIES.get(said) or _POLICY_ARN.sub("", said)
    if said.startswith("arn:") and path == said:
        refuse(f"{quoted(said)} is not one of AWS's own policies: name your own under `customer_managed_policies`")
    if not _POLICY_PATH.fullmatch(path):
        refuse(
            f"{quoted(said)} is not a managed policy: use a name, as `ViewOnlyAccess`, a path below `policy/` or an ARN"
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


def _iam_name(said: str) -> str:
    if said.startswith("arn:"):
        refuse("is an ARN: give the policy's name, and its path as `path`; every account has a policy of its own")
    if not re.fullmatch(_IAM_NAME, said):
        refuse(
            f"{quoted(said)} is not the name of an IAM policy: use 1 to 128 of the characters A-Z a-z 0-9 _ + = , . @ -"
        )
    return said


def _iam_path(said: str) -> str:
    if not re.fullmatch(_IAM_PATH, said):
        refuse(f"{quoted(said)} is not an IAM path: it begins and ends with `/`, such as `/` or `/teams/blue/`")
    return said


def _is_tag_text(said: str) -> bool:
    return all(char in "_.:/=+-@" or unicodedata.category(char)[0] in "LNZ" for char in said)


def _tag_key(said: str) -> str:
    if not 1 <= len(said) <= _LONGEST_TAG_KEY or not _is_tag_text(said):
        refuse("is not a tag key: use 1 to 128 letters, digits, spaces and _ . : / = + - @")
    return refuse("begins with `aws:`, which is AWS's own: choose another key") if said.startswith("aws:") else said


def _tag_value(said: str) -> str:
    if len(said) > _LONGEST_TAG_VALUE or not _is_tag_text(said):
        refuse("is not a tag value: use at most 256 letters, digits, spaces and _ . : / = + - @")
    return said


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
