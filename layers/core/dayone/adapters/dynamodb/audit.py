"""The audit log as hash-chained lanes: a writer that finds a lane's end moved reads it again and follows it."""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC

from dayone.adapters.dynamodb import keys
from dayone.adapters.dynamodb.keys import AUDIT_OF
from dayone.adapters.dynamodb.table import DynamoTable
from dayone.adapters.dynamodb.writes import IS_NEW, Put, Write, ends_with
from dayone.messages.codec import Record, encode, stamp
from dayone.model.audit import GENESIS, AuditEntry, AuditRecord, Seals, link
from dayone.model.subjects import Subject

OPERATIONS = "operations"
POLICY = "policy"
_FACT_LANES = 8
_SALT_BYTES = 16
# In the order in which they lie within a day.
LANES = (*(f"facts-{number}" for number in range(_FACT_LANES)), OPERATIONS, POLICY)


def facts_lane(subject: Subject) -> str:
    """Return the lane of facts received about a subject: always the same, and few subjects share one."""
    return f"facts-{hashlib.sha256(str(subject).encode()).digest()[0] % _FACT_LANES}"


def appended(table: DynamoTable, entries: Sequence[AuditEntry], *, lane: str, existing: int = 0) -> dict[str, Write]:
    """Return the writes that append the entries to a lane as it is now; none for no entries.

    Their conditions fail when another writer has written to the lane meanwhile: then call again. `existing` is the
    change in the number of memberships and assignments with these entries: that number is stored with the lane's end,
    which is written with each end of an operation anyway.
    """
    if not entries:
        return {}
    tail = table.get(keys.tail_key(lane))
    last, digest, day = (int(tail["sequence"]), str(tail["hash"]), str(tail["day"])) if tail else (0, GENESIS, "")
    condition = ends_with(digest) if tail else IS_NEW
    writes: dict[str, Write] = {}
    for number, entry in enumerate(entries, start=last + 1):
        # The link is over the text of the moment: it must be the one that is read back.
        in_utc = replace(entry, at=entry.at.astimezone(UTC))
        seals = Seals(salt=secrets.token_hex(_SALT_BYTES))
        record = AuditRecord(entry=in_utc, lane=lane, number=number, previous_day=day, seals=seals)
        digest, day = link(record, previous=digest), in_utc.at.date().isoformat()
        writes[f"audit-{number}"] = Put(stored(record, digest=digest), condition=IS_NEW)
    # Before it nothing is to be looked for. A lane that is older than this attribute goes without.
    began = str(tail.get("began", "")) if tail else entries[0].at.astimezone(UTC).date().isoformat()
    end = {**keys.tail_key(lane)._asdict(), "sequence": last + len(entries), "hash": digest, "day": day}
    end |= {"began": began} if began else {}
    counted = int((tail or {}).get("existing", 0)) + existing
    end |= {"existing": counted} if counted else {}
    return {"audit-tail": Put(end, condition=condition), **writes}


def stored(record: AuditRecord, *, digest: str) -> Record:
    """Return a record of the log as stored in the table, keys and lists included, all derived from hashed fields.

    One whose subject was erased is in no list.
    """
    entry, day = record.entry, record.entry.at.date().isoformat()
    key = keys.audit_key(record.lane, day=day, sequence=record.number)
    places: Record = {}
    if entry.subject:
        places = {"listed_in": f"{AUDIT_OF}{entry.subject}", "listed_as": f"{stamp(entry.at)}#{key.sk}"}
    if record.previous_day:
        places["previous_day"] = record.previous_day
    seals = {"seals": encode(record.seals)} if record.seals else {}
    return {**key._asdict(), **encode(entry), "hash": digest, **seals, **places}
