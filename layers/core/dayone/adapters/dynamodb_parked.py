"""Operations that wait for a resource, in DynamoDB: out of their lanes, listed by what they wait for."""

from collections.abc import Iterable, Iterator, Sequence
from hashlib import sha256
from itertools import batched, chain, islice
from typing import ClassVar

from boto3.dynamodb.conditions import Attr, ConditionBase, Key

from dayone.adapters import dynamodb_change_keys as change_keys
from dayone.adapters import dynamodb_lists as lists
from dayone.adapters.dynamodb_conditions import IS_OPEN, IS_PENDING, is_tried_as_often_as, may_begin
from dayone.adapters.dynamodb_heads import progress_key
from dayone.adapters.dynamodb_mapping import operation_in, refusal_parts, runnable
from dayone.adapters.dynamodb_table import DynamoTable
from dayone.adapters.dynamodb_writes import Check, Update, Write
from dayone.contracts.codec import Record
from dayone.domain.changes import change_at
from dayone.domain.operations import Operation, order_of
from dayone.domain.subject_states import Head
from dayone.domain.subjects import ResourceOf, Subject

# Each is one write of a transaction, which holds a hundred.
_TOGETHER = 50
# Changes of a subject, the newest, among which that of the plan before the one in force is.
_LAST_CHANGES = 10
_IS_PARKED = IS_OPEN & Attr("runnable").eq(lists.PARKED)


class DynamoParkedOperations:
    """The port ParkedOperations, and what it has in common with OperationQueue."""

    ACTIONS: ClassVar[frozenset[str]] = frozenset({"dynamodb:Query", "dynamodb:UpdateItem"})

    def __init__(self, table: DynamoTable) -> None:
        self._table = table

    def first_parked(self, *, limit: int, start: float) -> Sequence[Operation]:
        """See ParkedOperations."""
        # Digests, so they lie evenly.
        middle = f"{int(start * 256):02x}"
        return [*islice(chain(self._first(middle, "~"), self._first(" ", middle)), limit)]

    def _first(self, after: str, until: str) -> Iterator[Operation]:
        while after < until:
            lies_in = Key("runnable").eq(lists.PARKED) & Key("runnable_order").between(after, until)
            first = next(iter(self._table.query(lies_in, index="runnable", limit=1)), None)
            if first is None:
                return
            yield operation_in(first)
            # Behind all others that wait for the same.
            after = f"{str(first['runnable_order']).partition('#')[0]}~"

    def probe(self, operation: Operation) -> None:
        """See ParkedOperations."""
        self._table.write(_in_its_lane(operation, remove=()), what=f"trying {operation.id} again")

    def unpark(self, operations: Sequence[Operation]) -> None:
        """See OperationQueue."""
        unpark(self._table, operations)


def parked_record(operation: Operation) -> Record:
    """What the record of an operation says while it waits for the resource that it awaits."""
    order = f"{prefix_of(operation.awaits)}{order_of(operation)}"
    waits = {"awaits": str(operation.awaits), "is_parked": True, "waiting_for": operation.waiting_for}
    return {**waits, "runnable": lists.PARKED, "runnable_order": order}


def parking(operations: Iterable[Operation]) -> dict[str, Write]:
    """What parks them, with the heads of their subjects: whoever replaces a plan comes before, or finds them parked."""
    writes: dict[str, Write] = {}
    in_force: dict[Subject, ConditionBase] = {}
    for operation in operations:
        writes[operation.id] = Update(
            change_keys.operation_key(operation),
            put={**parked_record(operation), **refusal_parts(operation)},
            condition=IS_PENDING & is_tried_as_often_as(operation),
        )
        before = in_force.get(operation.subject)
        in_force[operation.subject] = before & may_begin(operation) if before else may_begin(operation)
    return {**writes, **{str(one): Check(progress_key(one), condition=held) for one, held in in_force.items()}}


def prefix_of(on: ResourceOf | None) -> str:
    """What the places in the index begin with of those that wait for a resource, however long its name is."""
    return f"{sha256(str(on).encode()).hexdigest()[:32]}#"


def unpark(table: DynamoTable, operations: Iterable[Operation]) -> None:
    """Put them back into their lanes; one that is not parked any more keeps none of the others back."""
    for batch in batched(operations, _TOGETHER, strict=False):
        left: dict[str, Write] = {one.id: _in_its_lane(one, remove=("awaits", "waiting_for")) for one in batch}
        while left:
            refused = table.transact(lambda left=left: left, what="waking what waits", over_when=left)  # type: ignore[misc]
            left = {name: left[name] for name in left if name not in refused} if refused else {}


def unpark_plan(table: DynamoTable, head: Head) -> None:
    """See Changes."""
    _unpark_plans(table, head.subject, [(head.change, head.generation)])


def unpark_earlier(table: DynamoTable, head: Head) -> None:
    """See Changes."""
    of_subject = Key("listed_in").eq(lists.changes_of(head.subject))
    listed = table.query(of_subject, index="listing", newest_first=True, limit=_LAST_CHANGES)
    plans = [(change_at(str(one["listed_as"])), str(one["generation"])) for one in listed]
    _unpark_plans(table, head.subject, [one for one in plans if one[1] != head.generation])


def _unpark_plans(table: DynamoTable, subject: Subject, plans: Iterable[tuple[str, str]]) -> None:
    for change, generation in dict.fromkeys(plans):
        of_change = Key("pk").eq(change_keys.change_partition(change))
        of_plan = of_change & Key("sk").begins_with(change_keys.plan_prefix(subject, generation=generation))
        unpark(table, [one for one in map(operation_in, table.query(of_plan)) if one.is_parked])


def _in_its_lane(operation: Operation, *, remove: tuple[str, ...]) -> Update:
    put = {"is_parked": False, **runnable(operation, begun=False)}
    return Update(change_keys.operation_key(operation), put=put, remove=remove, condition=_IS_PARKED)
