"""The whole company, and how far changes have gone through it, in memory."""

from collections.abc import Sequence

from dayone.model.operations import Applied
from dayone.model.subject_state import Portion, SubjectState
from dayone.model.subjects import Resource, SubjectKind
from tests.fakes.table.state import State


class MemoryCompany:
    def __init__(self, state: State) -> None:
        self._state = state

    def states(self, kind: SubjectKind, *, after: str, limit: int) -> Sequence[SubjectState]:
        # Any order but that of the names, which DynamoDB does not have either.
        existing = sorted(
            (subject for subject in self._state.heads if subject.kind is kind), key=lambda element: element.name[::-1]
        )
        page = [subject for subject in existing if subject.name[::-1] > after[::-1]][:limit]
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
