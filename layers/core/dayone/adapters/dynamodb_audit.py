"""The audit log as hash-chained lanes: a writer that finds a lane's end moved looks again and follows the new end."""

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC

from dayone.adapters import dynamodb_keys as keys
from dayone.adapters.dynamodb_conditions import IS_NEW, ends_with
from dayone.adapters.dynamodb_lists import audit_of
from dayone.adapters.dynamodb_table import DynamoTable
from dayone.adapters.dynamodb_writes import Put, Write
from dayone.contracts.codec import encode, stamp
from dayone.domain.audit import GENESIS, AuditEntry, link
from dayone.domain.subjects import Subject

OPERATIONS = "operations"
POLICY = "policy"
_FACT_LANES = 8
LANES = (OPERATIONS, POLICY, *(f"facts-{number}" for number in range(_FACT_LANES)))


def facts_lane(subject: Subject) -> str:
    """The lane of what is heard of a subject: always the same, and few subjects share one."""
    return f"facts-{hashlib.sha256(str(subject).encode()).digest()[0] % _FACT_LANES}"


def appended(table: DynamoTable, entries: Sequence[AuditEntry], *, lane: str) -> dict[str, Write]:
    """The writes that put the entries at the end of a lane as it is now; none for no entries.

    Their conditions fail when somebody else has written to the lane meanwhile: then ask again.
    """
    if not entries:
        return {}
    tail = table.get(keys.tail_key(lane))
    sequence, digest = (int(tail["sequence"]), str(tail["hash"])) if tail else (0, GENESIS)
    condition = ends_with(digest) if tail else IS_NEW
    writes: dict[str, Write] = {}
    day = ""
    for entry in entries:
        # The link is over the text of the moment: it must be the one that is read back.
        in_utc = replace(entry, at=entry.at.astimezone(UTC))
        sequence, digest, day = sequence + 1, link(in_utc, previous=digest), in_utc.at.date().isoformat()
        key = keys.audit_key(lane, day=day, sequence=sequence)
        listed = {"listed_in": audit_of(in_utc.subject), "listed_as": f"{stamp(in_utc.at)}#{key.sk}"}
        record = {**key._asdict(), **encode(in_utc), "hash": digest, **listed}
        writes[f"audit-{sequence}"] = Put(record, condition=IS_NEW)
    end = {**keys.tail_key(lane)._asdict(), "sequence": sequence, "hash": digest, "day": day}
    return {"audit-tail": Put(end, condition=condition), **writes}
