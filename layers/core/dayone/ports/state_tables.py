"""The state table as DynamoDB describes it, what one lacks to be it, and for which stack it was claimed."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

STREAM_VIEW = "NEW_AND_OLD_IMAGES"
EXPIRES = "expires_at"


@dataclass(frozen=True)
class TableIndex:
    """A global secondary index: its partition and sort key, and `ALL`, or less, as what it holds of an item."""

    keys: tuple[str, ...]
    projection: str = "ALL"


# As template.yaml makes them; a test compares the two.
KEYS = ("pk", "sk")
INDEXES: Mapping[str, TableIndex] = {
    "runnable": TableIndex(("runnable", "runnable_order")),
    "listing": TableIndex(("listed_in", "listed_as")),
    "due": TableIndex(("due", "due_at"), "KEYS_ONLY"),
}


@dataclass(frozen=True, kw_only=True)
class TableDescription:
    """A table; `id` is given by AWS when it is created or restored, and no other table ever has it.

    DynamoDB Local gives none.
    """

    name: str
    arn: str
    id: str
    status: str = "ACTIVE"
    keys: tuple[str, ...] = KEYS
    indexes: Mapping[str, TableIndex] = field(default_factory=dict)
    stream_arn: str = ""
    stream_view: str = ""
    is_protected: bool = False


@dataclass(frozen=True, kw_only=True)
class TableOwner:
    """The stack that a table was taken for, by name, the id that the table had then, and the epoch of its record."""

    stack: str
    table_id: str
    epoch: int = 1

    def is_of(self, stack: str, *, table_id: str) -> bool:
        """Return whether the table was taken for that stack, and is no copy of the one that was."""
        return (self.stack, self.table_id) == (stack, table_id)


@dataclass(frozen=True, kw_only=True)
class TableClaim:
    """A stack's wish for a table.

    `is_own` is whether the stack has made the table itself; `accepted` is the id of a table that may be taken although
    it is another's, or empty.
    """

    stack: str
    table: str
    is_own: bool
    accepted: str = ""


@dataclass(frozen=True, kw_only=True)
class Lack:
    """A part that a table does not have, and the command that gives it one, empty when none can."""

    what: str
    command: str = ""


def lacks_to_work(table: TableDescription) -> Iterator[Lack]:
    """Yield missing parts without which the functions fail; a restored table has no stream, and may have no indexes."""
    if table.status not in {"ACTIVE", "UPDATING"}:
        yield Lack(what=f"to be ACTIVE: it is {table.status}")
    if table.keys != KEYS:
        yield Lack(
            what=f"the key {' and '.join(KEYS)}: it has {' and '.join(table.keys)}, so it is no table of Day One"
        )
        return
    if table.stream_view != STREAM_VIEW or not table.stream_arn:
        # DynamoDB changes the view of no stream that is on. Source: DynamoDB API Reference, StreamSpecification.
        off = f"aws dynamodb update-table --table-name {table.name} --stream-specification StreamEnabled=false; "
        on = f"StreamEnabled=true,StreamViewType={STREAM_VIEW}"
        first = off if table.stream_view else ""
        command = f"{first}aws dynamodb update-table --table-name {table.name} --stream-specification {on}"
        yield Lack(what=f"a stream of {STREAM_VIEW}", command=command)
    for name, index in INDEXES.items():
        existing = table.indexes.get(name)
        serves = (
            existing is not None and existing.keys == index.keys and existing.projection in {"ALL", index.projection}
        )
        if not serves:
            yield Lack(what=f"the index {name}", command=_index_command(table.name, name, index))


def lacks_protection(table: TableDescription) -> Iterator[Lack]:
    """Yield missing safeguards against deleting a table by mistake."""
    if not table.is_protected:
        command = f"aws dynamodb update-table --table-name {table.name} --deletion-protection-enabled"
        yield Lack(what="deletion protection", command=command)


def expiry_command(table: str) -> str:
    """Switches on the deletion of what has expired."""
    expiry = f"Enabled=true,AttributeName={EXPIRES}"
    return f"aws dynamodb update-time-to-live --table-name {table} --time-to-live-specification {expiry}"


def recovery_command(table: str) -> str:
    """Switches on point-in-time recovery."""
    recovery = "PointInTimeRecoveryEnabled=true"
    specification = f"--point-in-time-recovery-specification {recovery}"
    return f"aws dynamodb update-continuous-backups --table-name {table} {specification}"


def _index_command(table: str, name: str, index: TableIndex) -> str:
    partition, sort = index.keys
    attributes = " ".join(f"AttributeName={key},AttributeType=S" for key in index.keys)
    schema = f'{{"AttributeName":"{partition}","KeyType":"HASH"}},{{"AttributeName":"{sort}","KeyType":"RANGE"}}'
    projection = f'"Projection":{{"ProjectionType":"{index.projection}"}}'
    create = f'[{{"Create":{{"IndexName":"{name}","KeySchema":[{schema}],{projection}}}}}]'
    return (
        f"aws dynamodb update-table --table-name {table} --attribute-definitions {attributes} "
        f"--global-secondary-index-updates '{create}'"
    )


class StateTables(Protocol):
    """DynamoDB, in the Region of the caller."""

    def describe(self, name: str) -> TableDescription:
        """Return the table of that name; raise NotFound."""

    def owner(self, name: str) -> TableOwner | None:
        """Return the recorded owner of the table, or None when it has none."""

    def take(self, name: str, owner: TableOwner, *, before: TableOwner | None, at: datetime) -> None:
        """Record a new owner of the table; raise Conflicting when the recorded owner is no longer `before`."""

    def note_recovery(self, name: str, *, table_id: str, at: datetime) -> None:
        """Note that the recovery of this table is open since then."""
