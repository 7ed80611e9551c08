"""Operations in DynamoDB that only wait for what a guardrail holds, in the counts of their changes."""

from collections.abc import Iterable
from dataclasses import replace

from boto3.dynamodb.conditions import Attr, Key

from dayone.adapters.dynamodb import change_counts as counts
from dayone.adapters.dynamodb import keys as change_keys
from dayone.adapters.dynamodb.mapping import heads_of, operation_in
from dayone.adapters.dynamodb.table import DynamoTable
from dayone.adapters.dynamodb.writes import IS_OPEN, Update, Write
from dayone.errors import Conflicting
from dayone.model.failures import held_uses
from dayone.model.operations import OPEN_STATES, Operation
from dayone.model.subjects import ResourceOf, Subject, SubjectKind

_OPERATION = "operation"


def held_by(table: DynamoTable, resource: ResourceOf) -> str:
    """See OperationQueue."""
    for head in heads_of(table, [resource.subject]):
        if change := head.held_by(resource.resource):
            return change
        if head.outstanding:
            of_plan = change_keys.plan_prefix(head.subject, generation=head.generation)
            same_plan = Key("pk").eq(change_keys.change_partition(head.change)) & Key("sk").begins_with(of_plan)
            operations = map(operation_in, table.query(same_plan))
            own = (each for each in operations if each.resource == resource.resource and each.state in OPEN_STATES)
            return next((operation.held_by for operation in own), "")
    return ""


def held_use(table: DynamoTable, permission_set: str, accounts: Iterable[str]) -> ResourceOf | None:
    """See OperationQueue."""
    heads = heads_of(table, [Subject(SubjectKind.ACCOUNT, account) for account in accounts])
    found = (assignment for head in heads for assignment in held_uses(head.subject, head.held, of=permission_set))
    return next(found, None)


def hold_behind(table: DynamoTable, operation: Operation, *, change: str) -> Operation:
    """See OperationQueue."""
    noted = count_behind(table, operation, change=change)
    if operation.held_by and not change:
        counts.release(table, operation.change)
    return noted


def count_behind(table: DynamoTable, operation: Operation, *, change: str) -> Operation:
    """Note and count the same, and leave it to the list of held changes to find out whether this one still is."""
    before, key = operation.held_by, change_keys.operation_key(operation)
    if before == change:
        return operation
    as_read = Attr("held_by").eq(before) if before else Attr("held_by").not_exists()
    put = {"held_by": change} if change else {}
    noted = Update(key, put=put, remove=() if change else ("held_by",), condition=IS_OPEN & as_read)
    writes: dict[str, Write] = {_OPERATION: noted, **counts.held_behind(operation, before=before, after=change)}
    if change and change != operation.change:
        planned = table.get(change_keys.planned_key(operation.subject, change=operation.change)) or {}
        writes |= counts.holding(str(planned["listed_as"]))
    if table.transact(lambda: writes, what=f"noting what {operation.id} waits for", over_when=[_OPERATION]):
        raise Conflicting(f"{operation.id} is no longer as it was read")
    return replace(operation, held_by=change)
