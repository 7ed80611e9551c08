"""Signing, keeping and comparing checkpoints over a local KMS, S3 and DynamoDB."""

import hashlib
from datetime import UTC, datetime
from typing import Any

import pytest

from dayone.adapters.checkpoints import KmsSigningKey, S3CheckpointArchive
from dayone.adapters.dynamodb.audit_log import DynamoAuditLog, DynamoLaneEnds
from dayone.errors import Inapplicable, Malformed, Unavailable
from dayone.model.audit import LaneEnd
from dayone.ops.checkpoints import (
    Checkpoint,
    SignedCheckpoint,
    checkpoint_document,
    compare_ends,
    parse_checkpoint,
    signed_text,
)
from sandbox import Sandbox
from tests.contract.actions import recorded_actions
from tests.contract.audit_tampering import BUSY, OTHER, QUIET, SEEN, UNSEEN, Vandal, at, write, write_log
from tests.contract.state_ports import StateTable
from tests.contract.state_samples import entry

pytest_plugins = ("tests.contract.state_fixtures",)

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
END = LaneEnd(number=7, day="2026-11-23", hash="5c" * 32)
CHECKPOINT = Checkpoint(at=NOW, table="dayone-StateTable-1", ends={"policy": END, "operations": END})


@pytest.fixture
def vandal(state_table: StateTable) -> Vandal:
    write_log(state_table)
    return Vandal(state_table)


@pytest.fixture(scope="module")
def key(sandbox: Sandbox) -> KmsSigningKey:
    client = sandbox.client("kms")
    made = client.create_key(KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY")["KeyMetadata"]
    return KmsSigningKey(client, arn=made["Arn"])


def _is_signed(sandbox: Sandbox, key: str, *, text: bytes, signature: bytes) -> bool:
    kms, digest = sandbox.client("kms"), hashlib.sha256(text).digest()
    try:
        kms.verify(
            KeyId=key, Message=digest, MessageType="DIGEST", Signature=signature, SigningAlgorithm="ECDSA_SHA_256"
        )
    except kms.exceptions.KMSInvalidSignatureException:
        return False
    return True


def test_the_key_signs_what_it_is_given_and_nothing_else(sandbox: Sandbox, key: KmsSigningKey) -> None:
    text = signed_text(CHECKPOINT)
    signature = key.sign(text)
    assert _is_signed(sandbox, key.arn, text=text, signature=signature)
    assert not _is_signed(sandbox, key.arn, text=text + b" ", signature=signature)


def test_a_key_that_is_not_there_is_an_outage(key: KmsSigningKey, sandbox: Sandbox) -> None:
    with pytest.raises(Unavailable):
        KmsSigningKey(sandbox.client("kms"), arn=key.arn[:-4] + "0000").sign(b"text")


def test_the_adapters_call_what_they_declare(sandbox: Sandbox, key: KmsSigningKey, state_table: StateTable) -> None:
    write(state_table, BUSY, entry())
    kms, s3, dynamodb = sandbox.client("kms"), sandbox.client("s3"), state_table.connect()
    s3.create_bucket(Bucket="checkpoints-calls")
    called = [recorded_actions(client) for client in (kms, s3, dynamodb)]
    KmsSigningKey(kms, arn=key.arn).sign(b"text")
    S3CheckpointArchive(s3, bucket="checkpoints-calls", folder="dayone").keep("2026-11-23/1.json", "{}")
    DynamoLaneEnds(StateTable(dynamodb, state_table.name, state_table.connect).wrapped()).all()
    (signing,), (keeping,) = (entry.DEPENDENT_ACTIONS.values() for entry in (KmsSigningKey, S3CheckpointArchive))
    assert called == [signing, keeping, DynamoLaneEnds.ACTIONS]


def test_what_is_kept_is_below_the_folder(sandbox: Sandbox) -> None:
    s3 = sandbox.client("s3")
    s3.create_bucket(Bucket="checkpoints-kept")
    S3CheckpointArchive(s3, bucket="checkpoints-kept", folder="dayone").keep("2026-11-23/1.json", '{"at": "…"}')
    assert (
        s3.get_object(Bucket="checkpoints-kept", Key="dayone/2026-11-23/1.json")["Body"].read().decode()
        == '{"at": "…"}'
    )


def test_a_checkpoint_comes_back_from_its_document_and_from_the_event() -> None:
    signed = SignedCheckpoint(checkpoint=CHECKPOINT, key="arn:key", signature=b"\x30\x45")
    document = checkpoint_document(signed)
    assert parse_checkpoint(document) == signed
    assert parse_checkpoint({"source": "dayone", "detail": {**document, "id": "audit-checkpoint/1"}}) == signed


@pytest.mark.parametrize(
    "change",
    [
        {"at": "yesterday"},
        {"lanes": [{"lane": "policy", "number": 0, "day": "2026-11-23", "hash": "5c" * 32}]},
        {"lanes": [{"lane": "policy", "number": 7, "day": "2026-11-23", "hash": "5c"}]},
        {"lanes": [{"lane": "policy", "number": 7, "day": "2026-11-23", "hash": "5c" * 32, "note": ""}]},
        {"signature": "?"},
        {"key": None, "at": None},
    ],
)
def test_what_is_no_checkpoint_is_malformed(change: dict[str, Any]) -> None:
    document = checkpoint_document(SignedCheckpoint(checkpoint=CHECKPOINT, key="arn:key", signature=b"1"))
    with pytest.raises(Malformed):
        parse_checkpoint({**document, **change})


def _ends(vandal: Vandal) -> dict[str, LaneEnd]:
    return dict(DynamoLaneEnds(vandal.table.wrapped()).all())


def _different(vandal: Vandal, ends: dict[str, LaneEnd]) -> set[str]:
    compared = compare_ends(list(ends.items()), log=DynamoAuditLog(vandal.table.wrapped()))
    return {end_compared.lane for end_compared in compared if end_compared.message}


def test_the_ends_of_all_lanes_are_read(vandal: Vandal) -> None:
    ends = _ends(vandal)
    assert {lane: end.number for lane, end in ends.items()} == {BUSY: 9, QUIET: 2, OTHER: 3}
    assert ends[QUIET].hash == vandal.get(at(2, lane=QUIET))["hash"]


def test_an_end_that_was_changed_is_not_signed(vandal: Vandal) -> None:
    SEEN["the record of the end is no end"](vandal)
    with pytest.raises(Inapplicable, match="lane facts-3"):
        _ends(vandal)


def test_a_log_that_went_on_has_all_that_it_had(vandal: Vandal) -> None:
    ends = _ends(vandal)
    write(vandal.table, BUSY, entry(detail="later"))
    assert _different(vandal, ends) == set()


@pytest.mark.parametrize("tampering", UNSEEN)
def test_what_the_table_alone_does_not_show_a_checkpoint_does(vandal: Vandal, tampering: str) -> None:
    ends = _ends(vandal)
    UNSEEN[tampering](vandal)
    assert _different(vandal, ends) in ({BUSY}, {QUIET})


def test_a_lane_that_does_not_exist_is_no_end_of_it(vandal: Vandal) -> None:
    assert _different(vandal, {"facts-9": END}) == {"facts-9"}
