"""Where each record lies in the one table: partition keys, sort keys, and what the indexes list it by."""

import hashlib
from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from dayone.domain.subjects import ResourceOf, Subject, SubjectKind

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


class RecordKey(NamedTuple):
    """The primary key of a record."""

    pk: str
    sk: str


def delivery_key(delivery: str) -> RecordKey:
    """A message of the outside that was taken."""
    return RecordKey(f"DELIVERY#{fitting(delivery)}", HEAD)


def grant_key(grant: str) -> RecordKey:
    """A grant as it was noted last."""
    return RecordKey(f"GRANT#{grant}", HEAD)


def grants_of(subject: Subject) -> str:
    """The partition of the ids of all grants that a subject has, or that are in it."""
    return f"GRANTS#{subject}"


def unit_key(unit_id: str) -> RecordKey:
    """What an organizational unit is called."""
    return RecordKey(f"UNIT#{unit_id}", HEAD)


CURRENT_POLICY = RecordKey("POLICY", "CURRENT")
# Whose turn it is to carry out operations.
TURN = RecordKey("ENGINE", "TURN")


# What has failed and is still wanted.
FAILED_SUBJECTS = "FAILED"


def failed_subject_key(subject: Subject) -> RecordKey:
    """What is known of a subject of which something has failed."""
    return RecordKey(FAILED_SUBJECTS, str(subject))


def partitions_of(kind: SubjectKind) -> Sequence[str]:
    """The partitions that hold all subjects of a kind, many to each, so that few reads give all of them."""
    return [f"{_PARTITIONS[kind]}#{bucket}" for bucket in _BUCKETS.get(kind, "0")]


def partition_of(subject: Subject) -> str:
    """The partition of everything about a subject, which it shares with others."""
    partitions = partitions_of(subject.kind)
    return partitions[hashlib.sha256(subject.name.encode()).digest()[0] % len(partitions)]


def subject_of(key: RecordKey) -> Subject:
    """The subject that a head or a resource belongs to."""
    kind, name = key.pk.partition("#")[0], key.sk.partition("#")[0]
    return Subject(_KINDS[kind], name.replace("%23", "#").replace("%25", "%"))


def head_of(subject: Subject) -> RecordKey:
    """The head of a subject."""
    return RecordKey(partition_of(subject), f"{_written(subject.name)}{_HEAD}")


def is_head(key: RecordKey) -> bool:
    """Whether a record of a subject is its head."""
    return key.sk == f"{key.sk.partition('#')[0]}{_HEAD}"


def applied_key(of: ResourceOf) -> RecordKey:
    """A resource as AWS confirmed it."""
    return RecordKey(partition_of(of.subject), f"{applied_of(of.subject)}{of.resource}")


def applied_of(subject: Subject) -> str:
    """What the sort keys of all resources of a subject begin with."""
    return f"{_written(subject.name)}{_APPLIED}"


def all_of(subject: Subject) -> str:
    """What the sort keys of a subject's head, of its progress and of all its resources begin with."""
    return f"{_written(subject.name)}#"


def last_key_of(subject: Subject) -> RecordKey:
    """A place behind everything about a subject, and before whatever comes after it."""
    return RecordKey(partition_of(subject), f"{applied_of(subject)}{_LAST}")


def removals_key(day: date) -> RecordKey:
    """How many removals were let go on a day."""
    return RecordKey(LEDGER, f"REMOVALS#{day.isoformat()}")


def policy_key(version: int) -> RecordKey:
    """A kept version of the policy."""
    return RecordKey(CURRENT_POLICY.pk, f"{VERSION}{version:08d}")


def tail_key(lane: str) -> RecordKey:
    """The end of an audit lane's chain."""
    return RecordKey("AUDIT", f"TAIL#{lane}")


def audit_key(lane: str, *, day: str, sequence: int) -> RecordKey:
    """One entry of an audit lane; the numbers run on over days."""
    return RecordKey(f"AUDIT#{day}", f"{lane}#{sequence:012d}")


def fitting(name: str) -> str:
    """A name of any length as a part of a partition key, which holds 2,048 bytes: its digest, where it is long."""
    text = name.encode()
    return name if len(text) <= _LONGEST_FOREIGN else f"sha256:{hashlib.sha256(text).hexdigest()}"


def _written(name: str) -> str:
    # A name is told from what follows it by the first #.
    return name.replace("%", "%25").replace("#", "%23")
