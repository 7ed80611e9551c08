"""What the guardrails count by, in DynamoDB: what exists, and what was let go on each day."""

from collections.abc import Iterable, Mapping
from datetime import date
from functools import reduce
from operator import and_
from typing import ClassVar

from boto3.dynamodb.conditions import ConditionBase

from dayone.adapters import dynamodb_change_keys as change_keys
from dayone.adapters import dynamodb_keys as keys
from dayone.adapters.dynamodb_audit import OPERATIONS
from dayone.adapters.dynamodb_conditions import leaves_room_for
from dayone.adapters.dynamodb_table import DynamoTable
from dayone.adapters.dynamodb_writes import Update, Write
from dayone.domain.guardrails import RemovalBudget, Tally
from dayone.domain.subject_states import Plan

# The names of the writes that take from them.
BUDGETS = ("budget of removals", "budget of additions")


class DynamoLedger:
    """The port Ledger; what it reads is counted by the commit of plans and by the end of operations."""

    ACTIONS: ClassVar[frozenset[str]] = frozenset({"dynamodb:BatchGetItem"})

    def __init__(self, table: DynamoTable) -> None:
        self._table = table

    def tally(self, change: str, *, day: date) -> Tally:
        """What exists now, and how many removals were let go on that day (UTC) and in that change."""
        existing, today, of_change = keys.tail_key(OPERATIONS), keys.removals_key(day), change_keys.change_key(change)
        added = additions_key(day)
        found = {(one["pk"], one["sk"]): one for one in self._table.get_all([existing, today, added, of_change])}

        def number(key: keys.RecordKey, name: str) -> int:
            return int(found.get((key.pk, key.sk), {}).get(name, 0))

        return Tally(
            existing=number(existing, "existing"),
            today=number(today, "counted"),
            in_change=number(of_change, "removals"),
            added_today=number(added, "counted"),
            added_in_change=number(of_change, "additions"),
        )

    def expired(self, days: Iterable[date]) -> int:
        """See Ledger."""
        found = self._table.get_all([expired_key(day) for day in days])
        return sum(int(one["counted"]) for one in found)


def expiring(operations: int, *, day: date) -> Write:
    """The write that counts what was held and has expired."""
    return Update(expired_key(day), add={"counted": operations})


def budgets_of(plan: Plan) -> Mapping[str, RemovalBudget]:
    """What a plan takes from the budgets, by the counter of its change."""
    return {name: one for name, one in (("removals", plan.removals), ("additions", plan.additions)) if one}


def room_for(budgets: Mapping[str, RemovalBudget]) -> ConditionBase | None:
    """That the change has room for all of it, or None where nothing is taken."""
    rooms = [leaves_room_for(one.count, most=one.at_most, counter=name) for name, one in budgets.items()]
    return reduce(and_, rooms) if rooms else None


def spending(plan: Plan) -> Mapping[str, Write]:
    """The writes that take what a plan lets go from the day's budgets, on condition that it is within them."""
    days = {"removals": keys.removals_key, "additions": additions_key}
    return {
        f"budget of {name}": Update(
            days[name](one.day),
            add={"counted": one.count},
            condition=leaves_room_for(one.count, most=one.at_most, counter="counted"),
        )
        for name, one in budgets_of(plan).items()
    }


def expired_key(day: date) -> keys.RecordKey:
    """How much of what was held expired on a day."""
    return keys.RecordKey(keys.LEDGER, f"EXPIRED#{day.isoformat()}")


def additions_key(day: date) -> keys.RecordKey:
    """How many additions were let go on a day."""
    return keys.RecordKey(keys.LEDGER, f"ADDITIONS#{day.isoformat()}")
