"""Calls of an inventory beside the cheapest method of reading computed apart, and what it finds of others' edits.

Everything is in memory; the calls are those that AWS would see.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from math import ceil

from benchmarks.figures.measuring import Figure, report, wants_json
from dayone.inventory.service import read_inventory
from dayone.model.operations import Applied
from dayone.model.policy.context import OffLimits
from dayone.model.subject_state import Head
from dayone.model.subjects import (
    ITSELF,
    Assignment,
    Principal,
    Resource,
    ResourceKind,
    ResourceOf,
    Subject,
    SubjectKind,
)
from dayone.ports.identity_center import AssignmentKey, AwsPrincipal, PrincipalType
from dayone.ports.records import Page
from tests.builders import NOON
from tests.fakes.sso.identity_center import MemoryIdentityCenter, StoredGroup, StoredSet
from tests.fakes.sso.inventory_reader import MemoryInventoryReader
from tests.unit.world import World

QUICK = True
_MOST = 1.2
_PAGE = 100
# Accounts, groups, permission sets, people, and groups with access in each account.
_ESTATES = ((10, 10, 5, 50, 4), (200, 30, 20, 400, 15), (1000, 100, 40, 1000, 6), (5000, 100, 60, 2000, 2))


@dataclass(frozen=True)
class Estate:
    """A company whose record is what Identity Center has."""

    world: World
    reader: "IndexedReader"


class IndexedReader(MemoryInventoryReader):
    """The same reader with its assignments by account and principal: a large estate is read in seconds."""

    def __init__(self, center: MemoryIdentityCenter) -> None:
        super().__init__(center)
        self._pairs: Mapping[tuple[str, str], list[AssignmentKey]] = defaultdict(list)
        self._principals: Mapping[str, list[AssignmentKey]] = defaultdict(list)
        self._sets_of: Mapping[str, set[str]] = defaultdict(set)
        self._users_groups: Mapping[str, list[str]] = defaultdict(list)
        for key in sorted(center.assignments, key=str):
            self._pairs[key.account_id, key.permission_set_arn].append(key)
            self._principals[key.principal_id].append(key)
            self._sets_of[key.account_id].add(key.permission_set_arn)
        for group, user in center.memberships.values():
            self._users_groups[user].append(group)
        self._members: Mapping[str, list[str]] = defaultdict(list)
        for user, groups in self._users_groups.items():
            for group in groups:
                self._members[group].append(user)

    def members(self, group_id: str, *, cursor: str) -> Page[str]:
        """See InventoryReader."""
        return self._page(sorted(self._members[group_id]), cursor)

    def sets_in(self, account: str, *, cursor: str) -> Page[str]:
        """See InventoryReader."""
        return self._page(sorted(self._sets_of[account]), cursor)

    def assignments_in(self, account: str, *, permission_set_arn: str, cursor: str) -> Page[AssignmentKey]:
        """See InventoryReader."""
        return self._page(self._pairs[account, permission_set_arn], cursor)

    def assignments_of(self, principal: AwsPrincipal, *, cursor: str) -> Page[AssignmentKey]:
        """See InventoryReader."""
        theirs = [principal.id, *self._users_groups.get(principal.id, ())]
        return self._page([key for name in theirs for key in self._principals[name]], cursor)

    def cheapest(self, *, is_delegated: bool, accounts: int) -> int:
        """Return the calls of the cheapest method, counted page by page from what there is."""
        center = self._center
        sets, groups, users = len(center.permission_sets), center.groups, center.users
        common = _pages(sets) + 7 * sets + _pages(len(groups)) + _pages(len(users))
        common += sum(_pages(len(self._members[group])) for group in groups)
        reading = sum(_pages(len(keys)) for keys in self._pairs.values())
        accounts_of = defaultdict[str, int](int)
        for _, arn in self._pairs:
            accounts_of[arn] += 1
        methods = [
            accounts + reading,
            sum(_pages(accounts_of[arn]) for arn in center.permission_sets) + reading,
        ]
        if not is_delegated:
            of_groups = sum(_pages(len(self._principals[group])) for group in groups)
            of_users = (sum(len(self._principals[of]) for of in (user, *self._users_groups[user])) for user in users)
            methods.append(of_groups + sum(map(_pages, of_users)))
        return common + min(methods)


def _pages(entries: int) -> int:
    return max(1, ceil(entries / _PAGE))


def estate(accounts: int, groups: int, sets: int, people: int, given: int, *, is_delegated: bool) -> Estate:
    """Make a company; each person is in three groups, and `given` groups have a permission set in each account."""
    world = World(off_limits=OffLimits(account="999988887777") if is_delegated else OffLimits())
    for number in range(sets):
        _record(world, SubjectKind.PERMISSION_SET, f"set-{number:03d}", "permission_set_arn")
        attributes = {"session_duration": "PT1H"}
        world.center.permission_sets[f"id-set-{number:03d}"] = StoredSet(f"set-{number:03d}", attributes)
    for number in range(groups):
        _record(world, SubjectKind.GROUP, f"group-{number:03d}", "group_id")
        world.center.groups[f"id-group-{number:03d}"] = StoredGroup(f"group-{number:03d}", "")
    for number in range(people):
        _employ(world, number, groups=groups)
    for number in range(accounts):
        for place in range(given):
            group = f"group-{(number * 7 + place) % groups:03d}"
            _give(world, f"{number:012d}", permission_set=f"set-{(number + place) % sets:03d}", group=group)
    return Estate(world, IndexedReader(world.center))


def _record(world: World, kind: SubjectKind, name: str, reference: str) -> None:
    subject = Subject(kind, name)
    attributes = {"user_name" if kind is SubjectKind.PERSON else "name": name}
    applied = Applied(resource=ITSELF[kind], attributes=attributes, references={reference: f"id-{name}"}, at=NOON)
    world.state.heads[subject] = Head(subject=subject)
    world.state.applied[ResourceOf(subject, ITSELF[kind])] = applied


def _employ(world: World, number: int, *, groups: int) -> None:
    name = f"e-{number:05d}"
    _record(world, SubjectKind.PERSON, name, "user_id")
    world.center.users[f"id-{name}"] = {"user_name": name}
    for place in range(3):
        group = f"group-{(number + place * 11) % groups:03d}"
        resource = Resource(ResourceKind.MEMBERSHIP, group)
        world.state.applied[ResourceOf(Subject(SubjectKind.PERSON, name), resource)] = Applied(
            resource=resource, at=NOON
        )
        world.center.memberships[f"{name}-{group}"] = (f"id-{group}", f"id-{name}")


def _give(world: World, account: str, *, permission_set: str, group: str) -> None:
    subject = Subject(SubjectKind.ACCOUNT, account)
    resource = Assignment(permission_set, Principal(group=group)).resource
    world.state.heads[subject] = Head(subject=subject)
    world.state.applied[ResourceOf(subject, resource)] = Applied(resource=resource, at=NOON)
    arn = f"id-{permission_set}"
    world.center.assignments.add(AssignmentKey(account_id=account, permission_set_arn=arn, principal_id=f"id-{group}"))
    world.center.provisioned[account, arn] = 1


def _read(made: Estate) -> int:
    """Read everything once, and return the calls."""
    reading = replace(made.world.reading(), reader=made.reader)
    current = read_inventory(ports=reading, longest=timedelta(days=1))
    assert current is not None
    assert current.is_complete
    return current.calls


def _calls() -> Iterator[Figure]:
    for sizes in _ESTATES:
        for is_delegated in (False, True):
            made = estate(*sizes, is_delegated=is_delegated)
            cheapest = made.reader.cheapest(is_delegated=is_delegated, accounts=sizes[0])
            place = "a delegated administrator" if is_delegated else "the management account"
            ratio = _read(made) / cheapest
            yield Figure(f"calls for {sizes[0]} accounts in {place}, over the cheapest method", ratio, _MOST)


def _edits() -> Iterator[Figure]:
    """Others edit an estate a thousand times."""
    made = estate(*_ESTATES[1], is_delegated=False)
    center, expected = made.world.center, 1000
    for key in sorted(center.assignments, key=str)[:300]:
        center.assignments.discard(key)
    for name in sorted(center.memberships)[:300]:
        del center.memberships[name]
    for number in range(400):
        key = AssignmentKey(
            account_id=f"{number % 200:012d}",
            permission_set_arn=f"id-set-{number % 20:03d}",
            principal_id=f"id-e-{number % 399:05d}",
            principal_type=PrincipalType.USER,
        )
        center.assignments.add(key)
    made = Estate(made.world, IndexedReader(center))
    _read(made)
    found = made.world.inventory.findings()
    yield Figure("edits by others that an inventory does not find, of 1,000", max(0, expected - len(found)), 0)
    yield Figure("findings beside them", max(0, len(found) - expected), 0)


def measured() -> tuple[list[Figure], list[str]]:
    """Return the figures and what was measured."""
    sizes = ", ".join(str(accounts) for accounts, *_ in _ESTATES)
    return [*_calls(), *_edits()], [f"{sizes} accounts; the cheapest method is computed from what there is"]


def main() -> None:
    """Measure, and compare with the bounds."""
    as_json = wants_json(__doc__ or "")
    figures, notes = measured()
    report(figures, notes=notes, as_json=as_json)


if __name__ == "__main__":
    main()
