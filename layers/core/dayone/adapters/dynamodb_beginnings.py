"""The beginning of an attempt in DynamoDB: writes one after the other, so ordered that none of them has to be undone.

Alone they cost half of what they cost in a transaction. Whatever cuts them short leaves a doubt too many at most, which
whoever plans next removes; AWS is called after the last of them, so there is never a doubt too few.
"""

from dayone.adapters import dynamodb_change_keys as change_keys
from dayone.adapters import dynamodb_keys as keys
from dayone.adapters.dynamodb_conditions import EXISTS, IS_PENDING, is_as_read, is_tried_as_often_as, may_begin
from dayone.adapters.dynamodb_heads import progress_key
from dayone.adapters.dynamodb_mapping import applied_record, runnable
from dayone.adapters.dynamodb_table import DynamoTable
from dayone.adapters.dynamodb_writes import Delete, Put, Update
from dayone.contracts.codec import encode, stamp
from dayone.domain.operations import Applied, Operation
from dayone.domain.subjects import ResourceOf
from dayone.errors import Conflicting


def is_begun(
    table: DynamoTable, operation: Operation, *, own: Applied | None, doubt: Applied, unsettled: Applied | None
) -> bool:
    """Note the attempt; False when its plan is not in force. Raises Conflicting when anything else has moved."""
    what = f"beginning {operation.id}"
    # First: a plan that is made from here on sees the doubt.
    if not table.write(Put(applied_record(doubt, of=operation.target), condition=is_as_read(own)), what=what):
        raise Conflicting(f"{operation.target} is no longer as it was read")
    if unsettled:
        mark = keys.applied_key(ResourceOf(operation.subject, unsettled.resource))
        unsettling = Update(mark, put={"attributes": encode(unsettled.attributes)}, condition=EXISTS)
        table.write(unsettling, what=what)
    # Second: one that was made from what there was before must not be put in force after this.
    counted = Update(progress_key(operation.subject), add={"revision": 1}, condition=may_begin(operation))
    if not table.write(counted, what=what):
        _take_back(table, operation, own=own, doubt=doubt)
        return False
    # Last: of two that have come as far as this, one goes on.
    if not table.write(_attempt(operation, doubt=doubt), what=what):
        _take_back(table, operation, own=own, doubt=doubt)
        raise Conflicting(f"{operation.id} is no longer as it was read")
    return True


def _attempt(operation: Operation, *, doubt: Applied) -> Update:
    at = {"attempted_at": stamp(doubt.at)} if doubt.at else {}
    return Update(
        change_keys.operation_key(operation),
        put={"attempts": operation.attempts + 1, "is_parked": False, **at, **runnable(operation, begun=True)},
        remove=("waiting_for", "failure_reason", "awaits"),
        condition=IS_PENDING & is_tried_as_often_as(operation),
    )


def _take_back(table: DynamoTable, operation: Operation, *, own: Applied | None, doubt: Applied) -> None:
    target, is_ours = operation.target, is_as_read(doubt)
    before = (
        Put(applied_record(own, of=target), condition=is_ours)
        if own
        else Delete(keys.applied_key(target), condition=is_ours)
    )
    table.write(before, what=f"taking back the doubt of {operation.id}")
