"""What a plan adds to the counts of its change: with the plan itself, or just behind it where many plan at once.

Transactions that touch the same record cancel each other. So of a change of many subjects each plan leaves a note
beside the change, and whoever comes first adds up all the notes that there are.
"""

from collections import Counter
from typing import TYPE_CHECKING, Any

from boto3.dynamodb.conditions import Key

from dayone.adapters import dynamodb_change_counts as counts
from dayone.adapters import dynamodb_change_keys as change_keys
from dayone.adapters import dynamodb_marks as marks
from dayone.adapters.dynamodb_blame import blame_parts
from dayone.adapters.dynamodb_conditions import EXISTS
from dayone.adapters.dynamodb_keys import RecordKey
from dayone.adapters.dynamodb_ledger import budgets_of, room_for
from dayone.adapters.dynamodb_mapping import change_parts
from dayone.adapters.dynamodb_table import DynamoTable
from dayone.adapters.dynamodb_writes import Delete, Put, Update, Write
from dayone.domain.changes import CauseKind
from dayone.domain.operations import OperationState
from dayone.domain.subject_states import Plan
from dayone.domain.subjects import Subject

if TYPE_CHECKING:
    from dayone.contracts.codec import Record

CHANGE = "change"
_OF_MANY = frozenset({CauseKind.POLICY, CauseKind.DISCOVERY, CauseKind.RETRY, CauseKind.BOOTSTRAP})
_NOTE = "COUNT#"
# Added up at once: as many as plan at the same time, and more.
_TOGETHER = 25


def counting(plan: Plan) -> dict[str, Write]:
    """The write that counts a plan, or notes what is to be counted of it."""
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
    because = {"held_because": plan.held_because} if plan.held_because else {}
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
