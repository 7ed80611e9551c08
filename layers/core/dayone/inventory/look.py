"""Look at some resources of Identity Center directly: those of AWS's ids, or those that a subject has."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from dayone.errors import AccessDenied, NotFound, Refused
from dayone.inventory.compare import Recorded, Snapshot, id_of
from dayone.inventory.confirmation import all_confirmed
from dayone.inventory.links import noticed
from dayone.inventory.reading import all_assignments_in, all_members, every
from dayone.inventory.touched import Ids, LookPorts, recorded_of, with_named
from dayone.lookups import ids_of
from dayone.model.inventory import Counts, Deviation, DriftFinding, Pass, ReadMethod
from dayone.model.people import LifeCycle, Person, has_left
from dayone.model.subject_state import SubjectState
from dayone.model.subjects import REFERENCE, ResourceKind, SubjectKind, group_named, user_of
from dayone.ports.identity_center import AssignmentKey, AwsPrincipal, PrincipalType
from dayone.ports.inventory import InventoryReader

type Key = tuple[tuple[str, str], ...]


@dataclass(frozen=True, kw_only=True)
class Looked:
    """Differences, and the findings about the same that there were."""

    still: Sequence[Deviation]
    existing: Mapping[str, DriftFinding]

    @property
    def over(self) -> Sequence[str]:
        """The ids of findings that are none any more."""
        return sorted(self.existing.keys() - {each.id for each in self.still})


def look_at(
    touched: Iterable[Ids],
    *,
    recorded: Recorded,
    findings: Iterable[DriftFinding],
    ports: LookPorts,
    now: datetime,
) -> Looked:
    """Read these ids, and compare them with the record; of what AWS refuses to show nothing is concluded."""
    by_key, look = {key_of(ids): ids for ids in touched}, _Look(ports.confirming.reader)
    snapshot = look.at(by_key, now=now)
    keys = by_key.keys() - look.refused
    existing = {each.id: each for each in findings if key_of(each.difference.ids) in keys}
    recorded = with_named(recorded, snapshot.users, ports=ports)
    differing = noticed(snapshot, recorded, is_rebuilding=ports.confirming.is_idle)
    found = {each.id: each for each in differing if key_of(each.ids) in keys}
    candidates = {**{name: each.difference for name, each in existing.items()}, **found}
    return Looked(still=list(all_confirmed(candidates.values(), ports=ports.confirming)), existing=existing)


def key_of(ids: Ids) -> Key:
    """Return ids in a form that can be looked up."""
    return tuple(sorted(ids.items()))


def look_at_subjects(*, ports: LookPorts, is_delegated: bool, now: datetime) -> int:
    """Look at each subject that is to be looked at and has nothing left to be done; return how many were.

    What differs is kept as findings: of a person the user, their groups and their own assignments, of a group its
    members, of a permission set its parts. A delegated administrator sees no assignments of a person: AWS lists them in
    the management account, and the next inventory finds them. Raises Unavailable when AWS cannot be reached; whoever
    was not looked at by then is by the next run.
    """
    number, inventory = 0, ports.inventory
    subjects = inventory.looks()
    findings = inventory.findings() if subjects else ()
    for subject in subjects:
        state = ports.confirming.records.subject(subject)
        if not state.head.outstanding:
            touched = list(_touched_by(state, findings=findings, ports=ports, is_delegated=is_delegated))
            recorded = recorded_of(touched, subjects=[subject], ports=ports)
            looked = look_at(touched, recorded=recorded, findings=findings, ports=ports, now=now)
            inventory.put(_finding(each, looked=looked, state=state, now=now) for each in looked.still)
            inventory.close(looked.over)
            inventory.looked_at(subject)
            number += 1
    return number


def _finding(difference: Deviation, *, looked: Looked, state: SubjectState, now: datetime) -> DriftFinding:
    before = looked.existing.get(difference.id)
    if before is None:
        return DriftFinding(difference=difference, first_seen_at=now, seen_at=now)
    fact = state.head.fact
    # What somebody had before Day One looked is to be decided when they leave.
    is_over = isinstance(fact, Person) and has_left(fact, cycle=LifeCycle(), now=now)
    return replace(before, difference=difference, seen_at=now, is_baseline=before.is_baseline and not is_over)


def _touched_by(
    state: SubjectState, *, findings: Iterable[DriftFinding], ports: LookPorts, is_delegated: bool
) -> Iterator[Ids]:
    """Yield the ids of a subject's user, group or permission set, and of what it has or should have."""
    kind, name = state.head.subject.kind, id_of(state)
    if not name:
        return
    yield {REFERENCE[kind]: name}
    yield from (each.difference.ids for each in findings if name in each.difference.ids.values())
    if kind is SubjectKind.PERSON:
        yield from _of_person(state, name, ports=ports, is_delegated=is_delegated)
    elif kind is SubjectKind.GROUP:
        yield from _of_group(state.head.subject.name, name, ports=ports)


def _of_person(state: SubjectState, user: str, *, ports: LookPorts, is_delegated: bool) -> Iterator[Ids]:
    reader, index = ports.confirming.reader, ports.confirming.index
    recorded = [group_named(each.name) for each in state.applied if each.kind is ResourceKind.MEMBERSHIP]
    groups = {group.references.get("group_id", "") for group in index.applied(recorded).values()} - {""}
    groups |= set(_or_none(lambda: every(lambda *, cursor: reader.groups_of(user, cursor=cursor))) or ())
    yield from ({"group_id": group, "user_id": user} for group in sorted(groups))
    if not is_delegated:
        principal = AwsPrincipal(kind=PrincipalType.USER, id=user)
        found = _or_none(lambda: every(lambda *, cursor: reader.assignments_of(principal, cursor=cursor))) or ()
        # Of a user, AWS lists those of their groups as well.
        yield from (ids_of(key) for key in found if key.principal_id == user)


def _of_group(group: str, group_id: str, *, ports: LookPorts) -> Iterator[Ids]:
    """Yield the memberships that are there and not recorded, or recorded and not there."""
    records, index = ports.confirming.records, ports.confirming.index
    members = every(lambda *, cursor: records.members(group, cursor=cursor, limit=_PAGE))
    recorded = index.applied(user_of(member.person) for member in members).values()
    user_ids = {user.references.get("user_id", "") for user in recorded}
    existing = set(_or_none(lambda: all_members(group_id, ports.confirming.reader)) or ())
    yield from ({"group_id": group_id, "user_id": name} for name in sorted((user_ids ^ existing) - {""}))


_PAGE = 100


class _Look:
    """Direct reads of what was touched, as a snapshot that has nothing else."""

    def __init__(self, reader: InventoryReader) -> None:
        self._reader = reader
        self._sets: dict[str, Mapping[Any, Ids]] = {}
        self._groups: dict[str, Ids] = {}
        self._users: dict[str, Ids] = {}
        self._members: dict[str, frozenset[str]] = {}
        self._assignments: set[AssignmentKey] = set()
        self.refused: set[Key] = set()

    def at(self, touched: Mapping[Key, Ids], *, now: datetime) -> Snapshot:
        """Read each, and return all of it."""
        for key, ids in touched.items():
            try:
                self._read(ids)
            except (AccessDenied, Refused):
                self.refused.add(key)
        return Snapshot(
            of=Pass(id="", began_at=now, method=ReadMethod.BY_PRINCIPAL, costs=(), counts=Counts()),
            sets=self._sets,
            groups=self._groups,
            users=self._users,
            members=self._members,
            assignments=frozenset(self._assignments),
        )

    def _read(self, ids: Ids) -> None:
        group, user, arn = ids.get("group_id", ""), ids.get("user_id", ""), ids.get("permission_set_arn", "")
        if ids.get("principal_id"):
            is_user = ids["principal_type"] == PrincipalType.USER
            group, user = ("", ids["principal_id"]) if is_user else (ids["principal_id"], "")
            self._assignments |= set(_or_none(lambda: all_assignments_in(ids["account"], arn, self._reader)) or ())
        if arn and arn not in self._sets and (parts := _or_none(lambda: self._reader.permission_set(arn))) is not None:
            self._sets[arn] = parts
        if group and group not in self._groups and (attributes := self._reader.group(group)) is not None:
            self._groups[group] = attributes
        if user and user not in self._users and (attributes := self._reader.user(user)) is not None:
            self._users[user] = attributes
        if "group_id" in ids and user and group in self._groups:
            is_in = self._reader.is_member(user, group_id=group)
            self._members[group] = self._members.get(group, frozenset()) | (frozenset({user}) if is_in else frozenset())


def _or_none[T](read: Callable[[], T]) -> T | None:
    try:
        return read()
    except NotFound:
        return None
