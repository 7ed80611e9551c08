"""The whole company, and how far changes have gone through it, in memory."""

from collections.abc import Sequence

from dayone.model.operations import Applied
from dayone.model.subject_state import Portion, SubjectState
from dayone.model.subjects import Resource, SubjectKind
from tests.fakes.table.state import State

# As many as the partitions of DynamoDB, and in another way.
_PARTS = dict.fromkeys((SubjectKind.PERSON, SubjectKind.ACCOUNT), 16)


class MemoryCompany:
    def __init__(self, state: State) -> None:
        self._state = state

    def parts(self, kind: SubjectKind) -> int:
        return _PARTS.get(kind, 1)

    def states_in(self, kind: SubjectKind, *, part: int, after: str, limit: int) -> Sequence[SubjectState]:
        return self._page(kind, parts=[part], after=after, limit=limit)

    def states(self, kind: SubjectKind, *, after: str, limit: int) -> Sequence[SubjectState]:
        return self._page(kind, parts=range(self.parts(kind)), after=after, limit=limit)

    def _page(self, kind: SubjectKind, *, parts: Sequence[int], after: str, limit: int) -> Sequence[SubjectState]:
        # Any order but that of the names, which DynamoDB does not have either.
        def place(name: str) -> tuple[int, str]:
            return min(max(ord(name[-1]) - ord(","), 0), self.parts(kind) - 1), name[::-1]

        existing = sorted(
            (subject for subject in self._state.heads if subject.kind is kind and place(subject.name)[0] in parts),
            key=lambda element: place(element.name),
        )
        page = [subject for subject in existing if not after or place(subject.name) > place(after)][:limit]
        applied = {subject: dict[Resource, Applied]() for subject in page}
        for of, entry in self._state.applied.items():
            if of.subject in applied:
                applied[of.subject][of.resource] = entry
        return [SubjectState(self._state.heads[subject], applied[subject]) for subject in page]


class MemoryPortions:
    def __init__(self, state: State) -> None:
        self._state = state

    def kept(self, change: str, *, number: int) -> Portion | None:
        return self._state.portions.get((change, number))

    def keep(self, change: str, portion: Portion) -> Portion:
        return self._state.portions.setdefault((change, portion.number), portion)
