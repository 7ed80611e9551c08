"""Expected contents of Identity Center, computed from the outside's knowledge, compared with the actual ones."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dayone.model.accounts import Account, AccountState
from dayone.model.grants import Grant
from dayone.model.guardrails import Verdict
from dayone.model.lifecycle import has_access
from dayone.model.operations import Operation, OperationState
from dayone.model.people import Person
from dayone.model.policy.rules import PermissionSetRule, Policy
from dayone.model.subjects import Resource, ResourceKind, Subject, SubjectKind, assignment_in
from dayone.planning.desired import desired_for_account
from dayone.planning.desired_grants import with_grants
from dayone.planning.desired_people import desired_for_person
from dayone.planning.guards import with_reservations
from dayone.ports.identity_center import AssignmentKey, PrincipalType
from tests.fakes.identity_center import StoredSet
from tests.simulation.bookkeeping import waits_for_others
from tests.simulation.day_one import parsed
from tests.simulation.identity_center import form_of

if TYPE_CHECKING:
    from tests.simulation.simulation import Simulation


class Comparison:
    """One look at a world; `excused` are subjects of which something has failed, or whose removals were rejected."""

    def __init__(self, world: "Simulation") -> None:
        self._world = world
        self._center = world.aws.center
        self._now = world.time.now
        self.policy = self._policy()
        self._people = {name: told.person for name, told in world.outside.people.items()}
        self._accounts = world.day_one.organization.accounts
        self.excused = excused(world)
        self._owners = {user_id: person for person, user_id in users_of(world)}

    def differences(self) -> Iterator[str]:
        yield from self._of_people()
        yield from self._of_groups()
        yield from self._of_accounts()
        yield from self._of_sets()
        yield from self._unprovisioned()

    def _policy(self) -> Policy:
        version, state = self._world.outside.policy_version, self._world.day_one.state
        if not version:
            return Policy()
        # What it would loosen stays until somebody else has agreed.
        return with_reservations(parsed(state.kept_policies[version]), reservations=state.reservations, before=())

    def _is_excused(self, kind: SubjectKind, name: str) -> bool:
        return Subject(kind, name) in self.excused

    def _of_people(self) -> Iterator[str]:
        called = {group.name: group.called for group in self.policy.groups}
        present: dict[str, set[str]] = {}
        for group_id, user_id in self._center.memberships.values():
            user, group = self._center.users[user_id]["user_name"], self._center.groups[group_id].name
            present.setdefault(user, set()).add(group)
        for name, person in self._people.items():
            by_rules = desired_for_person(person, policy=self.policy, now=self._now)
            grants = self._grants_of(SubjectKind.PERSON, name)
            desired = with_grants(by_rules, fact=person, grants=grants, policy=self.policy, employed=(), now=self._now)
            if desired.left_alone or self._is_excused(SubjectKind.PERSON, name):
                continue
            wanted = {
                called[resource.name] for resource in desired.resources if resource.kind is ResourceKind.MEMBERSHIP
            }
            wanted = {name for name in wanted if not self._is_excused(SubjectKind.GROUP, name)}
            groups = present.get(self._user_name(person), set())
            have = {group for group in groups if not self._is_excused(SubjectKind.GROUP, group)}
            if wanted != have:
                yield f"{name} is in {sorted(have)}, not in {sorted(wanted)}"
            yield from self._of_user(
                person, is_desired=any(resource.kind is ResourceKind.USER for resource in desired.resources)
            )

    def _of_user(self, person: Person, *, is_desired: bool) -> Iterator[str]:
        found = [record for record in self._center.users.values() if record["user_name"] == self._user_name(person)]
        if is_desired and not found:
            yield f"{person.id} has no user"
        if is_desired and found and found[0].get("title", "") != person.title:
            yield f"{person.id} has an old title: {found[0].get('title', '')!r}, not {person.title!r}"

    def _user_name(self, person: Person) -> str:
        """Return the present user name of the person: a leaver's may belong to another."""
        head = self._world.day_one.state.heads.get(Subject(SubjectKind.PERSON, person.id))
        return head.fact.user_name if head is not None and isinstance(head.fact, Person) else person.user_name

    def _of_groups(self) -> Iterator[str]:
        have = {stored_group.name: (stored_group.description, id_) for id_, stored_group in self._center.groups.items()}
        for rule in self.policy.groups:
            description, _ = have.pop(rule.called, (None, ""))
            if description != rule.description and not self._is_excused(SubjectKind.GROUP, rule.name):
                yield f"group {rule.name} is not there as it should be"
        for name, (_, id_) in have.items():
            if id_ not in self._world.foreign and not self._is_excused(SubjectKind.GROUP, name):
                yield f"group {name} is still there"

    def _of_accounts(self) -> Iterator[str]:
        employed = frozenset(
            name for name, person in self._people.items() if has_access(person, cycle=self.policy.people, now=self._now)
        )
        present: dict[str, set[str]] = {}
        for key in self._center.assignments:
            if key not in self._world.foreign_assignments:
                present.setdefault(key.account_id, set()).add(self._named(key))
        for number, account in self._accounts.items():
            if account.state is not AccountState.ACTIVE or self._is_excused(SubjectKind.ACCOUNT, number):
                continue
            wanted = {name for name in self._wanted_in(account, employed) if not self._is_unreachable(name)}
            have = {name for name in present.get(number, set()) if not self._is_unreachable(name)}
            if wanted != have:
                yield f"{number} has {sorted(have)}, not {sorted(wanted)}"

    def _wanted_in(self, account: Account, employed: frozenset[str]) -> set[str]:
        by_rules = desired_for_account(account, policy=self.policy, employed=employed)
        grants = self._grants_of(SubjectKind.ACCOUNT, account.id)
        desired = with_grants(
            by_rules, fact=account, grants=grants, policy=self.policy, employed=employed, now=self._now
        )
        protected = self.policy.protection.people
        names = {resource.name for resource in desired.resources}
        return {name for name in names if name.rpartition("person:")[2] not in protected}

    def _grants_of(self, kind: SubjectKind, name: str) -> list[Grant]:
        """Those that are on record: also of whoever never heard that theirs was taken."""
        existing = self._world.day_one.state.grants.values()
        return [grant for grant in existing if grant.subject == Subject(kind, name)]

    def _is_unreachable(self, assignment: str) -> bool:
        """Return whether the group, the set or the person is not Day One's to give, or nobody can have it."""
        permission_set, _, principal = assignment.partition("/")
        if principal.startswith("person:"):
            name = principal.removeprefix("person:")
            return name in self.policy.protection.people or self._is_excused(SubjectKind.PERSON, name)
        return self._is_excused(SubjectKind.PERMISSION_SET, permission_set) or self._is_excused(
            SubjectKind.GROUP, principal
        )

    def _named(self, key: AssignmentKey) -> str:
        permission_set = self._center.permission_sets[key.permission_set_arn].name
        if key.principal_type is PrincipalType.USER:
            return f"{permission_set}/person:{self._owners.get(key.principal_id, key.principal_id)}"
        return f"{permission_set}/{self._center.groups[key.principal_id].name}"

    def _of_sets(self) -> Iterator[str]:
        have = {stored_set.name: stored_set for stored_set in self._center.permission_sets.values()}
        foreign = {
            stored_set.name for arn, stored_set in self._center.permission_sets.items() if arn in self._world.foreign
        }
        for rule in self.policy.permission_sets:
            stored = have.pop(rule.called, None)
            if self._is_excused(SubjectKind.PERMISSION_SET, rule.name):
                continue
            if stored is None or not _is_formed(stored, rule, is_adopted=rule.called in foreign):
                yield f"permission set {rule.name} is not as it should be: {stored}"
        for name in have:
            if name not in foreign and not self._is_excused(SubjectKind.PERMISSION_SET, name):
                yield f"permission set {name} is still there"

    def _unprovisioned(self) -> Iterator[str]:
        for (account, arn), form in self._world.aws.roles.items():
            # AWS deletes no set that is assigned; the role of one that is gone went before it.
            stored = self._center.permission_sets.get(arn)
            if stored and form_of(stored) != form and not self._is_excused(SubjectKind.PERMISSION_SET, stored.name):
                yield f"{account} has an old form of {stored.name}"


def users_of(world: "Simulation") -> Iterator[tuple[str, str]]:
    """The ids of people and of their users, as AWS has confirmed them."""
    for of, applied in world.day_one.state.applied.items():
        if of.resource.kind is ResourceKind.USER and "user_id" in applied.references:
            yield of.subject.name, applied.references["user_id"]


def _is_formed(stored: StoredSet, rule: PermissionSetRule, *, is_adopted: bool) -> bool:
    wanted, attached = frozenset(rule.managed_policies), frozenset(stored.managed_policies)
    # One that Day One has taken on keeps what humans had attached to it.
    is_attached = wanted <= attached if is_adopted else wanted == attached
    return is_attached and (
        stored.attributes.get("session_duration") == rule.session_duration
        and stored.attributes.get("description", "") == rule.description
        and stored.boundary == ("" if rule.boundary is None else str(rule.boundary))
        and dict(stored.tags) == dict(rule.tags)
    )


def excused(world: "Simulation") -> frozenset[Subject]:
    """Of whom something has failed, or waits for what has, or stays because its removal was rejected."""
    return frozenset((*_failed(world), *_rejected(world)))


def _failed(world: "Simulation") -> Iterator[Subject]:
    state = world.day_one.state
    for operation in state.operations.values():
        head = state.heads.get(operation.subject)
        is_in_force = head is not None and operation.generation == head.generation
        if is_in_force and (operation.state is OperationState.FAILED or waits_for_others(operation)):
            yield from _touched_by(operation)


def _rejected(world: "Simulation") -> Iterator[Subject]:
    for subject, head in world.day_one.state.heads.items():
        rejected = [removal.resource for removal in head.held if removal.verdict is Verdict.REJECTED]
        if rejected:
            yield subject
        for resource in rejected:
            yield from _parties_of(resource)


def _touched_by(operation: Operation) -> Iterator[Subject]:
    yield operation.subject
    # What needs it cannot come either.
    yield from (required.subject for required in operation.requires if operation.waiting_for)
    if operation.resource.kind is ResourceKind.ASSIGNMENT:
        yield assignment_in(operation.resource).principal.target.subject


def _parties_of(resource: Resource) -> Iterator[Subject]:
    if resource.kind is ResourceKind.ASSIGNMENT:
        permission_set, principal = assignment_in(resource)
        yield Subject(SubjectKind.PERMISSION_SET, permission_set)
        yield principal.target.subject
    if resource.kind is ResourceKind.MEMBERSHIP:
        yield Subject(SubjectKind.GROUP, resource.name)
