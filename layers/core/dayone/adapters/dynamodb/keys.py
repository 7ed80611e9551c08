"""Partition keys, sort keys and index keys of every record, and how many bytes they may have."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from dayone.errors import TooLarge
from dayone.model.operations import Lane, Operation
from dayone.model.subjects import ResourceOf, Subject, SubjectKind

PLANNED = "SUBJECT#"
UNPLANNED = "UNPLANNED#"
AUDIT = "AUDIT#"
OPERATION = "OPERATION#"
PORTION = "PORTION#"
MARK = "MARK#"
# Notes of a plan, apart from its record: in a large change few subjects have any.
NOTES = "NOTES#"


def change_partition(change: str) -> str:
    """Return the partition of everything about a change."""
    return f"CHANGE#{change}"


class RecordKey(NamedTuple):
    """The primary key of a record."""

    pk: str
    sk: str


def change_key(change: str) -> RecordKey:
    """Return the key of the cause and the counts of a change."""
    return RecordKey(change_partition(change), HEAD)


def planned_key(subject: Subject, *, change: str) -> RecordKey:
    """Return the key of the record that a change has planned a subject."""
    return RecordKey(change_partition(change), f"{PLANNED}{subject}")


def notes_key(subject: Subject, *, change: str) -> RecordKey:
    """Return the key of the notes of a subject's plan."""
    return RecordKey(change_partition(change), f"{NOTES}{subject}")


def unplanned_key(subject: Subject, *, change: str) -> RecordKey:
    """Return the key of the note that a subject of a change was given up."""
    return RecordKey(change_partition(change), f"{UNPLANNED}{subject}")


def planned_of(key: Mapping[str, Any]) -> Subject:
    """Return the subject of the record that a change has planned it."""
    return Subject.parse(str(key["sk"]).removeprefix(PLANNED))


def portion_key(change: str, *, number: int) -> RecordKey:
    """Return the key of a portion of the subjects that a change has processed."""
    return RecordKey(change_partition(change), f"{PORTION}{number:06d}")


def mark_key(change: str, *, mark: str) -> RecordKey:
    """Return the key that lists a change among those that somebody may have to examine."""
    return RecordKey(change_partition(change), f"{MARK}{mark}")


def operation_key(operation: Operation) -> RecordKey:
    """One operation of a change."""
    return operation_named(operation.id, change=operation.change)


def operation_named(name: str, *, change: str) -> RecordKey:
    """Return the key of the operation of a change that has this id."""
    return RecordKey(change_partition(change), f"{OPERATION}{name}")


def operation_of(record: Mapping[str, Any]) -> tuple[str, str]:
    """Return the change and the id of the operation of a record, or of its place in an index."""
    return str(record["pk"]).removeprefix(change_partition("")), str(record["sk"]).removeprefix(OPERATION)


def plan_prefix(subject: Subject, *, generation: str) -> str:
    """Return the prefix of the sort keys of one plan's operations."""
    return f"{OPERATION}{subject}@{generation}/"


# Of the table and its indexes. Source: DynamoDB Developer Guide, "Service, account, and table quotas": a partition key
# holds 2,048 bytes, a sort key 1,024.
MOST_BYTES: Mapping[str, int] = {
    **dict.fromkeys(("pk", "listed_in", "runnable", "due"), 2048),
    **dict.fromkeys(("sk", "listed_as", "runnable_order", "due_at"), 1024),
}


def check_keys(record: Mapping[str, Any]) -> None:
    """Raise TooLarge for a record, or the key of one, of which DynamoDB would refuse a key for its length."""
    for name, most in MOST_BYTES.items():
        text = record.get(name)
        # Half a character, which no client can send, counts as the three bytes that it would take.
        if isinstance(text, str) and len(text.encode(errors="surrogatepass")) > most:
            raise TooLarge(f"a name is too long: the key `{name}` would have more than {most:,} bytes")


def check_name(name: str) -> None:
    """Raise TooLarge for a subject's name over half of a sort key, which holds other parts beside it.

    A name that cannot be stored is thus refused before it is confirmed as accepted.
    """
    if len(name.encode(errors="surrogatepass")) > MOST_BYTES["sk"] // 2:
        raise TooLarge(f"a name is over {MOST_BYTES['sk'] // 2} bytes")


HEAD = "HEAD"
VERSION = "VERSION#"
LEDGER = "LEDGER"
_PARTITIONS = {
    SubjectKind.PERSON: "PERSON",
    SubjectKind.ACCOUNT: "ACCOUNT",
    SubjectKind.GROUP: "GROUP",
    SubjectKind.PERMISSION_SET: "PERMISSIONSET",
    SubjectKind.POLICY: "SUBJECTPOLICY",
    SubjectKind.ORGANIZATION: "ORGANIZATION",
}
_KINDS = {partition: kind for kind, partition in _PARTITIONS.items()}
# Kinds of which there are many lie in sixteen partitions: one partition takes 1,000 units of writing a second.
# Source: DynamoDB Developer Guide, "Best practices for designing and using partition keys effectively".
_BUCKETS = dict.fromkeys((SubjectKind.PERSON, SubjectKind.ACCOUNT), "0123456789abcdef")
_HEAD = "#HEAD"
# Behind the head: read from the partition's beginning, a subject's resources are as old as its head or newer.
_APPLIED = "#RESOURCE#"
_LONGEST_FOREIGN = 1024  # bytes of what the outside names as it likes; the rest of a key has room beside it
_LAST = "\U0010ffff"


def delivery_key(delivery: str) -> RecordKey:
    """Return the key of a delivery that was received."""
    return RecordKey(f"DELIVERY#{fitting(delivery)}", HEAD)


def grant_key(grant: str) -> RecordKey:
    """Return the key of a grant as last recorded."""
    return RecordKey(f"GRANT#{grant}", HEAD)


def grants_of(subject: Subject) -> str:
    """Return the partition of the ids of all grants that a subject has, or that are in it."""
    return f"GRANTS#{subject}"


def unit_key(unit_id: str) -> RecordKey:
    """Return the key of an organizational unit's name."""
    return RecordKey(f"UNIT#{unit_id}", HEAD)


CURRENT_POLICY = RecordKey("POLICY", "CURRENT")
# Whose turn it is to carry out operations.
TURN = RecordKey("ENGINE", "TURN")
# When the sweep last came to its end.
SWEEP = RecordKey("SWEEP", "LAST")
# Failed work that is still desired.
FAILED_SUBJECTS = "FAILED"


def failed_subject_key(subject: Subject) -> RecordKey:
    """Return the key of a subject's record of failed work."""
    return RecordKey(FAILED_SUBJECTS, str(subject))


def partitions_of(kind: SubjectKind) -> Sequence[str]:
    """Return the partitions that hold all subjects of a kind, many to each, so that few reads return all of them."""
    return [f"{_PARTITIONS[kind]}#{bucket}" for bucket in _BUCKETS.get(kind, "0")]


def partition_of(subject: Subject) -> str:
    """Return the partition of everything about a subject, which it shares with others."""
    partitions = partitions_of(subject.kind)
    return partitions[hashlib.sha256(subject.name.encode()).digest()[0] % len(partitions)]


def subject_of(key: RecordKey) -> Subject:
    """Return the subject that a head or a resource belongs to."""
    kind, name = key.pk.partition("#")[0], key.sk.partition("#")[0]
    return Subject(_KINDS[kind], name.replace("%23", "#").replace("%25", "%"))


def head_of(subject: Subject) -> RecordKey:
    """Return the key of the head of a subject."""
    return RecordKey(partition_of(subject), f"{_written(subject.name)}{_HEAD}")


def is_head(key: RecordKey) -> bool:
    """Return whether a record of a subject is its head."""
    return key.sk == f"{key.sk.partition('#')[0]}{_HEAD}"


def applied_key(of: ResourceOf) -> RecordKey:
    """Return the key of a resource as confirmed by AWS."""
    return RecordKey(partition_of(of.subject), f"{applied_of(of.subject)}{of.resource}")


def applied_of(subject: Subject) -> str:
    """Return the prefix of the sort keys of all resources of a subject."""
    return f"{_written(subject.name)}{_APPLIED}"


def all_of(subject: Subject) -> str:
    """Return the prefix of the sort keys of a subject's head, of its progress and of all its resources."""
    return f"{_written(subject.name)}#"


def last_key_of(subject: Subject) -> RecordKey:
    """Return a key behind everything about a subject, and before the next subject."""
    return RecordKey(partition_of(subject), f"{applied_of(subject)}{_LAST}")


def removals_key(day: date) -> RecordKey:
    """Return the key of the number of removals carried out on a day."""
    return RecordKey(LEDGER, f"REMOVALS#{day.isoformat()}")


def policy_key(version: int) -> RecordKey:
    """Return the key of a stored version of the policy."""
    return RecordKey(CURRENT_POLICY.pk, f"{VERSION}{version:08d}")


def tail_key(lane: str) -> RecordKey:
    """Return the key of the end of an audit lane's chain."""
    return RecordKey("AUDIT", f"TAIL#{lane}")


def audit_key(lane: str, *, day: str, sequence: int) -> RecordKey:
    """One entry of an audit lane; the numbers run on over days."""
    return RecordKey(f"{AUDIT}{day}", f"{lane}#{sequence:012d}")


def fitting(name: str) -> str:
    """Shorten a name for a partition key, which holds 2,048 bytes: a long name becomes its digest."""
    text = name.encode()
    return name if len(text) <= _LONGEST_FOREIGN else f"sha256:{hashlib.sha256(text).hexdigest()}"


def _written(name: str) -> str:
    # The first # separates a name from the rest.
    return name.replace("%", "%25").replace("#", "%23")


BEGUN = "RUNNABLE#begun"
# What waits for a resource; its place there begins with that.
PARKED = "PARKED"
DUE = "DUE"
CHANGES = "changes"
# Changes that hold something, and those of which something has failed or was given up: others may be among them.
HOLDING = "changes:holding"
FAILED = "changes:failed"
OPEN = "changes:open"
REVOKED_SESSIONS = "revoked-sessions"
# With the subject behind it: the list of what was done to that subject.
AUDIT_OF = "audit:"
_LISTS = {
    SubjectKind.PERSON: "people",
    SubjectKind.ACCOUNT: "accounts",
    SubjectKind.GROUP: "groups",
    SubjectKind.PERMISSION_SET: "permission-sets",
    SubjectKind.POLICY: "policies",
    SubjectKind.ORGANIZATION: "organizations",
}


def list_of(kind: SubjectKind) -> str:
    """Return the list of the subjects of a kind."""
    return _LISTS[kind]


def waiting_in(lane: Lane) -> str:
    """Return the list of open operations of a lane without a begun attempt."""
    return f"RUNNABLE#{lane}"


def changes_of(subject: Subject) -> str:
    """Return the list of the changes that have planned a subject."""
    return f"changes:{subject}"


def grants_in_state(*, is_open: bool) -> str:
    """Return the list of the grants that are open, or of those that are over."""
    return "grants:open" if is_open else "grants:over"


def member_list_of(group: str) -> str:
    """Return the list of a group's members."""
    return f"members:{group}"


def assignments_of(group: str) -> str:
    """Return the list of a group's assignments."""
    return f"assignments:{group}"
