"""The whole company, and how far changes have gone through it, in memory."""

from collections.abc import Sequence

from dayone.domain.operations import Applied
from dayone.domain.portions import Portion
from dayone.domain.subject_states import SubjectState
from dayone.domain.subjects import Resource, SubjectKind
from tests.fakes.state import State


class MemoryCompany:
    def __init__(self, state: State) -> None:
        self._state = state

    def states(self, kind: SubjectKind, *, after: str, limit: int) -> Sequence[SubjectState]:
        # Any order but that of the names, which DynamoDB does not have either.
        known = sorted((one for one in self._state.heads if one.kind is kind), key=lambda one: one.name[::-1])
        page = [one for one in known if one.name[::-1] > after[::-1]][:limit]
        applied = {one: dict[Resource, Applied]() for one in page}
        for of, one in self._state.applied.items():
            if of.subject in applied:
                applied[of.subject][of.resource] = one
        return [SubjectState(self._state.heads[one], applied[one]) for one in page]


class MemoryPortions:
    def __init__(self, state: State) -> None:
        self._state = state

    def kept(self, change: str, *, number: int) -> Portion | None:
        return self._state.portions.get((change, number))

    def keep(self, change: str, portion: Portion) -> Portion:
        return self._state.portions.setdefault((change, portion.number), portion)
