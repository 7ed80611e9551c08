"""The ways through what is remembered to who has what: by an account, a person, a group, or the whole company."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from dayone.contracts.report_cursors import Place
from dayone.domain.assignments import Principal, assignment_in
from dayone.domain.holdings import Holding, Member, Sought, holding_of
from dayone.domain.operations import Action, Applied
from dayone.domain.subject_states import Head, SubjectState
from dayone.domain.subjects import Resource, ResourceKind, Subject, SubjectKind
from dayone.ports.company import Company
from dayone.ports.records import AssignmentOf, KnownSubjects, Records
from dayone.usecases.walk import Step

# An account has some dozens of assignments, and one call reads five hundred records.
_ACCOUNTS_A_STEP = 25


@dataclass(frozen=True, kw_only=True)
class ThroughAccount:
    """All of one account; a place is the resource of the last row."""

    start: ClassVar[Place] = ("",)
    account: SubjectState
    sought: Sought
    member: Member | None

    def step(self, place: Place, *, room: int) -> Step:
        """See Walk."""
        rows = rows_in(self.account, after=place[0], sought=self.sought, member=self.member)
        return Step([row for row, _ in rows[:room]], (rows[room - 1][1],) if len(rows) > room else None)


@dataclass(frozen=True, kw_only=True)
class ThroughCompany:
    """All accounts; a place is an account, and the resource of its last row where it was broken off."""

    start: ClassVar[Place] = ("", "")
    company: Company
    records: Records
    sought: Sought

    def step(self, place: Place, *, room: int) -> Step:
        """See Walk."""
        account, resource = place
        if resource:
            return self._rows([self.records.subject(Subject(SubjectKind.ACCOUNT, account))], after=resource, room=room)
        states = self.company.states(SubjectKind.ACCOUNT, after=account, limit=_ACCOUNTS_A_STEP)
        return self._rows(states, after="", room=room) if states else Step([], None)

    def _rows(self, states: Iterable[SubjectState], *, after: str, room: int) -> Step:
        found: list[Holding] = []
        place: Place | None = None
        for state in states:
            account = state.head.subject.name
            for row, resource in rows_in(state, after=after, sought=self.sought, member=None):
                if len(found) == room:
                    return Step(found, place)
                found.append(row)
                place = (account, resource)
            after = ""
            place = (account, "")
        return Step(found, place)


@dataclass(frozen=True, kw_only=True)
class ThroughGroups:
    """What groups have, or people of their own; a place is one of these, and where in its list."""

    start: ClassVar[Place] = ("", "")
    principals: Sequence[str]
    records: Records
    known: KnownSubjects
    sought: Sought
    member: Member | None

    def step(self, place: Place, *, room: int) -> Step:
        """See Walk."""
        here, cursor = place
        left = [one for one in self.principals if one >= here]
        if not left:
            return Step([], None)
        page = self.records.assignments_of(left[0], cursor=cursor if left[0] == here else "", limit=room)
        following = (left[0], page.cursor) if page.cursor else (left[1], "") if len(left) > 1 else None
        return Step(self._rows(page.entries), following)

    def _rows(self, assignments: Sequence[AssignmentOf]) -> list[Holding]:
        wanted = [one for one in assignments if self.sought.permission_set in ("", one.permission_set)]
        subjects = {one.account: Subject(SubjectKind.ACCOUNT, one.account) for one in wanted}
        known = self.known.brief(subjects.values())
        heads = {name: known[one].head if one in known else Head(subject=one) for name, one in subjects.items()}
        return [
            holding_of(one.assignment, account=heads[one.account], member=self.member)
            for one in wanted
            if self.sought.fits_account(heads[one.account])
        ]


def principals_of(member: Member, *, sought: Sought) -> list[str]:
    """What a person may have access by, in order: their groups, or the one that is sought, and they themselves."""
    own = [] if sought.group else [str(Principal(person=member.person))]
    return sorted([one for one in member.groups if sought.group in ("", one)] + own)


def rows_in(account: SubjectState, *, after: str, sought: Sought, member: Member | None) -> list[tuple[Holding, str]]:
    """The rows of an account behind a resource, each with its own."""
    if not sought.fits_account(account.head):
        return []
    return [
        (holding_of(one, account=account.head, member=member), str(resource))
        for resource, one in sorted(account.applied.items())
        if str(resource) > after and _is_sought(resource, one, sought=sought, member=member)
    ]


def _is_sought(resource: Resource, one: Applied, *, sought: Sought, member: Member | None) -> bool:
    if resource.kind is not ResourceKind.ASSIGNMENT or one.doubt is Action.CREATE:
        return False
    assignment = assignment_in(resource)
    principal = str(assignment.principal)
    is_theirs = member is None or principal in member.principals
    return is_theirs and sought.fits(permission_set=assignment.permission_set, principal=principal)
