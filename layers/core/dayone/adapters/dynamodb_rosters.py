"""The last import of each HR source that sends its whole workforce, in DynamoDB, packed and cut to fit records."""

import base64
import json
import zlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar

from dayone.adapters import dynamodb_audit as audit_log
from dayone.adapters import dynamodb_marks as marks
from dayone.adapters.dynamodb_change_keys import change_key, planned_key
from dayone.adapters.dynamodb_conditions import IS_NEW
from dayone.adapters.dynamodb_keys import HEAD, RecordKey
from dayone.adapters.dynamodb_mapping import change_parts
from dayone.adapters.dynamodb_table import DynamoTable
from dayone.adapters.dynamodb_writes import Put
from dayone.contracts.codec import stamp
from dayone.domain.audit import AuditEntry
from dayone.domain.changes import Cause
from dayone.domain.subjects import Subject
from dayone.ports.hr import Roster

# Source: DynamoDB service quotas, item size: 400 KB, of which keys and names need a little.
_LARGEST_PART = 380_000
_PROOF = "proof"


class DynamoRosters:
    """The port Rosters."""

    ACTIONS: ClassVar[frozenset[str]] = frozenset({"dynamodb:BatchWriteItem", "dynamodb:GetItem", "dynamodb:PutItem"})

    def __init__(self, table: DynamoTable) -> None:
        self._table = table

    def roster(self, source: str) -> Roster | None:
        """The last one that was taken, or None before the first."""
        head = self._table.get(_head_key(source))
        if head is None:
            return None
        parts = [self._table.get(key) for key in _part_keys(source, head)]
        packed = "".join(str(one["packed"]) for one in parts if one is not None)
        said = json.loads(zlib.decompress(base64.b64decode(packed)))
        at = datetime.fromisoformat(str(head["at"]))
        return Roster(
            at=at, people=said["people"], missing=tuple(said["missing"]), attributes=tuple(said.get("attributes", ()))
        )

    def keep(self, source: str, roster: Roster) -> None:
        """Remember this one."""
        before = self._table.get(_head_key(source))
        said = {"people": dict(roster.people), "missing": roster.missing, "attributes": roster.attributes}
        packed = base64.b64encode(zlib.compress(json.dumps(said, separators=(",", ":")).encode())).decode()
        cuts = [packed[at : at + _LARGEST_PART] for at in range(0, len(packed), _LARGEST_PART)]
        head = {**_head_key(source)._asdict(), "at": stamp(roster.at), "parts": len(cuts)}
        keys = _part_keys(source, head)
        self._table.put_all({**key._asdict(), "packed": cut} for key, cut in zip(keys, cuts, strict=True))
        # What was written is in force with this, whole or not at all.
        self._table.put_all([head])
        outdated = set(_part_keys(source, before)) - set(keys) if before else set()
        self._table.put_all({**key._asdict(), "expires_at": int(roster.at.timestamp())} for key in sorted(outdated))

    def refuse(self, cause: Cause, *, subject: Subject, because: str, audit: AuditEntry) -> None:
        """Note in the change that nothing of it was taken, and why; harmless when that is noted already."""
        proof = {**planned_key(subject, change=cause.change)._asdict(), "at": stamp(cause.at)}
        # One operation that failed before there was any: the change has come to nothing.
        counts = {"subjects": 1, "planned": 1, "operations": 1, "failed": 1}
        change = {**change_key(cause.change)._asdict(), **change_parts(cause), **counts, "notes": [because]}
        lane = audit_log.facts_lane(subject)
        self._table.transact(
            lambda: {
                _PROOF: Put(proof, condition=IS_NEW),
                "change": Put(change),
                **marks.failed(cause.place),
                **audit_log.appended(self._table, [audit], lane=lane),
            },
            what=f"refusing {subject}",
            over_when=[_PROOF],
        )


def _head_key(source: str) -> RecordKey:
    return RecordKey(f"HRROSTER#{source}", HEAD)


def _part_keys(source: str, head: Mapping[str, Any]) -> list[RecordKey]:
    return [RecordKey(f"HRROSTER#{source}", f"PART#{head['at']}#{number:04d}") for number in range(int(head["parts"]))]
