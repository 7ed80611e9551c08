"""Where the records of a change lie: its counts, the subjects it planned, its portions and its operations."""

from collections.abc import Mapping
from typing import Any

from dayone.adapters.dynamodb_keys import HEAD, RecordKey
from dayone.domain.operations import Operation
from dayone.domain.subjects import Subject

PLANNED = "SUBJECT#"
UNPLANNED = "UNPLANNED#"
OPERATION = "OPERATION#"
PORTION = "PORTION#"
MARK = "MARK#"
# What a plan had to say, apart from the proof of it: of a large change few subjects have any.
NOTES = "NOTES#"


def change_partition(change: str) -> str:
    """The partition of everything about a change."""
    return f"CHANGE#{change}"


def change_key(change: str) -> RecordKey:
    """The cause and the counts of a change."""
    return RecordKey(change_partition(change), HEAD)


def planned_key(subject: Subject, *, change: str) -> RecordKey:
    """The proof that a change has planned a subject."""
    return RecordKey(change_partition(change), f"{PLANNED}{subject}")


def notes_key(subject: Subject, *, change: str) -> RecordKey:
    """What the plan of a subject had to say."""
    return RecordKey(change_partition(change), f"{NOTES}{subject}")


def unplanned_key(subject: Subject, *, change: str) -> RecordKey:
    """The note that a subject of a change was given up."""
    return RecordKey(change_partition(change), f"{UNPLANNED}{subject}")


def planned_of(key: Mapping[str, Any]) -> Subject:
    """The subject that such a proof is about."""
    return Subject.parse(str(key["sk"]).removeprefix(PLANNED))


def portion_key(change: str, *, number: int) -> RecordKey:
    """A portion of the company that a change has gone through."""
    return RecordKey(change_partition(change), f"{PORTION}{number:06d}")


def mark_key(change: str, *, mark: str) -> RecordKey:
    """What lists a change among those that somebody may have to look at."""
    return RecordKey(change_partition(change), f"{MARK}{mark}")


def operation_key(operation: Operation) -> RecordKey:
    """One operation of a change."""
    return operation_named(operation.id, change=operation.change)


def operation_named(name: str, *, change: str) -> RecordKey:
    """The operation of a change that has this id."""
    return RecordKey(change_partition(change), f"{OPERATION}{name}")


def operation_of(record: Mapping[str, Any]) -> tuple[str, str]:
    """The change and the id of the operation that a record, or its place in an index, is of."""
    return str(record["pk"]).removeprefix(change_partition("")), str(record["sk"]).removeprefix(OPERATION)


def plan_prefix(subject: Subject, *, generation: str) -> str:
    """What the sort keys of one plan's operations begin with."""
    return f"{OPERATION}{subject}@{generation}/"
