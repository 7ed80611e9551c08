"""Find what the first policy takes over: what the last inventory before it has exactly as the policy gives it."""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from dayone.errors import Awaited
from dayone.executor.existing import parts_in
from dayone.executor.existing_use import KeptInventory, KeptUse
from dayone.model.accounts import Account
from dayone.model.people import Person
from dayone.model.policy.rules import Policy
from dayone.model.subject_state import SubjectState
from dayone.model.subjects import ITSELF, Desired, Resource, ResourceKind, Subject, SubjectKind, assignment_in
from dayone.planning.desired import desired_for_permission_set
from dayone.planning.evaluation import FindExisting
from dayone.planning.existing import compare_attributes, compare_parts, is_same_person
from dayone.ports.identity_center import AssignmentKey, PrincipalType

# Of a plan of one subject, which is tried again and goes on from there.
_LONGEST_LOADING = timedelta(seconds=12)
_PROVISIONING = Resource(ResourceKind.PROVISIONING)


@dataclass(frozen=True, kw_only=True)
class TakeOver:
    """The inventory that a first policy is compared with, as one process keeps it."""

    inventory: KeptInventory
    clock: Callable[[], datetime]

    def recent(self) -> str:
        """Return the id of the last complete inventory, empty for one that cannot be taken over any more."""
        last, now = self.inventory.complete(self.clock()), self.clock()
        return last.id if last and last.can_be_taken_over(now=now) else ""

    def finder(self, policy: Policy, *, state_of: Callable[[Subject], SubjectState]) -> FindExisting | None:
        """Return the lookup of what a policy takes over; None for any but the first, and with a newer inventory.

        Raises Awaited while the inventory is being loaded.
        """
        name = policy.reservations.takes_over
        if not name or name != self.recent():
            return None
        until = self.clock() + _LONGEST_LOADING

        def check() -> None:
            if self.clock() > until:
                raise Awaited("what the inventory has read is still being loaded", retry_after=1)

        kept = self.inventory.read(now=self.clock(), check=check)
        return _Existing(kept=kept, policy=policy, state_of=state_of).of if kept else None


@dataclass(frozen=True, kw_only=True)
class _Existing:
    kept: KeptUse
    policy: Policy
    state_of: Callable[[Subject], SubjectState]

    def of(self, state: SubjectState, fact: Person | Account | None, desired: Desired) -> Collection[Resource]:
        subject = state.head.subject
        match subject.kind:
            case SubjectKind.PERSON if isinstance(fact, Person):
                return frozenset(self._of_person(fact, desired))
            case SubjectKind.ACCOUNT:
                return frozenset(each for each in desired.resources if self._is_assigned(each, account=subject.name))
            case SubjectKind.GROUP:
                return self._of_group(desired)
            case SubjectKind.PERMISSION_SET:
                return self._of_set(desired)
            case _:
                return frozenset()

    def _of_person(self, person: Person, desired: Desired) -> Iterator[Resource]:
        user_id = self.kept.id_of(SubjectKind.PERSON, person.user_name)
        for resource, needed in desired.resources.items():
            if resource.kind is ResourceKind.USER and user_id:
                yield from [resource] if is_same_person(self.kept.users[user_id], needed.attributes) else []
            if resource.kind is ResourceKind.MEMBERSHIP and user_id in self.kept.members_of(self._group(resource.name)):
                yield resource

    def _of_group(self, desired: Desired) -> Collection[Resource]:
        itself = desired.resources.get(ITSELF[SubjectKind.GROUP])
        name = self.kept.id_of(SubjectKind.GROUP, itself.attributes["name"]) if itself else ""
        is_same = itself and name and not list(compare_attributes(self.kept.groups[name], itself.attributes))
        return frozenset(desired.resources) if is_same else frozenset()

    def _of_set(self, desired: Desired) -> Collection[Resource]:
        """Return a set with all its parts, or nothing; its provisioning when each account has it in this form."""
        whole = ITSELF[SubjectKind.PERMISSION_SET]
        itself = desired.resources.get(whole)
        arn = self.kept.id_of(SubjectKind.PERMISSION_SET, itself.attributes["name"]) if itself else ""
        if itself is None or not arn:
            return frozenset()
        differing = [
            *compare_attributes(self.kept.sets[arn][whole], itself.attributes),
            *compare_parts(self.kept.attached(arn), parts_in(desired)),
        ]
        is_current = _PROVISIONING not in self.kept.sets[arn]
        found = {*desired.resources, _PROVISIONING} if is_current else {*desired.resources} - {_PROVISIONING}
        return frozenset() if differing else frozenset(found)

    def _is_assigned(self, resource: Resource, *, account: str) -> bool:
        if resource.kind is not ResourceKind.ASSIGNMENT:
            return False
        assignment = assignment_in(resource)
        person, group = assignment.principal.person, assignment.principal.group
        arn = self._same_sets.get(assignment.permission_set, "")
        principal = self._user(person) if person else self._group(group)
        kind = PrincipalType.USER if person else PrincipalType.GROUP
        key = AssignmentKey(account_id=account, permission_set_arn=arn, principal_id=principal, principal_type=kind)
        return bool(arn and principal) and self.kept.is_assigned(key)

    def _user(self, person: str) -> str:
        fact = self.state_of(Subject(SubjectKind.PERSON, person)).head.fact
        return self.kept.id_of(SubjectKind.PERSON, fact.user_name) if isinstance(fact, Person) else ""

    def _group(self, key: str) -> str:
        return self.kept.id_of(SubjectKind.GROUP, self._groups.get(key, ""))

    @cached_property
    def _groups(self) -> Mapping[str, str]:
        return {rule.name: rule.called for rule in self.policy.groups}

    @cached_property
    def _same_sets(self) -> Mapping[str, str]:
        """The ARNs of the sets that exist as the policy has them, by key."""
        names = {rule.name: rule.called for rule in self.policy.permission_sets}
        return {
            key: self.kept.id_of(SubjectKind.PERMISSION_SET, name)
            for key, name in names.items()
            if self._of_set(desired_for_permission_set(key, policy=self.policy))
        }
