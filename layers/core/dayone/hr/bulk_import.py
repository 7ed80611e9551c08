"""Import all people of a source: record those that changed, and hold removals for those missing."""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import islice

from dayone.errors import Unavailable
from dayone.hr.merge import packed, source_record, stated_end, unpacked
from dayone.model.audit import AuditEntry
from dayone.model.changes import ulid_of
from dayone.model.commands import ApplyHrRecord, ImportWorkforce
from dayone.model.hr_sources import Source
from dayone.model.subject_state import FactVersion, Presence, SourceRecord
from dayone.model.subjects import Subject, SubjectKind
from dayone.ports.hr import HrSources, Roster, Rosters
from dayone.ports.store import Changes, Inbox

_PORTION = 200

type Workforce = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True, kw_only=True)
class ImportPorts:
    """Ports of an import; a run hands over to the next after `time_to_run`."""

    sources: HrSources
    rosters: Rosters
    changes: Changes
    inbox: Inbox
    clock: Callable[[], datetime]
    time_to_run: timedelta


def import_workforce(command: ImportWorkforce, *, ports: ImportPorts) -> str:
    """Requeue everybody whose record has changed; return a summary. The same command again is harmless."""
    source = ports.sources.configuration().sources.get(command.subject.name)
    if source is None:
        raise Unavailable(f"there is no HR source {command.subject.name}: the import waits until there is again")
    people, before = unpacked(command.workforce), ports.rosters.roster(source.name)
    if not command.only_ends and (because := _why_not(people, at=command.cause.at, before=before, source=source)):
        _refuse(command, because=because, ports=ports)
        ports.inbox.put(_ends(command, people))
        return f"nothing was imported: {because}"
    snapshot = before or Roster(at=command.cause.at)
    after = _with_ends(people, before=snapshot) if command.only_ends else _roster(people, snapshot, at=command.cause.at)
    records = sorted(_records(command, people, before=snapshot, after=after), key=lambda record: record.subject.name)
    ports.changes.open(command.cause)
    if (last := _put(command, records, ports=ports)) is not None:
        if before or not command.only_ends:
            ports.rosters.keep(source.name, _with_sent(records, last=last, before=snapshot))
        ports.inbox.put([replace(command, cursor=last)])
        return "continues in the next run"
    ports.changes.expect(command.cause.change, subjects=len(records))
    if before or not command.only_ends:
        ports.rosters.keep(source.name, after)
    return f"{len(people)} people, of whom {len(records)} are planned"


def _refuse(command: ImportWorkforce, *, because: str, ports: ImportPorts) -> None:
    audit = AuditEntry(
        at=ports.clock(),
        actor=command.cause.actor,
        action="import-workforce",
        subject=str(command.subject),
        change=command.cause.change,
        outcome="refused",
        detail=because,
    )
    ports.rosters.refuse(command.cause, subject=command.subject, because=because, audit=audit)


def _why_not(people: Workforce, *, at: datetime, before: Roster | None, source: Source) -> str:
    if before is None:
        return ""
    if at < before.at:
        return f"stale: the import of {before.at.isoformat()} was taken already"
    if vanished := sorted(set(before.attributes) - _attribute_names(people) - {*source.may_omit}):
        return f"missing from this file: {', '.join(vanished)}; if that is right, list them under `may_omit`"
    count = len(people)
    most = max(source.may_shrink_by, len(before.people) * source.may_shrink // 100)
    fewer = len(before.people) - count
    return f"{count} people after {len(before.people)}: at most {most} may be gone at once" if fewer > most else ""


def _attribute_names(people: Workforce) -> set[str]:
    return {name for attributes in people.values() for name in attributes}


def _roster(people: Workforce, before: Roster, *, at: datetime) -> Roster:
    gone = {*before.people, *before.missing} - people.keys()
    digests = {person: _digest(attributes) for person, attributes in people.items()}
    return Roster(
        at=at, people=digests, missing=tuple(sorted(gone)), attributes=tuple(sorted(_attribute_names(people)))
    )


def _with_ends(ends: Workforce, *, before: Roster) -> Roster:
    """Return the last import with these ends, so that the next record of these people counts as changed."""
    return replace(before, people={**before.people, **{person: _digest(end) for person, end in ends.items()}})


def _ends(command: ImportWorkforce, people: Workforce) -> list[ImportWorkforce]:
    """Return the command for the ends stated in a refused workforce file, as a change of their own."""
    ends = {person: end for person, attributes in people.items() if (end := stated_end(attributes))}
    reference = f"{command.cause.reference}/ends"
    change = ulid_of(command.cause.at, name=f"{command.cause.actor}:{reference}")
    cause = replace(command.cause, reference=reference, change=change)
    return [replace(command, cause=cause, workforce=packed(ends), only_ends=True)] if ends else []


def _records(
    command: ImportWorkforce, people: Mapping[str, Mapping[str, str]], *, before: Roster, after: Roster
) -> Iterator[ApplyHrRecord]:
    source, at = command.subject.name, command.cause.at
    for person, attributes in people.items():
        if before.people.get(person) != after.people[person]:
            yield _record(command, person, record=source_record(attributes, source=source, at=at))
    version = FactVersion(at=at, digest=Presence.MISSING.value, read_at=at)
    for person in set(after.missing) - set(before.missing):
        gone = SourceRecord(source=source, version=version, attributes={}, presence=Presence.MISSING)
        yield _record(command, person, record=gone)


def _record(command: ImportWorkforce, person: str, *, record: SourceRecord) -> ApplyHrRecord:
    cause = replace(command.cause, reference=f"{command.cause.reference}/{person}")
    return ApplyHrRecord(subject=Subject(SubjectKind.PERSON, person), cause=cause, record=record)


def _with_sent(records: Iterable[ApplyHrRecord], *, last: str, before: Roster) -> Roster:
    """Return the last import with those sent up to `last` as not known: a newer file may come before the next run.

    What it says of them is then sent, also where that is what the last import said.
    """
    sent = {record.subject.name: "" for record in records if record.subject.name <= last}
    return replace(before, people={**before.people, **sent})


def _put(command: ImportWorkforce, records: list[ApplyHrRecord], *, ports: ImportPorts) -> str | None:
    """Put them on the inbox in their order, from behind the cursor; return where the next run is to go on, if it is."""
    until = ports.clock() + ports.time_to_run
    left = iter([record for record in records if record.subject.name > command.cursor])
    while portion := list(islice(left, _PORTION)):
        ports.inbox.put(portion)
        if ports.clock() >= until and (last := portion[-1].subject.name) != records[-1].subject.name:
            return last
    return None


def _digest(attributes: Mapping[str, str]) -> str:
    return hashlib.sha256(repr(sorted(attributes.items())).encode()).hexdigest()[:16]
