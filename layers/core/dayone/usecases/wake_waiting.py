"""Wake what waits for a resource, where whoever should have done it was cut short."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import log2

from dayone.domain.operations import Operation
from dayone.domain.subject_states import SubjectState
from dayone.domain.subjects import ResourceKind, ResourceOf
from dayone.domain.vacated_names import share_a_name
from dayone.ports.operations import ParkedOperations
from dayone.ports.records import Records
from dayone.usecases.attempts import is_confirmed

# Resources that are waited for: so many are looked at by a sweep, and others by the next.
_AT_MOST = 300
_MINUTE, _HOUR = timedelta(minutes=1), timedelta(hours=1)
# Of all that is waited for, in a second: a sweep begins an eighth behind the last.
_A_WALK = 1 / 480
# A little more than the time between two sweeps.
_SWEEP = 1.1


@dataclass(frozen=True, kw_only=True)
class WakeWaiting:
    """What it needs."""

    parked: ParkedOperations
    records: Records
    clock: Callable[[], datetime]


def wake_waiting(*, ports: WakeWaiting) -> int:
    """Put one of those back into its lane that wait for what is there, gone or failed; returns for how many resources.

    Whoever tries it sees to the others behind the same resource. Whatever else may have ended a wait is found in
    growing pauses, from a minute to an hour.
    """
    woken = 0
    now = ports.clock()
    for operation in ports.parked.first_parked(limit=_AT_MOST, start=(now.timestamp() * _A_WALK) % 1):
        on, waited = operation.awaits, now - (operation.refused_since or operation.created_at)
        if on is None:
            continue
        if _is_moment(waited) or _is_over(operation, on=on, state=ports.records.subject(on.subject)):
            ports.parked.probe(operation)
            woken += 1
    return woken


def _is_over(operation: Operation, *, on: ResourceOf, state: SubjectState) -> bool:
    confirmed = state.applied.get(on.resource)
    if operation.awaits_removal:
        is_user = on.resource.kind is ResourceKind.USER
        return confirmed is None or (is_user and not share_a_name(operation.attributes, confirmed.attributes))
    known = {ResourceOf(on.subject, resource): applied for resource, applied in state.applied.items()}
    return is_confirmed(on, known=known) or bool(state.head.failed_change)


def _is_moment(waited: timedelta) -> bool:
    if waited < _MINUTE:
        return False
    minutes, whole_hours = waited / _MINUTE, waited // _HOUR * _HOUR
    since = whole_hours / _MINUTE if whole_hours else 2 ** int(log2(minutes))
    return minutes - since < _SWEEP
