"""The subjects that are known, in brief, read from DynamoDB many at a time."""

from collections.abc import Iterable, Mapping
from typing import ClassVar

from dayone.adapters import dynamodb_keys as keys
from dayone.adapters import dynamodb_lists as lists
from dayone.adapters.dynamodb_cursors import Listing
from dayone.adapters.dynamodb_heads import progress_key, state_in
from dayone.adapters.dynamodb_mapping import applied_in
from dayone.adapters.dynamodb_subjects import DynamoSubjects
from dayone.adapters.dynamodb_table import DynamoTable
from dayone.contracts.codec import Record
from dayone.domain.operations import Applied
from dayone.domain.subject_states import SubjectState
from dayone.domain.subjects import ITSELF, ResourceOf, Subject, SubjectKind
from dayone.ports.records import Page


class DynamoKnownSubjects:
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
            one = applied_in(record)
            found[ResourceOf(_subject_of(record), one.resource)] = one
        return found

    def holder_of(self, claim: str) -> str:
        """See KnownSubjects."""
        return self._subjects.claimed(claim).holder

    def _whole(self, heads: Iterable[Record]) -> Mapping[Subject, SubjectState]:
        """Each head with how its plan has gone on, and what the subject itself is at AWS."""
        records = {_subject_of(head): [head] for head in heads}
        themselves = (keys.applied_key(ResourceOf(one, ITSELF[one.kind])) for one in records if one.kind in ITSELF)
        for record in self._table.get_all([*map(progress_key, records), *themselves]):
            records[_subject_of(record)].append(record)
        return {subject: state_in(found, subject=subject) for subject, found in records.items()}


def _subject_of(record: Record) -> Subject:
    return keys.subject_of(keys.RecordKey(record["pk"], record["sk"]))
