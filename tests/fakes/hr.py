"""The ports of HR systems in memory."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from functools import cache
from typing import Any

from dayone.errors import Conflicting, NotFound
from dayone.hr.configuration_approval import ConfigurationPorts
from dayone.hr.connectors.configuration import read_configuration
from dayone.hr.connectors.full_records import person_in
from dayone.hr.fetch import SourcePace
from dayone.hr.merge import source_record
from dayone.model.audit import AuditEntry
from dayone.model.changes import Cause, Change
from dayone.model.commands import FetchHrRecord
from dayone.model.hr_sources import DEFAULT, HrConfiguration, HrVersion, HrVersions, HrVersionState, Source
from dayone.model.monitoring import RefusedDeliveries
from dayone.model.subject_state import Head, Plan
from dayone.model.subjects import Subject
from dayone.ports.hr import ConfigurationTexts, FetchedRecord, Roster
from dayone.reconcile.handler import HrPorts
from tests.fakes.table.failed import MemoryStuck
from tests.fakes.table.state import State


class MemoryHrSources:
    """A text that is read as the operator's is; `text` may be changed at any time."""

    def __init__(self, text: str = "") -> None:
        self.text = text

    def configuration(self) -> HrConfiguration:
        return read_hr(self.text)


@dataclass
class MemoryHrParameters:
    """Both texts, and who has written which: `write` is what an operator does. With `breaks` it raises that."""

    written: str = DEFAULT
    approved: str = ""
    wrote: dict[str, set[str]] = field(default_factory=dict)
    breaks: Exception | None = None

    def write(self, text: str, *, by: str) -> None:
        self.written = text
        self.wrote.setdefault(text, set()).add(by)

    def texts(self) -> ConfigurationTexts:
        if self.breaks is not None:
            raise self.breaks
        return ConfigurationTexts(self.written, self.approved)

    def authors(self, text: str) -> tuple[str, ...]:
        return tuple(sorted(self.wrote.get(text, ())))

    def approve(self, text: str) -> None:
        if self.breaks is not None:
            raise self.breaks
        self.approved = text


class MemoryHrVersions:
    def __init__(self, state: State) -> None:
        self._state = state

    def versions(self) -> HrVersions:
        return self._state.hr_versions

    def keep(self, version: HrVersion, *, before: HrVersions, audit: AuditEntry) -> None:
        if before.newest != self._state.hr_versions.newest:
            raise Conflicting("somebody else has recorded a configuration of HR systems")
        self._state.hr_versions = before.with_version(version)
        self._state.record(audit)


class MemoryHrDeliveries:
    def __init__(self, state: State) -> None:
        self._state = state

    def accepted(self, source: str, *, at: datetime) -> None:
        self._state.delivered_on.setdefault(source, set()).add(at.astimezone(UTC).date())
        self._state.delivered_at[source] = max(at, self._state.delivered_at.get(source, at))

    def refused(self, counts: Iterable[RefusedDeliveries], *, at: datetime) -> None:
        for count in counts:
            key = (at.astimezone(UTC).date(), count.source, count.reason)
            before = self._state.refused_deliveries.get(key)
            number = count.number + (before.number if before else 0)
            self._state.refused_deliveries[key] = replace(count, number=number, last_at=at)

    def last_accepted(self) -> Mapping[str, datetime]:
        return dict(self._state.delivered_at)

    def refused_on(self, day: date) -> Sequence[RefusedDeliveries]:
        return [count for (on, *_), count in sorted(self._state.refused_deliveries.items()) if on == day]

    def days(self) -> Mapping[str, frozenset[date]]:
        return {source: frozenset(days) for source, days in self._state.delivered_on.items()}


def settled_hr_configuration(state: State) -> MemoryHrParameters:
    """The default configuration, which counts and is recorded: the sweep has nothing to say of it."""
    first = HrVersion(number=1, text=DEFAULT, at=datetime(2026, 1, 1, tzinfo=UTC), state=HrVersionState.IN_FORCE)
    state.hr_versions = HrVersions(in_force=first, newest=first)
    return MemoryHrParameters(approved=DEFAULT)


@cache
def read_hr(text: str) -> HrConfiguration:
    """A configuration as the functions read it, each text once."""
    return read_configuration(text, secrets="dayone/hr")


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
        fetched = source_record(person.attributes, source=source.name, at=at, read_at=now, flaws=person.flaws)
        return FetchedRecord(person.id, fetched, person.refused)


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
        existing = [record for (of, record), whose in self.people.items() if (of, whose) == (source, person)]
        return existing[-1] if existing else ""


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


def configuration_ports(parameters: MemoryHrParameters, state: State) -> ConfigurationPorts:
    return ConfigurationPorts(parameters=parameters, log=MemoryHrVersions(state), parse=read_hr)


def no_hr_systems() -> HrPorts:
    """For what has nothing to do with HR systems but the generic one."""
    return HrPorts(
        sources=MemoryHrSources(),
        configuration=configuration_ports(MemoryHrParameters(), State()),
        records=MemoryHrRecords(),
        waiting=MemoryHints(),
        deliveries=MemoryHrDeliveries(State()),
        rosters=MemoryRosters(State()),
        stuck=MemoryStuck(State()),
        pace=SourcePace(),
        sleep=lambda _seconds: None,
    )
