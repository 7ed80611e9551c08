"""Compare what Identity Center has with what is recorded; what differs is still to be confirmed."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from dayone.inventory.differences import changed, changes_between, missing, of_parts
from dayone.lookups import ids_of
from dayone.model.accounts import UNUSABLE, Account
from dayone.model.inventory import FURTHER, Deviation, DriftKind, Pass, ReadMethod, Section, has_no_doubt
from dayone.model.operations import Applied
from dayone.model.people import LifeCycle, Person, has_left
from dayone.model.subject_state import SubjectState
from dayone.model.subjects import (
    ITSELF,
    REFERENCE,
    Resource,
    ResourceKind,
    ResourceOf,
    Subject,
    SubjectKind,
    assignment_in,
)
from dayone.planning.desired_people import EXTERNAL
from dayone.ports.identity_center import AssignmentKey, PrincipalType

type Attributes = Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Snapshot:
    """Everything that a pass has read, by AWS's ids."""

    of: Pass
    sets: Mapping[str, Mapping[Resource, Attributes]]
    groups: Mapping[str, Attributes]
    users: Mapping[str, Attributes]
    members: Mapping[str, frozenset[str]]
    assignments: frozenset[AssignmentKey]

    def has_read(self, section: Section, unit: str) -> bool:
        """Return whether a unit's absence means something."""
        return f"{section} {unit}" not in self.of.unread and f"{section} {FURTHER}" not in self.of.unread

    def has_read_assignment(self, key: AssignmentKey) -> bool:
        """Return whether the absence of an assignment means something."""
        if self.of.method is ReadMethod.BY_PRINCIPAL:
            return self.has_read(Section.ASSIGNMENTS, f"{key.principal_type} {key.principal_id}")
        by_account = self.of.method is ReadMethod.BY_ACCOUNT
        place = key.account_id if by_account else key.permission_set_arn
        return self.has_read(Section.PROVISIONED, place) and self.has_read(Section.ASSIGNMENTS, key.account_id)

    def principal_exists(self, key: AssignmentKey) -> bool:
        """Return whether the group or user of an assignment was listed."""
        return key.principal_id in (self.users if key.principal_type is PrincipalType.USER else self.groups)


@dataclass(frozen=True, kw_only=True)
class Recorded:
    """Everything that is recorded, by subject."""

    states: Mapping[Subject, SubjectState]

    def of_kind(self, kind: SubjectKind) -> Sequence[SubjectState]:
        """Return the states of a kind."""
        return self._by_kind.get(kind, ())

    @cached_property
    def _by_kind(self) -> Mapping[SubjectKind, Sequence[SubjectState]]:
        found: dict[SubjectKind, list[SubjectState]] = {}
        for subject, state in self.states.items():
            found.setdefault(subject.kind, []).append(state)
        return found

    def itself(self, subject: Subject) -> Applied | None:
        """Return the group, permission set or user of a subject, None where it is not recorded or in doubt."""
        state = self.states.get(subject)
        applied = state.applied.get(ITSELF[subject.kind]) if state else None
        return applied if applied and has_no_doubt(applied) else None

    def key_of(self, account: Subject, resource: Resource) -> AssignmentKey | None:
        """Return an assignment by the ids that are recorded of its parts, None where one has none."""
        assignment = assignment_in(resource)
        principal, person = assignment.principal.target.subject, bool(assignment.principal.person)
        of_set = self.states.get(Subject(SubjectKind.PERMISSION_SET, assignment.permission_set))
        arn, principal_id = id_of(of_set), id_of(self.states.get(principal))
        if not arn or not principal_id:
            return None
        kind = PrincipalType.USER if person else PrincipalType.GROUP
        return AssignmentKey(
            account_id=account.name, permission_set_arn=arn, principal_id=principal_id, principal_type=kind
        )

    @cached_property
    def by_id(self) -> Mapping[str, Subject]:
        """The subjects of AWS's ids of groups, permission sets and users."""
        return {
            applied.references[reference]: state.head.subject
            for kind, reference in REFERENCE.items()
            for state in self.of_kind(kind)
            if (applied := state.applied.get(ITSELF[kind])) and applied.references.get(reference)
        }

    @cached_property
    def names_in_doubt(self) -> frozenset[tuple[SubjectKind, str]]:
        """Names of groups, permission sets and users that are being made or changed at this moment."""
        return frozenset(
            (kind, name_of(applied.attributes).casefold())
            for kind in REFERENCE
            for state in self.of_kind(kind)
            if (applied := state.applied.get(ITSELF[kind])) and not has_no_doubt(applied)
        )


def compare(snapshot: Snapshot, recorded: Recorded, *, is_rebuilding: bool = False) -> Iterator[Deviation]:
    """Yield all differences but what hangs on something missing; unusable accounts lack things in a rebuilding only."""
    comparison = _Comparison(snapshot, recorded, is_rebuilding)
    yield from comparison.of_sets()
    yield from comparison.of_directory(SubjectKind.GROUP, snapshot.groups, section=Section.GROUPS)
    yield from comparison.of_directory(SubjectKind.PERSON, snapshot.users, section=Section.USERS)
    yield from comparison.of_members()
    yield from comparison.of_assignments()


@dataclass
class _Comparison:
    snapshot: Snapshot
    recorded: Recorded
    is_rebuilding: bool

    def of_sets(self) -> Iterator[Deviation]:
        kind, whole = SubjectKind.PERMISSION_SET, ITSELF[SubjectKind.PERMISSION_SET]
        for state in self.recorded.of_kind(kind):
            subject = state.head.subject
            itself = self.recorded.itself(subject)
            if itself is None:
                continue
            ids = {"permission_set_arn": itself.references.get("permission_set_arn", "")}
            actual = self.snapshot.sets.get(ids["permission_set_arn"])
            if actual is None:
                if self.snapshot.has_read(Section.PERMISSION_SETS, ids["permission_set_arn"]):
                    yield missing(subject, whole, ids)
                continue
            yield from of_parts(state, actual, ids=ids)
        for arn, parts in self.snapshot.sets.items():
            if self._is_unmanaged(kind, arn, parts[whole]):
                yield _unmanaged(f"{kind}:{parts[whole]['name']}", whole, {"permission_set_arn": arn})

    def of_directory(
        self, kind: SubjectKind, actual: Mapping[str, Attributes], *, section: Section
    ) -> Iterator[Deviation]:
        whole, reference, is_external = ITSELF[kind], REFERENCE[kind], False
        for state in self.recorded.of_kind(kind):
            itself = self.recorded.itself(state.head.subject)
            if itself is None or not itself.references.get(reference):
                continue
            is_external = is_external or EXTERNAL in itself.attributes
            ids = {reference: itself.references[reference]}
            existing = actual.get(ids[reference])
            if existing is None:
                if self.snapshot.has_read(section, ""):
                    yield missing(state.head.subject, whole, ids)
            elif changes := changes_between(itself, existing):
                yield changed(state.head.subject, whole, ids, changes)
        # With an identity provider, users who are in no HR system are everyday.
        for name, attributes in {} if is_external else actual.items():
            if self._is_unmanaged(kind, name, attributes):
                yield _unmanaged(self._shown(name, attributes, kind=kind), whole, {reference: name})

    def of_members(self) -> Iterator[Deviation]:
        expected: dict[str, dict[str, ResourceOf]] = {}
        in_doubt: set[tuple[str, str]] = set()
        for state in self.recorded.of_kind(SubjectKind.PERSON):
            user = self.recorded.itself(state.head.subject)
            for resource, applied in state.applied.items():
                if resource.kind is not ResourceKind.MEMBERSHIP or user is None:
                    continue
                user_id = user.references.get("user_id", "")
                if has_no_doubt(applied):
                    expected.setdefault(resource.name, {})[user_id] = ResourceOf(state.head.subject, resource)
                else:
                    in_doubt.add((resource.name, user_id))
        for state in self.recorded.of_kind(SubjectKind.GROUP):
            yield from self._of_group(state.head.subject, expected.get(state.head.subject.name, {}), in_doubt)
        yield from self._of_leavers()

    def _of_leavers(self) -> Iterator[Deviation]:
        """Yield memberships of people who have left in groups that Day One has not made, which are no matter else."""
        left = {
            user.references.get("user_id", ""): state.head.subject
            for state in self.recorded.of_kind(SubjectKind.PERSON)
            if (user := self.recorded.itself(state.head.subject)) and self._has_left(state)
        }
        for group_id, members in self.snapshot.members.items():
            if group_id in self.recorded.by_id:
                continue
            resource = Resource(ResourceKind.MEMBERSHIP, self.snapshot.groups[group_id]["name"])
            for user_id in sorted(members & left.keys()):
                yield _unmanaged(str(left[user_id]), resource, {"group_id": group_id, "user_id": user_id})

    def _has_left(self, state: SubjectState) -> bool:
        # The policy may leave them some days more; to look too early does no harm.
        fact = state.head.fact
        return isinstance(fact, Person) and has_left(fact, cycle=LifeCycle(), now=self.snapshot.of.began_at)

    def _of_group(
        self, group: Subject, expected: Mapping[str, ResourceOf], in_doubt: set[tuple[str, str]]
    ) -> Iterator[Deviation]:
        itself = self.recorded.itself(group)
        group_id = itself.references.get("group_id", "") if itself else ""
        if group_id not in self.snapshot.groups or not self.snapshot.has_read(Section.MEMBERSHIPS, group_id):
            return
        actual = self.snapshot.members.get(group_id, frozenset())
        for user_id, target in expected.items():
            if user_id in self.snapshot.users and user_id not in actual:
                yield missing(target.subject, target.resource, {"group_id": group_id, "user_id": user_id})
        for user_id in sorted(actual - expected.keys()):
            if (group.name, user_id) not in in_doubt:
                name = self._principal_name(PrincipalType.USER, user_id)
                resource, person = Resource(ResourceKind.MEMBERSHIP, group.name), self.recorded.by_id.get(user_id)
                ids = {"group_id": group_id, "user_id": user_id}
                yield _unmanaged(name, resource, ids, target=ResourceOf(person, resource) if person else None)

    def of_assignments(self) -> Iterator[Deviation]:
        recorded: set[AssignmentKey] = set()
        for state in self.recorded.of_kind(SubjectKind.ACCOUNT):
            account, is_looked_at = state.head.subject, self.is_rebuilding or not _is_unusable(state)
            for resource, applied in state.trusted.items():
                if resource.kind is ResourceKind.ASSIGNMENT and (key := self.recorded.key_of(account, resource)):
                    recorded.add(key)
                    if has_no_doubt(applied) and is_looked_at and self._is_absent(key):
                        yield missing(account, resource, ids_of(key))
        for key in sorted(self.snapshot.assignments, key=str):
            if not self.snapshot.principal_exists(key) and self.snapshot.has_read(Section.GROUPS, ""):
                yield self._assigned(key, DriftKind.ORPHANED)
            elif key not in recorded:
                yield self._assigned(key, DriftKind.UNMANAGED)

    def _assigned(self, key: AssignmentKey, kind: DriftKind) -> Deviation:
        parts = self.snapshot.sets.get(key.permission_set_arn, {})
        whole = parts.get(ITSELF[SubjectKind.PERMISSION_SET], {})
        of_set = self.recorded.by_id.get(key.permission_set_arn)
        principal = self._principal_name(key.principal_type, key.principal_id)
        set_name = of_set.name if of_set else whole.get("name", key.permission_set_arn)
        shown = principal.removeprefix(f"{SubjectKind.GROUP}:")
        account = Subject(SubjectKind.ACCOUNT, key.account_id)
        resource = Resource(ResourceKind.ASSIGNMENT, f"{set_name}/{shown}")
        is_known = of_set is not None and key.principal_id in self.recorded.by_id
        return Deviation(
            kind=kind,
            subject=str(account),
            resource=str(resource),
            ids=ids_of(key),
            target=ResourceOf(account, resource) if is_known else None,
        )

    def _is_absent(self, key: AssignmentKey) -> bool:
        snapshot = self.snapshot
        its_own_exist = key.permission_set_arn in snapshot.sets and snapshot.principal_exists(key)
        return its_own_exist and key not in snapshot.assignments and snapshot.has_read_assignment(key)

    def _is_unmanaged(self, kind: SubjectKind, name: str, attributes: Attributes) -> bool:
        is_called = name_of(attributes).casefold()
        return name not in self.recorded.by_id and (kind, is_called) not in self.recorded.names_in_doubt

    def _principal_name(self, kind: PrincipalType, name: str) -> str:
        attributes = (self.snapshot.users if kind is PrincipalType.USER else self.snapshot.groups).get(name, {})
        subject_kind = SubjectKind.PERSON if kind is PrincipalType.USER else SubjectKind.GROUP
        return self._shown(name, attributes, kind=subject_kind)

    def _shown(self, name: str, attributes: Attributes, *, kind: SubjectKind) -> str:
        if subject := self.recorded.by_id.get(name):
            return str(subject)
        word = "user" if kind is SubjectKind.PERSON else str(kind)
        return f"{word}:{name_of(attributes) or name}"


def _unmanaged(subject: str, resource: Resource, ids: Attributes, *, target: ResourceOf | None = None) -> Deviation:
    return Deviation(kind=DriftKind.UNMANAGED, subject=subject, resource=str(resource), ids=ids, target=target)


def id_of(state: SubjectState | None) -> str:
    """Return AWS's id of a recorded user, group or permission set, empty for whatever has none."""
    if state is None or (kind := state.head.subject.kind) not in ITSELF:
        return ""
    applied = state.applied.get(ITSELF[kind])
    return applied.references.get(REFERENCE[kind], "") if applied else ""


def name_of(attributes: Attributes) -> str:
    """Return the name that a user, a group or a permission set has at AWS."""
    return attributes.get("user_name", attributes.get("name", ""))


def _is_unusable(account: SubjectState) -> bool:
    """Return whether AWS itself ends or keeps assignments there: in a suspended or closed account."""
    fact = account.head.fact
    return isinstance(fact, Account) and fact.state in UNUSABLE
