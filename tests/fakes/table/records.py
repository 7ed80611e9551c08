"""Everything that is remembered in memory, page by page."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from dayone.model.changes import Change
from dayone.model.operations import Action, Applied, Operation
from dayone.model.subject_state import Head, SubjectState
from dayone.model.subjects import THE_ORGANIZATION, ResourceKind, ResourceOf, Subject
from dayone.ports.records import AssignmentOf, Member, Page
from tests.fakes.pages import page
from tests.fakes.table.state import State
from tests.fakes.table.subjects import MemorySubjects


class MemoryRecords:
    def __init__(self, state: State) -> None:
        self._state = state

    def subject(self, subject: Subject) -> SubjectState:
        return MemorySubjects(self._state).load(subject)

    def change(self, change: str) -> Change | None:
        existing = self._state.changes.get(change)
        if existing is None:
            return None
        plans = {str(subject): plan for (of, subject), plan in self._state.plans.items() if of == change}
        given_up = sorted((str(subject), note) for (of, subject), note in self._state.given_up.items() if of == change)
        notes = [
            *existing.notes,
            *(note for _, note in given_up),
            *(note for _, plan in sorted(plans.items()) for note in plan.notes),
        ]
        return replace(existing, notes=tuple(notes[:100]))

    def operations(self, change: str, *, cursor: str, limit: int) -> Page[Operation]:
        found = {id: operation for (of, id), operation in self._state.operations.items() if of == change}  # noqa: A001
        return page(f"operations {change}", found, cursor=cursor, limit=limit)

    def plan_of(self, head: Head) -> Sequence[Operation]:
        plan = (head.change, head.subject, head.generation)
        found = [
            operation
            for operation in self._state.operations.values()
            if (operation.change, operation.subject, operation.generation) == plan
        ]
        return sorted(found, key=lambda entry: entry.number)

    def members(self, group: str, *, cursor: str, limit: int) -> Page[Member]:
        found = {
            of.subject.name: Member(person=of.subject.name, membership=applied)
            for of, applied in self._confirmed(ResourceKind.MEMBERSHIP).items()
            if of.resource.name == group
        }
        return page(f"members {group}", found, cursor=cursor, limit=limit)

    def assignments_of(self, group: str, *, cursor: str, limit: int) -> Page[AssignmentOf]:
        found = {}
        for of, applied in self._confirmed(ResourceKind.ASSIGNMENT).items():
            permission_set, _, assigned = of.resource.name.partition("/")
            if assigned == group:
                account = of.subject.name
                found[f"{account}#{permission_set}"] = AssignmentOf(
                    account=account, permission_set=permission_set, group=group, assignment=applied
                )
        return page(f"assignments {group}", found, cursor=cursor, limit=limit)

    def _confirmed(self, kind: ResourceKind) -> Mapping[ResourceOf, Applied]:
        existing = self._state.applied.items()
        return {
            of: applied for of, applied in existing if of.resource.kind is kind and applied.doubt is not Action.CREATE
        }


class RecordsAfterDiscovery(MemoryRecords):
    """The same of an organisation that has just been looked at, and will not be again for a long time."""

    def subject(self, subject: Subject) -> SubjectState:
        state = super().subject(subject)
        return replace(state, head=replace(state.head, due_at=_LATER)) if subject == THE_ORGANIZATION else state


_LATER = datetime(2100, 1, 1, tzinfo=UTC)
