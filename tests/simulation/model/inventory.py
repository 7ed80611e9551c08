"""The function that reads Identity Center every minute, and the loss of the table that all functions use."""

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from dayone.inventory.edits import EditsOfOthers
from dayone.inventory.links import WhileRecovering
from dayone.inventory.reach import Center
from dayone.inventory.service import ReadInventory, read_inventory
from dayone.model.policy.context import OffLimits
from tests.fakes.queues import MemoryTurn
from tests.fakes.sso.inventory_reader import MemoryInventoryReader
from tests.fakes.sso.standing import MemoryStanding
from tests.fakes.surroundings import MemorySurroundings
from tests.fakes.table.company import MemoryCompany
from tests.fakes.table.inventory import MemoryEditEvents, MemoryInventory
from tests.fakes.table.records import MemoryRecords
from tests.fakes.table.state import State
from tests.fakes.table.subject_index import MemorySubjectIndex
from tests.simulation.model.day_one import DayOne
from tests.simulation.model.processes import Process, Wire
from tests.simulation.model.table import ObservedState

if TYPE_CHECKING:
    from tests.simulation.model.functions import Function

_A_MINUTE = 60.0
_TIMEOUT = 600.0
_LONGEST = timedelta(seconds=45)
_A_DAY = timedelta(days=1)
# What the observer alone knows of a table: it goes with a copy.
_OBSERVED = ("approved", "dropped", "_of_subjects")


class _Reader(Wire):
    """The port InventoryReader as a process has it."""

    def __init__(self, reader: MemoryInventoryReader, process: Process) -> None:
        super().__init__("sso-admin.reader", reader, process)
        self._reader = reader

    @property
    def calls(self) -> int:
        return self._reader.calls


@dataclass(frozen=True)
class TableCopy:
    """All that was in the table at a moment."""

    at: datetime
    contents: dict[str, Any]
    inventory: MemoryInventory


class Reading:
    """The function `read_inventory` of a Day One, which is invoked again and again from now on.

    A pass begins after each `interval`, a run `every` so many seconds, and AWS answers with so many `rows` in a page.
    """

    def __init__(
        self, day_one: DayOne, *, interval: timedelta = _A_DAY, every: float = _A_MINUTE, rows: int = 100
    ) -> None:
        self._day_one = day_one
        self.interval = interval
        self.every = every
        self._rows = rows
        self.function: Function = day_one.function("read_inventory", timeout=_TIMEOUT, prepare=self._prepared)
        self._invoke()

    def _invoke(self) -> None:
        day_one = self._day_one
        self.function.invoke(None, then=lambda _: None, failed=day_one.heard_of)
        day_one.time.at(self.every, self._invoke)

    def _prepared(self, process: Process) -> Callable[[Any], object]:
        state = self._day_one.state
        table = {
            "inventory": self._day_one.inventory,
            "company": MemoryCompany(state),
            "index": MemorySubjectIndex(state),
            "records": MemoryRecords(state),
        }
        wired: dict[str, Any] = {name: Wire(f"table.{name}", port, process) for name, port in table.items()}
        reader: Any = _Reader(MemoryInventoryReader(self._day_one.aws.center, rows=self._rows), process)
        ports = ReadInventory(
            **wired,
            center=Center(sight=MemorySurroundings(), arn="arn:instance"),
            reader=reader,
            recovering=WhileRecovering(fence=self._day_one.fence()),
            standing=MemoryStanding(OffLimits()),
            interval=self.interval,
            others=EditsOfOthers(events=MemoryEditEvents(), own_roles=()),
            clock=self._day_one.clock,
        )
        return lambda _: read_inventory(ports=replace(ports, interval=self.interval), longest=_LONGEST)


def table_copy(day_one: DayOne) -> TableCopy:
    """Return what is in the table now."""
    names = (*(entry.name for entry in fields(State)), *_OBSERVED)
    kept, inventory = deepcopy(({name: getattr(day_one.state, name) for name in names}, day_one.inventory))
    return TableCopy(at=day_one.time.now, contents=kept, inventory=inventory)


def replace_table(day_one: DayOne, copy: TableCopy | None, *, name: str, kills: bool) -> None:
    """Have another table, with this copy or empty; with `kills` what is running does not end its work on the lost one.

    Whatever runs on the lost one is not watched any more.
    """
    lost, state = day_one.state, ObservedState(time=day_one.time)
    lost.on_end = lambda _: None
    lost.on_begin = lambda _: None
    if copy is None:
        state.identity, state.hr_versions = None, lost.hr_versions
    for member, value in deepcopy(copy.contents if copy else {}).items():
        setattr(state, member, value)
    state.table_id, state.requests, state.limits = name, lost.requests, dict(lost.limits)
    day_one.state, day_one.turn = state, MemoryTurn()
    day_one.inventory = deepcopy(copy.inventory) if copy else MemoryInventory()
    for function in day_one.functions:
        function.begin_anew(kills=kills)
