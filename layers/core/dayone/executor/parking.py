"""Park an operation that waits for a resource, and wake or end those that wait once it is there, gone or given up."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from math import log2

from dayone.errors import Unavailable
from dayone.executor.attempt import Blocked, Hopeless, Stale, is_confirmed, prepare
from dayone.executor.results import Changed, Ended, Parked, Reviewed, SetAside, Trying, refused
from dayone.executor.scheduler import is_lost_request
from dayone.model.audit import entry_of
from dayone.model.failures import Obstacle
from dayone.model.operations import Action, Operation, OperationState
from dayone.model.retry import Refusal
from dayone.model.subject_state import SubjectState
from dayone.model.subjects import ResourceKind, ResourceOf, permission_set_named
from dayone.planning.desired_people import share_a_name
from dayone.ports.operations import Finished, ParkedOperations
from dayone.ports.records import Records

_PAGE = 25
# Pages reviewed at a time; the other workers are left to runnable operations.
_SIDE_BY_SIDE = 4
# What has failed may be part of the same edit of the policy, and be planned once more a moment later.
_MAY_BE_PLANNED_YET = timedelta(seconds=10)


def superseded(operation: Operation, *, now: datetime) -> Finished:
    """Return the end of an operation replaced by a newer plan, which now owns its resource."""
    return _untouched(replace(operation, state=OperationState.SUPERSEDED, finished_at=now), now=now)


def hopeless(operation: Operation, *, reason: str, now: datetime) -> Finished:
    """Return the failure of an operation whose requirement has failed; AWS is not called."""
    done = replace(operation, state=OperationState.FAILED, failure_reason=reason, finished_at=now)
    return _untouched(done, now=now)


def _untouched(done: Operation, *, now: datetime) -> Finished:
    entry = entry_of(done, at=now)
    return Finished(operation=done, state=done.state, applied=None, untouched=True, audit=entry, at=now)


def blocked_report(operation: Operation, blocked: Blocked, *, ports: Trying) -> Ended | Parked | Changed:
    """Return the failure of an operation that waits in vain; else park it until the awaited resource changes."""
    now = ports.clock()
    if blocked.on is None:
        return _before_its_plan(operation, blocked, ports=ports)
    if _may_be_under_way(operation, now=now, ports=ports):
        return Parked(operation)
    waiting = refused(replace(operation, is_parked=True), Refusal.BLOCKED, now=now)
    if blocked.what != operation.waiting_for:
        waiting = replace(waiting, waiting_for=blocked.what, refused_since=now)
    waited = now - (waiting.refused_since or now)
    if why := _in_vain(blocked.on, blocked, waited=waited, ports=ports):
        verb = "still there" if blocked.is_in_the_way else "not there"
        reason = f"it waits for {blocked.what}: {blocked.on} is {verb}, and {why}"
        obstacle = Obstacle(resource=blocked.on, is_in_the_way=blocked.is_in_the_way)
        operation = not_behind(operation, ports=ports)
        return Ended(replace(hopeless(operation, reason=reason, now=now), obstacle=obstacle))
    waiting = replace(waiting, awaits=blocked.on)
    if waiting != operation and not ports.queue.park([waiting]):
        return Changed(operation)
    # Hardly anything waits for what is held; what others make is there in a moment.
    may_be_held = blocked.is_in_the_way or waited >= _MAY_BE_PLANNED_YET
    holder = ports.queue.held_by(blocked.on) if may_be_held else waiting.held_by
    return Parked(waiting if holder == waiting.held_by else ports.queue.hold_behind(waiting, change=holder))


def not_behind(operation: Operation, *, ports: Trying) -> Operation:
    """Return the operation, noted as waiting for nothing that is held."""
    return ports.queue.hold_behind(operation, change="") if operation.held_by else operation


def _before_its_plan(operation: Operation, blocked: Blocked, *, ports: Trying) -> Ended | Parked:
    now, reason = ports.clock(), f"it waits for {blocked.what}"
    if now - operation.created_at >= ports.budgets.blocked:
        # No planner lives as long as that: its plan will never be committed.
        return Ended(superseded(operation, now=now))
    if operation.failure_reason != reason:
        operation = replace(refused(operation, Refusal.BLOCKED, now=now), failure_reason=reason)
        ports.queue.note_refusal(operation, because=reason)
    return Parked(operation)


def _in_vain(on: ResourceOf, blocked: Blocked, *, waited: timedelta, ports: Trying) -> str:
    """Return the reason why nothing will resolve the block; empty while something may."""
    if waited < _MAY_BE_PLANNED_YET:
        return ""
    if not blocked.is_in_the_way and (became := ports.queue.given_up(on)):
        return f"that {became}"
    is_over = waited >= ports.budgets.blocked and ports.queue.is_at_rest(on.subject)
    return "nothing under way changes that" if is_over else ""


def _may_be_under_way(operation: Operation, *, now: datetime, ports: Trying) -> bool:
    # Each run is to know of it, so that nothing else is begun in its place.
    at = operation.attempted_at
    return is_lost_request(operation) and at is not None and now - at < ports.budgets.lost_request


@dataclass
class Waiting:
    """Schedule of reviews of parked operations: for each resource, when to review its operations.

    `reviews` are times, with the position to continue at, by resource; `in_vain` are ends of operations that waited in
    vain.
    """

    has_any: bool = False
    reviews: dict[ResourceOf, tuple[datetime, str]] = field(default_factory=dict)
    in_vain: list[Finished] = field(default_factory=list)
    _settled_at: dict[ResourceOf, datetime] = field(default_factory=dict)
    _reviewing: int = 0

    def expect(self, parked: Iterable[Operation], *, now: datetime) -> None:
        """Schedule a review of parked operations: the awaited resource may have failed before they were parked."""
        for operation in parked:
            if operation.is_parked and operation.awaits is not None:
                self.has_any = True
                self._settled_at[operation.awaits] = at = now + _MAY_BE_PLANNED_YET
                self.look_at(operation.awaits, at=at)

    def has_ended(self, operation: Operation, *, now: datetime) -> None:
        """Schedule a review of operations that wait for a finished one's resource. None waits for an assignment."""
        if (operation.action, operation.resource.kind) != (Action.CREATE, ResourceKind.ASSIGNMENT):
            self.reviews[operation.target] = (now, "")

    def look_at(self, on: ResourceOf, *, at: datetime) -> None:
        """Look behind this resource then, or before, when that is due already."""
        self.reviews.setdefault(on, (at, ""))

    def due(self, now: datetime) -> list[tuple[ResourceOf, str]]:
        """Behind which resources to look now, and from where on."""
        due = [on for on, (at, _) in self.reviews.items() if at <= now][: max(0, _SIDE_BY_SIDE - self._reviewing)]
        self._reviewing += len(due)
        return [(on, self.reviews.pop(on)[1]) for on in due]

    def reviewed(self, report: Reviewed, *, now: datetime) -> None:
        """Note a reviewed page; schedule the next one."""
        self._reviewing -= 1
        self.in_vain.extend(report.ended)
        if report.after:
            self.reviews.setdefault(report.on, (now, report.after))
        elif (at := self._settled_at.get(report.on, now)) > now:
            # It was too early for those that have come last.
            self.look_at(report.on, at=at)


def set_aside(operations: Sequence[Operation], *, ports: Trying) -> SetAside:
    """Park operations that wait for other operations of this run, as `awaits` names them."""
    now = ports.clock()
    waiting = [_waiting(operation, on=operation.awaits) for operation in operations]
    try:
        parked = ports.queue.park([refused(operation, Refusal.BLOCKED, now=now) for operation in waiting])
    except Unavailable:
        parked = ()
    names = {operation.id for operation in parked}
    return SetAside(parked, [operation for operation in operations if operation.id not in names])


def _waiting(operation: Operation, *, on: ResourceOf | None) -> Operation:
    what = f"{on} to be confirmed" if on in operation.requires else f"{on} of the same plan"
    return replace(operation, is_parked=True, waiting_for=what)


def review_waiting(on: ResourceOf, *, after: str, ports: Trying) -> Reviewed:
    """One page of those that wait for this resource: wake what can run, end what waits in vain, leave the rest."""
    try:
        page, after = ports.queue.parked(on, after=after, limit=_PAGE)
        # The mark of being provisioned counts only for the set as it is.
        is_there = is_confirmed(on, recorded=ports.queue.applied([on, permission_set_named(on.subject.name)]))
        if not page or not (is_there or _may_have_changed(page, on=on, ports=ports)):
            return Reviewed(on=on)
        # An operation that waits for a resource to exist is checked again when it is attempted.
        looked_at = [
            _looked_at(operation, on=on, ports=ports)
            for operation in page
            if not (is_there and on in operation.requires)
        ]
        ended = [end for end in looked_at if isinstance(end, Finished)]
        kept = {end.operation.id for end in ended} | {entry.id for entry in looked_at if isinstance(entry, Operation)}
        woken = [operation for operation in page if operation.id not in kept]
        ports.queue.unpark(woken)
    except Unavailable:
        # The sweep sees to them.
        return Reviewed(on=on)
    woken = [replace(operation, is_parked=False, awaits=None, waiting_for="", held_by="") for operation in woken]
    return Reviewed(on=on, ended=ended, woken=woken, after=after)


def _looked_at(operation: Operation, *, on: ResourceOf, ports: Trying) -> Finished | Operation | None:
    """Its end, or itself where it still waits for this, or None where it does not."""
    match prepare(operation, queue=ports.queue):
        case Stale():
            return superseded(not_behind(operation, ports=ports), now=ports.clock())
        case Hopeless(reason):
            return hopeless(not_behind(operation, ports=ports), reason=reason, now=ports.clock())
        case Blocked() as blocked if blocked.on == on:
            report = blocked_report(operation, blocked, ports=ports)
            return report.finished if isinstance(report, Ended) else operation
    return None


def _may_have_changed(page: Sequence[Operation], *, on: ResourceOf, ports: Trying) -> bool:
    """Return whether each of these operations should be reviewed, although its resource is unchanged."""
    is_of_plan = any(operation.subject == on.subject for operation in page)
    # A user that somebody waits for may go on with other names.
    is_in_the_way = any(operation.awaits_removal for operation in page)
    if is_of_plan or (is_in_the_way and (on.resource.kind is ResourceKind.USER or not ports.queue.applied([on]))):
        return True
    if ports.queue.given_up(on) or ports.queue.is_at_rest(on.subject):
        return True
    return {operation.held_by for operation in page} != {ports.queue.held_by(on)}


# Awaited resources reviewed by one sweep; the next one reviews others.
_AT_MOST = 300
_MINUTE, _HOUR = timedelta(minutes=1), timedelta(hours=1)
# Of all that is waited for, in a second: a sweep begins an eighth behind the last.
_A_WALK = 1 / 480
# A little more than the time between two sweeps.
_SWEEP = 1.1


@dataclass(frozen=True, kw_only=True)
class WakeWaiting:
    """Dependencies of the sweep over parked operations."""

    parked: ParkedOperations
    records: Records
    clock: Callable[[], datetime]


def wake_waiting(*, ports: WakeWaiting) -> int:
    """Put one of those back into its lane that wait for what is there, gone or given up; returns how many resources.

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
    is_held = bool(state.head.held_by(on.resource))
    if is_held != bool(operation.held_by) and (is_held or not state.head.outstanding):
        return True
    confirmed = state.applied.get(on.resource)
    if operation.awaits_removal:
        is_user = on.resource.kind is ResourceKind.USER
        return confirmed is None or (is_user and not share_a_name(operation.attributes, confirmed.attributes))
    applied_there = {ResourceOf(on.subject, resource): applied for resource, applied in state.applied.items()}
    return is_confirmed(on, recorded=applied_there) or bool(state.head.given_up(on.resource))


def _is_moment(waited: timedelta) -> bool:
    if waited < _MINUTE:
        return False
    minutes, whole_hours = waited / _MINUTE, waited // _HOUR * _HOUR
    since = whole_hours / _MINUTE if whole_hours else 2 ** int(log2(minutes))
    return minutes - since < _SWEEP
