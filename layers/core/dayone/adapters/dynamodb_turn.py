"""The right to carry out operations, as one record that its holder keeps renewing."""

from datetime import datetime
from typing import ClassVar

from dayone.adapters import dynamodb_keys as keys
from dayone.adapters.dynamodb_conditions import is_free_for, is_held_by
from dayone.adapters.dynamodb_table import DynamoTable
from dayone.adapters.dynamodb_writes import Delete, Put
from dayone.contracts.codec import stamp


class DynamoTurn:
    """The port Turn."""

    ACTIONS: ClassVar[frozenset[str]] = frozenset({"dynamodb:PutItem", "dynamodb:DeleteItem"})

    def __init__(self, table: DynamoTable) -> None:
        self._table = table

    def take(self, holder: str, *, now: datetime, until: datetime) -> bool:
        """Have it, or go on having it, until then; False while somebody else has it."""
        record = {**keys.TURN._asdict(), "holder": holder, "until": stamp(until)}
        taken = Put(record, condition=is_free_for(holder, now=stamp(now)))
        return self._table.write(taken, what="taking the turn")

    def give_back(self, holder: str) -> None:
        """Have it no more; harmless when somebody else has it by now."""
        self._table.write(Delete(keys.TURN, condition=is_held_by(holder)), what="giving the turn back")
