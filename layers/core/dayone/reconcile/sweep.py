"""Requeue due subjects, failed work and lost denials of sessions, and trigger the executor when operations wait."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache

from dayone.executor.parking import WakeWaiting, wake_waiting
from dayone.hr.configuration_approval import WatchPorts, reviews_due
from dayone.hr.fetch import READ_AHEAD
from dayone.inventory.repairs import RepairPorts, request_repairs
from dayone.lookups import planning_again
from dayone.model.changes import OPEN_FOR_LONG, Cause, CauseKind, ulid_of
from dayone.model.commands import Command, RefreshPerson, RestoreResources
from dayone.model.failures import SWEEP, FailedWork, planned_again
from dayone.model.subjects import THE_ORGANIZATION, Resource, ResourceKind, Subject, SubjectKind
from dayone.ports.hr import DueHints
from dayone.ports.operations import FailedSubjects, StuckSubjects
from dayone.ports.organizations import DeniedUsers, RevokedSessions
from dayone.ports.records import OldChanges, OpenChanges, Records
from dayone.ports.store import DueWork, Engine, Inbox
from dayone.reconcile.recovery import RecoveringPorts, attend_recovery

_ENDED_SESSIONS = Resource(ResourceKind.ENDED_SESSIONS)


@dataclass(frozen=True, kw_only=True)
class SessionsPorts:
    """Ports for finding missing revocations."""

    revoked: RevokedSessions
    denied: DeniedUsers


def missing_revocations(*, ports: SessionsPorts, now: datetime) -> Iterator[RestoreResources]:
    """Yield a request for each person missing from the policies that deny their sessions, as after an edit.

    AWS is not called while nobody's sessions are revoked. Raises NotFound when a policy does not exist.
    """
    recorded = ports.revoked.confirmed()
    if not recorded:
        return
    users = ports.denied.users()
    for person, user_id in recorded:
        if user_id not in users:
            change = ulid_of(now, name=f"{person} is missing from the policy that ends sessions")
            cause = Cause(change=change, kind=CauseKind.DRIFT, actor="dayone", reference="sweep", at=now)
            yield RestoreResources(subject=person, cause=cause, missing=(_ENDED_SESSIONS,))


_WHILE_UNDER_WAY = timedelta(minutes=5)


@dataclass(frozen=True, kw_only=True)
class PlanFailedAgain:
    """Dependencies of the sweep over failed work."""

    failed: FailedSubjects
    records: Records
    inbox: Inbox
    clock: Callable[[], datetime]


def plan_failed_again(*, ports: PlanFailedAgain) -> int:
    """Ask for each subject whose time has come; returns how many. A subject of which nothing is left is forgotten."""
    now, count = ports.clock(), 0
    # Hundreds may have failed for the same reason: what was in their way is read once.
    applied = cache(lambda subject: ports.records.subject(subject).applied)
    for failed in ports.failed.all():
        if failed.at > now and not any(each.is_over(applied(each.resource.subject)) for each in failed.obstacles):
            continue
        if ports.records.subject(failed.subject).head.outstanding:
            ports.failed.keep(replace(failed, at=now + _WHILE_UNDER_WAY))
        elif failed.is_planned:
            ports.failed.forget(failed.subject)
        else:
            # Put on the inbox first: an interrupted run puts it there again, which is harmless.
            ports.inbox.put([_again(failed, now=now)])
            ports.failed.keep(planned_again(failed, now=now))
            count += 1
    return count


def _again(failed: FailedWork, *, now: datetime) -> Command:
    subject = failed.subject
    change = ulid_of(now, name=f"{subject} has failed")
    cause = Cause(change=change, kind=CauseKind.DUE, actor=SWEEP, reference="sweep", at=now)
    return planning_again(subject, cause=cause)


_AT_MOST = 1000
_CHANGES_AT_ONCE = 100


@dataclass(frozen=True, kw_only=True)
class Unfinished:
    """Ports for unfinished work: stuck subjects, and changes that stay open."""

    stuck: StuckSubjects
    open_changes: OpenChanges


@dataclass(frozen=True, kw_only=True)
class Retention:
    """Ports for deleting changes that are over, `kept_for` after they were taken in."""

    changes: OldChanges
    kept_for: timedelta


@dataclass(frozen=True, kw_only=True)
class ReconcileAccess:
    """Ports of the sweep; `sessions` is None without a policy that revokes live sessions.

    Without a `retention`, changes are kept for ever.
    """

    due_work: DueWork
    records: Records
    hints: DueHints
    inbox: Inbox
    engine: Engine
    failed: PlanFailedAgain
    waiting: WakeWaiting
    unfinished: Unfinished
    recovering: RecoveringPorts
    hr_configuration: WatchPorts
    sessions: SessionsPorts | None
    repairs: RepairPorts
    clock: Callable[[], datetime]
    retention: Retention | None = None


@dataclass(frozen=True)
class Swept:
    """Number of subjects requeued, because they were due or had failed, and number of stuck ones."""

    due: int
    stuck: int


def reconcile_access(*, ports: ReconcileAccess) -> Swept:
    """Sweep once; what is left waits for the next sweep."""
    now = ports.clock()
    is_recovering = attend_recovery(ports=ports.recovering, records=ports.records, inbox=ports.inbox, now=now)
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
    if ports.retention:
        ports.retention.changes.sweep(before=now - ports.retention.kept_for, limit=_CHANGES_AT_ONCE)
    request_repairs(ports=ports.repairs, is_recovering=is_recovering, now=now)
    stuck = len({each.subject for each in ports.unfinished.stuck.all(now=now)})
    ports.due_work.note_sweep(now)
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
