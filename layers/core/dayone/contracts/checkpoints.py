"""Checkpoints of the audit log as documents: what is signed, what is sent and kept, and how it is read again."""

import json
from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from dayone.contracts.codec import stamp
from dayone.domain.audit import LaneEnd
from dayone.errors import Malformed

_SIGNED = ("at", "lanes", "table")
_DIGEST_LENGTH = 64


@dataclass(frozen=True, kw_only=True)
class Checkpoint:
    """Where each lane of the audit log ended at a moment, with the name of the table; empty lanes are left out."""

    at: datetime
    table: str
    ends: Mapping[str, LaneEnd]


@dataclass(frozen=True, kw_only=True)
class SignedCheckpoint:
    """A checkpoint with its signature (ECDSA_SHA_256 over `signed_text`, DER) and the ARN of the KMS key."""

    checkpoint: Checkpoint
    key: str
    signature: bytes


def signed_text(checkpoint: Checkpoint) -> bytes:
    """What is signed: the JSON of `at`, `lanes` and `table`, names sorted, without spaces."""
    lanes = [
        {"lane": lane, "number": end.number, "day": end.day, "hash": end.hash}
        for lane, end in sorted(checkpoint.ends.items())
    ]
    document = {"at": stamp(checkpoint.at), "lanes": lanes, "table": checkpoint.table}
    return json.dumps(document, sort_keys=True, separators=(",", ":")).encode()


def checkpoint_document(signed: SignedCheckpoint) -> dict[str, Any]:
    """The document that is sent and kept."""
    signature = b64encode(signed.signature).decode()
    return {**json.loads(signed_text(signed.checkpoint)), "key": signed.key, "signature": signature}


def parse_checkpoint(document: Any) -> SignedCheckpoint:  # noqa: ANN401 - JSON of the outside
    """A checkpoint from its document, or from the event of the bus that has it as its detail; raises Malformed."""
    if isinstance(document, dict) and isinstance(document.get("detail"), dict):
        document = document["detail"]
    try:
        checkpoint = Checkpoint(
            at=datetime.fromisoformat(document["at"]),
            table=str(document["table"]),
            ends={str(lane["lane"]): _end(lane) for lane in document["lanes"]},
        )
        signed = SignedCheckpoint(
            checkpoint=checkpoint, key=str(document["key"]), signature=b64decode(document["signature"], validate=True)
        )
        text = json.dumps({name: document[name] for name in _SIGNED}, sort_keys=True, separators=(",", ":")).encode()
        is_whole = text == signed_text(checkpoint)
    except (LookupError, TypeError, ValueError) as error:
        raise Malformed("this is no checkpoint of an audit log") from error
    if not is_whole:
        raise Malformed("this checkpoint has something that no checkpoint has")
    return signed


def _end(lane: Mapping[str, Any]) -> LaneEnd:
    number, day, digest = lane["number"], date.fromisoformat(lane["day"]).isoformat(), str(lane["hash"])
    if type(number) is not int or number < 1 or len(digest) != _DIGEST_LENGTH:
        raise ValueError("no end of a lane")
    return LaneEnd(number=number, day=day, hash=digest)
