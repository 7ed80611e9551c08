"""How far the subjects of a change have come, from the counts beside it, and what stands before it in the indexes."""

from collections.abc import Iterable, Sequence
from itertools import islice
from typing import ClassVar

from boto3.dynamodb.conditions import Key

from dayone.adapters import dynamodb_change_counts as counts
from dayone.adapters import dynamodb_change_keys as change_keys
from dayone.adapters import dynamodb_lists as lists
from dayone.adapters.dynamodb_cursors import Listing
from dayone.adapters.dynamodb_keys import HEAD, RecordKey
from dayone.adapters.dynamodb_mapping import share_in
from dayone.adapters.dynamodb_table import DynamoTable
from dayone.domain.changes import Change, Share
from dayone.domain.estimating import place_of
from dayone.domain.operations import Lane
from dayone.domain.subjects import Subject, SubjectKind
from dayone.ports.records import Page

_ACCOUNTS = f"{change_keys.PLANNED}{SubjectKind.ACCOUNT}:"
_LAST = "\U0010ffff"
# What a look at a change costs must not grow with what waits before it.
_MOST_COUNTED = 20


class DynamoProgress:
    """The port Progress."""

    ACTIONS: ClassVar[frozenset[str]] = frozenset({"dynamodb:BatchGetItem", "dynamodb:Query"})

    def __init__(self, table: DynamoTable) -> None:
        self._table = table

    def of_accounts(self, change: str, *, cursor: str, limit: int) -> Page[Share]:
        """The accounts that a change has planned, by id."""
        listing = Listing(partition=("pk", change_keys.change_partition(change)), sort_key="sk", prefix=_ACCOUNTS)
        return listing.page(self._table, cursor=cursor, limit=limit, read=share_in)

    def before(self, change: Change, lane: Lane) -> int:
        """About how many operations of other changes go before those of this one in a lane."""
        goes_before = Key("runnable").eq(lists.waiting_in(lane)) & Key("runnable_order").lt(place_of(change))
        listed = self._table.query(goes_before, index="runnable", limit=_MOST_COUNTED, only="pk")
        own = change_keys.change_partition(change.id)
        others = [str(one["pk"]) for one in listed if one["pk"] != own]
        if len(others) < _MOST_COUNTED // 2:
            return len(others)
        return max(len(others), self._left(others, lane=lane))

    def failed(self, change: str, *, after: str, limit: int) -> Sequence[Subject]:
        """Subjects of a change that have failed operations, by their text, from behind `after`."""
        first, last = f"{change_keys.PLANNED}{after}", f"{change_keys.PLANNED}{_LAST}"
        lies_in = Key("pk").eq(change_keys.change_partition(change)) & Key("sk").between(first, last)
        shares = (share_in(one) for one in self._table.query(lies_in))
        return [one.subject for one in islice(_failed(shares, after=after), limit)]

    def planned(self, change: str, subjects: Iterable[Subject]) -> frozenset[Subject]:
        """Those of the subjects that a change has planned."""
        found = self._table.get_all(change_keys.planned_key(one, change=change) for one in subjects)
        return frozenset(change_keys.planned_of(one) for one in found)

    def _left(self, partitions: Iterable[str], *, lane: Lane) -> int:
        """How many operations of a lane the changes of these partitions have left."""
        heads = self._table.get_all(RecordKey(one, HEAD) for one in partitions)
        return sum(counts.left_in(one).get(lane, 0) for one in heads)


def _failed(shares: Iterable[Share], *, after: str) -> Iterable[Share]:
    return (one for one in shares if one.failed and str(one.subject) != after)
