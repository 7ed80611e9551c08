"""Whose sessions are ended on record, found through the table's listing."""

from collections.abc import Sequence
from typing import ClassVar

from boto3.dynamodb.conditions import Key

from dayone.adapters import dynamodb_keys as keys
from dayone.adapters import dynamodb_lists as lists
from dayone.adapters.dynamodb_mapping import applied_in
from dayone.adapters.dynamodb_table import DynamoTable
from dayone.contracts.codec import Record
from dayone.domain.subjects import Subject


class DynamoRevokedSessions:
    """The port RevokedSessions; what was written a moment ago may be missing, because an index follows its table."""

    ACTIONS: ClassVar[frozenset[str]] = frozenset({"dynamodb:Query"})

    def __init__(self, table: DynamoTable) -> None:
        self._table = table

    def confirmed(self) -> Sequence[tuple[Subject, str]]:
        """See RevokedSessions."""
        records = self._table.query(Key("listed_in").eq(lists.REVOKED_SESSIONS), index="listing")
        listed = [(_person_of(record), applied_in(record)) for record in records]
        return [(person, applied.attributes["user_id"]) for person, applied in listed if applied.doubt is None]


def _person_of(record: Record) -> Subject:
    return keys.subject_of(keys.RecordKey(record["pk"], record["sk"]))
