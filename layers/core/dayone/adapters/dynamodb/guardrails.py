"""Held operations, and grants, in DynamoDB."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from functools import partial
from itertools import batched
from typing import Any, ClassVar

from boto3.dynamodb.conditions import Key

from dayone.adapters.dynamodb import audit_log, keys
from dayone.adapters.dynamodb import change_counts as counts
from dayone.adapters.dynamodb import change_counts as marks
from dayone.adapters.dynamodb import keys as change_keys
from dayone.adapters.dynamodb import keys as lists
from dayone.adapters.dynamodb.ledger import expiring
from dayone.adapters.dynamodb.mapping import applied_record, operation_in, progress_key, runnable
from dayone.adapters.dynamodb.table import MOST_IN_A_TRANSACTION, DynamoTable, Listing
from dayone.adapters.dynamodb.writes import EXISTS, IS_HELD, Put, Update, Write, nothing_moved_since
from dayone.errors import Conflicting
from dayone.messages.codec import decode, encode, stamp
from dayone.model.audit import AuditEntry
from dayone.model.grants import Grant, GrantState
from dayone.model.guardrails import HeldPart, released
from dayone.model.operations import Operation, OperationState
from dayone.model.subject_state import Head, Plan
from dayone.model.subjects import ResourceKind, ResourceOf, Subject, SubjectKind
from dayone.ports.records import Page
from dayone.ports.store import GrantFilter

_OPEN = frozenset({GrantState.SCHEDULED, GrantState.ACTIVE})
# Behind the last open one come those that are over.
_OVER = "over."


def grants_in(plan: Plan) -> dict[str, Write]:
    """Return the writes that record a plan's grants; the head written with them decides which is newer."""
    writes: dict[str, Write] = {}
    for grant in plan.grants:
        listed = {"listed_in": lists.grants_in_state(is_open=grant.noted in _OPEN), "listed_as": grant.id}
        writes[f"grant {grant.id}"] = Put({**keys.grant_key(grant.id)._asdict(), **encode(grant), **listed})
        person = [Subject(SubjectKind.PERSON, grant.person)] if grant.person else []
        for subject in dict.fromkeys([grant.subject, *person]):
            place = {"pk": keys.grants_of(subject), "sk": grant.id}
            writes[f"grant {grant.id} of {subject}"] = Put(place)
    return writes


def reasons_in(plan: Plan) -> dict[str, Write]:
    """Return the writes that update the reasons of resources."""
    return {
        f"reasons of {resource}": Update(
            keys.applied_key(ResourceOf(plan.after.subject, resource)),
            put={"reasons": encode(reasons)},
            condition=EXISTS,
        )
        for resource, reasons in plan.reasons.items()
    }


def doubts_in(plan: Plan) -> dict[str, Write]:
    """Return the writes that put resources in doubt; whatever moves one meanwhile moves the head as well."""
    of = plan.after.subject
    return {
        f"doubt of {doubt.resource}": Put(applied_record(doubt, of=ResourceOf(of, doubt.resource)))
        for doubt in plan.doubts
    }


class DynamoGrants:
    """The port Grants; what is listed for nobody in particular may miss what was written a moment ago."""

    ACTIONS: ClassVar[frozenset[str]] = frozenset({"dynamodb:BatchGetItem", "dynamodb:GetItem", "dynamodb:Query"})

    def __init__(self, table: DynamoTable) -> None:
        self._table = table

    def find(self, grant: str) -> Grant | None:
        """One by its id, as it was noted last, or None."""
        record = self._table.get(keys.grant_key(grant))
        return _grant_in(record) if record else None

    def accounts_of(self, person: str) -> Sequence[Subject]:
        """Return the accounts in which a person has a grant of their own that was open when it was last recorded."""
        places = self._table.query(Key("pk").eq(keys.grants_of(Subject(SubjectKind.PERSON, person))))
        grants = self._read(str(pair["sk"]) for pair in places)
        found = {
            grant.subject for grant in grants if grant.noted in _OPEN and grant.resource.kind is ResourceKind.ASSIGNMENT
        }
        return sorted(found)

    def listed(self, query: GrantFilter, *, cursor: str, limit: int) -> Page[Grant]:
        """Return the matching grants, newest first; without a person or an account, open ones before the others."""
        if not (query.person or query.account):
            return self._of_all(query, cursor=cursor, limit=limit)
        kind = SubjectKind.PERSON if query.person else SubjectKind.ACCOUNT
        partition = keys.grants_of(Subject(kind, query.person or query.account))
        listing = Listing(partition=("pk", partition), sort_key="sk", newest_first=True)
        page = listing.page(self._table, cursor=cursor, limit=limit, read=lambda pair: str(pair["sk"]))
        return Page([grant for grant in self._read(page.entries) if _fits(grant, query)], page.cursor)

    def _of_all(self, query: GrantFilter, *, cursor: str, limit: int) -> Page[Grant]:
        if query.is_open is not None:
            return _list_of(is_open=query.is_open).page(self._table, cursor=cursor, limit=limit, read=_grant_in)
        if cursor.startswith(_OVER):
            over, place = [], cursor.removeprefix(_OVER)
        else:
            first = _list_of(is_open=True).page(self._table, cursor=cursor, limit=limit, read=_grant_in)
            if first.cursor or len(first.entries) == limit:
                return Page(first.entries, first.cursor or _OVER)
            over, place, limit = list(first.entries), "", limit - len(first.entries)
        rest = _list_of(is_open=False).page(self._table, cursor=place, limit=limit, read=_grant_in)
        return Page([*over, *rest.entries], f"{_OVER}{rest.cursor}" if rest.cursor else "")

    def _read(self, ids: Iterable[str]) -> list[Grant]:
        records = self._table.get_all(keys.grant_key(name) for name in ids)
        return sorted(map(_grant_in, records), key=lambda grant: grant.id, reverse=True)


def _list_of(*, is_open: bool) -> Listing:
    name = lists.grants_in_state(is_open=is_open)
    return Listing(partition=("listed_in", name), sort_key="listed_as", index="listing", newest_first=True)


def _fits(grant: Grant, query: GrantFilter) -> bool:
    is_there = not (query.person and query.account) or grant.subject.name == query.account
    return is_there and query.is_open in (None, grant.noted in _OPEN)


def _grant_in(record: Mapping[str, Any]) -> Grant:
    return decode(Grant, record)


_HEAD, _PROGRESS, _LEDGER = "head", "progress", "ledger"


class DynamoHeldParts:
    """The port HeldParts."""

    ACTIONS: ClassVar[frozenset[str]] = frozenset(
        {
            "dynamodb:BatchGetItem",
            "dynamodb:ConditionCheckItem",
            "dynamodb:GetItem",
            "dynamodb:PutItem",
            "dynamodb:Query",
            "dynamodb:UpdateItem",
        }
    )

    def __init__(self, table: DynamoTable) -> None:
        self._table = table

    def subjects(self, change: str, *, after: str, limit: int) -> tuple[Sequence[Subject], str]:
        """See HeldParts; in order."""
        of_change = Key("pk").eq(change_keys.change_partition(change)) & Key("sk").begins_with(change_keys.OPERATION)
        place = change_keys.operation_named(after, change=change)._asdict() if after else None
        operations = [operation_in(record) for record in self._table.query(of_change, after=place, limit=limit)]
        held = [operation.subject for operation in operations if operation.state is OperationState.HELD]
        return list(dict.fromkeys(held)), operations[-1].id if len(operations) == limit else ""

    def decide(
        self, before: Head, *, held: Sequence[HeldPart], audit: Sequence[AuditEntry], awaits_approval: bool = False
    ) -> None:
        """Store a decision on held removals in a head; raise Conflicting when `before` is no longer the head."""
        subject = before.subject
        put = {"held": encode(tuple(held)), "awaits_approval": awaits_approval}
        writes: dict[str, Write] = {
            _HEAD: Update(keys.head_of(subject), put=put),
            _PROGRESS: Update(
                progress_key(subject),
                put={"released": list(released(held))},
                add={"revision": 1},
                condition=nothing_moved_since(before),
            ),
        }
        lane = audit_log.facts_lane(subject)
        refused = self._table.transact(
            lambda: {**writes, **audit_log.appended(self._table, audit, lane=lane)},
            what=f"deciding on {subject}",
            over_when=[_PROGRESS],
        )
        if refused:
            raise Conflicting(f"{subject} has moved since it was read")

    def release(self, change: str, operations: Iterable[str]) -> None:
        """Let operations of a change run; does nothing about those that are not held."""
        self._move(change, operations, to=OperationState.PENDING, put={}, count=counts.count_released)

    def drop(
        self, change: str, operations: Iterable[str], *, reason: str, at: datetime, is_expiry: bool = False
    ) -> None:
        """See HeldParts."""
        put = {"failure_reason": reason, "finished_at": stamp(at), "final": True}
        count = partial(_expired, day=at.astimezone(UTC).date()) if is_expiry else counts.dropped
        self._move(change, operations, to=OperationState.SUPERSEDED, put=put, count=count)

    def _move(
        self,
        change: str,
        operations: Iterable[str],
        *,
        to: OperationState,
        put: Mapping[str, Any],
        count: Callable[[Iterable[Operation]], Mapping[str, Write]],
    ) -> None:
        # One write is for the counts of the change, and up to one for each operation for those of its subject.
        for batch in batched(operations, (MOST_IN_A_TRANSACTION - 1) // 2, strict=False):
            batch_keys = [change_keys.operation_named(name, change=change) for name in batch]

            def writes(batch_keys: Sequence[keys.RecordKey] = batch_keys) -> dict[str, Write]:
                found = [operation_in(record) for record in self._table.get_all(batch_keys)]
                held = [operation for operation in found if operation.state is OperationState.HELD]
                moved: dict[str, Write] = {operation.id: _moving(operation, to=to, put=put) for operation in held}
                return {**moved, **count(held)}

            self._table.transact(writes, what=f"moving on what change {change} holds")
        marks.release(self._table, change)


def _expired(operations: Iterable[Operation], *, day: date) -> Mapping[str, Write]:
    found = list(operations)
    return {**counts.count_expired(found), _LEDGER: expiring(len(found), day=day)} if found else {}


def _moving(operation: Operation, *, to: OperationState, put: Mapping[str, Any]) -> Write:
    runs = to is OperationState.PENDING
    listed = runnable(operation, begun=False) if runs else {}
    return Update(change_keys.operation_key(operation), put={"state": encode(to), **put, **listed}, condition=IS_HELD)
