"""Inventory: read Identity Center at intervals, and keep what differs from the record."""

import json
from collections import Counter
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from dayone.errors import Conflicting, NotFound, Refused
from dayone.inventory.compare import Recorded, Snapshot
from dayone.inventory.confirmation import ConfirmingPorts, by_unit, confirmed, in_work
from dayone.inventory.edits import EditsOfOthers, follow_edits
from dayone.inventory.links import WhileRecovering, noticed
from dayone.inventory.look import look_at_subjects
from dayone.inventory.reach import Center
from dayone.inventory.read_plan import read_costs
from dayone.inventory.reading import OutOfTime, ReadingPorts, read_sections, recorded_states
from dayone.inventory.repairs import look_at_repairs
from dayone.inventory.touched import LookPorts, is_indexed
from dayone.lookups import assignment_in_row, ids_of
from dayone.messages.codec import decode, encode
from dayone.model.changes import ulid_of
from dayone.model.inventory import (
    OF_OTHERS,
    Counts,
    Deviation,
    DriftFinding,
    DriftKind,
    Pass,
    Row,
    Section,
)
from dayone.model.subjects import Resource, ResourceKind, SubjectKind, assignment_in
from dayone.ports.identity_center import Standing
from dayone.ports.inventory import Inventory, InventoryReader, InventoryView
from dayone.ports.operations import Clock
from dayone.ports.records import Page, Records, SubjectIndex
from dayone.ports.store import Company

_KINDS = (SubjectKind.PERMISSION_SET, SubjectKind.GROUP, SubjectKind.PERSON, SubjectKind.ACCOUNT)
# Nobody else reads meanwhile. It is longer than a run, because that ends between two units: an account with as many
# permission sets as AWS allows, 500, takes eight minutes while the executor has work.
LONGEST_RUN = timedelta(minutes=10)


@dataclass(frozen=True, kw_only=True)
class ReadInventory:
    """Ports of the inventory; a new pass begins after each `interval`, and as soon as a recovery has opened."""

    center: Center
    reader: InventoryReader
    inventory: Inventory
    company: Company
    index: SubjectIndex
    records: Records
    standing: Standing
    others: EditsOfOthers
    recovering: WhileRecovering
    interval: timedelta
    clock: Clock


def read_inventory(*, ports: ReadInventory, longest: timedelta) -> Pass | None:
    """Read for some time, from where the last run stopped; return the pass as it is now, None when none is due.

    Raises Unavailable when AWS or the table cannot be reached: the place is kept, and the next run goes on from there.
    """
    try:
        return _go_on(ports=ports, longest=longest)
    except OutOfTime as stopped:
        return ports.inventory.save(replace(stopped.current, run_until=None))
    except Conflicting:
        # This run was taken for one that was cut short.
        return ports.inventory.current()


def _go_on(*, ports: ReadInventory, longest: timedelta) -> Pass | None:
    now = ports.clock()
    is_delegated = ports.standing.off_limits().is_delegated
    recovering_since = ports.recovering.since()
    confirming = ConfirmingPorts(
        reader=ports.reader, index=ports.index, records=ports.records, is_idle=recovering_since is not None
    )
    looking = LookPorts(inventory=ports.inventory, company=ports.company, confirming=confirming)
    look_at_subjects(ports=looking, is_delegated=is_delegated, now=now)
    follow_edits(ports=looking, others=ports.others, now=now)
    look_at_repairs(inventory=ports.inventory, confirming=confirming, now=now)
    current = ports.inventory.current()
    if current is not None and recovering_since is not None and current.began_at <= recovering_since:
        current = _new_pass(current, now=now, ports=ports)
    elif current is None or current.finished_at is not None:
        if current is not None and now - current.began_at < ports.interval:
            return None
        current = _new_pass(current, now=now, ports=ports)
    elif current.run_until is not None and now < current.run_until:
        return current
    current = ports.inventory.save(replace(current, run_until=now + LONGEST_RUN))
    deadline = now + longest
    reading = ReadingPorts(reader=ports.reader, inventory=ports.inventory, company=ports.company, clock=ports.clock)
    current = read_sections(current, ports=reading, is_delegated=is_delegated, deadline=deadline)
    if current.section is Section.COMPARISON:
        current = _compare(current, ports=ports, is_rebuilding=recovering_since is not None)
    return _confirm(current, confirming=confirming, ports=ports, deadline=deadline)


def _new_pass(last: Pass | None, *, now: datetime, ports: ReadInventory) -> Pass:
    counts = last.counts if last is not None else _recorded_counts(ports.company)
    costs = read_costs(counts, is_delegated=ports.standing.off_limits().is_delegated)
    return Pass(
        id=ulid_of(now, name="inventory"),
        began_at=now,
        method=costs[0].method,
        costs=costs,
        counts=counts,
        is_first=ports.inventory.complete() is None,
        is_indexed=last is not None and last.is_indexed,
        revision=last.revision if last is not None else 0,
    )


def _recorded_counts(company: Company) -> Counts:
    """Return the numbers of the first pass, as far as they follow from the record."""
    numbers = dict.fromkeys(_KINDS, 0)
    pairs: set[tuple[str, str]] = set()
    memberships = assignments = 0
    for kind in _KINDS:
        for state in recorded_states(kind, company=company):
            numbers[kind] += 1
            memberships += sum(1 for resource in state.applied if resource.kind is ResourceKind.MEMBERSHIP)
            given = [assignment_in(each) for each in state.applied if each.kind is ResourceKind.ASSIGNMENT]
            assignments += len(given)
            pairs |= {(state.head.subject.name, assignment.permission_set) for assignment in given}
    return Counts(
        permission_sets=numbers[SubjectKind.PERMISSION_SET],
        groups=numbers[SubjectKind.GROUP],
        users=numbers[SubjectKind.PERSON],
        accounts=numbers[SubjectKind.ACCOUNT],
        memberships=memberships,
        pairs=len(pairs),
        assignments=assignments,
    )


def _compare(current: Pass, *, ports: ReadInventory, is_rebuilding: bool) -> Pass:
    """Keep all differences to be confirmed, by what is read to confirm them, and close findings that are none any more.

    An open finding that this pass could not see is confirmed as well.
    """
    snapshot = _snapshot(current, inventory=ports.inventory)
    states = (state for kind in _KINDS for state in recorded_states(kind, company=ports.company))
    recorded = Recorded(states={state.head.subject: state for state in states})
    found = {difference.id: difference for difference in noticed(snapshot, recorded, is_rebuilding=is_rebuilding)}
    existing = [each.difference for each in ports.inventory.findings() if each.id not in found]
    under_way = in_work(existing, index=ports.index)
    others = [each for each in existing if each.id not in under_way]
    unseen = [each for each in others if current.unread or each.kind is DriftKind.ORPHANED]
    ports.inventory.close(sorted({each.id for each in others} - {each.id for each in unseen}))
    for unit, differences in sorted(by_unit((*found.values(), *unseen)).items()):
        rows = [(json.dumps(encode(difference)),) for difference in differences]
        ports.inventory.keep(current, Section.CONFIRMATION, unit=unit, rows=rows)
    counts = replace(
        current.counts,
        accounts=len(recorded.of_kind(SubjectKind.ACCOUNT)),
        assignments=len(snapshot.assignments),
    )
    current = replace(current, counts=counts, is_indexed=is_indexed(recorded, index=ports.index))
    return ports.inventory.save(replace(current, section=Section.CONFIRMATION, after=""))


def _snapshot(current: Pass, *, inventory: Inventory) -> Snapshot:
    def rows(section: Section) -> Iterable[Row]:
        return (row for _, rows in inventory.rows(current, section) for row in rows)

    def by_id(section: Section) -> Mapping[str, Mapping[str, str]]:
        return {name: json.loads(attributes) for name, attributes in rows(section)}

    return Snapshot(
        of=current,
        sets={
            arn: {Resource.parse(resource): json.loads(attributes) for resource, attributes in parts}
            for arn, parts in inventory.rows(current, Section.PERMISSION_SETS)
        },
        groups=by_id(Section.GROUPS),
        users=by_id(Section.USERS),
        members={
            group: frozenset(row[0] for row in members)
            for group, members in inventory.rows(current, Section.MEMBERSHIPS)
        },
        assignments=frozenset(assignment_in_row(row) for row in rows(Section.ASSIGNMENTS)),
    )


def _confirm(current: Pass, *, confirming: ConfirmingPorts, ports: ReadInventory, deadline: datetime) -> Pass:
    """Confirm unit after unit; what is confirmed is a finding, and a finding that is not any more is closed."""
    existing = {finding.id for finding in ports.inventory.findings()}
    before = ports.reader.calls
    for unit, rows in ports.inventory.rows(current, Section.CONFIRMATION, after=current.after):
        differences = [decode(Deviation, json.loads(row[0])) for row in rows]
        try:
            found = confirmed(unit, differences, ports=confirming)
        except Refused as refused:
            unread = {**current.unread, f"{Section.CONFIRMATION} {unit}": str(refused)}
            current = replace(current, unread=unread, after=unit)
            continue
        ports.inventory.put(_finding(each, existing=existing, current=current, ports=ports) for each in found)
        still = {each.id for each in found}
        gone = [each for each in differences if each.id in existing and each.id not in still]
        ports.inventory.close(sorted({each.id for each in gone} - in_work(gone, index=ports.index)))
        calls, before = current.calls + ports.reader.calls - before, ports.reader.calls
        current = replace(current, after=unit, calls=calls, differences=current.differences + len(found))
        if ports.clock() >= deadline:
            raise OutOfTime(current)
    return ports.inventory.save(replace(current, finished_at=ports.clock(), run_until=None))


def drift_counts(findings: Iterable[DriftFinding]) -> Mapping[DriftKind, int]:
    """Return the number of findings of each kind that there are any of."""
    return Counter(finding.difference.kind for finding in findings)


def read_finding(name: str, *, inventory: InventoryView) -> DriftFinding:
    """Return an open finding; raise NotFound for an unknown one, and for one that is no more."""
    if finding := inventory.finding(name):
        return finding
    raise NotFound(f"there is no finding {name}: it is no more, or its id is wrong")


@dataclass(frozen=True, kw_only=True)
class ReadResource:
    """A resource as an inventory has read it, with AWS's own ids."""

    resource: Resource
    attributes: Mapping[str, str]
    ids: Mapping[str, str]


def read_resources(of: Pass, section: Section, *, cursor: str, inventory: InventoryView) -> Page[ReadResource]:
    """Return some of the resources of a section that a pass has read; raises Invalid for a cursor of another."""
    page = inventory.kept(of, section, cursor=cursor)
    found = [resource for unit, rows in page.entries for resource in _resources_in(section, unit, rows)]
    return Page(found, page.cursor)


def _resources_in(section: Section, unit: str, rows: Sequence[Row]) -> Iterator[ReadResource]:
    for row in rows:
        match section:
            case Section.PERMISSION_SETS:
                resource, attributes = Resource.parse(row[0]), json.loads(row[1])
                yield ReadResource(resource=resource, attributes=attributes, ids={"permission_set_arn": unit})
            case Section.GROUPS | Section.USERS:
                kind, name = _DIRECTORY[section]
                yield ReadResource(resource=Resource(kind), attributes=json.loads(row[1]), ids={name: row[0]})
            case Section.MEMBERSHIPS:
                ids = {"group_id": unit, "user_id": row[0]}
                yield ReadResource(resource=Resource(ResourceKind.MEMBERSHIP), attributes={}, ids=ids)
            case _:
                key = assignment_in_row(row)
                yield ReadResource(resource=Resource(ResourceKind.ASSIGNMENT), attributes={}, ids=ids_of(key))


_DIRECTORY = {Section.GROUPS: (ResourceKind.GROUP, "group_id"), Section.USERS: (ResourceKind.USER, "user_id")}


def _finding(difference: Deviation, *, existing: Container[str], current: Pass, ports: ReadInventory) -> DriftFinding:
    now = ports.clock()
    # Read anew: somebody may have decided about it meanwhile.
    if difference.id in existing and (finding := ports.inventory.finding(difference.id)):
        return replace(finding, difference=difference, seen_at=now)
    # What the first inventory finds was there before Day One looked.
    is_baseline = current.is_first and difference.kind in OF_OTHERS
    return DriftFinding(difference=difference, first_seen_at=now, seen_at=now, is_baseline=is_baseline)
