"""Changes of the past in DynamoDB: by time, by what they planned, or by what they are marked with."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import batched, islice
from typing import ClassVar

from boto3.dynamodb.conditions import ConditionBase, Key

from dayone.adapters import dynamodb_change_keys as change_keys
from dayone.adapters import dynamodb_lists as lists
from dayone.adapters.dynamodb_cursors import Listing
from dayone.adapters.dynamodb_mapping import change_in
from dayone.adapters.dynamodb_table import DynamoTable
from dayone.contracts.codec import Record
from dayone.domain.changes import Change, ChangeState, change_at
from dayone.domain.history import EVERY_CHANGE, ChangesWanted
from dayone.errors import Invalid
from dayone.ports.records import Page

# About a megabyte of the index, which is what one call reads at most.
_MOST_LOOKED_AT = 1000
_AT_ONCE = 100
_MARKED: Mapping[ChangeState, str] = {ChangeState.HELD: lists.HOLDING, ChangeState.FAILED: lists.FAILED}


class DynamoHistory:
    """The port History."""

    ACTIONS: ClassVar[frozenset[str]] = frozenset({"dynamodb:BatchGetItem", "dynamodb:GetItem", "dynamodb:Query"})

    def __init__(self, table: DynamoTable) -> None:
        self._table = table

    def changes(self, wanted: ChangesWanted = EVERY_CHANGE, *, cursor: str, limit: int) -> Page[Change]:
        """See History."""
        listing = _listing(wanted)
        after = _place(cursor, listing=listing, wanted=wanted) if cursor else None
        listed = self._table.query(
            _lies_in(wanted, listing), index="listing", newest_first=True, after=after, page=_AT_ONCE
        )
        entries: list[Change] = []
        last: Record | None = None
        for number, (place, change) in enumerate(self._with_changes(listed, wanted=wanted)):
            if last is not None and (len(entries) == limit or number == _MOST_LOOKED_AT):
                return Page(entries, listing.cursor_at(last))
            last = place
            if change is not None and wanted.has(change):
                entries.append(change)
        return Page(entries)

    def glance(self, change: str) -> Change | None:
        """See History."""
        record = self._table.get(change_keys.change_key(change))
        return change_in(record) if record else None

    def _with_changes(
        self, listed: Iterable[Record], *, wanted: ChangesWanted
    ) -> Iterator[tuple[Record, Change | None]]:
        """Each place in the list with its change, None for one whose record is not there yet."""
        if _list_of(wanted) == lists.CHANGES:
            yield from ((one, change_in(one)) for one in listed)
            return
        for places in batched(islice(listed, _MOST_LOOKED_AT + 1), _AT_ONCE, strict=False):
            ids = [change_at(str(one["listed_as"])) for one in places]
            known = {one.id: one for one in map(change_in, self._table.get_all(map(change_keys.change_key, ids)))}
            yield from ((one, known.get(change)) for one, change in zip(places, ids, strict=True))


def _list_of(wanted: ChangesWanted) -> str:
    """The shortest list that has all of them."""
    if wanted.subject:
        return lists.changes_of(wanted.subject)
    return _MARKED.get(wanted.state, lists.CHANGES) if wanted.state else lists.CHANGES


def _listing(wanted: ChangesWanted) -> Listing:
    return Listing(partition=("listed_in", _list_of(wanted)), sort_key="listed_as", index="listing", newest_first=True)


def _lies_in(wanted: ChangesWanted, listing: Listing) -> ConditionBase:
    name, value = listing.partition
    condition: ConditionBase = Key(name).eq(value) & Key(listing.sort_key).between(*wanted.places)
    return condition


def _place(cursor: str, *, listing: Listing, wanted: ChangesWanted) -> dict[str, str]:
    place, (first, last) = listing.place_of(cursor), wanted.places
    # DynamoDB refuses to go on from outside of what is asked for.
    if not first <= place[listing.sort_key] <= last:
        raise Invalid("the cursor belongs to another time")
    return place
