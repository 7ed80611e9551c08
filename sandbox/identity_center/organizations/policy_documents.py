"""Checks the document of an Organizations policy as AWS does before it takes one.

Source: AWS Organizations User Guide, "SCP syntax" (the whole language of IAM since September 2025, but no principals)
and "Troubleshooting AWS Organizations policies"; IAM User Guide, "Grammar of the IAM JSON policy language".
"""

import json
import re
from collections.abc import Iterator
from typing import Any

from sandbox.identity_center.protocol.service_error import ServiceError

SERVICE_CONTROL_POLICY = "SERVICE_CONTROL_POLICY"

_VERSIONS = {"2012-10-17", "2008-10-17"}
_DOCUMENT_ELEMENTS = {"Version", "Id", "Statement"}
_STATEMENT_ELEMENTS = {"Sid", "Effect", "Action", "NotAction", "Resource", "NotResource", "Condition"}
_SID = re.compile(r"[0-9A-Za-z]*")
_ACTION = re.compile(r"\*|[a-z0-9-]+:[A-Za-z0-9*?]+")
_RESOURCE = re.compile(r"\*|arn:[^:]*(:[^:]*){3}:.+")
_CONDITION_KEY = re.compile(r"[A-Za-z0-9-]+:.+")
_COMPARISONS = {
    "String": ("Equals", "NotEquals", "EqualsIgnoreCase", "NotEqualsIgnoreCase", "Like", "NotLike"),
    "Numeric": ("Equals", "NotEquals", "LessThan", "LessThanEquals", "GreaterThan", "GreaterThanEquals"),
    "Date": ("Equals", "NotEquals", "LessThan", "LessThanEquals", "GreaterThan", "GreaterThanEquals"),
    "Arn": ("Equals", "NotEquals", "Like", "NotLike"),
    "Ip": ("Address",),
    "NotIp": ("Address",),
    "Binary": ("Equals",),
    "": ("Bool",),
}
_OPERATORS = frozenset(subject + verb for subject, verbs in _COMPARISONS.items() for verb in verbs)
_OPERATOR = re.compile(r"(?:ForAllValues:|ForAnyValue:)?(\w+?)(?:IfExists)?")


def check_document(policy_type: str, content: str) -> None:
    """Raise MalformedPolicyDocumentException for a document that AWS would not take for a policy of this type.

    The documents of other types than service control policies must be JSON objects; no more is checked.
    """
    try:
        document = json.loads(content, object_pairs_hook=_once_each)
    except ValueError as error:
        raise _malformed() from error
    if not isinstance(document, dict):
        raise _malformed()
    if policy_type == SERVICE_CONTROL_POLICY and not all(_document_rules(document)):
        raise _malformed()


def _malformed() -> ServiceError:
    message = "The provided policy document does not meet the requirements of the specified policy type."
    return ServiceError("MalformedPolicyDocumentException", message)


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Read one JSON object, in which no name may occur twice."""
    names = [name for name, _ in pairs]
    if len(set(names)) < len(names):
        raise ValueError("a name occurs twice")
    return dict(pairs)


def _document_rules(document: dict[str, Any]) -> Iterator[bool]:
    yield document.keys() <= _DOCUMENT_ELEMENTS
    yield document.get("Version") in _VERSIONS
    statements = document.get("Statement")
    statements = [statements] if isinstance(statements, dict) else statements
    yield isinstance(statements, list) and bool(statements)
    for statement in statements if isinstance(statements, list) else []:
        yield isinstance(statement, dict) and all(_statement_rules(statement))
    sids = [statement["Sid"] for statement in statements or [] if isinstance(statement, dict) and "Sid" in statement]
    yield len({str(sid) for sid in sids}) == len(sids)


def _statement_rules(statement: dict[str, Any]) -> Iterator[bool]:
    yield statement.keys() <= _STATEMENT_ELEMENTS
    yield statement.get("Effect") in ("Allow", "Deny")
    yield isinstance(statement.get("Sid", ""), str) and _SID.fullmatch(statement.get("Sid", "")) is not None
    for either, other, pattern in (("Action", "NotAction", _ACTION), ("Resource", "NotResource", _RESOURCE)):
        yield (either in statement) != (other in statement)
        yield _are_texts(statement.get(either, statement.get(other)), pattern)
    yield _is_condition(statement.get("Condition", {}))


def _are_texts(value: object, pattern: re.Pattern[str]) -> bool:
    texts = value if isinstance(value, list) else [value]
    return bool(texts) and all(isinstance(text, str) and pattern.fullmatch(text) for text in texts)


def _is_condition(condition: object) -> bool:
    if not isinstance(condition, dict):
        return False
    return all(_is_operator(operator) and _are_keys(keys) for operator, keys in condition.items())


def _is_operator(operator: str) -> bool:
    match = _OPERATOR.fullmatch(operator)
    return operator == "Null" or (match is not None and match[1] in _OPERATORS)


def _are_keys(keys: object) -> bool:
    if not isinstance(keys, dict) or not keys:
        return False
    return all(_CONDITION_KEY.fullmatch(key) and _are_values(value) for key, value in keys.items())


def _are_values(value: object) -> bool:
    values = value if isinstance(value, list) else [value]
    return bool(values) and all(isinstance(single, str | bool | int | float) for single in values)
