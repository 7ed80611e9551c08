"""Speed of planning a change of many subjects by the number of planners, which share some records.

The product's planning and adapters over a table in memory, in virtual time: each call takes its time, and a transaction
keeps others from its records while it lasts. So exact on any machine.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from random import Random
from typing import Any

from benchmarks.convergence import account_id, policy
from benchmarks.dynamodb.in_memory import MemoryDynamo
from benchmarks.dynamodb.table_world import TableWorld
from benchmarks.figures.measuring import Figure, report, wants_json
from dayone.adapters.dynamodb.table import DynamoTable
from dayone.errors import Unavailable
from tests.builders import an_account
from tests.simulation.model.virtual_time import Clockwork

# The figures are exact, and few seconds' work.
QUICK = True

ACCOUNTS = 160
# `InboxConcurrency` of the template is 8.
PLANNERS = (1, 4, 8, 16)
# Seconds: of a planner's own processor, of a read, of a transaction.
_PLANNING, _READ, _TRANSACTION = 0.030, 0.005, 0.015
# What failed comes back to the inbox so much later.
_COMES_BACK = 5.0
_LONGEST = 3600.0
_SEED = 7


@dataclass
class _Contended:
    """A client of the table whose calls take time, and whose transactions meet."""

    client: MemoryDynamo
    time: Clockwork
    held: set[tuple[str, str]] = field(default_factory=set)
    conflicts: int = 0

    def __getattr__(self, name: str) -> Callable[..., Any]:
        call: Callable[..., Any] = getattr(self.client, name)
        return call if name == "exceptions" else partial(self._later, call)

    def _later(self, call: Callable[..., Any], **request: Any) -> Any:  # noqa: ANN401 - whatever it answers
        self.time.sleep(_READ)
        return call(**request)

    def transact_write_items(self, *, TransactItems: list[Mapping[str, Any]]) -> Any:  # noqa: ANN401, N803 - boto3's
        """See DynamoDB."""
        keys = [_key(write) for item in TransactItems for write in item.values()]
        if met := self.held.intersection(keys):
            self.conflicts += 1
            self.time.sleep(_READ)
            reasons = [{"Code": "TransactionConflict" if key in met else "None"} for key in keys]
            error = {"Error": {"Code": "TransactionCanceledException"}, "CancellationReasons": reasons}
            raise self.client.exceptions.TransactionCanceledException(error, "TransactWriteItems")
        self.held.update(keys)
        self.time.sleep(_TRANSACTION)
        self.held.difference_update(keys)
        return self.client.transact_write_items(TransactItems=TransactItems)


def _key(write: Mapping[str, Any]) -> tuple[str, str]:
    key = write.get("Key") or write["Item"]
    return key["pk"]["S"], key["sk"]["S"]


@dataclass(frozen=True, kw_only=True)
class Planned:
    """So many plans in so many seconds, and how often a transaction met another."""

    plans: int
    seconds: float
    conflicts: int

    @property
    def rate(self) -> float:
        """Plans a second."""
        return self.plans / self.seconds


def planned_by(planners: int) -> Planned:
    """Plan an edit of the policy that gives each account something, with so many planners."""
    world = TableWorld.fresh()
    world.carry_out(lambda world: world.policy_is(policy(1, 1, assigned=False)))
    world.carry_out(*(partial(_appears, number=number) for number in range(ACCOUNTS)))
    world.policy_is(policy(1, 1, assigned=True))
    while len(world.inbox.commands) < ACCOUNTS:
        world.plan(world.inbox.commands[0])
        world.inbox.commands.pop(0)
    time, chance = Clockwork(datetime(2026, 11, 23, tzinfo=UTC)), Random(_SEED)
    contended: Any = _Contended(world.client, time)
    world.over(DynamoTable(contended, "state", pause=time.sleep, jitter=chance.random))
    over: list[float] = []
    for _ in range(planners):
        time.start(partial(_plan, world, time=time, over=over), after=chance.random() * _PLANNING)
    time.run(seconds=_LONGEST)
    assert len(over) == ACCOUNTS, "not all of them were planned"
    return Planned(plans=len(over), seconds=max(over), conflicts=contended.conflicts)


def _appears(world: TableWorld, *, number: int) -> None:
    world.account_is(an_account(account_id(number)))


def _plan(world: TableWorld, *, time: Clockwork, over: list[float]) -> None:
    while world.inbox.commands:
        command = world.inbox.commands.pop(0)
        time.sleep(_PLANNING)
        try:
            world.plan(command)
        except Unavailable:
            time.sleep(_COMES_BACK)
            world.inbox.put([command])
        else:
            over.append(time.seconds)


def measured() -> tuple[list[Figure], list[str]]:
    """Return by how much each of many planners is slower than one alone, and notes."""
    planned = {planners: planned_by(planners) for planners in PLANNERS}
    alone = planned[1].rate
    figures = [
        Figure(f"one planner alone / each of {planners}", planners * alone / each.rate, 1.25)
        for planners, each in planned.items()
        if planners > 1
    ]
    return figures, [
        f"{planners} at a time: {each.rate:.1f} plans a second, {each.conflicts} transactions met another"
        for planners, each in planned.items()
    ]


def main() -> None:
    """Print all figures."""
    as_json = wants_json(__doc__ or "")
    figures, notes = measured()
    report(figures, notes=notes, as_json=as_json)


if __name__ == "__main__":
    main()
