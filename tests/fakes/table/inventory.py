"""The port Inventory in memory."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from dayone.errors import Conflicting, Throttled
from dayone.model.inventory import DriftFinding, ForeignEdit, Pass, Repair, RepairPause, Row, Section
from dayone.model.subjects import ResourceOf, Subject
from dayone.ports.records import Page
from tests.fakes.pages import page

_UNITS_OF_A_PAGE = 100


@dataclass
class MemoryEditEvents:
    """`waiting` are texts by their receipts."""

    waiting: dict[str, str] = field(default_factory=dict)

    def take(self) -> Mapping[str, str]:
        return dict(list(self.waiting.items())[:10])

    def delete(self, receipts: Iterable[str]) -> None:
        for receipt in list(receipts):
            self.waiting.pop(receipt, None)


@dataclass
class MemoryInventory:
    """`shelf` has the rows of each pass and section by unit."""

    newest: Pass | None = None
    last_complete: Pass | None = None
    shelf: dict[tuple[str, Section], dict[str, list[Row]]] = field(default_factory=dict)
    drift: dict[str, DriftFinding] = field(default_factory=dict)
    noted: dict[str, ForeignEdit] = field(default_factory=dict)
    requested: dict[Subject, datetime] = field(default_factory=dict)
    repaired: dict[ResourceOf, Repair] = field(default_factory=dict)
    last_pause: RepairPause | None = None
    # What the next readings raise.
    throttles: list[Throttled] = field(default_factory=list)
    last_events: datetime | None = None

    def current(self) -> Pass | None:
        return self.newest

    def complete(self) -> Pass | None:
        return self.last_complete

    def save(self, current: Pass) -> Pass:
        if current.revision != (self.newest.revision if self.newest else 0):
            raise Conflicting("another run has gone on")
        self.newest = replace(current, revision=current.revision + 1)
        if self.newest.is_complete:
            self.last_complete = self.newest
        return self.newest

    def keep(self, current: Pass, section: Section, *, unit: str, rows: Sequence[Row]) -> None:
        self.shelf.setdefault((current.id, section), {})[unit] = list(rows)

    def rows(self, current: Pass, section: Section, *, after: str = "") -> Iterator[tuple[str, Sequence[Row]]]:
        units = self.shelf.get((current.id, section), {})
        return iter([(unit, units[unit]) for unit in sorted(units) if unit > after])

    def kept(self, of: Pass, section: Section, *, cursor: str) -> Page[tuple[str, Sequence[Row]]]:
        if self.throttles:
            raise self.throttles.pop()
        units = self.shelf.get((of.id, section), {})
        listed = {unit: (unit, rows) for unit, rows in units.items()}
        return page(f"{of.id} {section}", listed, cursor=cursor, limit=_UNITS_OF_A_PAGE)

    def findings(self) -> Sequence[DriftFinding]:
        return [self.drift[name] for name in sorted(self.drift)]

    def finding(self, name: str) -> DriftFinding | None:
        return self.drift.get(name)

    def listed(self, *, cursor: str, limit: int) -> Page[DriftFinding]:
        return page("drift", self.drift, cursor=cursor, limit=limit)

    def repairs(self) -> Sequence[Repair]:
        return list(self.repaired.values())

    def note_repair(self, repair: Repair) -> None:
        self.repaired[repair.target] = repair

    def pause(self) -> RepairPause | None:
        return self.last_pause

    def pause_repairs(self, pause: RepairPause) -> None:
        self.last_pause = pause

    def look_at(self, subject: Subject, *, at: datetime) -> None:
        self.requested.setdefault(subject, at)

    def looks(self) -> Sequence[Subject]:
        return sorted(self.requested)

    def looked_at(self, subject: Subject) -> None:
        self.requested.pop(subject, None)

    def events_at(self) -> datetime | None:
        return self.last_events

    def note_events(self, at: datetime) -> None:
        self.last_events = at

    def note_edit(self, edit: ForeignEdit) -> None:
        self.noted[edit.event] = edit

    def edits(self) -> Sequence[ForeignEdit]:
        return [self.noted[name] for name in sorted(self.noted)]

    def looked_at_edits(self, edits: Iterable[ForeignEdit]) -> None:
        for edit in edits:
            self.noted.pop(edit.event, None)

    def put(self, findings: Iterable[DriftFinding]) -> None:
        self.drift |= {finding.id: finding for finding in findings}

    def close(self, names: Iterable[str]) -> None:
        for name in names:
            self.drift.pop(name, None)
