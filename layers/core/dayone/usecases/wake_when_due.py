"""Have somebody woken at the moment a subject comes due, instead of waiting for the next sweep to find it."""

from datetime import datetime

from dayone.domain.subject_states import Head
from dayone.errors import Unavailable
from dayone.ports.schedules import Schedules


def wake_when_due(head: Head, *, schedules: Schedules | None, now: datetime) -> None:
    """Set an alarm for the subject's next moment, if it has one that is to come; without `schedules` there is none."""
    if schedules is None or head.due_at is None or head.due_at <= now:
        return
    try:
        schedules.wake_at(head.due_at)
    except Unavailable:
        # What is due is found by the sweep a minute later, and a plan that is in force must not be made again for it.
        return
