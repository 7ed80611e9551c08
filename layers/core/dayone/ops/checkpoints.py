"""Sign where the lanes of the audit log end, and keep that where nobody who writes the table can reach it."""

import json
from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from dayone.errors import Malformed
from dayone.messages.bus_events import AuditCheckpointDetail, CheckpointLane
from dayone.messages.codec import stamp
from dayone.model.audit import AlteredRecord, AuditRecord, LaneEnd
from dayone.ports.messaging import DetailType, DomainEvent, EventBus
from dayone.ports.records import AuditLog, CheckpointArchive, LaneEnds, SigningKey

_SIGNED = ("at", "lanes", "table")
_DIGEST_LENGTH = 64


@dataclass(frozen=True, kw_only=True)
class Checkpoint:
    """Recorded ends of the audit log's lanes at a given time, with the name of the table; empty lanes are left out."""

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
    """Return the signed text: the JSON of `at`, `lanes` and `table`, names sorted, without spaces."""
    document = {"at": stamp(checkpoint.at), "lanes": _lanes_of(checkpoint), "table": checkpoint.table}
    return json.dumps(document, sort_keys=True, separators=(",", ":")).encode()


def _lanes_of(checkpoint: Checkpoint) -> list[CheckpointLane]:
    return [
        {"lane": lane, "number": end.number, "day": end.day, "hash": end.hash}
        for lane, end in sorted(checkpoint.ends.items())
    ]


def checkpoint_document(signed: SignedCheckpoint) -> AuditCheckpointDetail:
    """Return the document that is sent and stored."""
    checkpoint = signed.checkpoint
    return {
        "at": stamp(checkpoint.at),
        "lanes": _lanes_of(checkpoint),
        "table": checkpoint.table,
        "key": signed.key,
        "signature": b64encode(signed.signature).decode(),
    }


def parse_checkpoint(document: Any) -> SignedCheckpoint:  # noqa: ANN401 - JSON of the outside
    """Parse a checkpoint from its document, or from the bus event with it as its detail; raise Malformed."""
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


@dataclass(frozen=True, kw_only=True)
class SignCheckpoint:
    """Ports for signing; `archive` is None without a configured bucket, `table` is the table's name."""

    ends: LaneEnds
    key: SigningKey
    bus: EventBus
    archive: CheckpointArchive | None
    table: str
    clock: Callable[[], datetime]


def sign_checkpoint(*, ports: SignCheckpoint) -> Checkpoint:
    """Sign the ends of all lanes as they are now, keep that in the archive, and publish it on the bus."""
    # The moment is before the reading: what is signed holds for whatever was recorded until then.
    at = ports.clock().astimezone(UTC)
    checkpoint = Checkpoint(at=at, table=ports.table, ends=ports.ends.all())
    signature = ports.key.sign(signed_text(checkpoint))
    document = checkpoint_document(SignedCheckpoint(checkpoint=checkpoint, key=ports.key.arn, signature=signature))
    if ports.archive:
        ports.archive.keep(f"{at.date().isoformat()}/{at:%Y-%m-%dT%H-%M-%S.%f}.json", json.dumps(document))
    event_id = f"audit-checkpoint/{document['at']}"
    ports.bus.publish([DomainEvent(id=event_id, detail_type=DetailType.AUDIT_CHECKPOINT, detail=document, time=at)])
    return checkpoint


@dataclass(frozen=True, kw_only=True)
class EndCompared:
    """A lane's end that was kept elsewhere, and what is wrong with the entry there, empty when it is the same."""

    lane: str
    end: LaneEnd
    message: str


def compare_ends(ends: Sequence[tuple[str, LaneEnd]], *, log: AuditLog) -> Sequence[EndCompared]:
    """Compare each end with the entry that lies there now.

    An entry with the same hash is the same, and so is everything before it in its lane: its hash covers that.
    """
    return [EndCompared(lane=lane, end=end, message=_difference(lane, end, log=log)) for lane, end in ends]


def _difference(lane: str, end: LaneEnd, *, log: AuditLog) -> str:
    if lane not in log.lanes():
        return "there is no such lane"
    match log.numbered(lane, end.number, days=[date.fromisoformat(end.day)]):
        case []:
            return "it was the end of the lane, and is gone"
        case [AlteredRecord() as record]:
            return record.message
        case [AuditRecord(hash=end.hash)]:
            return ""
    return "it was the end of the lane with another hash: the lane was written anew"
