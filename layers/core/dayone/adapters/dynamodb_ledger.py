"""What the guardrails count by, in DynamoDB: what exists, and what was let go on each day."""

from collections.abc import Iterable
from datetime import date
from typing import ClassVar

from dayone.adapters import dynamodb_change_keys as change_keys
from dayone.adapters import dynamodb_keys as keys
from dayone.adapters.dynamodb_conditions import leaves_room_for
from dayone.adapters.dynamodb_table import DynamoTable
from dayone.adapters.dynamodb_writes import Update, Write
from dayone.domain.guardrails import RemovalBudget, Tally


class DynamoLedger:
    """The port Ledger; what it reads is counted by the commit of plans and by the end of operations."""

    ACTIONS: ClassVar[frozenset[str]] = frozenset({"dynamodb:BatchGetItem"})

    def __init__(self, table: DynamoTable) -> None:
        self._table = table

    def tally(self, change: str, *, day: date) -> Tally:
        """What exists now, and how many removals were let go on that day (UTC) and in that change."""
        existing, today, of_change = keys.EXISTING, keys.removals_key(day), change_keys.change_key(change)
        found = {(one["pk"], one["sk"]): one for one in self._table.get_all([existing, today, of_change])}

        def number(key: keys.RecordKey, name: str) -> int:
            return int(found.get((key.pk, key.sk), {}).get(name, 0))

        return Tally(
            existing=number(existing, "counted"),
            today=number(today, "counted"),
            in_change=number(of_change, "removals"),
        )

    def expired(self, days: Iterable[date]) -> int:
        """See Ledger."""
        found = self._table.get_all([expired_key(day) for day in days])
        return sum(int(one["counted"]) for one in found)


def expiring(operations: int, *, day: date) -> Write:
    """The write that counts what was held and has expired."""
    return Update(expired_key(day), add={"counted": operations})


def spending(budget: RemovalBudget) -> Write:
    """The write that takes a plan's removals from the day's budget, on condition that they are within it."""
    room = leaves_room_for(budget.count, most=budget.at_most, counter="counted")
    return Update(keys.removals_key(budget.day), add={"counted": budget.count}, condition=room)


def counting(difference: int) -> Write:
    """The write that counts memberships and assignments that have come or gone."""
    return Update(keys.EXISTING, add={"counted": difference})


def expired_key(day: date) -> keys.RecordKey:
    """How much of what was held expired on a day."""
    return keys.RecordKey(keys.EXISTING.pk, f"EXPIRED#{day.isoformat()}")
