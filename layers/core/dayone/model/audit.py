"""The log of what was done and why, chained so that tampering shows, and whom the ARN of an entry stands for."""

import hashlib
import hmac
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from dayone.model.guardrails import HeldPart, held_as
from dayone.model.operations import Applied, DeletionOutcome, Operation
from dayone.model.subjects import Reason, Subject

GENESIS = "0" * 64
# Fields that may identify or describe a person: all of an entry but its time, its outcome and AWS's request id.
SEALED = ("action", "actor", "change", "detail", "operation", "reasons", "subject")
_SALT = re.compile(r"[0-9a-f]{32}")
_DIGEST = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, kw_only=True)
class Steps:
    """Steps by which an operation came to its end; they show whether the executor's protocol was kept.

    `attempts` are those on record. `doubted_at` is when its resource was put in doubt for the last of them, before AWS
    was called. `submitted_at` is when AWS took a request, and `answer` AWS's word about it, such as `SUCCEEDED`.
    """

    attempts: int = 0
    doubted_at: datetime | None = None
    submitted_at: datetime | None = None
    answer: str = ""


@dataclass(frozen=True, kw_only=True)
class AuditEntry:
    """One audited action: its actor, its subject, the rules behind it and its outcome.

    `request_id` is AWS's. `outcome` is `succeeded`, `failed`, `recorded` or `ignored`; for a successful deletion that
    deleted nothing it is `already_deleted` or `left_in_place`. `detail` carries the reason of a failure. People appear
    by their HR id, but an actor's ARN and an AWS message may contain a name. The fields in SEALED can be erased; they
    are empty then. `steps` are those of an operation that was tried.
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
    steps: Steps | None = None


@dataclass(frozen=True, kw_only=True)
class Seals:
    """Salt, keys and digests that keep the sealed fields of an entry out of its hash.

    The hash covers a salted digest of each sealed field. `salt` is 16 random bytes in hex, from which the key of each
    field's digest derives. Once a field was erased there is no salt: `keys` has the keys of the remaining fields by
    name, and `digests` the digests of the erased ones.
    """

    salt: str = ""
    keys: Mapping[str, str] = field(default_factory=dict)
    digests: Mapping[str, str] = field(default_factory=dict)

    def key_of(self, name: str) -> str:
        """Return the key of a field that is there."""
        return self.keys.get(name) or hmac.digest(self.salt.encode(), name.encode(), "sha256").hex()

    def fit(self, entry: AuditEntry) -> bool:
        """Return whether each field of the entry has its key or was erased with it, and nothing else is listed."""
        present = {name for name in SEALED if getattr(entry, name)}
        if not self.digests:
            return bool(_SALT.fullmatch(self.salt)) and not self.keys
        is_split = self.keys.keys() == present and self.digests.keys() <= {*SEALED} - present
        return is_split and not self.salt and all(map(_DIGEST.fullmatch, (*self.keys.values(), *self.digests.values())))


@dataclass(frozen=True, kw_only=True)
class LaneEnd:
    """The last entry of a lane: its `number`, the `day` (ISO 8601, UTC) it lies on, and its `hash`.

    `began` is the day of the first one, empty where that is not on record. The default is a lane without entries.
    """

    number: int = 0
    day: str = ""
    hash: str = GENESIS
    began: str = field(default="", compare=False)


@dataclass(frozen=True, kw_only=True)
class AuditRecord:
    """An entry as it is on record: the `number` in its lane, and the hash that binds it to those before it.

    `previous_day` is the day (ISO 8601, UTC) on which the entry before it lies, empty for the first of a lane. An entry
    of the first format has no `seals`: its hash covers its fields as they are.
    """

    entry: AuditEntry
    lane: str
    number: int
    previous_day: str
    seals: Seals | None
    hash: str = ""

    @property
    def day(self) -> str:
        """The day that it lies on, as of its time."""
        return self.entry.at.date().isoformat()

    @property
    def forgotten(self) -> list[str]:
        """The names of the fields that were dropped, in the order of the alphabet."""
        return sorted(self.seals.digests) if self.seals else []


@dataclass(frozen=True, kw_only=True)
class AlteredRecord:
    """A record in the audit log that was not written in this form: its lane, its number and the defect."""

    lane: str
    number: int
    message: str


type StoredRecord = AuditRecord | AlteredRecord


@dataclass(frozen=True, kw_only=True)
class AuditFilter:
    """Entries from `since` until before `until`; of a subject, such as `person:e-1001`, and by an actor, if given."""

    since: datetime
    until: datetime
    subject: str = ""
    actor: str = ""

    def has(self, entry: AuditEntry) -> bool:
        """Return whether an entry of the right subject matches the filter."""
        return self.since <= entry.at < self.until and self.actor in ("", entry.actor)


def link(record: AuditRecord, *, previous: str) -> str:
    """Return the hash that binds a record to its predecessors: SHA-256 in hex over the previous hash and the record.

    It covers every field except the record's own hash; the storage key derives from hashed fields. Each sealed field
    that is not empty counts by its HMAC-SHA-256, under a key that is the HMAC of its name under the salt; an erased one
    counts by its stored digest. The format is hashed as well, so that no entry can pass for one of the other format.
    """
    hashed = {"lane": record.lane, "number": record.number, "previous_day": record.previous_day, "hash": previous}
    entry = {**vars(record.entry), "reasons": [vars(reason) for reason in record.entry.reasons]}
    # An entry without steps is hashed as before there were any.
    if (steps := entry.pop("steps")) is not None:
        entry["steps"] = vars(steps)
    if (seals := record.seals) is not None:
        keys = {
            name: seals.keys.get(name) or hmac.digest(seals.salt.encode(), name.encode(), "sha256").hex()
            for name in SEALED
            if entry[name]
        }
        # What is there counts as it is, whatever digest lies beside it.
        entry |= {
            name: hmac.digest(keys[name].encode(), json.dumps(entry[name], sort_keys=True).encode(), "sha256").hex()
            if entry[name]
            else seals.digests.get(name, "")
            for name in SEALED
        }
        hashed["format"] = 2
    text = json.dumps({**hashed, "entry": entry}, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def _digest(value: object, *, key: str) -> str:
    return hmac.digest(key.encode(), json.dumps(value, sort_keys=True).encode(), "sha256").hex()


def erase(record: AuditRecord, names: Set[str]) -> AuditRecord:
    """Return the record without these sealed fields, under the same hash; it needs seals.

    Their digests stay, and the keys of the other fields; the salt goes, so that nobody can try a value.
    """
    entry, seals = record.entry, record.seals or Seals()
    values = {**vars(entry), "reasons": [vars(reason) for reason in entry.reasons]}
    keys = {name: seals.key_of(name) for name in SEALED if values[name]}
    gone = {name: _digest(values[name], key=key) for name, key in keys.items() if name in names}
    left = {name: key for name, key in keys.items() if name not in gone}
    empty: dict[str, Any] = {name: () if name == "reasons" else "" for name in gone}
    kept = Seals(keys=left, digests={**seals.digests, **gone})
    return replace(record, entry=replace(entry, **empty), seals=kept) if gone else record


def first_break(records: Iterable[AuditRecord], *, previous: str = GENESIS) -> AuditRecord | None:
    """Return the first record whose hash does not follow from the previous one, or None if the chain is intact."""
    for record in records:
        if record.hash != link(record, previous=previous):
            return record
        previous = record.hash
    return None


def entry_of(operation: Operation, *, at: datetime, doubt: Applied | None = None, answer: str = "") -> AuditEntry:
    """Build the audit entry for a finished operation.

    `doubt` is the record of its resource up to now, `answer` AWS's word about its request.
    """
    steps = Steps(
        attempts=operation.attempts,
        doubted_at=doubt.at if doubt and doubt.doubt else None,
        submitted_at=operation.submitted_at if operation.request_id else None,
        answer=answer,
    )
    return AuditEntry(
        at=at,
        actor=operation.actor,
        action=f"{operation.kind} {operation.resource}",
        subject=str(operation.subject),
        change=operation.change,
        outcome=operation.state if operation.outcome in (None, DeletionOutcome.DELETED) else operation.outcome,
        operation=operation.id,
        reasons=operation.reasons,
        request_id=operation.request_id,
        detail=operation.failure_reason,
        steps=steps if operation.attempts else None,
    )


def expiry_entries(subject: Subject, expired: Iterable[HeldPart], *, now: datetime) -> Iterator[AuditEntry]:
    """Yield an audit entry for each change with newly expired operations."""
    held = list(expired)
    for change in dict.fromkeys(removal.change for removal in held):
        of_change = [removal for removal in held if removal.change == change]
        yield AuditEntry(
            at=now,
            actor="dayone",
            action=f"expire-{held_as(of_change)}",
            subject=str(subject),
            change=change,
            outcome="recorded",
            detail=", ".join(str(removal.resource) for removal in of_change),
        )


AUTHOR = "author:"
# Effect of SoleAdministrator, in the words of `setup check` and `status`.
ALONE = "SoleAdministrator=yes: one person alone can give sensitive access, remove any number and approve it themselves"
BY_ONESELF = "decided by oneself, which SoleAdministrator allows"
# After a refusal: where a company has nobody else, this is the only way.
NOBODY_ELSE = "Where there is nobody else, deploy with SoleAdministrator=yes"
# https://docs.aws.amazon.com/singlesignon/latest/userguide/referencingpermissionsets.html
# The session's name is the user's name in Identity Center, whichever permission set, and so role, it came by.
_RESERVED = re.compile(r"arn:aws[a-z-]*:sts::[0-9]{12}:assumed-role/AWSReservedSSO_.+_[0-9a-f]{16}/(?P<user>[^/]+)")
# Whoever may assume a role, or ask for a federated user, chooses the session's name.
# https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html, RoleSessionName
_CHOSEN = re.compile(r"(?P<role>arn:aws[a-z-]*:sts::[0-9]{12}:(?:assumed-role/.+|federated-user))/[^/]+")


def principal_of(actor: str) -> str:
    """Return the same text for all ARNs that may be the same human or workload.

    `actor` is an ARN: all roles of permission sets of one Identity Center user are that user; all sessions of any other
    role are the role, and all federated users of an account are the same, since their names are chosen at sign-in. An
    IAM user, and any text that is no ARN, is unique.
    """
    if reserved := _RESERVED.fullmatch(actor):
        return f"user {reserved['user'].casefold()}"
    if chosen := _CHOSEN.fullmatch(actor):
        return chosen["role"]
    return actor


def is_same(caller: str, actor: str) -> bool:
    """Return whether a caller, by ARN, may be the given actor: another ARN, or a named `author:`.

    An author is named by user name, or by ARN; a name means anybody who signs in with it, in any letter case.
    """
    name = actor.removeprefix(AUTHOR)
    if name == actor or name.startswith("arn:"):
        return principal_of(caller) == principal_of(name)
    return caller.rpartition("/")[2].casefold() == name.casefold()


def by_oneself(own_part: str) -> str:
    """Return the suffix of an audit entry about a decision on one's own change; empty for anybody else's.

    `own_part` describes what the caller has caused, or is empty.
    """
    return f"; {BY_ONESELF}: it {own_part}" if own_part else ""
