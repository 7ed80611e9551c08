"""Counts for the guardrails, and additions by a plan to the counts of its change, in DynamoDB.

Transactions that touch the same record cancel each other. So in a change of many subjects each plan leaves a note
beside the change, and the next reader adds up all the notes.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date
from functools import reduce
from operator import and_
from typing import TYPE_CHECKING, Any, ClassVar

from boto3.dynamodb.conditions import ConditionBase, Key

from dayone.adapters.dynamodb import change_counts as counts
from dayone.adapters.dynamodb import change_counts as marks
from dayone.adapters.dynamodb import keys
from dayone.adapters.dynamodb import keys as change_keys
from dayone.adapters.dynamodb.audit_log import OPERATIONS
from dayone.adapters.dynamodb.change_counts import blame_parts
from dayone.adapters.dynamodb.keys import RecordKey
from dayone.adapters.dynamodb.mapping import change_parts
from dayone.adapters.dynamodb.table import DynamoTable
from dayone.adapters.dynamodb.writes import EXISTS, Delete, Put, Update, Write, leaves_room_for
from dayone.model.changes import CauseKind
from dayone.model.guardrails import RemovalBudget, Tally
from dayone.model.operations import OperationState
from dayone.model.subject_state import Plan
from dayone.model.subjects import Subject

if TYPE_CHECKING:
    from dayone.messages.codec import Record

# The names of the writes that take from them.
BUDGETS = ("budget of removals", "budget of additions")


class DynamoLedger:
    """The port Ledger; what it reads is counted by the commit of plans and by the end of operations."""

    ACTIONS: ClassVar[frozenset[str]] = frozenset({"dynamodb:BatchGetItem"})

    def __init__(self, table: DynamoTable) -> None:
        self._table = table

    def tally(self, change: str, *, day: date) -> Tally:
        """Return the existing total, and the removals carried out on that day (UTC) and in that change."""
        existing, today, of_change = keys.tail_key(OPERATIONS), keys.removals_key(day), change_keys.change_key(change)
        added = additions_key(day)
        found = {(pair["pk"], pair["sk"]): pair for pair in self._table.get_all([existing, today, added, of_change])}

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
        return sum(int(pair["counted"]) for pair in found)


def expiring(operations: int, *, day: date) -> Write:
    """Return the write that counts expired held operations."""
    return Update(expired_key(day), add={"counted": operations})


def budgets_of(plan: Plan) -> Mapping[str, RemovalBudget]:
    """Return the amounts a plan takes from the budgets, by the counter of its change."""
    return {
        name: removal_budget
        for name, removal_budget in (("removals", plan.removals), ("additions", plan.additions))
        if removal_budget
    }


def room_for(budgets: Mapping[str, RemovalBudget]) -> ConditionBase | None:
    """Return the condition that the change has room for all of it, or None where nothing is taken."""
    rooms = [
        leaves_room_for(removal_budget.count, most=removal_budget.at_most, counter=name)
        for name, removal_budget in budgets.items()
    ]
    return reduce(and_, rooms) if rooms else None


def spending(plan: Plan) -> Mapping[str, Write]:
    """Return the writes that take a plan's removals and additions from the day's budgets, if they fit."""
    days = {"removals": keys.removals_key, "additions": additions_key}
    return {
        f"budget of {name}": Update(
            days[name](removal_budget.day),
            add={"counted": removal_budget.count},
            condition=leaves_room_for(removal_budget.count, most=removal_budget.at_most, counter="counted"),
        )
        for name, removal_budget in budgets_of(plan).items()
    }


def expired_key(day: date) -> keys.RecordKey:
    """Return the key of the number of held operations that expired on a day."""
    return keys.RecordKey(keys.LEDGER, f"EXPIRED#{day.isoformat()}")


def additions_key(day: date) -> keys.RecordKey:
    """Return the key of the number of additions carried out on a day."""
    return keys.RecordKey(keys.LEDGER, f"ADDITIONS#{day.isoformat()}")


CHANGE = "change"
_OF_MANY = frozenset({CauseKind.POLICY, CauseKind.DISCOVERY, CauseKind.RETRY, CauseKind.BOOTSTRAP})
_NOTE = "COUNT#"
# Added up at once: as many as plan at the same time, and more.
_TOGETHER = 25


def count_of_plan(plan: Plan) -> dict[str, Write]:
    """Return the write that counts a plan, or the note to be counted later."""
    change = plan.cause.change
    expected, added = ({}, {"subjects": 1}) if plan.adds_subject else ({"subjects": 1}, {})
    once = {**change_parts(plan.cause), **expected}
    adds = {"planned": 1, **added, **counts.added_by(plan.operations)}
    is_held = any(operation.state is OperationState.HELD for operation in plan.operations)
    # What is held or taken from the budget of the change has to be there with the plan.
    if plan.cause.kind in _OF_MANY and not budgets_of(plan) and not is_held:
        note = _note_key(plan.after.subject, change=change)
        return {"note": Put({**note._asdict(), "once": once, "adds": adds})}
    budgets = budgets_of(plan)
    because = {"held_reason": plan.held_reason} if plan.held_reason else {}
    counted = Update(
        change_keys.change_key(change),
        put_once={**once, **because, **blame_parts(plan.blamed)},
        add={**adds, **{name: budget.count for name, budget in budgets.items()}},
        remove=("expires_at",),  # it may have come to nothing before
        condition=room_for(budgets),
    )
    return {CHANGE: counted, **(marks.holding(plan.cause.place) if is_held else {})}


def count(table: DynamoTable, subject: Subject, *, change: str) -> None:
    """Add up what is noted beside a change, as long as that of this subject is among it; harmless when it is not."""
    table.transact(lambda: _added_up(table, subject, change=change), what=f"counting the plans of change {change}")


def _added_up(table: DynamoTable, subject: Subject, *, change: str) -> dict[str, Write]:
    own = table.get(_note_key(subject, change=change))
    if own is None:
        return {}
    partition = change_keys.change_partition(change)
    others = table.query(Key("pk").eq(partition) & Key("sk").begins_with(_NOTE), limit=_TOGETHER)
    notes: dict[str, Record] = {str(note["sk"]): note for note in (own, *others)}
    adds = Counter[str]()
    for note in notes.values():
        adds.update({name: int(number) for name, number in note["adds"].items()})
    once: dict[str, Any] = own["once"]
    counted: Write = Update(change_keys.change_key(change), put_once=once, add=dict(adds))
    return {CHANGE: counted, **{name: Delete(RecordKey(partition, name), condition=EXISTS) for name in notes}}


def _note_key(subject: Subject, *, change: str) -> RecordKey:
    return RecordKey(change_keys.change_partition(change), f"{_NOTE}{subject}")
