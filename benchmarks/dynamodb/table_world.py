"""The whole of Day One as the unit tests have it, over the adapters of DynamoDB and a table in memory."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from benchmarks.dynamodb.capacity import Meter
from benchmarks.dynamodb.in_memory import MemoryDynamo
from dayone.adapters.dynamodb.changes import DynamoChanges, DynamoProgress
from dayone.adapters.dynamodb.guardrails import DynamoGrants, DynamoHeldParts
from dayone.adapters.dynamodb.idempotency import DynamoEchoes
from dayone.adapters.dynamodb.leases import DynamoPortions, DynamoTurn
from dayone.adapters.dynamodb.ledger import DynamoLedger
from dayone.adapters.dynamodb.operations import DynamoOperationQueue
from dayone.adapters.dynamodb.personal_data import DynamoPersonalData
from dayone.adapters.dynamodb.policies import DynamoPolicies, DynamoPolicyArchive
from dayone.adapters.dynamodb.read_models import DynamoCompany
from dayone.adapters.dynamodb.subjects import DynamoSubjects
from dayone.adapters.dynamodb.table import DynamoTable
from dayone.lookups import PoliciesWithinReach
from dayone.model.commands import Command
from tests.fakes.sso.standing import MemoryStanding
from tests.unit.world import World

_HOUR = timedelta(hours=1)


@dataclass(frozen=True, kw_only=True)
class Work:
    """Cost of some work: units and calls of the table, messages of both queues, seconds of the executor."""

    table: Meter
    planned: int
    wakes: int
    seconds: float

    @property
    def write_units(self) -> int:
        """Of the table and its indexes."""
        return sum(self.table.writes.values())

    @property
    def read_units(self) -> float:
        """Consistent reads of 4 KB, of an index half of that."""
        return sum(self.table.reads.values())

    @property
    def calls(self) -> int:
        """Calls to DynamoDB."""
        return sum(self.table.calls.values())


class TableWorld(World):
    """A world that remembers everything in the table, whose meter counts what that costs."""

    client: MemoryDynamo
    table: DynamoTable
    _planned: int = 0

    @classmethod
    def fresh(cls) -> "TableWorld":
        """One without anything."""
        made = cls()
        made.client = MemoryDynamo()
        client: Any = made.client
        made.over(DynamoTable(client, "state", pause=lambda _: None))
        return made

    def over(self, table: DynamoTable) -> None:
        """Go on over this way to the table."""
        self.table = table
        policies = DynamoPolicies(table, parse=lambda version: self.policies[version.text])
        ports: Mapping[str, Any] = {
            "subjects": DynamoSubjects(table),
            "company": DynamoCompany(table),
            "portions": DynamoPortions(table),
            "echoes": DynamoEchoes(table),
            "policies": PoliciesWithinReach(policies=policies, standing=MemoryStanding(self.off_limits)),
            "changes": DynamoChanges(table),
            "grants": DynamoGrants(table),
            "progress": DynamoProgress(table),
            "ledger": DynamoLedger(table),
            "held": DynamoHeldParts(table),
            "personal_data": DynamoPersonalData(table),
            "queue": DynamoOperationQueue(table),
            "turn": DynamoTurn(table),
        }
        self.around = ports.get

    def archive(self) -> DynamoPolicyArchive:
        """See World."""
        return DynamoPolicyArchive(self.table)

    def plan(self, command: Command) -> None:
        """See World."""
        self._planned += 1
        super().plan(command)

    def carry_out(self, *tell: Callable[["TableWorld"], object]) -> Work:
        """Apply these changes, plan and execute until nothing is open; return the cost."""
        self.now += _HOUR
        for each in tell:
            each(self)
        before, planned, wakes, began = self.client.meter.copy(), self._planned, self.engine.rings, self.now
        while self.inbox.commands or self._is_work_left():
            self.plan_all()
            if self._is_work_left():
                self.execute()
        return Work(
            table=self.client.meter - before,
            planned=self._planned - planned,
            wakes=self.engine.rings - wakes,
            seconds=(self.now - began).total_seconds(),
        )

    def _is_work_left(self) -> bool:
        return any("runnable" in item for item in self.client.everything())
