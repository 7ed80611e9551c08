"""The names of organizational units, kept in DynamoDB so that every process knows of a rename at once."""

from collections.abc import Iterable, Mapping
from typing import ClassVar

from dayone.adapters import dynamodb_keys as keys
from dayone.adapters.dynamodb_conditions import was_read_before
from dayone.adapters.dynamodb_table import DynamoTable
from dayone.adapters.dynamodb_writes import Put
from dayone.contracts.codec import decode, encode, stamp
from dayone.errors import Conflicting
from dayone.ports.unit_names import UnitName


class DynamoUnitNames:
    """The port UnitNames."""

    ACTIONS: ClassVar[frozenset[str]] = frozenset({"dynamodb:BatchGetItem", "dynamodb:PutItem"})

    def __init__(self, table: DynamoTable) -> None:
        self._table = table

    def known(self, unit_ids: Iterable[str]) -> Mapping[str, UnitName]:
        """See UnitNames."""
        wanted = {keys.unit_key(unit_id).pk: unit_id for unit_id in unit_ids}
        records = self._table.get_all(map(keys.unit_key, wanted.values()))
        return {wanted[record["pk"]]: decode(UnitName, record) for record in records}

    def keep(self, unit_id: str, name: UnitName) -> UnitName:
        """See UnitNames."""
        record = {**keys.unit_key(unit_id)._asdict(), **encode(name)}
        condition = was_read_before(stamp(name.read_at))
        if self._table.write(Put(record, condition=condition), what=f"keeping the name of {unit_id}"):
            return name
        kept = self.known([unit_id]).get(unit_id)
        if kept is None:
            raise Conflicting(f"the name of {unit_id} was there and is not")
        return kept
