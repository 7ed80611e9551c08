"""Reads of the whole state for those who ask: page by page, in brief, everybody, and the table itself."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import chain, groupby, islice
from typing import TYPE_CHECKING, Any, ClassVar

from boto3.dynamodb.conditions import Attr, Key

from dayone.adapters.aws.errors import never_rejected, translated
from dayone.adapters.dynamodb import keys
from dayone.adapters.dynamodb import keys as change_keys
from dayone.adapters.dynamodb import keys as lists
from dayone.adapters.dynamodb.keys import RecordKey
from dayone.adapters.dynamodb.mapping import (
    applied_in,
    begun_of,
    change_in,
    ids_partition,
    operation_in,
    progress_key,
    state_in,
)
from dayone.adapters.dynamodb.subjects import DynamoSubjects
from dayone.adapters.dynamodb.table import DynamoTable, Listing
from dayone.adapters.dynamodb.writes import IS_NEW, Put
from dayone.errors import Conflicting, NotFound, Rejected, Unavailable
from dayone.messages.codec import Record, decode, encode, stamp
from dayone.model.changes import Change
from dayone.model.operations import Applied, Operation
from dayone.model.recovery import Recovery
from dayone.model.subject_state import Head, SubjectState
from dayone.model.subjects import ITSELF, ResourceOf, Subject, SubjectKind, assignment_in
from dayone.ports.records import AssignmentOf, Member, Page
from dayone.ports.state_tables import TableDescription, TableIndex, TableOwner

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

# Some hundred kilobytes a call: what lies behind the last subject of a page is read once more with the next one.
_RECORDS_A_CALL = 500


class DynamoCompany:
    """The port Company."""

    ACTIONS: ClassVar[frozenset[str]] = frozenset({"dynamodb:Query"})

    def __init__(self, table: DynamoTable) -> None:
        self._table = table

    def states(self, kind: SubjectKind, *, after: str, limit: int) -> Sequence[SubjectState]:
        """See Company."""
        return list(islice(self._states(kind, after=after), limit))

    def parts(self, kind: SubjectKind) -> int:
        """See Company."""
        return len(keys.partitions_of(kind))

    def states_in(self, kind: SubjectKind, *, part: int, after: str, limit: int) -> Sequence[SubjectState]:
        """See Company."""
        last = keys.last_key_of(Subject(kind, after)) if after else None
        return list(islice(self._states_of(keys.partitions_of(kind)[part], last=last), limit))

    def _states(self, kind: SubjectKind, *, after: str) -> Iterator[SubjectState]:
        partitions = keys.partitions_of(kind)
        last = keys.last_key_of(Subject(kind, after)) if after else None
        first = partitions.index(last.pk) if last else 0
        for number, partition in enumerate(partitions[first:]):
            yield from self._states_of(partition, last=last if number == 0 else None)

    def _states_of(self, partition: str, *, last: RecordKey | None) -> Iterator[SubjectState]:
        place = last._asdict() if last else None
        found = self._table.query(Key("pk").eq(partition), after=place, page=_RECORDS_A_CALL)
        for name, records in groupby(found, key=_name_in):
            yield state_in(records, subject=keys.subject_of(RecordKey(partition, name)))


def _name_in(record: Record) -> str:
    return str(record["sk"]).partition("#")[0]


class DynamoSubjectIndex:
    """The port KnownSubjects; the list comes through an index and may miss what was written a moment ago."""

    ACTIONS: ClassVar[frozenset[str]] = frozenset({"dynamodb:BatchGetItem", "dynamodb:GetItem", "dynamodb:Query"})

    def __init__(self, table: DynamoTable) -> None:
        self._table = table
        self._subjects = DynamoSubjects(table)

    def listed(self, kind: SubjectKind, *, cursor: str, limit: int) -> Page[SubjectState]:
        """See KnownSubjects."""
        listing = Listing(partition=("listed_in", lists.list_of(kind)), sort_key="listed_as", index="listing")
        heads = listing.page(self._table, cursor=cursor, limit=limit, read=lambda record: record)
        return Page(list(self._whole(heads.entries).values()), heads.cursor)

    def brief(self, subjects: Iterable[Subject]) -> Mapping[Subject, SubjectState]:
        """See KnownSubjects."""
        return self._whole(self._table.get_all(map(keys.head_of, subjects)))

    def applied(self, resources: Iterable[ResourceOf]) -> Mapping[ResourceOf, Applied]:
        """See KnownSubjects."""
        found: dict[ResourceOf, Applied] = {}
        for record in self._table.get_all(map(keys.applied_key, resources)):
            entry = applied_in(record)
            found[ResourceOf(_recorded_subject_of(record), entry.resource)] = entry
        return found

    def holder_of(self, claim: str) -> str:
        """See KnownSubjects."""
        return self._subjects.claimed(claim).holder

    def identified(self, kind: SubjectKind, ids: Iterable[str]) -> Mapping[str, Subject]:
        """See KnownSubjects."""
        lies_in = Key("listed_in").eq(ids_partition(kind))
        return {
            name: _recorded_subject_of(record)
            for name in dict.fromkeys(ids)
            for record in self._table.query(lies_in & Key("listed_as").eq(name), index="listing")
        }

    def ids(self, kind: SubjectKind) -> frozenset[str]:
        """See KnownSubjects."""
        found = self._table.query(Key("listed_in").eq(ids_partition(kind)), index="listing", only="listed_as")
        return frozenset(str(record["listed_as"]) for record in found)

    def begun(self, kind: SubjectKind) -> Sequence[Subject]:
        """See KnownSubjects."""
        found = self._table.query(Key("listed_in").eq(begun_of(kind)), index="listing")
        return [_recorded_subject_of(record) for record in found]

    def _whole(self, heads: Iterable[Record]) -> Mapping[Subject, SubjectState]:
        """Each head with how its plan has gone on, and what the subject itself is at AWS."""
        records = {_recorded_subject_of(head): [head] for head in heads}
        themselves = (
            keys.applied_key(ResourceOf(subject, ITSELF[subject.kind])) for subject in records if subject.kind in ITSELF
        )
        for record in self._table.get_all([*map(progress_key, records), *themselves]):
            records[_recorded_subject_of(record)].append(record)
        return {subject: state_in(found, subject=subject) for subject, found in records.items()}


def _recorded_subject_of(record: Record) -> Subject:
    return keys.subject_of(keys.RecordKey(record["pk"], record["sk"]))


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
        """Return the operations of a change, by subject and number."""
        listing = Listing(
            partition=("pk", change_keys.change_partition(change)), sort_key="sk", prefix=change_keys.OPERATION
        )
        return listing.page(self._table, cursor=cursor, limit=limit, read=operation_in)

    def plan_of(self, head: Head) -> Sequence[Operation]:
        """Return the operations of the plan in force of a subject, by number; none before its first."""
        if not head.change:
            return []
        lies_in = Key("pk").eq(change_keys.change_partition(head.change))
        same_plan = lies_in & Key("sk").begins_with(change_keys.plan_prefix(head.subject, generation=head.generation))
        return [operation_in(record) for record in self._table.query(same_plan)]

    def members(self, group: str, *, cursor: str, limit: int) -> Page[Member]:
        """Return the members of a group as confirmed by AWS."""
        return _listed(lists.member_list_of(group)).page(self._table, cursor=cursor, limit=limit, read=_member)

    def assignments_of(self, group: str, *, cursor: str, limit: int) -> Page[AssignmentOf]:
        """Return the assignments of a group as confirmed by AWS."""
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


OWNER = RecordKey("TABLE", "OWNER")
RECOVERY = RecordKey("TABLE", "RECOVERY")
_RANGE = "RANGE"


class DynamoStateTables:
    """The port StateTables.

    What AWS rejects is Unavailable, but for a table that is not there: the role may be so new that IAM does not know of
    it everywhere.
    """

    ACTIONS: ClassVar[frozenset[str]] = frozenset({"dynamodb:DescribeTable", "dynamodb:GetItem", "dynamodb:PutItem"})

    def __init__(self, client: "DynamoDBClient") -> None:
        self._client = client

    def describe(self, name: str) -> TableDescription:
        """See StateTables."""
        try:
            return described_table(self._client, name)
        except NotFound:
            raise
        except Rejected as rejected:
            raise Unavailable(str(rejected)) from rejected

    def owner(self, name: str) -> TableOwner | None:
        """See StateTables."""
        with never_rejected():
            return noted_owner(self._client, name)

    def take(self, name: str, owner: TableOwner, *, before: TableOwner | None, at: datetime) -> None:
        """See StateTables."""
        record = {**OWNER._asdict(), **encode(owner), "at": stamp(at)}
        as_read = IS_NEW if before is None else Attr("table_id").eq(before.table_id) & Attr("stack").eq(before.stack)
        with never_rejected():
            is_taken = DynamoTable(self._client, name).write(Put(record, condition=as_read), what=f"taking {name}")
        if not is_taken:
            raise Conflicting(f"the table {name} has become another stack's")

    def note_recovery(self, name: str, *, table_id: str, at: datetime) -> None:
        """See StateTables."""
        noted = {**RECOVERY._asdict(), **encode(Recovery(table_id=table_id, since=at))}
        with never_rejected():
            DynamoTable(self._client, name).write(Put(noted), what=f"noting a recovery of {name}")


def noted_owner(client: "DynamoDBClient", name: str) -> TableOwner | None:
    """Return the recorded owner of the table, or None when it has none."""
    record = DynamoTable(client, name).get(OWNER)
    return decode(TableOwner, record) if record else None


def described_table(client: "DynamoDBClient", name: str) -> TableDescription:
    """Return a table as described by DescribeTable; raise NotFound. Source: DynamoDB API Reference, DescribeTable."""
    with translated():
        table: Mapping[str, Any] = client.describe_table(TableName=name)["Table"]
    stream = table.get("StreamSpecification", {})
    return TableDescription(
        name=table["TableName"],
        arn=table["TableArn"],
        id=table.get("TableId", ""),
        status=table["TableStatus"],
        keys=_keys(table),
        indexes={
            index["IndexName"]: TableIndex(_keys(index), index["Projection"]["ProjectionType"])
            for index in table.get("GlobalSecondaryIndexes", [])
        },
        # The stream that was the latest is named for a day after it was switched off.
        stream_arn=table.get("LatestStreamArn", "") if stream.get("StreamEnabled") else "",
        stream_view=stream.get("StreamViewType", "") if stream.get("StreamEnabled") else "",
        is_protected=bool(table.get("DeletionProtectionEnabled")),
    )


def _keys(schema: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the partition key before the sort key."""
    return tuple(key["AttributeName"] for key in sorted(schema["KeySchema"], key=lambda key: key["KeyType"] == _RANGE))
