"""The log of what was done and why, each entry chained to the one before so that tampering shows."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime

from dayone.domain.desired import Reason

GENESIS = "0" * 64


@dataclass(frozen=True, kw_only=True)
class AuditEntry:
    """One thing that happened: who or what caused it, what was done to what, by which rule, and what came of it.

    `request_id` is AWS's. `outcome` is `succeeded`, `failed`, `recorded` or `ignored`, of a deletion that succeeded and
    deleted nothing `was_not_there` or `left_in_place`; `detail` carries the reason of a failure. No personal data:
    people appear by their HR id only.
    """

    at: datetime
    actor: str
    action: str
    subject: str
    change: str
    outcome: str
    operation: str = ""
    reasons: tuple[Reason, ...] = ()
    request_id: str = ""
    detail: str = ""


@dataclass(frozen=True, kw_only=True)
class LaneEnd:
    """The last entry of a lane: its `number`, the `day` (ISO 8601, UTC) it lies on, and its `hash`.

    The default is a lane without entries.
    """

    number: int = 0
    day: str = ""
    hash: str = GENESIS


@dataclass(frozen=True, kw_only=True)
class AuditRecord:
    """An entry as it is on record: the `number` in its lane, and the hash that binds it to those before it.

    `previous_day` is the day (ISO 8601, UTC) on which the entry before it lies, empty for the first of a lane.
    """

    entry: AuditEntry
    lane: str
    number: int
    previous_day: str
    hash: str = ""

    @property
    def day(self) -> str:
        """The day that it lies on, as of its time."""
        return self.entry.at.date().isoformat()


@dataclass(frozen=True, kw_only=True)
class AlteredRecord:
    """What lies in the log and was not written so: in which lane, under which number, and what is wrong with it."""

    lane: str
    number: int
    message: str


type StoredRecord = AuditRecord | AlteredRecord


@dataclass(frozen=True, kw_only=True)
class AuditWanted:
    """Entries from `since` until before `until`; of a subject, such as `person:e-1001`, and by an actor, if given."""

    since: datetime
    until: datetime
    subject: str = ""
    actor: str = ""

    def has(self, entry: AuditEntry) -> bool:
        """Whether an entry of its subject is wanted."""
        return self.since <= entry.at < self.until and self.actor in ("", entry.actor)


def link(record: AuditRecord, *, previous: str) -> str:
    """The hash that binds a record to everything before it: SHA-256 in hex over the previous hash and the record.

    Over all of it but its own hash: where it lies is derived from what is hashed.
    """
    text = json.dumps({**asdict(record), "hash": previous}, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def first_break(records: Iterable[AuditRecord], *, previous: str = GENESIS) -> AuditRecord | None:
    """The first record whose hash does not follow from the one before, or None when the chain is whole."""
    for record in records:
        if record.hash != link(record, previous=previous):
            return record
        previous = record.hash
    return None
