"""Progress of the subjects of changes, in memory."""

from collections.abc import Iterable, Sequence

from dayone.changes.estimate import place_of
from dayone.model.changes import Change, Share
from dayone.model.operations import Lane
from dayone.model.subjects import Subject, SubjectKind
from dayone.ports.records import Page
from tests.fakes.pages import page
from tests.fakes.table.state import State


class MemoryProgress:
    def __init__(self, state: State) -> None:
        self._state = state

    def of_accounts(self, change: str, *, cursor: str, limit: int) -> Page[Share]:
        found = {share.subject.name: share for share in self._accounts(change)}
        return page(f"accounts of {change}", found, cursor=cursor, limit=limit)

    def before(self, change: Change, lane: Lane) -> int:
        waiting = self._state.waiting.get(lane, [])
        return sum(order < place_of(change) and of != change.id for order, of, _ in waiting)

    def failed(self, change: str, *, after: str, limit: int) -> Sequence[Subject]:
        found = [share.subject for share in self._shares(change) if share.failed and str(share.subject) > after]
        return sorted(found, key=str)[:limit]

    def planned(self, change: str, subjects: Iterable[Subject]) -> frozenset[Subject]:
        return frozenset(subject for subject in subjects if (change, subject) in self._state.plans)

    def _accounts(self, change: str) -> list[Share]:
        return [share for share in self._shares(change) if share.subject.kind is SubjectKind.ACCOUNT]

    def _shares(self, change: str) -> list[Share]:
        return [share for (of, _), share in self._state.shares.items() if of == change]
