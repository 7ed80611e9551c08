"""Requeue due subjects, and trigger the executor when operations wait unnoticed."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from dayone.executor.failed_work import PlanFailedAgain, plan_failed_again
from dayone.executor.parking import WakeWaiting, wake_waiting
from dayone.hr.configuration_approval import WatchPorts, reviews_due
from dayone.hr.fetch import READ_AHEAD
from dayone.model.changes import OPEN_FOR_LONG, Cause, CauseKind, ulid_of
from dayone.model.commands import Command, RefreshPerson, planning_again
from dayone.model.subjects import THE_ORGANIZATION, Subject, SubjectKind
from dayone.ports.failures import StuckSubjects
from dayone.ports.hr import DueHints
from dayone.ports.records import Records
from dayone.ports.store import DueWork, Engine, Inbox, OpenChanges
from dayone.reconcile.restore_sessions import SessionsPorts, missing_revocations

_AT_MOST = 1000
_CHANGES_AT_ONCE = 100


@dataclass(frozen=True, kw_only=True)
class Unfinished:
    """Ports for unfinished work: stuck subjects, and changes that stay open."""

    stuck: StuckSubjects
    open_changes: OpenChanges


@dataclass(frozen=True, kw_only=True)
class ReconcileAccess:
    """Ports of the sweep; `sessions` is None without a policy that revokes live sessions."""

    due_work: DueWork
    records: Records
    hints: DueHints
    inbox: Inbox
    engine: Engine
    failed: PlanFailedAgain
    waiting: WakeWaiting
    unfinished: Unfinished
    hr_configuration: WatchPorts
    sessions: SessionsPorts | None
    clock: Callable[[], datetime]


@dataclass(frozen=True)
class Swept:
    """Number of subjects requeued, because they were due or had failed, and number of stuck ones."""

    due: int
    stuck: int


def reconcile_access(*, ports: ReconcileAccess) -> Swept:
    """Sweep once; what is left waits for the next sweep."""
    now = ports.clock()
    due = ports.due_work.due(now=now, limit=_AT_MOST)
    if ports.records.subject(THE_ORGANIZATION).head.due_at is None:
        # There was no discovery yet: Day One has just been deployed.
        due = [*due, THE_ORGANIZATION]
    ports.inbox.put(_command(subject, now=now) for subject in dict.fromkeys([*due, *_due_soon(now=now, ports=ports)]))
    # Records that an HR system could not return.
    ports.inbox.put(ports.hints.due(now=now, limit=_AT_MOST))
    if wake_waiting(ports=ports.waiting) or ports.due_work.has_runnable():
        ports.engine.wake()
    failed = plan_failed_again(ports=ports.failed)
    ports.unfinished.open_changes.sweep(before=now - OPEN_FOR_LONG, limit=_CHANGES_AT_ONCE)
    stuck = len({each.subject for each in ports.unfinished.stuck.all(now=now)})
    # Last, because both fail when AWS cannot be reached; neither waits for the other.
    try:
        ports.inbox.put(reviews_due(ports=ports.hr_configuration, now=now))
    finally:
        if ports.sessions is not None:
            ports.inbox.put(list(missing_revocations(ports=ports.sessions, now=now)))
    return Swept(due=len(due) + failed, stuck=stuck)


def _due_soon(*, now: datetime, ports: ReconcileAccess) -> Iterator[Subject]:
    """People whose records are to be read before their moment comes."""
    soon = ports.due_work.due(now=now + READ_AHEAD, limit=_AT_MOST)
    return (subject for subject in soon if subject.kind is SubjectKind.PERSON)


def _command(subject: Subject, *, now: datetime) -> Command:
    change = ulid_of(now, name=f"{subject} is due")
    kind = CauseKind.DISCOVERY if subject == THE_ORGANIZATION else CauseKind.DUE
    cause = Cause(change=change, kind=kind, actor="dayone", reference="sweep", at=now)
    if subject.kind is SubjectKind.PERSON:
        return RefreshPerson(subject=subject, cause=cause)
    return planning_again(subject, cause=cause)
