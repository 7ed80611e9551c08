"""How far the subjects of changes have come, in memory."""

from collections.abc import Iterable, Sequence

from dayone.domain.changes import Change, Share
from dayone.domain.estimating import place_of
from dayone.domain.operations import Lane
from dayone.domain.subjects import Subject, SubjectKind
from dayone.ports.records import Page
from tests.fakes.pages import page
from tests.fakes.state import State


class MemoryProgress:
    def __init__(self, state: State) -> None:
        self._state = state

    def of_accounts(self, change: str, *, cursor: str, limit: int) -> Page[Share]:
        found = {one.subject.name: one for one in self._accounts(change)}
        return page(f"accounts of {change}", found, cursor=cursor, limit=limit)

    def before(self, change: Change, lane: Lane) -> int:
        waiting = self._state.waiting.get(lane, [])
        return sum(order < place_of(change) and of != change.id for order, of, _ in waiting)

    def failed(self, change: str, *, after: str, limit: int) -> Sequence[Subject]:
        found = [one.subject for one in self._shares(change) if one.failed and str(one.subject) > after]
        return sorted(found, key=str)[:limit]

    def planned(self, change: str, subjects: Iterable[Subject]) -> frozenset[Subject]:
        return frozenset(one for one in subjects if (change, one) in self._state.plans)

    def _accounts(self, change: str) -> list[Share]:
        return [one for one in self._shares(change) if one.subject.kind is SubjectKind.ACCOUNT]

    def _shares(self, change: str) -> list[Share]:
        return [one for (of, _), one in self._state.shares.items() if of == change]
