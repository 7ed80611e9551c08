"""Members and assignments of what exists: as AWS answers now, within a budget, or as an inventory has read them."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Protocol

from dayone.lookups import assignment_in_row
from dayone.model.inventory import FRESH_FOR, OF_RESOURCES, Pass, Row, Section
from dayone.model.subjects import ITSELF, REFERENCE, Resource, ResourceKind, SubjectKind
from dayone.ports.identity_center import (
    AssignmentKey,
    AwsPrincipal,
    ExistingResource,
    ExistingUse,
    LiveAccess,
    PrincipalType,
)
from dayone.ports.inventory import InventoryView
from dayone.ports.operations import Clock
from dayone.ports.records import Page

if TYPE_CHECKING:
    from dayone.planning.desired_access import EvaluatedAccess

# A reader of many names asks once which inventory is the last.
_KNOWN_FOR = timedelta(seconds=10)
_SET = ITSELF[SubjectKind.PERMISSION_SET]
_PAGE = 100

type _Attributes = Mapping[str, str]


@dataclass(kw_only=True)
class ReadBudget:
    """Budget of calls, and its deadline."""

    remaining: int
    until: datetime


class OutOfReads(Exception):
    """The reads are used up, or their time is."""


class Use(Protocol):
    """Members and assignments of what exists, with the names of what they are of, now or as an inventory has them."""

    def members(self, group_id: str) -> Iterator[str]:
        """Yield the ids of the users in a group."""

    def of_group(self, group_id: str) -> Iterator[AssignmentKey]:
        """Yield the assignments of a group."""

    def of_set(self, arn: str) -> Iterator[AssignmentKey]:
        """Yield the assignments of a permission set."""

    def principal_name(self, principal: AwsPrincipal) -> str:
        """Return the name of a group or a user in Identity Center, empty when it does not exist."""

    def set_name(self, arn: str) -> str:
        """Return the name of a permission set."""


@dataclass(kw_only=True)
class LiveUse:
    """Members and assignments as AWS answers now; raises OutOfReads."""

    use: ExistingUse
    live: LiveAccess
    reads: ReadBudget
    clock: Clock
    _names: dict[AwsPrincipal, str] = field(default_factory=dict)
    _sets: dict[str, str] = field(default_factory=dict)

    def read[T](self, call: Callable[[], T], *, calls: int = 1) -> T:
        """Make these calls if so many are left."""
        if self.reads.remaining < calls or self.clock() > self.reads.until:
            raise OutOfReads
        self.reads.remaining -= calls
        return call()

    def _pages[T](self, page: Callable[[str], Page[T]]) -> Iterator[T]:
        """All entries of a list that is read page by page from a cursor."""
        cursor = ""
        while True:
            found = self.read(lambda at=cursor: page(at))  # type: ignore[misc]
            yield from found.entries
            if not (cursor := found.cursor):
                return

    def members(self, group_id: str) -> Iterator[str]:
        """See Use."""
        return self._pages(lambda at: self.use.members(group_id, cursor=at, limit=_PAGE))

    def of_group(self, group_id: str) -> Iterator[AssignmentKey]:
        """See Use."""
        group = AwsPrincipal(kind=PrincipalType.GROUP, id=group_id)
        return self._pages(lambda at: self.live.of_principal(group, account="", cursor=at, limit=_PAGE))

    def of_set(self, arn: str) -> Iterator[AssignmentKey]:
        """See Use."""
        for account in self._pages(lambda at: self.use.accounts(arn, cursor=at, limit=_PAGE)):
            yield from self._pages(
                lambda at, of=account: self.live.in_account(of, permission_set_arn=arn, cursor=at, limit=_PAGE)  # type: ignore[misc]
            )

    def principal_name(self, principal: AwsPrincipal) -> str:
        """See Use."""
        if principal not in self._names:
            self._names[principal] = self.read(lambda: self.live.principal_name(principal))
        return self._names[principal]

    def set_name(self, arn: str) -> str:
        """See Use."""
        if arn not in self._sets:
            self._sets[arn] = self.read(lambda: self.live.permission_set_name(arn))
        return self._sets[arn]


@dataclass(frozen=True, kw_only=True)
class KeptUse:
    """Everything that a pass has read, by AWS's ids; assignments by the permission set and by the group."""

    of: Pass
    sets: dict[str, dict[Resource, _Attributes]] = field(default_factory=dict)
    groups: dict[str, _Attributes] = field(default_factory=dict)
    users: dict[str, _Attributes] = field(default_factory=dict)
    _members: dict[str, list[str]] = field(default_factory=dict)
    _assignments: dict[str, list[AssignmentKey]] = field(default_factory=dict)
    # Made of these once everything is loaded.
    _ids: dict[SubjectKind, dict[str, str]] = field(default_factory=dict)
    _member_sets: dict[str, frozenset[str]] = field(default_factory=dict)
    _keys: set[AssignmentKey] = field(default_factory=set)

    def add(self, section: Section, unit: str, rows: Sequence[Row]) -> None:
        """Take in the rows of a unit, or some of them."""
        match section:
            case Section.PERMISSION_SETS:
                parts = {Resource.parse(resource): json.loads(attributes) for resource, attributes in rows}
                self.sets.setdefault(unit, {}).update(parts)
            case Section.GROUPS | Section.USERS:
                found = self.groups if section is Section.GROUPS else self.users
                found |= {name: json.loads(attributes) for name, attributes in rows}
            case Section.MEMBERSHIPS:
                self._members.setdefault(unit, []).extend(user for (user,) in rows)
            case _:
                for key in map(assignment_in_row, rows):
                    self._assignments.setdefault(key.permission_set_arn, []).append(key)
                    if key.principal_type is PrincipalType.GROUP:
                        self._assignments.setdefault(key.principal_id, []).append(key)

    def has_read(self, name: str) -> bool:
        """Return whether a group or permission set existed."""
        return name in self.groups or name in self.sets

    def attached(self, arn: str) -> Mapping[Resource, _Attributes]:
        """Return what is attached to a permission set."""
        beside = (_SET, Resource(ResourceKind.PROVISIONING))
        return {part: attributes for part, attributes in self.sets.get(arn, {}).items() if part not in beside}

    def members(self, group_id: str) -> Iterator[str]:
        """Yield the ids of the users in a group."""
        yield from self._members.get(group_id, ())

    def of_group(self, group_id: str) -> Iterator[AssignmentKey]:
        """Yield the assignments of a group."""
        yield from self._assignments.get(group_id, ())

    def of_set(self, arn: str) -> Iterator[AssignmentKey]:
        """Yield the assignments of a permission set."""
        yield from self._assignments.get(arn, ())

    def principal_name(self, principal: AwsPrincipal) -> str:
        """Return the name of a group or a user, empty when it does not exist."""
        if principal.kind is PrincipalType.USER:
            return self.users.get(principal.id, {}).get("user_name", "")
        return self.groups.get(principal.id, {}).get("name", "")

    def set_name(self, arn: str) -> str:
        """Return the name of a permission set, empty when it does not exist."""
        return self.sets.get(arn, {}).get(_SET, {}).get("name", "")

    def find(self, kind: SubjectKind, *, attributes: _Attributes) -> ExistingResource | None:
        """Return the resource with the name desired for a person's user, a group or a permission set."""
        name = self.id_of(kind, attributes["user_name" if kind is SubjectKind.PERSON else "name"])
        existing = dict(self._all(kind))[name] if name else {}
        return ExistingResource(references={REFERENCE[kind]: name}, attributes=existing) if name else None

    def id_of(self, kind: SubjectKind, name: str) -> str:
        """Return AWS's id of a user, a group or a permission set by its name, empty where there was none."""
        if not self._ids:
            for each in REFERENCE:
                word = "user_name" if each is SubjectKind.PERSON else "name"
                found = ((existing.get(word, ""), resource) for resource, existing in self._all(each))
                self._ids[each] = {called.casefold(): resource for called, resource in found if called}
        return self._ids[kind].get(name.casefold(), "")

    def members_of(self, group_id: str) -> frozenset[str]:
        """Return the ids of all users in a group."""
        if group_id not in self._member_sets:
            self._member_sets[group_id] = frozenset(self._members.get(group_id, ()))
        return self._member_sets[group_id]

    def is_assigned(self, key: AssignmentKey) -> bool:
        """Return whether an assignment existed."""
        if not self._keys:
            self._keys.update(key for keys in self._assignments.values() for key in keys)
        return key in self._keys

    def _all(self, kind: SubjectKind) -> Iterator[tuple[str, _Attributes]]:
        match kind:
            case SubjectKind.PERSON:
                yield from self.users.items()
            case SubjectKind.GROUP:
                yield from self.groups.items()
            case _:
                yield from ((arn, parts.get(_SET, {})) for arn, parts in self.sets.items())


class KeptInventory:
    """The last complete inventory, loaded once when it is asked for."""

    def __init__(self, view: InventoryView) -> None:
        self.view = view
        self._kept: KeptUse | None = None
        # Shared by the comparisons with it.
        self.evaluated: EvaluatedAccess | None = None
        self._complete: Pass | None = None
        self._seen_at: datetime | None = None
        # What is left to be loaded: sections, each with its place.
        self._places: list[tuple[Section, str]] = []

    def read(self, *, now: datetime, check: Callable[[], None]) -> KeptUse | None:
        """Return what was read, None if that is not recent.

        `check` is called before each page, and may raise: the next call goes on from there.
        """
        complete = self.complete(now)
        if complete is None or now >= complete.began_at + FRESH_FOR:
            return None
        if self._kept is None or self._kept.of.id != complete.id:
            self._kept, self._places = KeptUse(of=complete), [(section, "") for section in OF_RESOURCES]
        while self._places:
            check()
            section, cursor = self._places[0]
            page = self.view.kept(complete, section, cursor=cursor)
            for unit, rows in page.entries:
                self._kept.add(section, unit, rows)
            self._places[:1] = [(section, page.cursor)] if page.cursor else []
        return self._kept

    def complete(self, now: datetime) -> Pass | None:
        """Return the last complete pass, as it was within the last seconds."""
        if self._complete is None or self._seen_at is None or now - self._seen_at > _KNOWN_FOR:
            self._complete, self._seen_at = self.view.complete(), now
        return self._complete
