"""Read everything that Identity Center has, unit by unit, so that any run goes on where the one before it stopped."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from dayone.errors import NotFound, Refused
from dayone.inventory.read_plan import read_costs, with_counted
from dayone.model.inventory import FURTHER, Pass, ReadMethod, Row, Section
from dayone.model.subject_state import SubjectState
from dayone.model.subjects import SubjectKind
from dayone.ports.identity_center import AssignmentKey, AwsPrincipal, PrincipalType
from dayone.ports.inventory import Inventory, InventoryReader
from dayone.ports.operations import Clock
from dayone.ports.records import Page
from dayone.ports.store import Company

# How long a run reads before it keeps its place: what a crash has read again.
_KEPT_EVERY = timedelta(seconds=5)
# Reasons that are kept of one pass; further units are counted under one.
_MOST_UNREAD = 200
_AT_ONCE = 100

type _Read = Callable[[str], Sequence[Row]]


@dataclass(frozen=True, kw_only=True)
class ReadingPorts:
    """Ports of reading; a run stops at its `deadline`."""

    reader: InventoryReader
    inventory: Inventory
    company: Company
    clock: Clock


class OutOfTime(Exception):
    """The run is over before the pass is; carries the pass with its place, to be saved."""

    def __init__(self, current: Pass) -> None:
        super().__init__("the run is over")
        self.current = current


def read_sections(current: Pass, *, ports: ReadingPorts, is_delegated: bool, deadline: datetime) -> Pass:
    """Read all sections that are left, and return the pass before its comparison; raise OutOfTime at the deadline.

    A unit that AWS refuses to show, or that has gone since it was listed, is noted as unread; any other failure ends
    the run, and the next one reads that unit again.
    """
    order = list(Section)
    while order.index(current.section) < order.index(Section.COMPARISON):
        reading = _Reading(current, ports=ports, deadline=deadline)
        current = reading.read()
        if current.section is Section.MEMBERSHIPS:
            current = _cheapest(current, ports=ports, is_delegated=is_delegated)
        following = order[order.index(current.section) + 1]
        current = ports.inventory.save(replace(current, section=following, after=""))
    return current


def _cheapest(current: Pass, *, ports: ReadingPorts, is_delegated: bool) -> Pass:
    """Decide how assignments are read, now that the principals and permission sets are counted."""

    def number(section: Section) -> int:
        return sum(len(rows) for _, rows in ports.inventory.rows(current, section))

    sets = sum(1 for _ in ports.inventory.rows(current, Section.PERMISSION_SETS))
    counted = {"groups": number(Section.GROUPS), "users": number(Section.USERS)}
    counts = with_counted(current.counts, permission_sets=sets, **counted, memberships=number(Section.MEMBERSHIPS))
    costs = read_costs(counts, is_delegated=is_delegated)
    return replace(current, counts=counts, costs=costs, method=costs[0].method)


class _Reading:
    """One section of a pass, from its place on."""

    def __init__(self, current: Pass, *, ports: ReadingPorts, deadline: datetime) -> None:
        self._current = current
        self._ports = ports
        self._deadline = deadline
        self._reader = ports.reader
        self._calls = ports.reader.calls
        self._kept_at = ports.clock()
        self._has_begun_again = False

    def read(self) -> Pass:
        section = self._current.section
        if section in (Section.GROUPS, Section.USERS):
            self._read_pages(self._reader.groups if section is Section.GROUPS else self._reader.users)
        else:
            for unit, read in self._units(section):
                if unit > self._current.after:
                    self._read_unit(unit, read)
        return self._counted()

    def _units(self, section: Section) -> Iterator[tuple[str, _Read]]:
        """Yield the units of a section in their order, each with what reads it."""
        by_principal = self._current.method is ReadMethod.BY_PRINCIPAL
        if section is Section.PERMISSION_SETS:
            sets = sorted(every(self._reader.permission_sets))
            yield from ((arn, self._set) for arn in sets)
        elif section is Section.MEMBERSHIPS:
            yield from ((group, self._members) for group in sorted(self._ids(Section.GROUPS)))
        elif section is Section.PROVISIONED:
            yield from () if by_principal else self._places()
        elif by_principal:
            principals = [f"{PrincipalType.GROUP} {group}" for group in self._ids(Section.GROUPS)]
            principals += [f"{PrincipalType.USER} {user}" for user in self._ids(Section.USERS)]
            yield from ((principal, self._of_principal) for principal in sorted(principals))
        else:
            yield from self._accounts_with_sets()

    def _places(self) -> Iterator[tuple[str, _Read]]:
        if self._current.method is ReadMethod.BY_ACCOUNT:
            yield from ((account, self._sets_in) for account in sorted(recorded_accounts(self._ports.company)))
        else:
            sets = (arn for arn, _ in self._ports.inventory.rows(self._current, Section.PERMISSION_SETS))
            yield from ((arn, self._accounts_of) for arn in sets)

    def _accounts_with_sets(self) -> Iterator[tuple[str, _Read]]:
        sets_of: dict[str, list[str]] = {}
        for _, rows in self._ports.inventory.rows(self._current, Section.PROVISIONED):
            for account, arn in rows:
                sets_of.setdefault(account, []).append(arn)
        pairs = sum(map(len, sets_of.values()))
        self._current = replace(self._current, counts=replace(self._current.counts, pairs=pairs))
        for account in sorted(sets_of):
            yield account, lambda name: self._in_account(name, sets=sorted(sets_of[name]))

    def _ids(self, section: Section) -> list[str]:
        return [row[0] for _, rows in self._ports.inventory.rows(self._current, section) for row in rows]

    def _read_pages[T](self, pages: Callable[..., Page[tuple[str, Mapping[str, str]]]]) -> None:
        """Read a list whose place is AWS's own cursor; one that AWS takes no more begins the list again."""
        number, _, cursor = self._current.after.partition(" ")
        if number and not cursor:
            return
        while True:
            try:
                page = pages(cursor=cursor)
            except Refused:
                # It may be of a run long ago; once is enough.
                if not cursor or self._has_begun_again:
                    raise
                number, cursor, self._has_begun_again = "", "", True
                continue
            number = f"{int(number or 0) + 1:06d}"
            rows = [(name, json.dumps(dict(attributes))) for name, attributes in page.entries]
            self._ports.inventory.keep(self._current, self._current.section, unit=number, rows=rows)
            cursor = page.cursor
            self._go_on(f"{number} {cursor}")
            if not cursor:
                return

    def _read_unit(self, unit: str, read: _Read) -> None:
        try:
            rows = read(unit)
        except (NotFound, Refused) as refused:
            self._note_unread(unit, str(refused))
        else:
            self._ports.inventory.keep(self._current, self._current.section, unit=unit, rows=rows)
        self._go_on(unit)

    def _note_unread(self, unit: str, reason: str) -> None:
        unread = dict(self._current.unread)
        name = f"{self._current.section} {unit if len(unread) < _MOST_UNREAD else FURTHER}"
        self._current = replace(self._current, unread={**unread, name: reason})

    def _go_on(self, after: str) -> None:
        self._current = replace(self._current, after=after)
        now = self._ports.clock()
        if now >= self._deadline:
            raise OutOfTime(self._counted())
        if now - self._kept_at >= _KEPT_EVERY:
            self._current = self._ports.inventory.save(self._counted())
            self._kept_at = now

    def _counted(self) -> Pass:
        made, self._calls = self._reader.calls - self._calls, self._reader.calls
        self._current = replace(self._current, calls=self._current.calls + made)
        return self._current

    # Units

    def _set(self, arn: str) -> Sequence[Row]:
        parts = self._reader.permission_set(arn)
        return [(str(resource), json.dumps(dict(attributes))) for resource, attributes in sorted(parts.items())]

    def _members(self, group: str) -> Sequence[Row]:
        return [(user,) for user in all_members(group, self._reader)]

    def _sets_in(self, account: str) -> Sequence[Row]:
        return [(account, arn) for arn in every(lambda *, cursor: self._reader.sets_in(account, cursor=cursor))]

    def _accounts_of(self, arn: str) -> Sequence[Row]:
        return [(account, arn) for account in every(lambda *, cursor: self._reader.accounts_of(arn, cursor=cursor))]

    def _in_account(self, account: str, *, sets: Sequence[str]) -> Sequence[Row]:
        keys = [key for arn in sets for key in all_assignments_in(account, arn, self._reader)]
        return [(key.account_id, key.permission_set_arn, key.principal_type, key.principal_id) for key in keys]

    def _of_principal(self, unit: str) -> Sequence[Row]:
        kind, _, name = unit.partition(" ")
        principal = AwsPrincipal(kind=PrincipalType(kind), id=name)
        keys = every(lambda *, cursor: self._reader.assignments_of(principal, cursor=cursor))
        # Of a user, AWS lists those of their groups as well.
        return [(key.account_id, key.permission_set_arn, kind, name) for key in keys if key.principal_id == name]


def all_members(group: str, reader: InventoryReader) -> Sequence[str]:
    """Return the ids of all users in a group; raise NotFound when it does not exist."""
    return every(lambda *, cursor: reader.members(group, cursor=cursor))


def all_assignments_in(account: str, arn: str, reader: InventoryReader) -> Sequence[AssignmentKey]:
    """Return all assignments of a permission set in an account; raise NotFound when either does not exist."""
    return every(lambda *, cursor: reader.assignments_in(account, permission_set_arn=arn, cursor=cursor))


def recorded_accounts(company: Company) -> Iterator[str]:
    """Yield the ids of all recorded accounts."""
    return (state.head.subject.name for state in recorded_states(SubjectKind.ACCOUNT, company=company))


def recorded_states(kind: SubjectKind, *, company: Company) -> Iterator[SubjectState]:
    """Yield every recorded subject of a kind with its resources."""
    after = ""
    while states := company.states(kind, after=after, limit=_AT_ONCE):
        yield from states
        after = states[-1].head.subject.name


def every[T](pages: Callable[..., Page[T]]) -> list[T]:
    """Return the entries of all pages."""
    found, cursor = list[T](), ""
    while True:
        page = pages(cursor=cursor)
        found += page.entries
        if not (cursor := page.cursor):
            return found
