"""Everything that is remembered, read from DynamoDB page by page for people and programs that ask."""

from collections.abc import Iterator, Sequence
from itertools import chain, islice
from typing import ClassVar

from boto3.dynamodb.conditions import Key

from dayone.adapters import dynamodb_change_keys as change_keys
from dayone.adapters import dynamodb_keys as keys
from dayone.adapters import dynamodb_lists as lists
from dayone.adapters.dynamodb_cursors import Listing
from dayone.adapters.dynamodb_heads import state_in
from dayone.adapters.dynamodb_mapping import applied_in, change_in, operation_in
from dayone.adapters.dynamodb_table import DynamoTable
from dayone.contracts.codec import Record
from dayone.domain.assignments import assignment_in
from dayone.domain.changes import Change
from dayone.domain.operations import Operation
from dayone.domain.subject_states import Head, SubjectState
from dayone.domain.subjects import Subject
from dayone.ports.records import AssignmentOf, Member, Page

_MOST_NOTES = 100


class DynamoRecords:
    """The port Records; lists come through an index and may miss what was written a moment ago."""

    ACTIONS: ClassVar[frozenset[str]] = frozenset({"dynamodb:GetItem", "dynamodb:Query"})

    def __init__(self, table: DynamoTable) -> None:
        self._table = table

    def subject(self, subject: Subject) -> SubjectState:
        """As Subjects.load, but head and resources in one read: nobody commits a plan against what is read here."""
        lies_in = Key("pk").eq(keys.partition_of(subject)) & Key("sk").begins_with(keys.all_of(subject))
        return state_in(self._table.query(lies_in), subject=subject)

    def change(self, change: str) -> Change | None:
        """One change with its notes (the first hundred, by subject)."""
        record = self._table.get(change_keys.change_key(change))
        if record is None:
            return None
        given_up = self._given_up(change) if record.get("unplanned") else ()
        noted = chain([record], given_up, self._noted(change, change_keys.NOTES))
        notes = (str(note) for each in noted for note in each.get("notes", ()))
        return change_in(record, notes=tuple(islice(notes, _MOST_NOTES)))

    def _given_up(self, change: str) -> Iterator[Record]:
        return (each for each in self._noted(change, change_keys.UNPLANNED) if not each.get("is_over"))

    def _noted(self, change: str, prefix: str) -> Iterator[Record]:
        lie_in = Key("pk").eq(change_keys.change_partition(change)) & Key("sk").begins_with(prefix)
        return self._table.query(lie_in, page=_MOST_NOTES)

    def operations(self, change: str, *, cursor: str, limit: int) -> Page[Operation]:
        """The operations of a change, by subject and number."""
        listing = Listing(
            partition=("pk", change_keys.change_partition(change)), sort_key="sk", prefix=change_keys.OPERATION
        )
        return listing.page(self._table, cursor=cursor, limit=limit, read=operation_in)

    def plan_of(self, head: Head) -> Sequence[Operation]:
        """The operations of the plan in force of a subject, by number; none before its first."""
        if not head.change:
            return []
        lies_in = Key("pk").eq(change_keys.change_partition(head.change))
        same_plan = lies_in & Key("sk").begins_with(change_keys.plan_prefix(head.subject, generation=head.generation))
        return [operation_in(one) for one in self._table.query(same_plan)]

    def members(self, group: str, *, cursor: str, limit: int) -> Page[Member]:
        """Who is in a group as far as AWS confirmed."""
        return _listed(lists.members_of(group)).page(self._table, cursor=cursor, limit=limit, read=_member)

    def assignments_of(self, group: str, *, cursor: str, limit: int) -> Page[AssignmentOf]:
        """What a group has where, as far as AWS confirmed."""
        return _listed(lists.assignments_of(group)).page(self._table, cursor=cursor, limit=limit, read=_assignment)


def _listed(name: str) -> Listing:
    return Listing(partition=("listed_in", name), sort_key="listed_as", index="listing")


def _member(record: Record) -> Member:
    return Member(person=record["listed_as"], membership=applied_in(record))


def _assignment(record: Record) -> AssignmentOf:
    account, _, permission_set = record["listed_as"].partition("#")
    applied = applied_in(record)
    group = str(assignment_in(applied.resource).principal)
    return AssignmentOf(account=account, permission_set=permission_set, group=group, assignment=applied)
