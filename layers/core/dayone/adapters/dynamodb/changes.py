"""Changes in DynamoDB: the record of a cause and its counts, the list of changes, and their progress."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import batched, islice
from typing import ClassVar

from boto3.dynamodb.conditions import Key

from dayone.adapters.dynamodb import audit_log
from dayone.adapters.dynamodb import change_counts as counts
from dayone.adapters.dynamodb import keys as change_keys
from dayone.adapters.dynamodb.leases import open_places
from dayone.adapters.dynamodb.mapping import OF_KIND, change_in, change_parts, operation_in, share_in
from dayone.adapters.dynamodb.parked import unpark_earlier, unpark_plan
from dayone.adapters.dynamodb.table import DynamoTable, Listing
from dayone.adapters.dynamodb.writes import (
    EXISTS,
    IS_GIVEN_UP,
    IS_NEW,
    IS_NOT_GIVEN_UP,
    Put,
    Update,
    expects_fewer_than,
    holds_what_was_shown,
)
from dayone.changes.estimate import place_of
from dayone.errors import Invalid, NotFound
from dayone.messages.codec import Record, encode
from dayone.model.audit import AuditEntry
from dayone.model.changes import (
    EVERY_CHANGE,
    OPEN_CHANGES,
    Cause,
    Change,
    ChangeFilter,
    ChangeState,
    Decision,
    Share,
    change_at,
)
from dayone.model.operations import Lane, Operation, OperationState
from dayone.model.subject_state import Head
from dayone.model.subjects import Subject, SubjectKind
from dayone.ports.records import Page

_CHANGE, _GIVEN_UP, _REQUEUED = "change", "given up", "requeued"


class DynamoChanges:
    """The port Changes."""

    ACTIONS: ClassVar[frozenset[str]] = frozenset(
        {"dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query", "dynamodb:UpdateItem"}
    )

    def __init__(self, table: DynamoTable) -> None:
        self._table = table

    def open(
        self, cause: Cause, *, audit: AuditEntry | None = None, subjects: Sequence[Subject] = ()
    ) -> Sequence[Subject]:
        """See Changes."""
        key, entries = change_keys.change_key(cause.change), [audit] if audit else []
        named = {_REQUEUED: [*map(str, subjects)]} if subjects else {}
        # None is written, not left out: to a plan that is committed meanwhile the number is there and stays unknown.
        record = {**key._asdict(), **change_parts(cause), "subjects": None, **named}
        was_there = self._table.transact(
            lambda: {
                _CHANGE: Put(record, condition=IS_NEW),
                **audit_log.appended(self._table, entries, lane=audit_log.POLICY),
            },
            what=f"opening change {cause.change}",
            over_when=[_CHANGE],
        )
        names = (self._table.get(key) or {}).get(_REQUEUED, ()) if was_there and subjects else map(str, subjects)
        return [Subject.parse(name) for name in names]

    def dismiss(self, cause: Cause, *, note: str) -> None:
        """Record a change that leads to nothing, with a note on the reason; harmless when the change exists."""
        key = change_keys.change_key(cause.change)
        record = {**key._asdict(), **change_parts(cause), "subjects": 0, "notes": [note]}
        self._table.write(Put(record, condition=IS_NEW), what=f"dismissing change {cause.change}")

    def expect(self, change: str, *, subjects: int) -> None:
        """See Changes."""
        key, is_fewer = change_keys.change_key(change), EXISTS & expects_fewer_than(subjects)
        expected = Update(key, put={"subjects": subjects}, remove=(_REQUEUED,), condition=is_fewer)
        is_set = self._table.write(expected, what=f"counting the subjects of change {change}")
        if not is_set and not self._table.get(key):
            raise NotFound(f"there is no change {change}")

    def give_up(self, cause: Cause, *, subject: Subject, note: str) -> None:
        """See Changes."""
        if self._table.get(change_keys.planned_key(subject, change=cause.change)):
            return
        key = change_keys.unplanned_key(subject, change=cause.change)
        once = {**change_parts(cause), "subjects": 1}
        self._table.transact(
            lambda: {
                _GIVEN_UP: Put({**key._asdict(), "notes": [note]}, condition=IS_NOT_GIVEN_UP),
                _CHANGE: Update(change_keys.change_key(cause.change), put_once=once, add={"unplanned": 1}),
                **counts.mark_failed(cause.place),
            },
            what=f"giving up {subject} in change {cause.change}",
            over_when=[_GIVEN_UP],
        )

    def ask_again(self, change: str, *, subject: Subject) -> None:
        """See Changes."""
        key, of_change = change_keys.unplanned_key(subject, change=change), change_keys.change_key(change)
        self._table.transact(
            lambda: {
                _GIVEN_UP: Update(key, put={"is_over": True}, condition=IS_GIVEN_UP),
                _CHANGE: Update(of_change, add={"unplanned": -1}),
            },
            what=f"asking for {subject} again in change {change}",
            over_when=[_GIVEN_UP],
        )

    def failed_in_plan(self, head: Head) -> Sequence[Operation]:
        """Return failed operations of a subject's plan in force, and those retried after an earlier failure."""
        lies_in = Key("pk").eq(change_keys.change_partition(head.change))
        same_plan = lies_in & Key("sk").begins_with(change_keys.plan_prefix(head.subject, generation=head.generation))
        operations = map(operation_in, self._table.query(same_plan)) if head.change else ()
        return [
            operation for operation in operations if operation.state is OperationState.FAILED or operation.failed_before
        ]

    def unpark_plan(self, head: Head) -> None:
        """See Changes."""
        unpark_plan(self._table, head)

    def unpark_earlier(self, head: Head) -> None:
        """See Changes."""
        unpark_earlier(self._table, head)

    def decide(self, change: str, decision: Decision, *, expected_version: int, audit: AuditEntry) -> Decision:
        """See Changes."""
        decision = replace(decision, version=expected_version + 1)
        update = Update(
            change_keys.change_key(change),
            put={} if decision.is_of_part else {"decision": encode(decision)},
            add={"held_version": 1},
            condition=holds_what_was_shown(expected_version),
        )
        refused = self._table.transact(
            lambda: {_CHANGE: update, **audit_log.appended(self._table, [audit], lane=audit_log.POLICY)},
            what=f"deciding on change {change}",
            over_when=[_CHANGE],
        )
        if not refused:
            return decision
        record = self._table.get(change_keys.change_key(change))
        if record is None:
            raise NotFound(f"there is no change {change}")
        return change_in(record).decided_before()


# About a megabyte of the index, which is what one call reads at most.
_MOST_LOOKED_AT = 1000
_AT_ONCE = 100
_MARKED: Mapping[ChangeState, str] = {ChangeState.HELD: change_keys.HOLDING, ChangeState.FAILED: change_keys.FAILED}


class DynamoHistory:
    """The port History."""

    ACTIONS: ClassVar[frozenset[str]] = frozenset({"dynamodb:BatchGetItem", "dynamodb:GetItem", "dynamodb:Query"})

    def __init__(self, table: DynamoTable) -> None:
        self._table = table

    def changes(self, query: ChangeFilter = EVERY_CHANGE, *, cursor: str, limit: int) -> Page[Change]:
        """See History."""
        listing = _listing(query)
        after = _place(cursor, listing=listing, query=query) if cursor else None
        at_once = min(limit + 1, _AT_ONCE) if _is_exact(query) else _AT_ONCE
        listed = self._listed(listing, query=query, after=after, at_once=at_once)
        entries: list[Change] = []
        last: Record | None = None
        for number, (place, change) in enumerate(self._with_changes(listed, listing=listing, at_once=at_once)):
            if last is not None and (len(entries) == limit or number == _MOST_LOOKED_AT):
                return Page(entries, listing.cursor_at(last))
            last = place
            if change is not None and query.has(change):
                entries.append(change)
        return Page(entries)

    def glance(self, change: str) -> Change | None:
        """See History."""
        record = self._table.get(change_keys.change_key(change))
        return change_in(record) if record else None

    def _listed(
        self, listing: Listing, *, query: ChangeFilter, after: Mapping[str, str] | None, at_once: int
    ) -> Iterator[Record]:
        """Read the places in the list that has all of them, and perhaps others."""
        first, last = query.places
        name, value = listing.partition
        if not (query.subject is None and query.state in OPEN_CHANGES):
            condition = Key(name).eq(value) & Key(listing.sort_key).between(first, last)
            yield from self._table.query(condition, index=listing.index, newest_first=True, after=after, page=at_once)
            return
        seen = after[listing.sort_key] if after else last
        for place in open_places(self._table, first=first, last=seen):
            if after is None or place != seen:
                yield {**change_keys.change_key(change_at(place))._asdict(), name: value, listing.sort_key: place}

    def _with_changes(
        self, listed: Iterable[Record], *, listing: Listing, at_once: int
    ) -> Iterator[tuple[Record, Change | None]]:
        """Each place in the list with its change, None for one whose record is not there yet."""
        for places in batched(islice(listed, _MOST_LOOKED_AT + 1), at_once, strict=False):
            ids = [change_at(str(pair[listing.sort_key])) for pair in places]
            is_there = all("cause" in pair for pair in places)
            records = places if is_there else self._table.get_all(map(change_keys.change_key, ids))
            changes = {change.id: change for change in map(change_in, records)}
            yield from ((record, changes.get(change)) for record, change in zip(places, ids, strict=True))


def _of_kind(query: ChangeFilter) -> str:
    """Return the list of just the changes of a kind, or empty."""
    return OF_KIND.get(query.kind, "") if query.kind and query.subject is None and query.state is None else ""


def _is_exact(query: ChangeFilter) -> bool:
    """Return whether hardly any other change is in that list."""
    return query.state in (None, *_MARKED) and (query.kind is None or bool(_of_kind(query)))


def _listing(query: ChangeFilter) -> Listing:
    """Return the shortest list that has all matching changes."""
    if of_kind := _of_kind(query):
        return Listing(partition=("due", of_kind), sort_key="due_at", index="due", newest_first=True)
    of_state = _MARKED.get(query.state, change_keys.CHANGES) if query.state else change_keys.CHANGES
    name = change_keys.changes_of(query.subject) if query.subject else of_state
    return Listing(partition=("listed_in", name), sort_key="listed_as", index="listing", newest_first=True)


def _place(cursor: str, *, listing: Listing, query: ChangeFilter) -> dict[str, str]:
    place, (first, last) = listing.place_of(cursor), query.places
    # DynamoDB rejects a start key outside of the queried range.
    if not first <= place[listing.sort_key] <= last:
        raise Invalid("the cursor belongs to another time")
    return place


_ACCOUNTS = f"{change_keys.PLANNED}{SubjectKind.ACCOUNT}:"
_LAST = "\U0010ffff"
# The cost of reading a change must not grow with the changes waiting before it.
_MOST_COUNTED = 20


class DynamoProgress:
    """The port Progress."""

    ACTIONS: ClassVar[frozenset[str]] = frozenset({"dynamodb:BatchGetItem", "dynamodb:Query"})

    def __init__(self, table: DynamoTable) -> None:
        self._table = table

    def of_accounts(self, change: str, *, cursor: str, limit: int) -> Page[Share]:
        """Return the accounts that a change has planned, by id."""
        listing = Listing(partition=("pk", change_keys.change_partition(change)), sort_key="sk", prefix=_ACCOUNTS)
        return listing.page(self._table, cursor=cursor, limit=limit, read=share_in)

    def before(self, change: Change, lane: Lane) -> int:
        """About how many operations of other changes go before those of this one in a lane."""
        goes_before = Key("runnable").eq(change_keys.waiting_in(lane)) & Key("runnable_order").lt(place_of(change))
        listed = self._table.query(goes_before, index="runnable", limit=_MOST_COUNTED, only="pk")
        own = change_keys.change_partition(change.id)
        others = [str(pair["pk"]) for pair in listed if pair["pk"] != own]
        if len(others) < _MOST_COUNTED // 2:
            return len(others)
        return max(len(others), self._left(others, lane=lane))

    def failed(self, change: str, *, after: str, limit: int) -> Sequence[Subject]:
        """Subjects of a change that have failed operations, by their text, from behind `after`."""
        first, last = f"{change_keys.PLANNED}{after}", f"{change_keys.PLANNED}{_LAST}"
        lies_in = Key("pk").eq(change_keys.change_partition(change)) & Key("sk").between(first, last)
        shares = (share_in(record) for record in self._table.query(lies_in))
        failed = (share.subject for share in shares if share.failed and str(share.subject) != after)
        return list(islice(failed, limit))

    def planned(self, change: str, subjects: Iterable[Subject]) -> frozenset[Subject]:
        """Those of the subjects that a change has planned."""
        found = self._table.get_all(change_keys.planned_key(subject, change=change) for subject in subjects)
        return frozenset(change_keys.planned_of(record) for record in found)

    def _left(self, partitions: Iterable[str], *, lane: Lane) -> int:
        """Return how many unfinished operations of a lane the changes of these partitions have."""
        heads = self._table.get_all(change_keys.RecordKey(partition, change_keys.HEAD) for partition in partitions)
        return sum(counts.left_in(record).get(lane, 0) for record in heads)
