"""Have planned again what has failed and is still wanted: in growing pauses, and when its obstacle has gone."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from dayone.model.changes import Cause, CauseKind, ulid_of
from dayone.model.commands import Command, planning_again
from dayone.model.failures import SWEEP, FailedWork, planned_again
from dayone.ports.failures import FailedSubjects
from dayone.ports.records import Records
from dayone.ports.store import Inbox

_WHILE_UNDER_WAY = timedelta(minutes=5)


@dataclass(frozen=True, kw_only=True)
class PlanFailedAgain:
    """What it needs."""

    failed: FailedSubjects
    records: Records
    inbox: Inbox
    clock: Callable[[], datetime]


def plan_failed_again(*, ports: PlanFailedAgain) -> int:
    """Ask for each subject whose time has come; returns how many. A subject of which nothing is left is forgotten."""
    now, count = ports.clock(), 0
    for failed in ports.failed.all():
        if failed.at > now and not _has_its_way(failed, records=ports.records):
            continue
        if ports.records.subject(failed.subject).head.outstanding:
            ports.failed.keep(replace(failed, at=now + _WHILE_UNDER_WAY))
        elif failed.is_planned:
            ports.failed.forget(failed.subject)
        else:
            # Asked for first: whoever is cut short here asks once more, which does no harm.
            ports.inbox.put([_command(failed, now=now)])
            ports.failed.keep(planned_again(failed, now=now))
            count += 1
    return count


def _has_its_way(failed: FailedWork, *, records: Records) -> bool:
    """Whether any of what it waited for in vain is in the way no more."""
    return any(obstacle.is_over(records.subject(obstacle.resource.subject).applied) for obstacle in failed.obstacles)


def _command(failed: FailedWork, *, now: datetime) -> Command:
    subject = failed.subject
    change = ulid_of(now, name=f"{subject} has failed")
    cause = Cause(change=change, kind=CauseKind.DUE, actor=SWEEP, reference="sweep", at=now)
    return planning_again(subject, cause=cause)
