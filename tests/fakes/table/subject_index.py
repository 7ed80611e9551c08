"""The subjects that are known, in brief, in memory."""

from collections.abc import Iterable, Mapping, Sequence

from dayone.model.operations import Action, Applied
from dayone.model.subject_state import SubjectState
from dayone.model.subjects import ITSELF, REFERENCE, Resource, ResourceOf, Subject, SubjectKind
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

    def identified(self, kind: SubjectKind, ids: Iterable[str]) -> Mapping[str, Subject]:
        listed = self._listed(kind)
        return {name: listed[name] for name in ids if name in listed}

    def ids(self, kind: SubjectKind) -> frozenset[str]:
        return frozenset(self._listed(kind))

    def begun(self, kind: SubjectKind) -> Sequence[Subject]:
        has_list = kind is not SubjectKind.PERSON
        return [of.subject for of, applied in self._of_kind(kind) if has_list and applied.doubt is Action.CREATE]

    def _listed(self, kind: SubjectKind) -> Mapping[str, Subject]:
        return {
            applied.references[REFERENCE[kind]]: of.subject
            for of, applied in self._of_kind(kind)
            if applied.doubt is not Action.CREATE and applied.references.get(REFERENCE[kind])
        }

    def _of_kind(self, kind: SubjectKind) -> list[tuple[ResourceOf, Applied]]:
        return [
            (of, applied)
            for of, applied in self._state.applied.items()
            if of.subject.kind is kind and of.resource == ITSELF[kind]
        ]

    def _itself(self, subject: Subject) -> Mapping[Resource, Applied]:
        itself = ITSELF.get(subject.kind)
        found = self._state.applied.get(ResourceOf(subject, itself)) if itself else None
        return {found.resource: found} if found else {}
