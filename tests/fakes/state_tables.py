"""The port StateTables, and the fence around the table of a state, in memory."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime

from dayone.adapters.table_fence import open_recovery
from dayone.errors import Conflicting, DayOneError, NotFound
from dayone.model.recovery import Recovery, TableIdentity
from dayone.ports.state_tables import TableDescription, TableOwner
from tests.fakes.table.state import State


class MemoryStateTables:
    """The port StateTables; each of `fails` is raised once, by the next call."""

    def __init__(self, tables: Iterable[TableDescription] = ()) -> None:
        self.recoveries: dict[str, Recovery] = {}
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

    def note_recovery(self, name: str, *, table_id: str, at: datetime) -> None:
        self.recoveries[name] = Recovery(table_id=table_id, since=at)


@dataclass
class MemoryOutsideIdentity:
    """The port OutsideIdentity; `fails` is raised while it is set."""

    identity: TableIdentity | None = None
    fails: DayOneError | None = None

    def read(self) -> TableIdentity | None:
        if self.fails:
            raise self.fails
        return self.identity

    def write(self, identity: TableIdentity) -> None:
        self.identity = identity


def of_the_first_table() -> MemoryOutsideIdentity:
    """Return the identity of the table that every new state has."""
    return MemoryOutsideIdentity(TableIdentity(table_id="table-1"))


@dataclass
class MemoryFence:
    """The port EndingRecoveries; a state without an identity was just made, and is the stack's own."""

    state: State
    outside: MemoryOutsideIdentity = field(default_factory=MemoryOutsideIdentity)

    def recovery(self) -> Recovery | None:
        try:
            outside = self.outside.read()
        except DayOneError:
            outside = None
        return open_recovery(
            recorded=self.state.identity, table_id=self.state.table_id, outside=outside, noted=self.state.recovery
        )

    def begin(self, *, at: datetime) -> Recovery | None:
        recovery = self.recovery()
        if recovery is not None and recovery.since is None:
            recovery = self.state.recovery = replace(recovery, since=at)
        return recovery

    def note(self, recovery: Recovery) -> None:
        self.state.recovery = recovery

    def end(self) -> None:
        recovery, outside = self.recovery(), self.outside.read()
        if recovery is None:
            return
        own = self.state.identity
        epoch = max(own.epoch if own else 0, outside.epoch if outside else 0) + 1
        self.state.identity = TableIdentity(table_id=recovery.table_id, epoch=epoch)
        self.outside.write(self.state.identity)
        self.state.recovery = None
