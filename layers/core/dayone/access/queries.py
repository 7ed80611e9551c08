"""Read who can reach what, from people through groups to accounts and back, and list subjects."""

from collections.abc import Iterable
from dataclasses import dataclass

from dayone.errors import Malformed, NotFound
from dayone.lookups import Window, read_account, read_person
from dayone.model.accounts import Account, AccountState
from dayone.model.operations import Applied
from dayone.model.subject_state import SubjectState
from dayone.model.subjects import Principal, Resource, ResourceKind, SubjectKind, assignment_in
from dayone.ports.records import AssignmentOf, Member, Page, Records, SubjectIndex

# Of a thousand accounts a rare state is found in a few requests, each of which takes a moment.
_MOST_PARTS = 10


def list_subjects(kind: SubjectKind, *, window: Window, index: SubjectIndex) -> Page[SubjectState]:
    """Part of all subjects of a kind, by name; raises Invalid for a cursor that is not one of this list."""
    return index.listed(kind, cursor=window.cursor, limit=window.limit)


def list_accounts(window: Window, *, state: AccountState | None, index: SubjectIndex) -> Page[SubjectState]:
    """Part of all accounts, or of those in a state; then a part may be short, or empty, and still have a cursor."""
    page = list_subjects(SubjectKind.ACCOUNT, window=window, index=index)
    if state is None:
        return page
    for _ in range(_MOST_PARTS):
        found = [
            entry for entry in page.entries if isinstance(entry.head.fact, Account) and entry.head.fact.state is state
        ]
        if found or not page.cursor:
            return Page(found, page.cursor)
        page = index.listed(SubjectKind.ACCOUNT, cursor=page.cursor, limit=window.limit)
    return Page([], page.cursor)


@dataclass(frozen=True, kw_only=True)
class GroupOfPerson:
    """A group a person is in, and part of what it has."""

    group: str
    membership: Applied
    assignments: Page[AssignmentOf]


@dataclass(frozen=True, kw_only=True)
class GroupInAccount:
    """A group with access to an account, what it has there, and part of its members."""

    group: str
    assignments: tuple[AssignmentOf, ...]
    members: Page[Member]


def person_access(person: str, *, window: Window, records: Records) -> list[GroupOfPerson]:
    """Return a person's groups, by name, each with part of its assignments; raise NotFound for an unknown person.

    Direct assignments are listed under a group `person:<id>`, of which the person is a member as a user.
    """
    state = read_person(person, records=records)
    memberships = {
        resource.name: applied
        for resource, applied in state.applied.items()
        if resource.kind is ResourceKind.MEMBERSHIP
    }
    own, user = str(Principal(person=person)), state.applied.get(Resource(ResourceKind.USER))
    if user is not None and records.assignments_of(own, cursor="", limit=1).entries:
        memberships[own] = user
    return [
        GroupOfPerson(
            group=group,
            membership=memberships[group],
            assignments=records.assignments_of(group, cursor=window.cursor, limit=window.limit),
        )
        for group in _looked_through(memberships, window=window, whose=f"person {person}")
    ]


def account_access(account: str, *, window: Window, records: Records) -> list[GroupInAccount]:
    """Return the groups with access to an account, by name, each with some members; raise NotFound if unknown.

    A person with access of their own is listed as a group `person:<id>` with themselves as its only member.
    """
    state = read_account(account, records=records)
    had: dict[str, list[AssignmentOf]] = {}
    for resource, applied in sorted(state.applied.items()):
        if resource.kind is ResourceKind.ASSIGNMENT:
            permission_set, principal = assignment_in(resource)
            group = str(principal)
            there = AssignmentOf(account=account, permission_set=permission_set, group=group, assignment=applied)
            had.setdefault(group, []).append(there)
    return [
        GroupInAccount(
            group=group,
            assignments=tuple(had[group]),
            members=_members(group, there=had[group], window=window, records=records),
        )
        for group in _looked_through(had, window=window, whose=f"account {account}")
    ]


def _members(group: str, *, there: list[AssignmentOf], window: Window, records: Records) -> Page[Member]:
    if person := Principal.parse(group).person:
        return Page((Member(person=person, membership=there[0].assignment),))
    return records.members(group, cursor=window.cursor, limit=window.limit)


def _looked_through(groups: Iterable[str], *, window: Window, whose: str) -> list[str]:
    if window.cursor and not window.group:
        raise Malformed("a cursor belongs to one group: name it with `group`")
    if not window.group:
        return sorted(groups)
    if window.group not in groups:
        raise NotFound(f"{whose} is not related to group {window.group}: leave out `group` to list the groups")
    return [window.group]
