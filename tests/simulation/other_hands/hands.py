"""Humans who edit Identity Center by hand, whatever Day One has made there, and what there is by AWS's ids."""

from collections.abc import Iterable, Iterator
from random import Random
from typing import TYPE_CHECKING

from dayone.model.accounts import AccountState
from dayone.ports.identity_center import AssignmentKey, PrincipalType
from tests.fakes.sso.directory import MemoryDirectory
from tests.fakes.sso.identity_center import MemoryIdentityCenter, StoredSet
from tests.fakes.sso.permission_sets import MemoryPermissionSets
from tests.fakes.sso.set_policies import MemorySetPolicies
from tests.simulation.other_hands.drift import Contents, Key

if TYPE_CHECKING:
    from tests.simulation.simulation import Simulation

_POLICIES = ("AdministratorAccess", "SecurityAudit", "job-function/Billing")


class Hands:
    """One edit after the other, each of something that is there at that moment; `edits` are told for people."""

    def __init__(self, world: "Simulation", random: Random) -> None:
        self.edits: list[str] = []
        self._world = world
        self._center = world.aws.center
        self._random = random
        self._directory = MemoryDirectory(self._center)
        self._sets = MemoryPermissionSets(self._center)
        self._policies = MemorySetPolicies(self._center)

    def edit(self) -> None:
        """Do something, where there is something to do it to."""
        random = self._random
        users, groups = self._ours(self._center.users), self._ours(self._center.groups)
        sets = self._ours(self._center.permission_sets)
        what, among = random.choice(
            (
                *((each, groups) for each in (self._deletes_group, self._renames_group, self._describes_group)),
                *((each, users) for each in (self._renames_user, self._deletes_user)),
                *((each, groups) for each in (self._adds_member, self._removes_member, self._adds_stranger)),
                *((each, sets) for each in (self._attaches, self._detaches, self._describes_set, self._lets_stay)),
                *(
                    (each, sets)
                    for each in (self._deletes_set, self._assigns, self._takes_back, self._edits_and_provisions)
                ),
            )
        )
        if among and (name := random.choice(among)) and what(name):
            now = self._world.time.seconds
            self.edits.append(f"{now:.0f}: {what.__name__.strip('_')} {name}")

    def takes_out(self, group_id: str, user_id: str) -> bool:
        """Take somebody out of a group; return whether they were in it."""
        membership = self._directory.find_membership(group_id=group_id, user_id=user_id)
        if membership:
            self._directory.remove_member(membership)
        return membership is not None

    def _ours(self, shelf: Iterable[str]) -> list[str]:
        return sorted(name for name in shelf if name not in self._world.foreign)

    # Groups and users

    def _deletes_group(self, group: str) -> bool:
        self._directory.delete_group(group)
        return True

    def _renames_group(self, group: str) -> bool:
        stored = self._center.groups[group]
        attributes = {"name": f"{stored.name} {self._center.new_id('old')}", "description": stored.description}
        self._directory.update_group(group, attributes=attributes)
        return True

    def _describes_group(self, group: str) -> bool:
        name = self._center.groups[group].name
        self._directory.update_group(group, attributes={"name": name, "description": f"edited {name}"})
        return True

    def _renames_user(self, user: str) -> bool:
        self._directory.update_user(user, attributes={"given_name": f"Edited {self._center.new_id('name')}"})
        return True

    def _deletes_user(self, user: str) -> bool:
        self._directory.delete_user(user)
        return True

    def _adds_member(self, group: str) -> bool:
        members = {user for of, user in self._center.memberships.values() if of == group}
        if others := [user for user in self._ours(self._center.users) if user not in members]:
            self._directory.add_member(group_id=group, user_id=self._random.choice(others))
        return bool(others)

    def _adds_stranger(self, group: str) -> bool:
        name = self._center.new_id("stranger")
        attributes = {"user_name": name, "display_name": name, "given_name": "Mal", "family_name": "Lory"}
        user = self._directory.create_user(attributes).references["user_id"]
        self._directory.add_member(group_id=group, user_id=user)
        return True

    def _removes_member(self, group: str) -> bool:
        members = sorted(user for of, user in self._center.memberships.values() if of == group)
        return bool(members) and self.takes_out(group, self._random.choice(members))

    # Permission sets and assignments

    def _attaches(self, arn: str) -> bool:
        stored = self._center.permission_sets[arn]
        if free := [each for each in _POLICIES if each not in stored.managed_policies]:
            self._policies.attach_managed(arn, managed_policy=f"arn:aws:iam::aws:policy/{self._random.choice(free)}")
        return bool(free)

    def _detaches(self, arn: str) -> bool:
        attached = sorted(self._center.permission_sets[arn].managed_policies)
        if attached:
            policy = self._random.choice(attached)
            self._policies.detach_managed(arn, managed_policy=f"arn:aws:iam::aws:policy/{policy}")
        return bool(attached)

    def _describes_set(self, arn: str) -> bool:
        return self._updates(arn, description=f"edited {self._center.new_id('text')}")

    def _lets_stay(self, arn: str) -> bool:
        return self._updates(arn, session_duration=self._random.choice(("PT2H", "PT12H")))

    def _updates(self, arn: str, **attributes: str) -> bool:
        self._sets.update(arn, attributes={**self._center.permission_sets[arn].attributes, **attributes})
        return True

    def _deletes_set(self, arn: str) -> bool:
        """Delete it as AWS lets somebody do it: when it is assigned nowhere any more."""
        for key in [each for each in self._center.assignments if each.permission_set_arn == arn]:
            self._center.delete_assignment(key)
        self._sets.delete(arn)
        return True

    def _edits_and_provisions(self, arn: str) -> bool:
        """Change it, and have every account get it."""
        self._describes_set(arn)
        for account, of in list(self._center.provisioned):
            if of == arn:
                self._center.provisioned[account, arn] = self._center.permission_sets[arn].revision
        return True

    def _assigns(self, arn: str) -> bool:
        center = self._center
        kind = self._random.choice((PrincipalType.GROUP, PrincipalType.USER))
        principals = self._ours(center.groups if kind is PrincipalType.GROUP else center.users)
        accounts = self._accounts()
        if not principals or not accounts:
            return False
        account, principal = self._random.choice(accounts), self._random.choice(principals)
        key = AssignmentKey(account_id=account, permission_set_arn=arn, principal_id=principal, principal_type=kind)
        if key in center.assignments:
            return False
        center.assignments.add(key)
        center.provisioned.setdefault((account, arn), center.permission_sets[arn].revision)
        return True

    def _takes_back(self, arn: str) -> bool:
        accounts = self._accounts()
        given = [
            key
            for key in sorted(self._center.assignments, key=str)
            if key.permission_set_arn == arn and key.account_id in accounts
        ]
        if given:
            self._center.delete_assignment(self._random.choice(given))
        return bool(given)

    def _accounts(self) -> list[str]:
        """Return those in which AWS itself neither ends nor keeps anything."""
        accounts = self._world.day_one.organization.accounts
        return [name for name in sorted(accounts) if accounts[name].state is AccountState.ACTIVE]


def contents(center: MemoryIdentityCenter) -> Contents:
    """Return all that is there, each with its own attributes as text."""
    return dict(_entries(center))


def _entries(center: MemoryIdentityCenter) -> Iterator[tuple[Key, str]]:
    for user, attributes in center.users.items():
        yield Key("user", (user,)), str(sorted(attributes.items()))
    for group, stored in center.groups.items():
        yield Key("group", (group,)), f"{stored.name}: {stored.description}"
    for pair in center.memberships.values():
        yield Key("member", pair), ""
    for arn, permission_set in center.permission_sets.items():
        yield Key("set", (arn,)), f"{permission_set.name}: {sorted(permission_set.attributes.items())}"
        yield from ((Key("part", (arn, name)), text) for name, text in _attached(permission_set))
    for key in center.assignments:
        yield Key("assignment", (key.account_id, key.permission_set_arn, key.principal_id)), ""
    for (account, arn), revision in center.provisioned.items():
        is_newest = arn in center.permission_sets and revision == center.permission_sets[arn].revision
        yield Key("role", (arn, account)), "as it is" if is_newest else "as it was"


def _attached(stored: StoredSet) -> Iterator[tuple[str, str]]:
    yield from ((f"managed-policy/{policy}", "") for policy in stored.managed_policies)
    yield from ((f"customer-policy/{policy}", "") for policy in stored.customer_policies)
    if stored.inline_policy:
        yield "inline-policy", stored.inline_policy
    if stored.boundary:
        yield "boundary", stored.boundary
