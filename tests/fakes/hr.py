"""The ports of HR systems in memory."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from dayone.contracts.hr.configuration import read_configuration
from dayone.contracts.hr.full_records import person_in
from dayone.domain.audit import AuditEntry
from dayone.domain.changes import Cause, Change
from dayone.domain.commands import FetchHrRecord
from dayone.domain.hr_sources import HrConfiguration, Source
from dayone.domain.subject_states import Head, Plan
from dayone.domain.subjects import Subject
from dayone.domain.tellings import telling_of
from dayone.errors import NotFound
from dayone.ports.hr import FetchedRecord, Roster
from dayone.usecases.fetch_record import Pace
from dayone.usecases.plan_changes import HrPorts
from tests.fakes.state import State
from tests.fakes.state_failed import MemoryStuck


class MemoryHrSources:
    """A text that is read as the operator's is; `text` may be changed at any time."""

    def __init__(self, text: str = "") -> None:
        self.text = text

    def configuration(self) -> HrConfiguration:
        return read_configuration(self.text, secrets="dayone/hr")


@dataclass
class MemoryHrRecords:
    """Records by their ids, as the system's API has them; `breaks` is raised instead of any answer."""

    records: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    changed_at: dict[str, datetime] = field(default_factory=dict)
    breaks: Exception | None = None
    breaks_for: dict[str, Exception] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    takes: Callable[[], None] = lambda: None

    def fetch(self, source: Source, record: str, *, now: datetime) -> FetchedRecord:
        self.asked.append(record)
        self.takes()
        if self.breaks is not None:
            raise self.breaks
        if record in self.breaks_for:
            raise self.breaks_for[record]
        if record not in self.records:
            raise NotFound("no such record")
        person = person_in(self.records[record], rules=source.mapping, at=now)
        at = self.changed_at.get(record, now)
        telling = telling_of(person.attributes, source=source.name, at=at, read_at=now, flaws=person.flaws)
        return FetchedRecord(person.id, telling, person.refused)


@dataclass
class MemoryHints:
    """Both WaitingHints and DueHints: what waits, with its time and its reason."""

    waiting: dict[tuple[str, str], tuple[datetime, FetchHrRecord, str]] = field(default_factory=dict)
    people: dict[tuple[str, str], str] = field(default_factory=dict)

    def wait(self, command: FetchHrRecord, *, until: datetime, because: str) -> None:
        self.waiting[command.subject.name, command.cause.change] = (until, command, because)

    def done(self, command: FetchHrRecord) -> None:
        self.waiting.pop((command.subject.name, command.cause.change), None)

    def due(self, *, now: datetime, limit: int) -> Sequence[FetchHrRecord]:
        found = sorted((until, key) for key, (until, _, _) in self.waiting.items() if until <= now)
        return [self.waiting[key][1] for _, key in found[:limit]]

    def know(self, source: str, record: str, *, person: str) -> None:
        self.people[source, record] = person

    def person_of(self, source: str, record: str) -> str:
        return self.people.get((source, record), "")

    def record_of(self, source: str, person: str) -> str:
        known = [record for (of, record), whose in self.people.items() if (of, whose) == (source, person)]
        return known[-1] if known else ""


@dataclass
class MemoryRosters:
    state: State
    rosters: dict[str, Roster] = field(default_factory=dict)

    def roster(self, source: str) -> Roster | None:
        return self.rosters.get(source)

    def keep(self, source: str, roster: Roster) -> None:
        self.rosters[source] = roster

    def refuse(self, cause: Cause, *, subject: Subject, because: str, audit: AuditEntry) -> None:
        if (cause.change, subject) in self.state.plans:
            return
        head = Head(subject=subject)
        self.state.plans[cause.change, subject] = Plan(cause=cause, before=head, after=head, notes=(because,))
        change = Change(cause=cause, subjects=1, planned=1, operations=1, failed=1)
        self.state.changes[cause.change] = replace(change)
        self.state.record(audit)


def no_hr_systems() -> HrPorts:
    """For what has nothing to do with HR systems but the generic one."""
    return HrPorts(
        sources=MemoryHrSources(),
        records=MemoryHrRecords(),
        waiting=MemoryHints(),
        rosters=MemoryRosters(State()),
        stuck=MemoryStuck(State()),
        pace=Pace(),
        sleep=lambda _seconds: None,
    )
