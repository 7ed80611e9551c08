"""How far changes have gone through the company, kept in DynamoDB beside each change."""

from typing import ClassVar

from dayone.adapters import dynamodb_change_keys as change_keys
from dayone.adapters.dynamodb_conditions import IS_NEW
from dayone.adapters.dynamodb_table import DynamoTable
from dayone.adapters.dynamodb_writes import Put
from dayone.contracts.codec import decode, encode
from dayone.domain.portions import Portion
from dayone.errors import Conflicting


class DynamoPortions:
    """The port Portions."""

    ACTIONS: ClassVar[frozenset[str]] = frozenset({"dynamodb:GetItem", "dynamodb:PutItem"})

    def __init__(self, table: DynamoTable) -> None:
        self._table = table

    def kept(self, change: str, *, number: int) -> Portion | None:
        """The portion of that number, or None."""
        record = self._table.get(change_keys.portion_key(change, number=number))
        return decode(Portion, record) if record else None

    def keep(self, change: str, portion: Portion) -> Portion:
        """Keep a portion; returns the one that counts."""
        key = change_keys.portion_key(change, number=portion.number)
        record = {**key._asdict(), **encode(portion)}
        if self._table.write(Put(record, condition=IS_NEW), what=f"keeping a portion of change {change}"):
            return portion
        first = self.kept(change, number=portion.number)
        if first is None:
            raise Conflicting(f"portion {portion.number} of change {change} was there and is not")
        return first
