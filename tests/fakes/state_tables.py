"""The port StateTables in memory."""

from collections.abc import Iterable
from datetime import datetime

from dayone.errors import Conflicting, DayOneError, NotFound
from dayone.ports.state_tables import TableDescription, TableOwner


class MemoryStateTables:
    """The port StateTables; each of `fails` is raised once, by the next call."""

    def __init__(self, tables: Iterable[TableDescription] = ()) -> None:
        self.owners: dict[str, TableOwner] = {}
        self.fails: list[DayOneError] = []
        self._tables = {table.name: table for table in tables}

    def put(self, table: TableDescription) -> None:
        """Have a table of this description from now on."""
        self._tables[table.name] = table

    def describe(self, name: str) -> TableDescription:
        if self.fails:
            raise self.fails.pop(0)
        if name not in self._tables:
            raise NotFound(f"ResourceNotFoundException: {name}")
        return self._tables[name]

    def owner(self, name: str) -> TableOwner | None:
        return self.owners.get(name)

    def take(self, name: str, owner: TableOwner, *, before: TableOwner | None, at: datetime) -> None:
        assert at.tzinfo is not None
        if self.owners.get(name) != before:
            raise Conflicting(f"the table {name} has become another stack's")
        self.owners[name] = owner
