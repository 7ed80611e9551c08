"""Policy of a KMS key that encrypts Identity Center: the required statement, and whether it has one.

Source: IAM Identity Center User Guide, "Baseline KMS key policy" and "Advanced KMS key policy statements".
"""

from collections.abc import Iterator, Mapping
from enum import StrEnum
from fnmatch import fnmatchcase
from typing import Any

# What Identity Center does with the key for whoever calls it, and on whose behalf KMS is then called.
KEY_ACTIONS = ("kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKeyWithoutPlaintext")
_CONTEXT_KEYS = {"sso": "aws:sso:instance-arn", "identitystore": "aws:identitystore:identitystore-arn"}
_VIA_SERVICE = [f"{service}.*.amazonaws.com" for service in _CONTEXT_KEYS]

type Use = tuple[str, str]
_EVERY_USE = frozenset((action, service) for action in KEY_ACTIONS for service in _CONTEXT_KEYS)


class KeyVerdict(StrEnum):
    """Verdict on a key's policy about an account's use of the key through Identity Center."""

    ALLOWS = "allows"
    LACKS = "lacks"
    UNCLEAR = "unclear"
    """A statement may give or take the right, under a condition or for a principal that is not understood here."""


def statement_for(account: str, *, partition: str) -> dict[str, Any]:
    """Return the statement that lets an account's permitted principals use the key, through Identity Center only."""
    return {
        "Sid": f"IdentityCenterFrom{account}",
        "Effect": "Allow",
        "Principal": {"AWS": _root(account, partition)},
        "Action": list(KEY_ACTIONS),
        "Resource": "*",
        "Condition": {
            "StringLike": {"kms:ViaService": _VIA_SERVICE},
            "ForAnyValue:StringEquals": {"kms:EncryptionContextKeys": list(_CONTEXT_KEYS.values())},
        },
    }


def judge_key_policy(document: Mapping[str, Any], *, account: str, partition: str, region: str) -> KeyVerdict:
    """Compare a key's policy with what an account needs; a Deny that may concern it makes it unclear."""
    certain: set[Use] = set()
    possible: set[Use] = set()
    for statement in _listed(document.get("Statement")):
        uses = _uses(statement, region=region)
        match = _principal_match(statement, root=_root(account, partition), account=account)
        if match is KeyVerdict.LACKS or not uses:
            continue
        if statement.get("Effect") != "Allow":
            return KeyVerdict.UNCLEAR
        is_certain = match is KeyVerdict.ALLOWS and _is_understood(statement)
        (certain if is_certain else possible).update(uses)
    if certain >= _EVERY_USE:
        return KeyVerdict.ALLOWS
    return KeyVerdict.UNCLEAR if certain | possible >= _EVERY_USE else KeyVerdict.LACKS


def _root(account: str, partition: str) -> str:
    return f"arn:{partition}:iam::{account}:root"


def _principal_match(statement: Mapping[str, Any], *, root: str, account: str) -> KeyVerdict:
    if "NotPrincipal" in statement:
        return KeyVerdict.UNCLEAR
    principal = statement.get("Principal")
    names = _listed(principal.get("AWS") if isinstance(principal, Mapping) else principal)
    if {"*", account, root} & set(names):
        return KeyVerdict.ALLOWS
    # A role or user of the account: whether it is the one that calls is not known here.
    return KeyVerdict.UNCLEAR if any(f":{account}:" in name for name in names) else KeyVerdict.LACKS


def _uses(statement: Mapping[str, Any], *, region: str) -> set[Use]:
    """Return the uses that a statement is about, as far as its conditions are supported."""
    patterns = [str(pattern).lower() for pattern in _listed(statement.get("Action"))]
    actions = {
        action
        for action in KEY_ACTIONS
        if "NotAction" in statement or any(fnmatchcase(action.lower(), pattern) for pattern in patterns)
    }
    services = set(_CONTEXT_KEYS)
    for operator, key, values in _conditions(statement):
        if _is_via_service(operator, key):
            hosts = {service: f"{service}.{region}.amazonaws.com" for service in services}
            services = {service for service, host in hosts.items() if any(fnmatchcase(host, value) for value in values)}
        elif _is_context_keys(operator, key):
            services = {service for service in services if _CONTEXT_KEYS[service] in values}
    return {(action, service) for action in actions for service in services}


def _is_understood(statement: Mapping[str, Any]) -> bool:
    if "NotAction" in statement or set(_listed(statement.get("Resource"))) != {"*"}:
        return False
    return all(_is_via_service(name, key) or _is_context_keys(name, key) for name, key, _ in _conditions(statement))


def _is_via_service(operator: str, key: str) -> bool:
    return operator in {"stringlike", "stringequals"} and key == "kms:viaservice"


def _is_context_keys(operator: str, key: str) -> bool:
    return operator in {"foranyvalue:stringequals", "foranyvalue:stringlike"} and key == "kms:encryptioncontextkeys"


def _conditions(statement: Mapping[str, Any]) -> Iterator[tuple[str, str, list[str]]]:
    """Every condition as operator and key, both in lower case, and values."""
    for operator, keys in statement.get("Condition", {}).items():
        for key, values in keys.items():
            yield operator.lower(), key.lower(), _listed(values)


def _listed(value: Any) -> list[Any]:  # noqa: ANN401 - as JSON has it
    return value if isinstance(value, list) else [] if value is None else [value]
