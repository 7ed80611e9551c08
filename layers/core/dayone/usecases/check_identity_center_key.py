"""What is said of the key that Identity Center is encrypted with: whether Day One is told of it, and may use it."""

import json
from collections.abc import Mapping
from typing import Any

from dayone.domain.findings import Finding, amiss, doubtful, fine, unseen
from dayone.domain.key_policies import Verdict, judge_key_policy, statement_for
from dayone.errors import DayOneError
from dayone.ports.surroundings import SeenInstance

KEY, KEY_POLICY = "identity-center-key", "identity-center-key-policy"
_FAILED, _UPDATING = "UPDATE_FAILED", "UPDATING"
_DENIED = ("KMS_ACCESS_DENIED", "KMS_AccessDeniedException")


def key_is_given(seen: SeenInstance, given_key: str) -> Finding:
    """The parameter IdentityCenterKeyArn names the key that is in use: the roles' rights are to that key alone."""
    key, status = seen.encryption.key_arn, seen.encryption.status
    if status == _FAILED:
        says = f"Identity Center could not change its key: {seen.encryption.status_reason or 'AWS does not say why'}"
        return amiss(
            KEY, says, do="mend the key or its policy, and change it again: console, Identity Center, Settings"
        )
    if not key and given_key:
        says = f"Identity Center uses a key of AWS's own, and Day One is prepared for {given_key}"
        return doubtful(
            KEY, says, do="nothing if it is to use that key soon; else deploy with IdentityCenterKeyArn empty"
        )
    if key and key != given_key:
        says = f"Identity Center is encrypted with {key}, and Day One is deployed for {given_key or 'a key of AWS'}"
        return amiss(KEY, says, do=f"deploy with IdentityCenterKeyArn={key}")
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
    """The key's policy lets the account use it through Identity Center; `policy` is None where it is not to be read."""
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
        says = f"AWS does not let {account} use the key through Identity Center: {refusal}"
        return amiss(KEY_POLICY, says, do=f"{where}, and deploy with IdentityCenterKeyArn={key}", paste=paste)
    if policy is None or isinstance(policy, DayOneError):
        reads = "could not be checked" if isinstance(refusal, DayOneError) else "works"
        says = f"reading through the key {reads}; whether its policy lets {account} write cannot be checked from here"
        return unseen(KEY_POLICY, says, do=f"check with credentials of the key's account, or {where}", paste=paste)
    return _judged(judge_key_policy(policy, account=account, partition=partition, region=region), account, where, paste)


def _judged(verdict: Verdict, account: str, where: str, paste: str) -> Finding:
    if verdict is Verdict.ALLOWS:
        return fine(KEY_POLICY, f"the policy of the key lets {account} use it through Identity Center")
    if verdict is Verdict.UNCLEAR:
        says = f"the policy of the key lets {account} use it under conditions that are not understood here"
        return unseen(KEY_POLICY, says, do=f"compare it, or {where}", paste=paste)
    return amiss(KEY_POLICY, f"the policy of the key does not let {account} use it", do=where, paste=paste)
