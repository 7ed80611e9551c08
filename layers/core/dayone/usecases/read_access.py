"""Who can reach what, and why: from people through groups to accounts, and back."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from dayone.domain.assignments import Principal, assignment_in
from dayone.domain.changes import Change, ulid_time
from dayone.domain.operations import Applied
from dayone.domain.subject_states import SubjectState
from dayone.domain.subjects import Resource, ResourceKind, Subject, SubjectKind
from dayone.errors import Inapplicable, Malformed, NotFound
from dayone.ports.records import AssignmentOf, KnownSubjects, Member, Page, Records

# The inbox and its dead letters each keep a message for 14 days. In a FIFO queue of dead letters its time begins anew.
# Source: Amazon SQS Developer Guide, "Setting up dead-letter queue retention".
KEPT_BY_QUEUES = timedelta(days=28)
# As far as the clock of a sender may be ahead of ours.
_CLOCKS_DIFFER_BY = timedelta(minutes=5)


@dataclass(frozen=True, kw_only=True)
class Window:
    """Which part of a list is asked for; `group`, when set, is the only one to look through."""

    limit: int
    cursor: str = ""
    group: str = ""


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


def read_person(person: str, *, records: Records) -> SubjectState:
    """Raises NotFound for a person HR has never told about."""
    mend = "check the id, which is HR's own; a person is recorded with HR's first event about them"
    return _known(Subject(SubjectKind.PERSON, person), mend=mend, records=records)


def read_account(account: str, *, records: Records) -> SubjectState:
    """Raises NotFound for an account that was never seen in the organisation."""
    mend = "check its 12 digits; an account is recorded with the first event about it"
    return _known(Subject(SubjectKind.ACCOUNT, account), mend=mend, records=records)


def read_group(group: str, *, known: KnownSubjects) -> SubjectState:
    """The group itself, without its members; raises NotFound for one that no policy has ever had."""
    subject = Subject(SubjectKind.GROUP, group)
    found = known.brief([subject]).get(subject)
    if found is None:
        raise NotFound(f"there is no group {group}: check its key in the policy, which is not its display name")
    return found


def read_permission_set(permission_set: str, *, records: Records) -> SubjectState:
    """The permission set with its parts; raises NotFound for one that no policy has ever had."""
    state = records.subject(Subject(SubjectKind.PERMISSION_SET, permission_set))
    if not state.applied and not state.head.revision:
        raise NotFound(
            f"there is no permission set {permission_set}: check its key in the policy, which is not its name"
        )
    return state


def person_access(person: str, *, window: Window, records: Records) -> list[GroupOfPerson]:
    """The groups a person is in, by name, each with part of what it has; raises NotFound for an unknown person.

    What is assigned to them directly is there as if of a group `person:<id>`, of which they are a member as a user.
    """
    state = read_person(person, records=records)
    memberships = {
        resource.name: one for resource, one in state.applied.items() if resource.kind is ResourceKind.MEMBERSHIP
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
    """The groups with access to an account, by name, each with part of its members; raises NotFound if unknown.

    A person with access of their own is there as a group `person:<id>` with themselves as its only member.
    """
    state = read_account(account, records=records)
    had: dict[str, list[AssignmentOf]] = {}
    for resource, one in sorted(state.applied.items()):
        if resource.kind is ResourceKind.ASSIGNMENT:
            permission_set, principal = assignment_in(resource)
            group = str(principal)
            there = AssignmentOf(account=account, permission_set=permission_set, group=group, assignment=one)
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


def the_change(change: str, *, records: Records, now: datetime) -> Change:
    """A change that is recorded.

    Raises Inapplicable for one that may have been accepted and is not planned yet, NotFound for one that cannot be.
    """
    found = records.change(change)
    if found is None:
        accepted_at(change, now=now)
        mend = "try again once `GET /v1/changes/{id}` answers 200"
        raise Inapplicable(f"change {change} is not planned yet, or was never accepted: {mend}")
    return found


def accepted_at(change: str, *, now: datetime) -> datetime:
    """The time in the id of a change of which nothing is recorded, though a queue may have its message.

    Raises NotFound for what is no id, and for a time that no message in a queue can have.
    """
    at = ulid_time(change)
    if at is None:
        raise NotFound(f"there is no change {change}: check the id, which has 26 characters")
    if not now - KEPT_BY_QUEUES <= at <= now + _CLOCKS_DIFFER_BY:
        when = "to come" if at > now else f"over {KEPT_BY_QUEUES.days} days ago, longer than a queue keeps a message"
        raise NotFound(f"there is no change {change}: the time in its id is {when}; check the id")
    return at


def _known(subject: Subject, *, mend: str, records: Records) -> SubjectState:
    state = records.subject(subject)
    if state.head.fact is None and not state.applied:
        raise NotFound(f"there is no {subject.kind} {subject.name}: {mend}")
    return state


def _looked_through(groups: Iterable[str], *, window: Window, whose: str) -> list[str]:
    if window.cursor and not window.group:
        raise Malformed("a cursor belongs to one group: name it with `group`")
    if not window.group:
        return sorted(groups)
    if window.group not in groups:
        raise NotFound(f"{whose} is not related to group {window.group}: leave out `group` to list the groups")
    return [window.group]
