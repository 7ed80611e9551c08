"""Plan failed work again while it is desired: at growing intervals, and once its obstacle is resolved."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache

from dayone.model.changes import Cause, CauseKind, ulid_of
from dayone.model.commands import Command, planning_again
from dayone.model.failures import SWEEP, FailedWork, planned_again
from dayone.ports.failures import FailedSubjects
from dayone.ports.records import Records
from dayone.ports.store import Inbox

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
            ports.inbox.put([_command(failed, now=now)])
            ports.failed.keep(planned_again(failed, now=now))
            count += 1
    return count


def _command(failed: FailedWork, *, now: datetime) -> Command:
    subject = failed.subject
    change = ulid_of(now, name=f"{subject} has failed")
    cause = Cause(change=change, kind=CauseKind.DUE, actor=SWEEP, reference="sweep", at=now)
    return planning_again(subject, cause=cause)
