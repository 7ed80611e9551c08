"""Read who can reach what, from people through groups to accounts and back, and list subjects."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from dayone.errors import Malformed, NotFound
from dayone.lookups import Window, read_account, read_person
from dayone.model.guardrails import Verdict, released
from dayone.model.operations import OPEN_STATES, Action, Applied, Operation, OperationState
from dayone.model.subject_state import Head, SubjectState
from dayone.model.subjects import Principal, Resource, ResourceKind, SubjectKind, assignment_in
from dayone.ports.records import AssignmentOf, Member, Page, Records, SubjectIndex


def list_subjects(kind: SubjectKind, *, window: Window, index: SubjectIndex) -> Page[SubjectState]:
    """Part of all subjects of a kind, by name; raises Invalid for a cursor that is not one of this list."""
    return index.listed(kind, cursor=window.cursor, limit=window.limit)


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


class Settlement(StrEnum):
    """Status of the plan in force of a subject; the status that needs attention comes first."""

    FAILED = "failed"
    HELD = "held"
    PENDING = "pending"
    SETTLED = "synced"


@dataclass(frozen=True, kw_only=True)
class PermissionSetThere:
    """A permission set in one account, in numbers of assignments.

    `there` are those that AWS has confirmed and not taken back; of the plan in force `pending` are still to be made or
    taken away, and `failed` were refused, the last of them because of `failure`. `held` wait for a human.
    """

    permission_set: str
    there: int = 0
    pending: int = 0
    held: int = 0
    failed: int = 0
    failure: str = ""

    @property
    def settlement(self) -> Settlement:
        """Overall status of all counts."""
        return _settled(failed=self.failed, held=self.held, pending=self.pending)


def settlement_of(head: Head) -> Settlement:
    """Return the status of a subject."""
    return _settled(
        failed=head.failed,
        held=sum(1 for removal in head.held if removal.verdict is Verdict.WAITING),
        pending=head.outstanding + len(released(head.held)),
    )


def permission_sets_in(account: SubjectState, *, planned: Iterable[Operation]) -> list[PermissionSetThere]:
    """Every permission set that an account has or is to have, by name; `planned` is its plan in force."""
    operations = [operation for operation in planned if operation.resource.kind is ResourceKind.ASSIGNMENT]
    failed = [operation for operation in operations if operation.state is OperationState.FAILED]
    there = _counted(
        resource
        for resource, applied in account.applied.items()
        if resource.kind is ResourceKind.ASSIGNMENT and applied.doubt is not Action.CREATE
    )
    held = _counted(
        removal.resource
        for removal in account.head.held
        if removal.resource.kind is ResourceKind.ASSIGNMENT and removal.verdict is Verdict.WAITING
    )
    pending = _counted(operation.resource for operation in operations if operation.state in OPEN_STATES)
    refused = _counted(operation.resource for operation in failed)
    failures = {assignment_in(operation.resource).permission_set: operation.failure_reason for operation in failed}
    return [
        PermissionSetThere(
            permission_set=name,
            there=there[name],
            pending=pending[name],
            held=held[name],
            failed=refused[name],
            failure=failures.get(name, ""),
        )
        for name in sorted({*there, *held, *pending, *refused})
    ]


def _counted(assignments: Iterable[Resource]) -> Counter[str]:
    return Counter(assignment_in(resource).permission_set for resource in assignments)


def _settled(*, failed: int, held: int, pending: int) -> Settlement:
    if failed:
        return Settlement.FAILED
    if held:
        return Settlement.HELD
    return Settlement.PENDING if pending else Settlement.SETTLED
