"""The subjects that are known, in brief, in memory."""

from collections.abc import Iterable, Mapping

from dayone.domain.operations import Applied
from dayone.domain.subject_states import SubjectState
from dayone.domain.subjects import ITSELF, Resource, ResourceOf, Subject, SubjectKind
from dayone.ports.records import Page
from tests.fakes.pages import page
from tests.fakes.state import State
from tests.fakes.state_subjects import MemorySubjects


class MemoryKnownSubjects:
    def __init__(self, state: State) -> None:
        self._state = state

    def listed(self, kind: SubjectKind, *, cursor: str, limit: int) -> Page[SubjectState]:
        known = {one.name: one for one in self._state.heads if one.kind is kind}
        found = page(f"{kind}", known, cursor=cursor, limit=limit)
        brief = self.brief(found.entries)
        return Page([brief[one] for one in found.entries], found.cursor)

    def brief(self, subjects: Iterable[Subject]) -> Mapping[Subject, SubjectState]:
        known = [one for one in subjects if one in self._state.heads]
        return {one: SubjectState(self._state.heads[one], self._itself(one)) for one in known}

    def applied(self, resources: Iterable[ResourceOf]) -> Mapping[ResourceOf, Applied]:
        return {one: self._state.applied[one] for one in resources if one in self._state.applied}

    def holder_of(self, claim: str) -> str:
        return MemorySubjects(self._state).claimed(claim).holder

    def _itself(self, subject: Subject) -> Mapping[Resource, Applied]:
        itself = ITSELF.get(subject.kind)
        found = self._state.applied.get(ResourceOf(subject, itself)) if itself else None
        return {found.resource: found} if found else {}
