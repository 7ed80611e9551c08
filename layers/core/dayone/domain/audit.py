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
class Recorded:
    """An entry as it is on record: the `number` in its lane, and the hash that binds it to those before it."""

    entry: AuditEntry
    lane: str
    number: int
    hash: str


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


def link(entry: AuditEntry, *, previous: str) -> str:
    """The hash that binds an entry to everything before it: SHA-256 in hex over the previous hash and the entry."""
    said = json.dumps(asdict(entry), sort_keys=True, default=str)
    return hashlib.sha256(f"{previous}{said}".encode()).hexdigest()


def first_break(entries: Iterable[tuple[AuditEntry, str]], *, previous: str = GENESIS) -> AuditEntry | None:
    """The first entry whose recorded hash does not follow from the one before, or None when the chain is whole."""
    for entry, recorded in entries:
        previous = link(entry, previous=previous)
        if previous != recorded:
            return entry
    return None
