"""The subjects that are known, in brief, in memory."""

from collections.abc import Iterable, Mapping

from dayone.model.operations import Applied
from dayone.model.subject_state import SubjectState
from dayone.model.subjects import ITSELF, Resource, ResourceOf, Subject, SubjectKind
from dayone.ports.records import Page
from tests.fakes.pages import page
from tests.fakes.table.state import State
from tests.fakes.table.subjects import MemorySubjects


class MemorySubjectIndex:
    def __init__(self, state: State) -> None:
        self._state = state

    def listed(self, kind: SubjectKind, *, cursor: str, limit: int) -> Page[SubjectState]:
        existing = {subject.name: subject for subject in self._state.heads if subject.kind is kind}
        found = page(f"{kind}", existing, cursor=cursor, limit=limit)
        brief = self.brief(found.entries)
        return Page([brief[subject] for subject in found.entries], found.cursor)

    def brief(self, subjects: Iterable[Subject]) -> Mapping[Subject, SubjectState]:
        existing = [subject for subject in subjects if subject in self._state.heads]
        return {subject: SubjectState(self._state.heads[subject], self._itself(subject)) for subject in existing}

    def applied(self, resources: Iterable[ResourceOf]) -> Mapping[ResourceOf, Applied]:
        return {resource: self._state.applied[resource] for resource in resources if resource in self._state.applied}

    def holder_of(self, claim: str) -> str:
        return MemorySubjects(self._state).claimed(claim).holder

    def _itself(self, subject: Subject) -> Mapping[Resource, Applied]:
        itself = ITSELF.get(subject.kind)
        found = self._state.applied.get(ResourceOf(subject, itself)) if itself else None
        return {found.resource: found} if found else {}
