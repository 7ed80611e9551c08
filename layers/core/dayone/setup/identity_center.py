"""Check the instance of Identity Center, and the key that it is encrypted with."""

import json
from collections.abc import Iterator, Mapping
from enum import StrEnum
from fnmatch import fnmatchcase
from typing import Any

from dayone.errors import DayOneError
from dayone.model.people import IdentitySource
from dayone.ports.setup import SeenInstance, SeenOrganization
from dayone.setup.findings import Finding, amiss, doubtful, fine, unseen

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


_ACTIVE = "ACTIVE"


def instance_is_usable(seen: SeenInstance) -> Finding:
    """Check that the instance is active, and has permission sets."""
    name = "instance"
    if seen.status and seen.status != _ACTIVE:
        why = f": {seen.status_reason}" if seen.status_reason else ""
        return amiss(
            name, f"the instance is {seen.status}{why}", do="wait until it is ACTIVE, or mend it in the console"
        )
    if seen.permission_sets_enabled is False:
        do = "enable them with `aws sso-admin update-instance`, which cannot be undone"
        return amiss(name, "permission sets are switched off in this instance", do=do)
    if not seen.status:
        return doubtful(name, "the instance is there; AWS does not say in which state", do="look in the console")
    return fine(name, "the instance is ACTIVE")


def instance_is_here(seen: SeenInstance, region: str) -> Finding:
    """Check that the instance is administered in the Region of Day One."""
    name = "region"
    if seen.primary_region and seen.primary_region != region:
        do = f"deploy in {seen.primary_region}: permission sets and assignments can be read and written there only"
        return amiss(name, f"the instance's primary Region is {seen.primary_region}, this is {region}", do=do)
    if not seen.primary_region:
        message = f"the instance answers in {region}; AWS does not name its primary Region"
        return unseen(
            name, message, do="look in the console, Identity Center, Settings, Management: it must be this one"
        )
    return fine(name, f"the instance's primary Region is this one, {region}")


def store_fits(seen: SeenInstance, identity_store_id: str) -> Finding:
    """Check that the identity store is that of the instance."""
    name = "identity-store"
    if seen.identity_store_id == identity_store_id:
        return fine(name, f"the identity store of the instance is {identity_store_id}")
    do = f"deploy with IdentityStoreId={seen.identity_store_id}"
    return amiss(
        name, f"the identity store of the instance is {seen.identity_store_id}, not {identity_store_id}", do=do
    )


def identity_source() -> Finding:
    """Report the identity source as unknown: AWS has no call that returns it."""
    message = "AWS has no call that returns the identity source"
    do = (
        "look in the console, Identity Center, Settings: if an external provider or Active Directory is the source, "
        "the policy must say `identity_source: external`"
    )
    return unseen("identity-source", message, do=do)


def first_sign_in(source: IdentitySource | DayOneError) -> Finding:
    """Report whether users created by the API can choose a password, which depends on a setting without an API.

    For a policy that cannot be read, the usual source is assumed.
    """
    name = "first-sign-in"
    if source is IdentitySource.EXTERNAL:
        return fine(name, "people sign in at the identity provider: the policy says `identity_source: external`")
    message = (
        "a user that Day One makes has no password and gets no mail from AWS, and AWS has no call that tells whether"
        " `Send email OTP` is on"
    )
    do = (
        "in the console, Identity Center, Settings, Authentication, switch on `Send email OTP` before the first hire; "
        "there is nothing to do where an external identity provider owns the users"
    )
    return unseen(name, message, do=do)


def instance_is_the_organizations(seen: SeenInstance, organization: SeenOrganization) -> Finding:
    """Check that the instance is the organisation's: an account's own has no accounts or permission sets to assign."""
    name = "organization-instance"
    if not seen.owner_account:
        return unseen(
            name, "AWS does not say whose instance it is", do="look in the console, Identity Center, Settings"
        )
    if seen.owner_account == organization.management_account:
        return fine(name, f"the instance is that of the organisation {organization.id}")
    do = "use the instance of the management account: an account instance cannot give access to accounts"
    return amiss(name, f"the instance is that of the account {seen.owner_account} alone", do=do)


KEY, KEY_POLICY = "identity-center-key", "identity-center-key-policy"
_FAILED, _UPDATING = "UPDATE_FAILED", "UPDATING"
_DENIED = ("KMS_ACCESS_DENIED", "KMS_AccessDeniedException")


def key_is_given(seen: SeenInstance, given_key: str) -> Finding:
    """Check that IdentityCenterKeyArn names the key that is in use: the roles' rights are to that key alone."""
    key, status = seen.encryption.key_arn, seen.encryption.status
    if status == _FAILED:
        message = f"Identity Center could not change its key: {seen.encryption.status_reason or 'AWS does not say why'}"
        return amiss(
            KEY, message, do="mend the key or its policy, and change it again: console, Identity Center, Settings"
        )
    if not key and given_key:
        message = f"Identity Center uses a key of AWS's own, and Day One is prepared for {given_key}"
        return doubtful(
            KEY, message, do="nothing if it is to use that key soon; else deploy with IdentityCenterKeyArn empty"
        )
    if key and key != given_key:
        message = f"Identity Center is encrypted with {key}, and Day One is deployed for {given_key or 'a key of AWS'}"
        return amiss(KEY, message, do=f"deploy with IdentityCenterKeyArn={key}")
    if status == _UPDATING:
        return doubtful(KEY, "Identity Center is changing its key", do="wait until it is ENABLED, then check again")
    return fine(KEY, f"Identity Center is encrypted with {key or 'a key of AWS itself: nothing is needed for it'}")


def key_may_be_used(
    seen: SeenInstance,
    refusal: str | DayOneError,
    policy: Mapping[str, Any] | DayOneError | None,
    *,
    account: str,
    region: str,
) -> Finding:
    """Check that the key's policy lets the account use it through Identity Center; `policy` is None if not read."""
    key = seen.encryption.key_arn
    if not key and not refusal:
        return fine(KEY_POLICY, "not needed: Identity Center uses a key of AWS's own")
    if isinstance(refusal, str) and refusal and refusal not in _DENIED:
        do = f"check that the key is enabled: aws kms describe-key --key-id {key}"
        return amiss(KEY_POLICY, f"Identity Center cannot use its key: {refusal}", do=do)
    partition = (key or "arn:aws").split(":")[1]
    paste = json.dumps(statement_for(account, partition=partition), indent=2)
    where = f"add the statement below to the policy of {key or 'the key'}"
    if isinstance(refusal, str) and refusal:
        message = f"AWS does not let {account} use the key through Identity Center: {refusal}"
        return amiss(KEY_POLICY, message, do=f"{where}, and deploy with IdentityCenterKeyArn={key}", paste=paste)
    if policy is None or isinstance(policy, DayOneError):
        reads = "could not be checked" if isinstance(refusal, DayOneError) else "works"
        message = (
            f"reading through the key {reads}; whether its policy lets {account} write cannot be checked from here"
        )
        return unseen(KEY_POLICY, message, do=f"check with credentials of the key's account, or {where}", paste=paste)
    return _judged(judge_key_policy(policy, account=account, partition=partition, region=region), account, where, paste)


def _judged(verdict: KeyVerdict, account: str, where: str, paste: str) -> Finding:
    if verdict is KeyVerdict.ALLOWS:
        return fine(KEY_POLICY, f"the policy of the key lets {account} use it through Identity Center")
    if verdict is KeyVerdict.UNCLEAR:
        message = f"the policy of the key lets {account} use it under conditions that are not understood here"
        return unseen(KEY_POLICY, message, do=f"compare it, or {where}", paste=paste)
    return amiss(KEY_POLICY, f"the policy of the key does not let {account} use it", do=where, paste=paste)
