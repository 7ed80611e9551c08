"""Parked operations, failed subjects and stuck subjects in DynamoDB, each in a partition of its own."""

import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha256
from itertools import batched, chain, islice
from typing import Any, ClassVar

from boto3.dynamodb.conditions import Attr, ConditionBase, Key

from dayone.adapters.dynamodb import keys
from dayone.adapters.dynamodb import keys as change_keys
from dayone.adapters.dynamodb import keys as lists
from dayone.adapters.dynamodb.change_counts import count_behind
from dayone.adapters.dynamodb.idempotency import heard_key
from dayone.adapters.dynamodb.mapping import head_in, operation_in, progress_key, refusal_parts, runnable
from dayone.adapters.dynamodb.table import DynamoTable
from dayone.adapters.dynamodb.writes import (
    IS_OPEN,
    IS_PENDING,
    Check,
    Delete,
    Put,
    Update,
    Write,
    is_tried_as_often_as,
    may_begin,
)
from dayone.errors import Conflicting
from dayone.messages.codec import Record, decode, encode
from dayone.model.changes import change_at
from dayone.model.failures import FailedWork, Stuck, StuckKind, after_failure, is_mended, of_failed_work, stuck_person
from dayone.model.operations import Operation, OperationState, order_of
from dayone.model.subject_state import FactVersion, Head
from dayone.model.subjects import ResourceOf, Subject
from dayone.ports.operations import Finished


class DynamoFailedSubjects:
    """The port FailedSubjects."""

    ACTIONS: ClassVar[frozenset[str]] = frozenset({"dynamodb:DeleteItem", "dynamodb:PutItem", "dynamodb:Query"})

    def __init__(self, table: DynamoTable) -> None:
        self._table = table

    def all(self) -> Sequence[FailedWork]:
        """See FailedSubjects."""
        return [_failed_in(record) for record in self._table.query(Key("pk").eq(keys.FAILED_SUBJECTS))]

    def keep(self, failed: FailedWork) -> None:
        """See FailedSubjects."""
        self._table.write(_kept(failed), what=f"noting that {failed.subject} is to be planned again")

    def forget(self, subject: Subject) -> None:
        """See FailedSubjects."""
        deleted = Delete(keys.failed_subject_key(subject))
        self._table.write(deleted, what=f"noting that nothing of {subject} is to be planned again")


def noted_failures(
    ends: Iterable[Finished], *, recorded: Mapping[tuple[str, str], Mapping[str, Any]]
) -> dict[str, Write]:
    """Return the writes that record failed work of these subjects; `recorded` has its former records by key."""
    noted: dict[Subject, FailedWork] = {}
    for end in ends:
        subject = end.operation.subject
        if is_to_be_planned_again(end) and is_desired(end, recorded=recorded):
            record = recorded.get(keys.failed_subject_key(subject))
            before = noted.get(subject) or (_failed_in(record) if record else None)
            noted[subject] = after_failure(end.operation, obstacle=end.obstacle, before=before)
    return {f"failed {subject}": _kept(failed) for subject, failed in noted.items()}


def is_to_be_planned_again(end: Finished) -> bool:
    """Return whether it has failed, or has succeeded in part."""
    return end.state is OperationState.FAILED or end.is_incomplete


def is_desired(end: Finished, *, recorded: Mapping[tuple[str, str], Mapping[str, Any]]) -> bool:
    """Return whether the plan in force, or an approval, still includes the operation; older plans do not count."""
    plan = recorded.get(progress_key(end.operation.subject), {})
    return plan.get("generation") == end.operation.generation or end.operation.id in plan.get("released", ())


def _kept(failed: FailedWork) -> Put:
    return Put({**keys.failed_subject_key(failed.subject)._asdict(), **encode(failed)})


def _failed_in(record: Mapping[str, Any]) -> FailedWork:
    return decode(FailedWork, record)


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
    """Return the parts of an operation's record while it waits for a resource."""
    order = f"{prefix_of(operation.awaits)}{order_of(operation)}"
    waits = {"awaits": str(operation.awaits), "is_parked": True, "waiting_for": operation.waiting_for}
    return {**waits, "runnable": lists.PARKED, "runnable_order": order}


def parking(operations: Iterable[Operation]) -> dict[str, Write]:
    """Return the writes that park operations, on conditions on their heads, so that no new plan misses them."""
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
    return {
        **writes,
        **{str(subject): Check(progress_key(subject), condition=held) for subject, held in in_force.items()},
    }


def prefix_of(on: ResourceOf | None) -> str:
    """Return the index prefix of operations that wait for a resource, however long its name is."""
    return f"{sha256(str(on).encode()).hexdigest()[:32]}#"


def unpark(table: DynamoTable, operations: Iterable[Operation]) -> None:
    """Put them back into their lanes; one that is not parked any more keeps none of the others back."""
    operations = list(operations)
    for operation in operations:
        if operation.held_by:
            with suppress(Conflicting):
                count_behind(table, operation, change="")
    for batch in batched(operations, _TOGETHER, strict=False):
        left: dict[str, Write] = {
            operation.id: _in_its_lane(operation, remove=("awaits", "waiting_for")) for operation in batch
        }
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
    plans = [(change_at(str(pair["listed_as"])), str(pair["generation"])) for pair in listed]
    _unpark_plans(table, head.subject, [pair for pair in plans if pair[1] != head.generation])


def _unpark_plans(table: DynamoTable, subject: Subject, plans: Iterable[tuple[str, str]]) -> None:
    for change, generation in dict.fromkeys(plans):
        of_change = Key("pk").eq(change_keys.change_partition(change))
        of_plan = of_change & Key("sk").begins_with(change_keys.plan_prefix(subject, generation=generation))
        unpark(table, [operation for operation in map(operation_in, table.query(of_plan)) if operation.is_parked])


def _in_its_lane(operation: Operation, *, remove: tuple[str, ...]) -> Update:
    put = {"is_parked": False, **runnable(operation, begun=False)}
    return Update(change_keys.operation_key(operation), put=put, remove=remove, condition=_IS_PARKED)


_PARTITION = "STUCK"
# DynamoDB deletes what has expired within some days.
_KEPT_FOR = timedelta(days=1)


class DynamoStuckNotes:
    """The port StuckNotes."""

    ACTIONS: ClassVar[frozenset[str]] = frozenset({"dynamodb:BatchWriteItem", "dynamodb:GetItem"})

    def __init__(self, table: DynamoTable) -> None:
        self._table = table

    def keep(self, stuck: Stuck, *, now: datetime) -> None:
        """See StuckNotes."""
        key = _key(stuck.kind, stuck.subject)
        record = self._table.get(key)
        before = decode(Stuck, record) if record else None
        if before and not before.is_over(now=now):
            stuck = replace(stuck, since=min(before.since, stuck.since))
        expires = {"expires_at": int((stuck.until + _KEPT_FOR).timestamp())} if stuck.until else {}
        self._table.put_all([{**key._asdict(), **encode(stuck), **expires}])

    def forget(self, kind: StuckKind, subject: str) -> None:
        """See StuckNotes."""
        self._table.delete_all([_key(kind, subject)])


class DynamoStuckSubjects:
    """The port StuckSubjects."""

    ACTIONS: ClassVar[frozenset[str]] = frozenset({"dynamodb:BatchGetItem", "dynamodb:Query"})

    def __init__(self, table: DynamoTable) -> None:
        self._table = table

    def all(self, *, now: datetime) -> Sequence[Stuck]:
        """See StuckSubjects."""
        noted = [decode(Stuck, record) for record in self._table.query(Key("pk").eq(_PARTITION))]
        noted = [stuck for stuck in noted if not stuck.is_over(now=now)]
        failing = [stuck for stuck in map(of_failed_work, self.failed()) if stuck]
        mended = self._mended({stuck: person for stuck in noted if (person := stuck_person(stuck))})
        return [*(stuck for stuck in noted if stuck not in mended), *failing]

    def failed(self) -> Sequence[FailedWork]:
        """See StuckSubjects."""
        return [_failed_in(record) for record in self._table.query(Key("pk").eq(keys.FAILED_SUBJECTS))]

    def _mended(self, people: Mapping[Stuck, Subject]) -> Collection[Stuck]:
        """Those notes about records of people of which a usable one has come since."""
        heads = map(keys.head_of, people.values())
        echoes = (heard_key(person, stuck.source) for stuck, person in people.items() if stuck.source)
        recorded = {(pair["pk"], pair["sk"]): pair for pair in self._table.get_all([*heads, *echoes])}

        def is_over(stuck: Stuck, person: Subject) -> bool:
            head, echo = recorded.get(keys.head_of(person)), recorded.get(heard_key(person, stuck.source))
            source_records = head_in(head).source_records if head else ()
            return is_mended(stuck, source_records=source_records, heard=decode(FactVersion, echo) if echo else None)

        return {stuck for stuck, person in people.items() if is_over(stuck, person)}


def _key(kind: StuckKind, subject: str) -> keys.RecordKey:
    # A sort key holds 1,024 bytes, and HR systems name their records as they like.
    return keys.RecordKey(_PARTITION, f"{kind}#{hashlib.sha256(subject.encode()).hexdigest()}")
