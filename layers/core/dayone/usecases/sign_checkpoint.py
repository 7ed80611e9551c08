"""Sign where the lanes of the audit log end, and hand that to places that whoever may write the table cannot reach."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from dayone.contracts.checkpoints import Checkpoint, SignedCheckpoint, checkpoint_document, signed_text
from dayone.domain.events import DomainEvent
from dayone.ports.checkpoints import CheckpointArchive, LaneEnds, SigningKey
from dayone.ports.events import EventBus

AUDIT_CHECKPOINT = "Audit Checkpoint"


@dataclass(frozen=True, kw_only=True)
class SignCheckpoint:
    """What signing needs; `archive` is None where nobody has named a bucket, `table` is the table's name."""

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
    ports.bus.publish([DomainEvent(id=event_id, detail_type=AUDIT_CHECKPOINT, detail=document, time=at)])
    return checkpoint
