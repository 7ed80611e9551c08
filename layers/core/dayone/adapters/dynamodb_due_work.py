"""What waits for time to pass, found through the table's sparse indexes."""

from collections.abc import Sequence
from datetime import datetime
from typing import ClassVar

from boto3.dynamodb.conditions import Key

from dayone.adapters import dynamodb_keys as keys
from dayone.adapters import dynamodb_lists as lists
from dayone.adapters.dynamodb_table import DynamoTable
from dayone.contracts.codec import stamp
from dayone.domain.operations import Lane
from dayone.domain.subjects import Subject


class DynamoDueWork:
    """The port DueWork; what was written a moment ago may be missing, because an index follows its table."""

    ACTIONS: ClassVar[frozenset[str]] = frozenset({"dynamodb:Query"})

    def __init__(self, table: DynamoTable) -> None:
        self._table = table

    def due(self, *, now: datetime, limit: int) -> Sequence[Subject]:
        """Subjects whose `due_at` has come, the longest due first."""
        has_come = Key("due").eq(lists.DUE) & Key("due_at").lte(stamp(now))
        listed = self._table.query(has_come, index="due", limit=limit)
        return [keys.subject_of(keys.RecordKey(one["pk"], one["sk"])) for one in listed]

    def has_parked(self) -> bool:
        """See DueWork."""
        return any(True for _ in self._table.query(Key("runnable").eq(lists.PARKED), index="runnable", limit=1))

    def has_runnable(self) -> bool:
        """See DueWork."""
        return any(
            True
            for one in (lists.BEGUN, *map(lists.waiting_in, Lane))
            for _ in self._table.query(Key("runnable").eq(one), index="runnable", limit=1)
        )
