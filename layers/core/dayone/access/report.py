"""Report who has what, by an account, a person, a group, or everybody."""

from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass
from typing import ClassVar, Protocol

from dayone.access.pagination import (
    Holding,
    PersonPrincipals,
    Place,
    RowsPage,
    Sought,
    Walk,
    holding_of,
    member_in,
    walked,
)
from dayone.lookups import Window, read_account, read_group, read_permission_set, read_person
from dayone.model.operations import Action, Applied
from dayone.model.subject_state import Head, SubjectState
from dayone.model.subjects import Principal, Resource, ResourceKind, Subject, SubjectKind, assignment_in
from dayone.ports.operations import Clock
from dayone.ports.records import AssignmentOf, Page, Records, SubjectIndex
from dayone.ports.store import Company


class ReportPorts(Protocol):
    """Reporting assignments: what it needs of the API's context."""

    records: Records
    index: SubjectIndex
    company: Company
    clock: Clock


def report_assignments(sought: Sought, *, window: Window, ports: ReportPorts) -> Page[Holding]:
    """List the access recorded as confirmed; a part may be short, or empty, and have a cursor.

    Without a person, rows are of groups and of people with assignments of their own; with a person, they are theirs, by
    whichever group. Raises NotFound for an unknown person, group or account, Invalid for a wrong cursor.
    """
    return walked(_walk(sought, ports=ports), question=f"managed {astuple(sought)}", window=window, ports=ports)


def _walk(sought: Sought, *, ports: ReportPorts) -> Walk:
    if sought.permission_set:
        # A slip in a name must not read as if nobody had anything.
        read_permission_set(sought.permission_set, records=ports.records)
    member = member_in(read_person(sought.person, records=ports.records)) if sought.person else None
    if sought.account:
        account = read_account(sought.account, records=ports.records)
        return ThroughAccount(account=account, sought=sought, member=member)
    if member:
        principals = principals_of(member, sought=sought)
    elif sought.group:
        principals = [read_group(sought.group, index=ports.index).head.subject.name]
    else:
        return ThroughCompany(company=ports.company, records=ports.records, sought=sought)
    return ThroughGroups(principals=principals, records=ports.records, index=ports.index, sought=sought, member=member)


# An account has some dozens of assignments, and one call reads five hundred records.
_ACCOUNTS_A_STEP = 25


@dataclass(frozen=True, kw_only=True)
class ThroughAccount:
    """All of one account; a place is the resource of the last row."""

    start: ClassVar[Place] = ("",)
    account: SubjectState
    sought: Sought
    member: PersonPrincipals | None

    def step(self, place: Place, *, room: int) -> RowsPage:
        """See Walk."""
        rows = rows_in(self.account, after=place[0], sought=self.sought, member=self.member)
        return RowsPage([row for row, _ in rows[:room]], (rows[room - 1][1],) if len(rows) > room else None)


@dataclass(frozen=True, kw_only=True)
class ThroughCompany:
    """All accounts; a place is an account, and the resource of its last row where it was broken off."""

    start: ClassVar[Place] = ("", "")
    company: Company
    records: Records
    sought: Sought

    def step(self, place: Place, *, room: int) -> RowsPage:
        """See Walk."""
        account, resource = place
        if resource:
            return self._rows([self.records.subject(Subject(SubjectKind.ACCOUNT, account))], after=resource, room=room)
        states = self.company.states(SubjectKind.ACCOUNT, after=account, limit=_ACCOUNTS_A_STEP)
        return self._rows(states, after="", room=room) if states else RowsPage([], None)

    def _rows(self, states: Iterable[SubjectState], *, after: str, room: int) -> RowsPage:
        found: list[Holding] = []
        place: Place | None = None
        for state in states:
            account = state.head.subject.name
            for row, resource in rows_in(state, after=after, sought=self.sought, member=None):
                if len(found) == room:
                    return RowsPage(found, place)
                found.append(row)
                place = (account, resource)
            after = ""
            place = (account, "")
        return RowsPage(found, place)


@dataclass(frozen=True, kw_only=True)
class ThroughGroups:
    """Access of groups, and of people of their own; a place is one of these, and the position in its list."""

    start: ClassVar[Place] = ("", "")
    principals: Sequence[str]
    records: Records
    index: SubjectIndex
    sought: Sought
    member: PersonPrincipals | None

    def step(self, place: Place, *, room: int) -> RowsPage:
        """See Walk."""
        here, cursor = place
        left = [principal for principal in self.principals if principal >= here]
        if not left:
            return RowsPage([], None)
        page = self.records.assignments_of(left[0], cursor=cursor if left[0] == here else "", limit=room)
        following = (left[0], page.cursor) if page.cursor else (left[1], "") if len(left) > 1 else None
        return RowsPage(self._rows(page.entries), following)

    def _rows(self, assignments: Sequence[AssignmentOf]) -> list[Holding]:
        matching = [
            assignment for assignment in assignments if self.sought.permission_set in ("", assignment.permission_set)
        ]
        subjects = {assignment.account: Subject(SubjectKind.ACCOUNT, assignment.account) for assignment in matching}
        states = self.index.brief(subjects.values())
        heads = {
            name: states[subject].head if subject in states else Head(subject=subject)
            for name, subject in subjects.items()
        }
        return [
            holding_of(assignment.assignment, account=heads[assignment.account], member=self.member)
            for assignment in matching
            if self.sought.fits_account(heads[assignment.account])
        ]


def principals_of(member: PersonPrincipals, *, sought: Sought) -> list[str]:
    """Return the principals of a person, in order: their groups, or the one in the filter, and themselves."""
    own = [] if sought.group else [str(Principal(person=member.person))]
    return sorted([group for group in member.groups if sought.group in ("", group)] + own)


def rows_in(
    account: SubjectState, *, after: str, sought: Sought, member: PersonPrincipals | None
) -> list[tuple[Holding, str]]:
    """Return the rows of an account behind a resource, each with its own."""
    if not sought.fits_account(account.head):
        return []
    return [
        (holding_of(applied, account=account.head, member=member), str(resource))
        for resource, applied in sorted(account.applied.items())
        if str(resource) > after and _is_sought(resource, applied, sought=sought, member=member)
    ]


def _is_sought(resource: Resource, applied: Applied, *, sought: Sought, member: PersonPrincipals | None) -> bool:
    if resource.kind is not ResourceKind.ASSIGNMENT or applied.doubt is Action.CREATE:
        return False
    assignment = assignment_in(resource)
    principal = str(assignment.principal)
    is_theirs = member is None or principal in member.principals
    return is_theirs and sought.fits(permission_set=assignment.permission_set, principal=principal)
