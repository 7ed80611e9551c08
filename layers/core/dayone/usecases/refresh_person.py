"""Read a person from HR anew around the moment at which their access begins or ends."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from dayone.domain.changes import Cause, CauseKind, ulid_of
from dayone.domain.commands import ChangeNotification, FetchHrRecord, ReconcileSubject, RefreshPerson
from dayone.domain.life_cycle import has_access
from dayone.domain.people import Person
from dayone.domain.subject_states import Head, Presence
from dayone.domain.subjects import Subject, SubjectKind
from dayone.ports.hr import HrSources, WaitingHints
from dayone.ports.state import Inbox, PolicyInForce, Subjects
from dayone.usecases.note_echo import EchoNotes

# Records are read ahead of the moment, so that nobody waits for them then.
READ_AHEAD = timedelta(minutes=10)
# What was read since then is not read again for the moment.
_RECENT = timedelta(minutes=15)
# Whoever begins to work waits no longer for an HR system that does not answer.
_LONGEST_WAIT = timedelta(hours=1)


@dataclass(frozen=True, kw_only=True)
class RefreshPorts:
    """What refreshing needs; `reconcile` plans a person by what is recorded."""

    subjects: Subjects
    policies: PolicyInForce
    sources: HrSources
    waiting: WaitingHints
    inbox: Inbox
    clock: Callable[[], datetime]
    echoes: EchoNotes
    reconcile: Callable[[ReconcileSubject], object]


def refresh_person(command: RefreshPerson, *, ports: RefreshPorts) -> None:
    """Ask for the records of somebody who is due soon, and plan whoever is due; the same command again is harmless.

    Access does not begin before the records are read, or an hour is over. An end waits for nothing: the day that is
    known stands, and whatever HR answers then is planned as ever.
    """
    if ports.subjects.is_planned(command.subject, change=command.cause.change):
        # The first try may have died between its commit and what comes after it, and nobody is due any more.
        ports.reconcile(ReconcileSubject(subject=command.subject, cause=command.cause))
        return
    now, head = ports.clock(), ports.subjects.load(command.subject).head
    if head.due_at is None or head.due_at > now + READ_AHEAD:
        return
    requests = list(_requests(ports.echoes.with_heard(head), due_at=head.due_at, now=now, ports=ports))
    ports.inbox.put(requests)
    is_due, is_late = head.due_at <= now, now - head.due_at >= _LONGEST_WAIT
    if is_due and (is_late or not requests or not _begins(head, now=now, policies=ports.policies)):
        ports.reconcile(ReconcileSubject(subject=command.subject, cause=command.cause))


def _begins(head: Head, *, now: datetime, policies: PolicyInForce) -> bool:
    """Whether access is to begin by now that the person has not had."""
    if not isinstance(head.fact, Person) or head.has_access:
        return False
    return has_access(head.fact, cycle=policies.current().people, now=now)


def _requests(head: Head, *, due_at: datetime, now: datetime, ports: RefreshPorts) -> Iterator[FetchHrRecord]:
    """A request for each record of the person that can be asked for and was not read lately."""
    sources = ports.sources.configuration().sources
    for telling in head.tellings:
        source, read_at = sources.get(telling.source), telling.version.read_at
        is_recent = read_at is not None and now - read_at < _RECENT
        if source is None or source.api is None or is_recent or telling.presence is not Presence.PRESENT:
            continue
        if record := ports.waiting.record_of(source.name, head.subject.name):
            # The same moment asks for the same change, however often the sweep looks.
            change = ulid_of(due_at, name=f"{head.subject} is due in {source.name}")
            actor = f"hr:{source.name}"
            cause = Cause(change=change, kind=CauseKind.DUE, actor=actor, reference=str(head.subject), at=due_at)
            notification = ChangeNotification(record=record, at=now)
            subject = Subject(SubjectKind.HR_SOURCE, source.name)
            yield FetchHrRecord(subject=subject, cause=cause, notification=notification)
