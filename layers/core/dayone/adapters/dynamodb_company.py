"""The whole company out of DynamoDB: every partition of subjects, read from its beginning to its end."""

from collections.abc import Iterator, Sequence
from itertools import groupby, islice
from typing import ClassVar

from boto3.dynamodb.conditions import Key

from dayone.adapters import dynamodb_keys as keys
from dayone.adapters.dynamodb_heads import state_in
from dayone.adapters.dynamodb_table import DynamoTable
from dayone.contracts.codec import Record
from dayone.domain.subject_states import SubjectState
from dayone.domain.subjects import Subject, SubjectKind

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

    def _states(self, kind: SubjectKind, *, after: str) -> Iterator[SubjectState]:
        partitions = keys.partitions_of(kind)
        last = keys.last_key_of(Subject(kind, after)) if after else None
        first = partitions.index(last.pk) if last else 0
        for number, partition in enumerate(partitions[first:]):
            place = last._asdict() if last and number == 0 else None
            found = self._table.query(Key("pk").eq(partition), after=place, page=_RECORDS_A_CALL)
            for subject, records in groupby(found, key=_subject_of):
                yield state_in(records, subject=subject)


def _key_of(record: Record) -> keys.RecordKey:
    return keys.RecordKey(record["pk"], record["sk"])


def _subject_of(record: Record) -> Subject:
    return keys.subject_of(_key_of(record))
