"""Fetch the record that an event hinted at from its HR system, and again around a first and a last day."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from dayone.errors import Invalid, NotFound, Throttled, Unavailable, Unreachable
from dayone.hr.resolve_person import EchoNotes
from dayone.model.changes import Cause, CauseKind, ulid_of
from dayone.model.commands import (
    ApplyHrRecord,
    CountRefusals,
    FetchHrRecord,
    NoteRefusedRecord,
    ReconcileSubject,
    RefreshPerson,
)
from dayone.model.failures import Stuck, StuckKind
from dayone.model.hr_sources import ChangeNotification, RecordApi, Source
from dayone.model.people import Person, has_access
from dayone.model.subject_state import FactVersion, Head, Presence, SourceRecord
from dayone.model.subjects import Subject, SubjectKind
from dayone.ports.hr import FetchedRecord, HrDeliveries, HrRecords, HrSources, WaitingHints
from dayone.ports.operations import StuckNotes
from dayone.ports.store import Inbox, PolicyInForce, Subjects

# From one minute, since the sweep looks once a minute, doubling to a quarter of an hour.
_FIRST_WAIT = timedelta(minutes=1)
_LONGEST_WAIT = timedelta(minutes=15)
# Somebody has to correct the record, and doing so makes an event of its own.
_WAIT_FOR_A_PERSON = timedelta(hours=6)
# Of each minute, so that a batch of messages ends in good time however slow the system is.
_SECONDS_A_MINUTE = 20.0
_MINUTE = timedelta(minutes=1)
# How long a record that was refused is named, and how many of its mistakes.
_NOTED_FOR = timedelta(days=1)
_MOST_FINDINGS = 5
# After a pause, requests that waited behind the failed record are fetched before it.
_BEHIND_THE_OTHERS = timedelta(seconds=1)


@dataclass
class SourcePace:
    """Rate limits of one process for each source: the start of the minute, the seconds spent, the end of a pause.

    `failures` counts how often in a row the system itself has failed.
    """

    since: dict[str, datetime] = field(default_factory=dict)
    spent: dict[str, float] = field(default_factory=dict)
    until: dict[str, datetime] = field(default_factory=dict)
    failures: dict[str, int] = field(default_factory=dict)

    def may_ask_at(self, source: str, *, now: datetime) -> datetime:
        """Return `now`, or the later time at which the source may be called again."""
        if now - self.since.get(source, now - _MINUTE) >= _MINUTE:
            self.since[source], self.spent[source] = now, 0.0
        if self.spent[source] >= _SECONDS_A_MINUTE:
            return max(now, self.since[source] + _MINUTE)
        return max(now, self.until.get(source, now))

    def pause(self, source: str, error: Throttled | Unreachable, *, now: datetime) -> datetime:
        """Pause all calls to the source until the returned time: its system fails for every request."""
        failures = self.failures.get(source, 0)
        self.failures[source] = failures + 1
        self.until[source] = now + _pause(error, attempts=failures)
        return self.until[source]


@dataclass(frozen=True, kw_only=True)
class FetchPorts:
    """Ports for fetching; `pace` belongs to the process. One message group per source: no other process calls it."""

    sources: HrSources
    records: HrRecords
    waiting: WaitingHints
    stuck: StuckNotes
    inbox: Inbox
    pace: SourcePace
    clock: Callable[[], datetime]
    sleep: Callable[[float], None]


def fetch_record(command: FetchHrRecord, *, ports: FetchPorts) -> str:
    """Put a fetched record on the inbox, or postpone the request; return which, with the reason."""
    notification, now = command.notification, ports.clock()
    source = ports.sources.configuration().sources.get(command.subject.name)
    if source is None or source.api is None:
        # Whoever received the event may know of a new source a minute before us.
        because = "the source is not set up"
        return _wait(command, until=now + _doubled(notification.attempts), because=because, ports=ports)
    may_ask_at = max(notification.at + source.api.settles, ports.pace.may_ask_at(source.name, now=now))
    if may_ask_at > now:
        return _wait(command, until=may_ask_at, because="it is not to be asked yet", ports=ports)
    try:
        return _answered(command, source=source, api=source.api, ports=ports)
    except Invalid as error:
        because = f"the record is not a person: {'; '.join(error.findings) or error}"
        person = ports.waiting.person_of(source.name, notification.record) or error.person
        _note(command, about=person or f"record {notification.record} of {source.name}", because=because, ports=ports)
        return _wait(command, until=now + _WAIT_FOR_A_PERSON, because=because, ports=ports)
    except (Throttled, Unreachable) as error:
        until = ports.pace.pause(source.name, error, now=ports.clock()) + _BEHIND_THE_OTHERS
        until = max(until, ports.clock() + _pause(error, attempts=notification.attempts))
        _note(command, about="", because=str(error), ports=ports)
        return _wait(command, until=until, because=str(error), ports=ports)
    except Unavailable as error:
        # The system answers, and has failed with this record only: others are fetched as usual.
        until = ports.clock() + _doubled(notification.attempts)
        about = ports.waiting.person_of(source.name, notification.record)
        _note(command, about=about or f"record {notification.record} of {source.name}", because=str(error), ports=ports)
        return _wait(command, until=until, because=str(error), ports=ports)


def _answered(command: FetchHrRecord, *, source: Source, api: RecordApi, ports: FetchPorts) -> str:
    notification, began = command.notification, ports.clock()
    try:
        person, from_source, refused = ports.records.fetch(source, notification.record, now=began)
    except NotFound:
        person, from_source, refused = _gone(notification, source=source, read_at=began, ports=ports)
    except (Throttled, Unreachable):
        raise
    except (Invalid, Unavailable):
        ports.pace.failures.pop(source.name, None)
        raise
    else:
        ports.pace.failures.pop(source.name, None)
    finally:
        spent = (ports.clock() - began).total_seconds()
        rest = max(0.0, 1 / api.per_second - spent)
        ports.pace.spent[source.name] = ports.pace.spent.get(source.name, 0.0) + spent + rest
        ports.sleep(rest)
    if from_source.presence is Presence.PRESENT:
        ports.waiting.know(source.name, notification.record, person=person)
    subject = Subject(SubjectKind.PERSON, person)
    cause = _of_the_end(command.cause) if refused else command.cause
    ports.inbox.put([ApplyHrRecord(subject=subject, cause=cause, record=from_source)])
    if refused:
        raise Invalid("the end of the record was handed on, nothing else", findings=refused)
    if notification.attempts:
        _waits_no_more(command, subject=subject, ports=ports)
    return f"handed on to {subject}"


def note_refused_record(command: NoteRefusedRecord, *, ports: FetchPorts) -> None:
    """Note a record that was refused when it was delivered, for a day: whoever sends it may send it again."""
    now = ports.clock()
    findings = "; ".join(command.findings[:_MOST_FINDINGS])
    subject = f"{SubjectKind.PERSON}:{command.person}" if command.person else str(command.subject)
    ports.stuck.keep(
        Stuck(
            kind=StuckKind.HR_RECORD,
            subject=subject,
            since=command.cause.at,
            reason=f"{command.subject.name} sent a record that was refused: {findings}",
            source=command.subject.name,
            until=now + _NOTED_FOR,
        ),
        now=now,
    )


def count_refusals(command: CountRefusals, *, deliveries: HrDeliveries) -> None:
    """Add what a process has counted to the numbers of the day; a repeated message counts twice."""
    deliveries.refused(command.counts, at=command.cause.at)


def _note(command: FetchHrRecord, *, about: str, because: str, ports: FetchPorts) -> None:
    """Note that a record, or without `about` any record of the source, cannot be had."""
    now, source = ports.clock(), command.subject.name
    is_person = about and " " not in about
    subject = f"{SubjectKind.PERSON}:{about}" if is_person else about or str(command.subject)
    kind = StuckKind.HR_RECORD if about else StuckKind.HR_SOURCE
    # It is fetched again by then, and noted again after another failure.
    until = now + (_WAIT_FOR_A_PERSON if about else _LONGEST_WAIT) + _LONGEST_WAIT
    since, change = command.cause.at, command.cause.change
    reason = f"{source}: {because}" if about else because
    noted = Stuck(kind=kind, subject=subject, since=since, reason=reason, change=change, source=source, until=until)
    ports.stuck.keep(noted, now=now)


def _waits_no_more(command: FetchHrRecord, *, subject: Subject, ports: FetchPorts) -> None:
    ports.waiting.done(command)
    record = f"record {command.notification.record} of {command.subject.name}"
    for kind, noted in (
        (StuckKind.HR_RECORD, str(subject)),
        (StuckKind.HR_RECORD, record),
        (StuckKind.HR_SOURCE, str(command.subject)),
    ):
        ports.stuck.forget(kind, noted)


def _of_the_end(cause: Cause) -> Cause:
    """Return the cause of an end processed before its record; the corrected record leads to another change."""
    reference = f"{cause.reference}/end"
    return replace(cause, change=ulid_of(cause.at, name=f"{cause.actor}:{reference}"), reference=reference)


def _gone(notification: ChangeNotification, *, source: Source, read_at: datetime, ports: FetchPorts) -> FetchedRecord:
    presence = Presence.DELETED if notification.is_deletion else Presence.MISSING
    version = FactVersion(at=notification.at, digest=presence.value, read_at=read_at)
    person = ports.waiting.person_of(source.name, notification.record) or notification.record
    return FetchedRecord(person, SourceRecord(source=source.name, version=version, attributes={}, presence=presence))


def _wait(command: FetchHrRecord, *, until: datetime, because: str, ports: FetchPorts) -> str:
    notification = replace(command.notification, attempts=command.notification.attempts + 1)
    later = replace(command, notification=notification)
    ports.waiting.wait(later, until=until, because=because)
    return f"waits until {until.isoformat(timespec='seconds')}: {because}"


def _pause(error: Unavailable, *, attempts: int) -> timedelta:
    if isinstance(error, Throttled) and error.retry_after is not None:
        return min(timedelta(seconds=error.retry_after), _LONGEST_WAIT)
    return _doubled(attempts)


def _doubled(attempts: int) -> timedelta:
    wait: timedelta = _FIRST_WAIT * 2 ** min(attempts, 10)
    return min(wait, _LONGEST_WAIT)


# Records are read ahead of the moment, so that nobody waits for them then.
READ_AHEAD = timedelta(minutes=10)
# What was read since then is not read again for the moment.
_RECENT = timedelta(minutes=15)
# Whoever begins to work waits no longer for an HR system that does not answer.
_LONGEST_REFRESH = timedelta(hours=1)


@dataclass(frozen=True, kw_only=True)
class RefreshPorts:
    """Ports for refreshing; `reconcile` plans a person by the recorded state."""

    subjects: Subjects
    policies: PolicyInForce
    sources: HrSources
    waiting: WaitingHints
    inbox: Inbox
    clock: Callable[[], datetime]
    echoes: EchoNotes
    reconcile: Callable[[ReconcileSubject], object]


def refresh_person(command: RefreshPerson, *, ports: RefreshPorts) -> None:
    """Fetch the records of a person who is due soon, and plan a person who is due; repetition is harmless.

    Access does not begin before the records are read, or an hour is over. An end does not wait: the recorded day
    counts, and HR's later response is planned as usual.
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
    is_due, is_late = head.due_at <= now, now - head.due_at >= _LONGEST_REFRESH
    if is_due and (is_late or not requests or not _begins(head, now=now, policies=ports.policies)):
        ports.reconcile(ReconcileSubject(subject=command.subject, cause=command.cause))


def _begins(head: Head, *, now: datetime, policies: PolicyInForce) -> bool:
    """Return whether the person is due access by now that they have not had."""
    if not isinstance(head.fact, Person) or head.has_access:
        return False
    return has_access(head.fact, cycle=policies.current().people, now=now)


def _requests(head: Head, *, due_at: datetime, now: datetime, ports: RefreshPorts) -> Iterator[FetchHrRecord]:
    """Yield a request for each of the person's records that has an API and was not read recently."""
    sources = ports.sources.configuration().sources
    for from_source in head.source_records:
        source, read_at = sources.get(from_source.source), from_source.version.read_at
        is_recent = read_at is not None and now - read_at < _RECENT
        if source is None or source.api is None or is_recent or from_source.presence is not Presence.PRESENT:
            continue
        if record := ports.waiting.record_of(source.name, head.subject.name):
            # The same due time leads to the same change, however often the sweep runs.
            change = ulid_of(due_at, name=f"{head.subject} is due in {source.name}")
            actor = f"hr:{source.name}"
            cause = Cause(change=change, kind=CauseKind.DUE, actor=actor, reference=str(head.subject), at=due_at)
            notification = ChangeNotification(record=record, at=now)
            subject = Subject(SubjectKind.HR_SOURCE, source.name)
            yield FetchHrRecord(subject=subject, cause=cause, notification=notification)
