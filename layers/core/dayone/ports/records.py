"""What is remembered, for those who only read it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from dayone.domain.changes import Change
from dayone.domain.operations import Applied, Operation
from dayone.domain.subject_states import Head, SubjectState
from dayone.domain.subjects import ResourceOf, Subject, SubjectKind


@dataclass(frozen=True)
class Page[T]:
    """Part of a list; `cursor` asks for the next part and is empty at the end."""

    entries: Sequence[T]
    cursor: str = ""


@dataclass(frozen=True, kw_only=True)
class Member:
    """A person in a group."""

    person: str
    membership: Applied


@dataclass(frozen=True, kw_only=True)
class AssignmentOf:
    """A permission set that a group has in an account."""

    account: str
    permission_set: str
    group: str
    assignment: Applied


class Records(Protocol):
    """Everything that is remembered, to be read only; cursors are opaque, and a wrong one raises Invalid."""

    def subject(self, subject: Subject) -> SubjectState:
        """As Subjects.load."""

    def change(self, change: str) -> Change | None:
        """One change with its notes (the first hundred)."""

    def operations(self, change: str, *, cursor: str, limit: int) -> Page[Operation]:
        """The operations of a change, by subject and number."""

    def plan_of(self, head: Head) -> Sequence[Operation]:
        """The operations of the plan in force of a subject, by number; none before its first."""

    def members(self, group: str, *, cursor: str, limit: int) -> Page[Member]:
        """Who is in a group as far as AWS confirmed."""

    def assignments_of(self, group: str, *, cursor: str, limit: int) -> Page[AssignmentOf]:
        """What a group has where, as far as AWS confirmed."""


class KnownSubjects(Protocol):
    """The subjects that are known, in brief: a head with what the subject itself is in Identity Center, and no more.

    That is the user of a person, the group, or the permission set; an account is nothing there.
    """

    def listed(self, kind: SubjectKind, *, cursor: str, limit: int) -> Page[SubjectState]:
        """All of a kind by name; raises Invalid for a cursor that is not one of this list."""

    def brief(self, subjects: Iterable[Subject]) -> Mapping[Subject, SubjectState]:
        """Those of them that are known."""

    def applied(self, resources: Iterable[ResourceOf]) -> Mapping[ResourceOf, Applied]:
        """Those of the resources that are remembered, in doubt or not."""

    def holder_of(self, claim: str) -> str:
        """The name of the subject that a user name or an e-mail address belongs to, or empty."""
