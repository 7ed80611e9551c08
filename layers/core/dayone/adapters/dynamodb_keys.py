"""Where each record lies in the one table: partition keys, sort keys, and what the indexes list it by."""

from typing import NamedTuple

from dayone.domain.operations import Operation
from dayone.domain.subjects import Resource, ResourceOf, Subject, SubjectKind

HEAD = "HEAD"
APPLIED = "APPLIED#"
PLANNED = "SUBJECT#"
OPERATION = "OPERATION#"
VERSION = "VERSION#"

RUNNABLE = "RUNNABLE"
DUE = "DUE"
CHANGES = "changes"

_PARTITIONS = {
    SubjectKind.PERSON: "PERSON",
    SubjectKind.ACCOUNT: "ACCOUNT",
    SubjectKind.GROUP: "GROUP",
    SubjectKind.PERMISSION_SET: "PERMISSIONSET",
    SubjectKind.POLICY: "SUBJECTPOLICY",
}
_KINDS = {partition: kind for kind, partition in _PARTITIONS.items()}
_LISTS = {
    SubjectKind.PERSON: "people",
    SubjectKind.ACCOUNT: "accounts",
    SubjectKind.GROUP: "groups",
    SubjectKind.PERMISSION_SET: "permission-sets",
    SubjectKind.POLICY: "policies",
}


class RecordKey(NamedTuple):
    """The primary key of a record."""

    pk: str
    sk: str


def delivery_key(delivery: str) -> RecordKey:
    """A message of the outside that was taken."""
    return RecordKey(f"DELIVERY#{delivery}", HEAD)


CURRENT_POLICY = RecordKey("POLICY", "CURRENT")


def partition_of(subject: Subject) -> str:
    """The partition of everything about a subject."""
    return f"{_PARTITIONS[subject.kind]}#{subject.name}"


def subject_in(partition: str) -> Subject:
    """The subject whose partition this is."""
    kind, _, name = partition.partition("#")
    return Subject(_KINDS[kind], name)


def head_of(subject: Subject) -> RecordKey:
    """The head of a subject."""
    return RecordKey(partition_of(subject), HEAD)


def list_of(kind: SubjectKind) -> str:
    """The list of the subjects of a kind."""
    return _LISTS[kind]


def applied_key(of: ResourceOf) -> RecordKey:
    """A resource as AWS confirmed it."""
    return RecordKey(partition_of(of.subject), f"{APPLIED}{of.resource}")


def resource_in(sort_key: str) -> Resource:
    """The resource whose record this is."""
    return Resource.parse(sort_key.removeprefix(APPLIED))


def change_partition(change: str) -> str:
    """The partition of everything about a change."""
    return f"CHANGE#{change}"


def change_key(change: str) -> RecordKey:
    """The cause and the counts of a change."""
    return RecordKey(change_partition(change), HEAD)


def planned_key(subject: Subject, *, change: str) -> RecordKey:
    """The proof that a change has planned a subject."""
    return RecordKey(change_partition(change), f"{PLANNED}{subject}")


def operation_key(operation: Operation) -> RecordKey:
    """One operation of a change."""
    return RecordKey(change_partition(operation.change), f"{OPERATION}{operation.id}")


def urgency_of(operation: Operation) -> str:
    """What the runnable operations are sorted by: priority, then the time of the change, then their place in a plan."""
    return f"{operation.priority:d}#{operation.change}#{operation.subject}#{operation.number:04d}"


def policy_key(version: int) -> RecordKey:
    """A kept version of the policy."""
    return RecordKey(CURRENT_POLICY.pk, f"{VERSION}{version:08d}")


def tail_key(lane: str) -> RecordKey:
    """The end of an audit lane's chain."""
    return RecordKey("AUDIT", f"TAIL#{lane}")


def audit_key(lane: str, *, day: str, sequence: int) -> RecordKey:
    """One entry of an audit lane; the numbers run on over days."""
    return RecordKey(f"AUDIT#{day}", f"{lane}#{sequence:012d}")


def members_of(group: str) -> str:
    """The list of a group's members."""
    return f"members:{group}"


def assignments_of(group: str) -> str:
    """The list of a group's assignments."""
    return f"assignments:{group}"
