"""Setup check of the key that encrypts Identity Center."""

import json
from dataclasses import replace
from typing import Any

import pytest

from dayone.errors import Refused
from dayone.ports.setup import SeenEncryption
from dayone.setup.check import check_settings
from dayone.setup.findings import Finding
from tests.fakes.surroundings import ELSEWHERE, GIVEN, MANAGEMENT, MemorySurroundings

KEY = f"arn:aws:kms:us-east-1:{MANAGEMENT}:key/1234abcd-12ab-34cd-56ef-1234567890ab"
OTHER = f"arn:aws:kms:us-east-1:{MANAGEMENT}:key/9999abcd-12ab-34cd-56ef-1234567890ab"
ACTIONS = ["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKeyWithoutPlaintext"]
# The default policy of a key that is made by the API.
DELEGATES = {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{MANAGEMENT}:root"}, "Action": "kms:*"}
# Of AWS's baseline policy: what everybody in the organisation may.
EVERYBODY_READS = {
    "Effect": "Allow",
    "Principal": "*",
    "Action": "kms:Decrypt",
    "Resource": "*",
    "Condition": {
        "StringEquals": {"aws:PrincipalOrgID": "${aws:ResourceOrgID}"},
        "StringLike": {"kms:ViaService": ["sso.*.amazonaws.com", "identitystore.*.amazonaws.com"]},
    },
}


def _policy(*statements: dict[str, Any]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": [{"Resource": "*", **statement} for statement in statements]}


def _with_key(*, key: str = KEY, status: str = "ENABLED", why: str = "", **around: Any) -> MemorySurroundings:  # noqa: ANN401
    usual = MemorySurroundings(**around)
    usual.seen = replace(usual.seen, encryption=SeenEncryption(key_arn=key, status=status, status_reason=why))
    return usual


def _found(around: MemorySurroundings, *, given_key: str = KEY, account: str = MANAGEMENT) -> dict[str, Finding]:
    given = replace(GIVEN, identity_center_key=given_key, account_id=account)
    return {finding.name: finding for finding in check_settings(given, ports=around.ports())}


@pytest.mark.parametrize(
    ("around", "given_key", "state", "says", "do"),
    [
        (_with_key(key=""), "", "ok", "key of AWS", ""),
        (_with_key(), KEY, "ok", KEY, ""),
        (_with_key(), "", "error", "deployed for a key of AWS", f"IdentityCenterKeyArn={KEY}"),
        (_with_key(), OTHER, "error", f"deployed for {OTHER}", f"IdentityCenterKeyArn={KEY}"),
        (_with_key(key=""), KEY, "warning", f"prepared for {KEY}", "nothing if it is to use that key soon"),
        (_with_key(status="UPDATING"), KEY, "warning", "changing its key", "wait"),
        (_with_key(status="UPDATE_FAILED", why="the key is disabled"), KEY, "error", "the key is disabled", "mend"),
    ],
)
def test_the_key_in_use_is_held_against_the_parameter(
    around: MemorySurroundings, given_key: str, state: str, says: str, do: str
) -> None:
    finding = _found(around, given_key=given_key)["identity-center-key"]
    assert (str(finding.state), says in finding.message, do in finding.do) == (state, True, True), finding


def test_with_a_key_of_aws_nothing_is_said_of_its_policy() -> None:
    finding = _found(_with_key(key=""), given_key="")["identity-center-key-policy"]
    assert (str(finding.state), finding.paste) == ("ok", "")


@pytest.mark.parametrize("account", [MANAGEMENT, ELSEWHERE])
@pytest.mark.parametrize("reason", ["KMS_ACCESS_DENIED", "KMS_AccessDeniedException"])
def test_whoever_may_not_use_the_key_is_given_the_statement_to_paste(account: str, reason: str) -> None:
    finding = _found(_with_key(key_refusal=reason), account=account)["identity-center-key-policy"]
    assert (str(finding.state), reason in finding.message, KEY in finding.do) == ("error", True, True)
    statement = json.loads(finding.paste)
    assert statement["Principal"] == {"AWS": f"arn:aws:iam::{account}:root"}
    assert statement["Action"] == ACTIONS
    assert statement["Condition"]["StringLike"] == {
        "kms:ViaService": ["sso.*.amazonaws.com", "identitystore.*.amazonaws.com"]
    }


@pytest.mark.parametrize("reason", ["KMS_DISABLED", "KMS_InvalidStateException", "KMS_NotFoundException"])
def test_a_key_that_does_not_work_is_not_a_matter_of_its_policy(reason: str) -> None:
    finding = _found(_with_key(key_refusal=reason))["identity-center-key-policy"]
    assert (str(finding.state), reason in finding.message, finding.paste) == ("error", True, "")
    assert "kms describe-key" in finding.do


def test_the_statement_that_is_printed_is_one_that_suffices() -> None:
    missing = _found(_with_key(key_policy=_policy(DELEGATES)), account=ELSEWHERE)["identity-center-key-policy"]
    assert str(missing.state) == "error"
    mended = _policy(DELEGATES, json.loads(missing.paste))
    finding = _found(_with_key(key_policy=mended), account=ELSEWHERE)["identity-center-key-policy"]
    assert (str(finding.state), finding.paste) == ("ok", "")


@pytest.mark.parametrize(
    ("statements", "account", "state"),
    [
        ([DELEGATES], MANAGEMENT, "ok"),
        ([DELEGATES], ELSEWHERE, "error"),
        ([DELEGATES, EVERYBODY_READS], ELSEWHERE, "error"),
        ([{**DELEGATES, "Principal": {"AWS": [MANAGEMENT, ELSEWHERE]}}], ELSEWHERE, "ok"),
        ([{**DELEGATES, "Principal": "*"}], ELSEWHERE, "ok"),
        ([{**DELEGATES, "Action": ["kms:Decrypt", "kms:Encrypt"]}], MANAGEMENT, "error"),
        ([{**DELEGATES, "Action": ["kms:de*"]}, {**DELEGATES, "Action": ["kms:Enc*", "kms:Gen*"]}], MANAGEMENT, "ok"),
        ([{**DELEGATES, "Action": "kms:Describe*"}], MANAGEMENT, "error"),
        ([{**DELEGATES, "Principal": {"AWS": f"arn:aws:iam::{MANAGEMENT}:role/admin"}}], MANAGEMENT, "unknown"),
        ([{**DELEGATES, "Condition": {"Bool": {"aws:SecureTransport": "true"}}}], MANAGEMENT, "unknown"),
        ([DELEGATES, {**DELEGATES, "Effect": "Deny", "Action": "kms:Decrypt"}], MANAGEMENT, "unknown"),
        ([DELEGATES, {**DELEGATES, "Effect": "Deny", "Action": "kms:ScheduleKeyDeletion"}], MANAGEMENT, "ok"),
        (
            [{**DELEGATES, "Condition": {"StringEquals": {"kms:ViaService": "sso.us-east-1.amazonaws.com"}}}],
            MANAGEMENT,
            "error",
        ),
        (
            [{**DELEGATES, "Condition": {"StringLike": {"kms:ViaService": "*.eu-west-1.amazonaws.com"}}}],
            MANAGEMENT,
            "error",
        ),
        ([{**DELEGATES, "Condition": {"StringLike": {"kms:ViaService": "*"}}}], MANAGEMENT, "ok"),
        ([{"Effect": "Allow", "Principal": {"Service": "sso.amazonaws.com"}, "Action": "kms:*"}], MANAGEMENT, "error"),
        ([], MANAGEMENT, "error"),
    ],
)
def test_the_policy_of_the_key_is_read_where_it_can_be(
    statements: list[dict[str, Any]], account: str, state: str
) -> None:
    finding = _found(_with_key(key_policy=_policy(*statements)), account=account)["identity-center-key-policy"]
    assert str(finding.state) == state, finding
    assert bool(finding.paste) == (state != "ok")


@pytest.mark.parametrize(
    "around",
    [
        _with_key(),
        _with_key(key_policy=_policy(DELEGATES), fails={"policy": Refused("AccessDeniedException: no")}),
        _with_key(fails={"refusal": Refused("AccessDeniedException: no")}),
    ],
    ids=["nobody to ask", "another account's", "nothing can be read"],
)
def test_where_the_policy_cannot_be_read_the_statement_is_given_all_the_same(around: MemorySurroundings) -> None:
    finding = _found(around, account=ELSEWHERE)["identity-center-key-policy"]
    assert (str(finding.state), json.loads(finding.paste)["Effect"]) == ("unknown", "Allow")
