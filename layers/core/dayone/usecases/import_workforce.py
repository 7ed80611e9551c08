"""Take in everybody that a source knows: tell of whoever has changed, and hold what belongs to whoever is gone."""

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import islice

from dayone.contracts.hr.packed_workforce import unpacked
from dayone.domain.audit import AuditEntry
from dayone.domain.hr_sources import Source
from dayone.domain.requests import PlanRequest
from dayone.domain.subject_states import FactVersion, Presence, Telling
from dayone.domain.subjects import Subject, SubjectKind
from dayone.domain.tellings import telling_of
from dayone.errors import Unavailable
from dayone.ports.hr import HrSources, Roster, Rosters
from dayone.ports.state import Changes, Inbox

_PORTION = 200


@dataclass(frozen=True, kw_only=True)
class ImportWorkforce:
    """What importing needs; a run hands on to the next after `time_to_run`."""

    sources: HrSources
    rosters: Rosters
    changes: Changes
    inbox: Inbox
    clock: Callable[[], datetime]
    time_to_run: timedelta


def import_workforce(request: PlanRequest, *, ports: ImportWorkforce) -> str:
    """Ask for everybody who has changed to be looked at; says what came of it. The same request again is harmless."""
    source = ports.sources.configuration().sources.get(request.subject.name)
    if source is None:
        raise Unavailable(f"there is no HR source {request.subject.name}: the import waits until there is again")
    people, before = unpacked(request.workforce), ports.rosters.roster(source.name)
    if because := _why_not(len(people), at=request.cause.at, before=before, source=source):
        audit = _entry(request, detail=because, now=ports.clock())
        ports.rosters.refuse(request.cause, subject=request.subject, because=because, audit=audit)
        return f"nothing was imported: {because}"
    known = before or Roster(at=request.cause.at)
    after = _roster(people, known=known, at=request.cause.at)
    requests = sorted(_requests(request, people, known=known, after=after), key=lambda one: one.subject.name)
    ports.changes.open(request.cause)
    if not _put(request, requests, ports=ports):
        return "goes on in the next run"
    ports.changes.expect(request.cause.change, subjects=len(requests))
    ports.rosters.keep(source.name, after)
    return f"{len(people)} people, of whom {len(requests)} are looked at"


def _why_not(count: int, *, at: datetime, before: Roster | None, source: Source) -> str:
    if before is None:
        return ""
    if at < before.at:
        return f"stale: the import of {before.at.isoformat()} was taken already"
    most = max(source.may_shrink_by, len(before.people) * source.may_shrink // 100)
    fewer = len(before.people) - count
    return f"{count} people after {len(before.people)}: at most {most} may be gone at once" if fewer > most else ""


def _roster(people: Mapping[str, Mapping[str, str]], *, known: Roster, at: datetime) -> Roster:
    gone = {*known.people, *known.missing} - people.keys()
    return Roster(at=at, people={one: _digest(said) for one, said in people.items()}, missing=tuple(sorted(gone)))


def _requests(
    request: PlanRequest, people: Mapping[str, Mapping[str, str]], *, known: Roster, after: Roster
) -> Iterator[PlanRequest]:
    source, at = request.subject.name, request.cause.at
    for person, said in people.items():
        if known.people.get(person) != after.people[person]:
            yield _request(request, person, telling=telling_of(said, source=source, at=at))
    version = FactVersion(at=at, digest=Presence.MISSING.value, read_at=at)
    for person in set(after.missing) - set(known.missing):
        gone = Telling(source=source, version=version, attributes={}, presence=Presence.MISSING)
        yield _request(request, person, telling=gone)


def _request(request: PlanRequest, person: str, *, telling: Telling) -> PlanRequest:
    cause = replace(request.cause, reference=f"{request.cause.reference}/{person}")
    return PlanRequest(subject=Subject(SubjectKind.PERSON, person), cause=cause, telling=telling)


def _put(request: PlanRequest, requests: list[PlanRequest], *, ports: ImportWorkforce) -> bool:
    """Put them on the inbox in their order, from behind the cursor; False when the next run has to go on."""
    until = ports.clock() + ports.time_to_run
    left = iter([one for one in requests if one.subject.name > request.cursor])
    while portion := list(islice(left, _PORTION)):
        ports.inbox.put(portion)
        if ports.clock() >= until and (last := portion[-1].subject.name) != requests[-1].subject.name:
            ports.inbox.put([replace(request, cursor=last)])
            return False
    return True


def _digest(said: Mapping[str, str]) -> str:
    return hashlib.sha256(repr(sorted(said.items())).encode()).hexdigest()[:16]


def _entry(request: PlanRequest, *, detail: str, now: datetime) -> AuditEntry:
    return AuditEntry(
        at=now,
        actor=request.cause.actor,
        action="import-workforce",
        subject=str(request.subject),
        change=request.cause.change,
        outcome="refused",
        detail=detail,
    )
