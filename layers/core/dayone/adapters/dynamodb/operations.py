"""Operations in DynamoDB as a durable priority queue, and the open ones as the executor finds them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import batched, chain
from typing import ClassVar

from boto3.dynamodb.conditions import Key

from dayone.adapters.dynamodb import keys
from dayone.adapters.dynamodb import keys as change_keys
from dayone.adapters.dynamodb import keys as lists
from dayone.adapters.dynamodb.change_counts import hold_behind
from dayone.adapters.dynamodb.mapping import (
    applied_in,
    applied_record,
    attempt_parts,
    head_in,
    heads_of,
    operation_in,
    progress_key,
    refusal_parts,
    runnable,
)
from dayone.adapters.dynamodb.outcomes import Endings, is_begun
from dayone.adapters.dynamodb.parked import DynamoParkedOperations, parking, prefix_of
from dayone.adapters.dynamodb.writes import EXISTS, IS_OPEN, IS_PENDING, Delete, Put, Update, Write, is_as_read
from dayone.errors import Conflicting
from dayone.messages.codec import stamp
from dayone.model.accounts import UNUSABLE, Account
from dayone.model.failures import held_uses
from dayone.model.operations import OPEN_STATES, Applied, Lane, Operation, OperationState
from dayone.model.subject_state import NO_GENERATION, generation_number
from dayone.model.subjects import ResourceOf, Subject, SubjectKind
from dayone.ports.operations import Finished, Listed


class DynamoOpenOperations(DynamoParkedOperations):
    """The reading side of the port OperationQueue; an index follows its table late, so records are read as they are."""

    def begun(self) -> Sequence[Operation]:
        """Open operations on which AWS works, or may be working."""
        return self._found(self._table.query(Key("runnable").eq(lists.BEGUN), index="runnable"))

    def waiting(self, lane: Lane, *, after: str, limit: int) -> Sequence[Listed]:
        """Return the other open operations of a lane, the most urgent first, from behind `after`."""
        condition = Key("runnable").eq(lists.waiting_in(lane)) & Key("runnable_order").gt(after or " ")
        listed = self._table.query(condition, index="runnable", limit=limit)
        return [Listed(str(pair["runnable_order"]), *change_keys.operation_of(pair)) for pair in listed]

    def parked(self, on: ResourceOf, *, after: str, limit: int) -> tuple[Sequence[Operation], str]:
        """See OperationQueue."""
        first, last = (f"{after}~" if after else prefix_of(on)), f"{prefix_of(on)}~"
        lies_in = Key("runnable").eq(lists.PARKED) & Key("runnable_order").between(first, last)
        listed = list(self._table.query(lies_in, index="runnable", limit=limit))
        after = str(listed[-1]["runnable_order"]) if len(listed) == limit else ""
        return [operation for operation in self._found(listed) if operation.is_parked and operation.awaits == on], after

    def has_parked(self) -> bool:
        """See OperationQueue."""
        return any(True for _ in self._table.query(Key("runnable").eq(lists.PARKED), index="runnable", limit=1))

    def read(self, listed: Iterable[Listed]) -> Sequence[Operation]:
        """Those of the listed ones that are open, as they now stand."""
        found = [change_keys.operation_named(operation.id, change=operation.change) for operation in listed]
        return self._found(record_key._asdict() for record_key in found)

    def _found(self, listed: Iterable[Mapping[str, str]]) -> Sequence[Operation]:
        # The index follows the table late: what it lists may have been begun, submitted or finished a moment ago.
        found = [keys.RecordKey(record["pk"], record["sk"]) for record in listed]
        records = {(pair["pk"], pair["sk"]): pair for pair in self._table.get_all(found)}
        current = (operation_in(records[key]) for key in found if key in records)
        return [operation for operation in current if operation.state in OPEN_STATES]

    def siblings(self, operation: Operation) -> Sequence[Operation]:
        """Return the operations of the same plan, itself included, by number."""
        first = change_keys.operation_key(operation)
        plan = first.sk.rpartition("/")[0]
        same_plan = Key("pk").eq(first.pk) & Key("sk").begins_with(f"{plan}/")
        return [operation_in(record) for record in self._table.query(same_plan)]

    def applied(self, resources: Iterable[ResourceOf]) -> Mapping[ResourceOf, Applied]:
        """Those of the resources that AWS has confirmed or that are in doubt."""
        records = self._table.get_all(keys.applied_key(resource) for resource in resources)
        pairs = ((keys.subject_of(keys.RecordKey(pair["pk"], pair["sk"])), applied_in(pair)) for pair in records)
        return {ResourceOf(subject, applied.resource): applied for subject, applied in pairs}

    def alike(self, target: ResourceOf) -> Iterable[Applied]:
        """Return the same resource of every other subject of that kind, confirmed or in doubt."""
        kind = target.subject.kind
        listed = self._table.query(Key("listed_in").eq(lists.list_of(kind)), index="listing")
        others = (Subject(kind, str(pair["listed_as"])) for pair in listed)
        return list(
            self.applied(
                ResourceOf(subject, target.resource) for subject in others if subject != target.subject
            ).values()
        )

    def in_use_by(self, group: str) -> ResourceOf | None:
        """Return a recorded membership or assignment of this group; may return one for a moment after its end."""
        of_group = (lists.member_list_of(group), lists.assignments_of(group))
        queries = (self._table.query(Key("listed_in").eq(name), index="listing", limit=1) for name in of_group)
        record = next(chain.from_iterable(queries), None)
        if record is None:
            return None
        return ResourceOf(keys.subject_of(keys.RecordKey(record["pk"], record["sk"])), applied_in(record).resource)

    def closed_accounts(self, accounts: Iterable[str]) -> frozenset[str]:
        """Those of these account ids that are suspended, closed or no longer members."""
        heads = self._table.get_all(keys.head_of(Subject(SubjectKind.ACCOUNT, account)) for account in sorted(accounts))
        facts = (head_in(record).fact for record in heads)
        return frozenset(fact.id for fact in facts if isinstance(fact, Account) and fact.state in UNUSABLE)

    def is_at_rest(self, subject: Subject) -> bool:
        """Return whether no operation of its plan is open, and none waits for a human."""
        return all(head.is_at_rest for head in heads_of(self._table, [subject]))

    def given_up(self, resource: ResourceOf) -> str:
        """See OperationQueue."""
        return next((head.given_up(resource.resource) for head in heads_of(self._table, [resource.subject])), "")

    def held_by(self, resource: ResourceOf) -> str:
        """See OperationQueue."""
        for head in heads_of(self._table, [resource.subject]):
            if change := head.held_by(resource.resource):
                return change
            if head.outstanding:
                of_plan = change_keys.plan_prefix(head.subject, generation=head.generation)
                same_plan = Key("pk").eq(change_keys.change_partition(head.change)) & Key("sk").begins_with(of_plan)
                operations = map(operation_in, self._table.query(same_plan))
                own = (each for each in operations if each.resource == resource.resource and each.state in OPEN_STATES)
                return next((operation.held_by for operation in own), "")
        return ""

    def held_use(self, permission_set: str, accounts: Iterable[str]) -> ResourceOf | None:
        """See OperationQueue."""
        heads = heads_of(self._table, [Subject(SubjectKind.ACCOUNT, account) for account in accounts])
        found = (use for head in heads for use in held_uses(head.subject, head.held, of=permission_set))
        return next(found, None)


_PROGRESS, _APPLIED = "progress", "applied"
# Operations that are parked in one transaction, which holds a hundred: each with the head of its subject.
_TOGETHER = 25


class DynamoOperationQueue(DynamoOpenOperations):
    """The port OperationQueue."""

    ACTIONS: ClassVar[frozenset[str]] = frozenset(
        {
            "dynamodb:BatchGetItem",
            "dynamodb:ConditionCheckItem",
            "dynamodb:DeleteItem",
            "dynamodb:GetItem",
            "dynamodb:PutItem",
            "dynamodb:Query",
            "dynamodb:UpdateItem",
        }
    )

    def generation_of(self, subject: Subject) -> str:
        """Return the generation in force."""
        plan = self._table.get(progress_key(subject))
        return NO_GENERATION if plan is None else str(plan["generation"])

    def is_released(self, operation: Operation) -> bool:
        """Return whether it is an approved held removal, which outlives its plan."""
        plan = self._table.get(progress_key(operation.subject))
        return plan is not None and operation.id in plan.get("released", ())

    def begin(
        self, operation: Operation, *, doubt: Applied, own: Applied | None = None, unsettled: Applied | None = None
    ) -> Operation | None:
        """Count the attempt and put the resource in doubt; None when a newer generation is in force.

        Raises Conflicting when somebody else has begun or finished it, when the resource is not as it was read, or when
        its own generation is still to come.
        """
        if not is_begun(self._table, operation, own=own, doubt=doubt, unsettled=unsettled):
            in_force = self.generation_of(operation.subject)
            if generation_number(in_force) < generation_number(operation.generation):
                raise Conflicting(f"the plan of {operation.id} is not committed yet")
            return None
        begun = replace(operation, attempts=operation.attempts + 1, attempted_at=doubt.at)
        return replace(begun, waiting_for="", failure_reason="", awaits=None, is_parked=False)

    def submit(self, operation: Operation, *, request_id: str, at: datetime) -> None:
        """Note that AWS works on it under this request id; raises Conflicting when it is not pending."""
        put = {"state": OperationState.SUBMITTED.value, "request_id": request_id, "submitted_at": stamp(at)}
        put |= {**attempt_parts(operation), **runnable(operation, begun=True)}
        submitted = Update(change_keys.operation_key(operation), put=put, condition=IS_PENDING)
        if not self._table.write(submitted, what=f"submitting {operation.id}"):
            raise Conflicting(f"{operation.id} is no longer pending")

    def postpone(self, operation: Operation, *, until: datetime, because: str, unanswered: bool = False) -> None:
        """See OperationQueue."""
        why = {"not_before": stamp(until), "failure_reason": because, **refusal_parts(operation)}
        put = {
            "state": OperationState.PENDING.value,
            "is_parked": False,
            **why,
            **attempt_parts(operation),
            **runnable(operation, begun=unanswered),
        }
        postponed = Update(change_keys.operation_key(operation), put=put, condition=IS_OPEN)
        self._table.write(postponed, what=f"postponing {operation.id}")

    def note_refusal(self, operation: Operation, *, because: str) -> None:
        """Note in which way it is refused, and since when; does nothing when it is finished."""
        put = {"failure_reason": because, **refusal_parts(operation)}
        noted = Update(change_keys.operation_key(operation), put=put, condition=IS_OPEN)
        self._table.write(noted, what=f"noting the refusal of {operation.id}")

    def settle(self, operation: Operation, *, applied: Applied | None, doubt: Applied) -> None:
        """See OperationQueue."""
        target, is_ours = operation.target, is_as_read(doubt)
        key = keys.applied_key(target)
        settled = Put(applied_record(applied, of=target), is_ours) if applied else Delete(key, is_ours)
        counted = Update(progress_key(operation.subject), add={"revision": 1}, condition=EXISTS)
        writes: Mapping[str, Write] = {_APPLIED: settled, _PROGRESS: counted}
        self._table.transact(lambda: writes, what=f"settling {operation.id}", over_when={_APPLIED})

    def hold_behind(self, operation: Operation, *, change: str) -> Operation:
        """See OperationQueue."""
        return hold_behind(self._table, operation, change=change)

    def park(self, operations: Sequence[Operation]) -> Sequence[Operation]:
        """See OperationQueue."""
        return [
            operation for batch in batched(operations, _TOGETHER, strict=False) for operation in self._parked(batch)
        ]

    def _parked(self, batch: Sequence[Operation]) -> Iterable[Operation]:
        left = {operation.id: operation for operation in batch}
        while left:
            writes = parking(left.values())
            refused = self._table.transact(lambda writes=writes: writes, what="parking", over_when=writes)  # type: ignore[misc]
            if not refused:
                break
            left = {name: operation for name, operation in left.items() if not refused & {name, str(operation.subject)}}
        return left.values()

    def finish(self, finished: Sequence[Finished]) -> None:
        """Record each end with the resource, the counts of its change and the audit entry in one transaction."""
        Endings(self._table, finished).record()
