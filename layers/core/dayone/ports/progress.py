"""How far the subjects of a change have come, and what stands before it."""

from collections.abc import Iterable, Sequence
from typing import Protocol

from dayone.domain.changes import Change, Share
from dayone.domain.operations import Lane
from dayone.domain.subjects import Subject
from dayone.ports.records import Page


class Progress(Protocol):
    """The counts of changes; each is kept in the transaction that makes it so."""

    def of_accounts(self, change: str, *, cursor: str, limit: int) -> Page[Share]:
        """The accounts that a change has planned, by id; raises Invalid for a cursor that is not one of this list."""

    def before(self, change: Change, lane: Lane) -> int:
        """About how many operations of other changes go before those of this one in a lane, being older or more urgent.

        Exact up to a few dozen; beyond that, what the changes seen until there have left.
        """

    def failed(self, change: str, *, after: str, limit: int) -> Sequence[Subject]:
        """Subjects of a change that have failed operations, by their text, from behind `after` ("": the beginning)."""

    def planned(self, change: str, subjects: Iterable[Subject]) -> frozenset[Subject]:
        """Those of the subjects that a change has planned."""
