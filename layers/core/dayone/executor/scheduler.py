"""Decide which call to AWS comes next, and what is recorded, from budgets, operations, results and time alone."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from dayone.executor.backlog import Backlog
from dayone.executor.in_flight import RequestKind, RequestsUnderWay, must_not_meet
from dayone.executor.rate_limits import Allowances, CallRate, InFlightLimit
from dayone.model.operations import ANSWERED_LATER, SSO_ADMIN, Lane, Operation, OperationState, quota_of
from dayone.model.subjects import ResourceKind, Subject
from dayone.ports.operations import Finished

# Between two tries of what waits for its plan to be committed, which is written right behind it.
_SOON, _LATER = timedelta(seconds=0.25), timedelta(seconds=30)


@dataclass(frozen=True, kw_only=True)
class Ask:
    """Ask AWS what has become of these, all of a kind: by one list, or, being one, by its id."""

    kind: RequestKind
    operations: tuple[Operation, ...]
    in_bulk: bool


@dataclass(frozen=True)
class Idle:
    """No operation is left, unless a running one leads to more."""


@dataclass(frozen=True)
class Start:
    """Carry this operation out."""

    operation: Operation


@dataclass(frozen=True)
class Wait:
    """No operation can run before `until`, unless a running one finishes."""

    until: datetime


Step = Start | Ask | Wait | Idle


class Schedule:
    """In-memory state of one run of the executor; losing it costs only a few calls."""

    def __init__(self, allowances: Allowances, *, now: datetime) -> None:
        self._allowances = allowances
        self._began = now
        self._paces: dict[str, CallRate] = {}
        self._windows = {
            kind: InFlightLimit(partial(allowances.of, kind))
            for kind in (ResourceKind.ASSIGNMENT, ResourceKind.PROVISIONING)
        }
        self._backlog = Backlog()
        # How many are known that have nothing to wait for but their turn, by the texts of their subjects.
        self.ready_of = self._backlog.ready_of
        self._under_way = RequestsUnderWay()
        self._running: dict[str, Operation] = {}
        self._turns: dict[str, datetime] = {}
        self._held_until: dict[Subject, datetime] = {}

    # What the runner tells

    def offer(self, operations: Iterable[Operation], *, now: datetime) -> None:
        """Add operations as they were read; those already present stay unchanged."""
        unknown = [entry for entry in operations if not self.knows(entry.id)]
        for operation in unknown:
            self._backlog.opened(operation)
        for operation in unknown:
            if operation.state is OperationState.SUBMITTED:
                self._under_way.add(operation, now=now)
            else:
                self._backlog.add(operation)

    def may_be_under_way(self, operation: Operation, *, since: datetime) -> None:
        """Reserve the place and the account of an attempt whose answer was lost: AWS may still be working on it."""
        if window := self._windows.get(operation.resource.kind):
            until = since + self._allowances.budgets.lost_request
            window.hold(until=until)
            self._held_until[operation.subject] = until

    def submitted(self, operation: Operation, *, now: datetime) -> None:
        """Note that AWS works on an operation, which now has a request id."""
        self._running.pop(operation.id, None)
        self._under_way.add(operation, now=now)

    def completed(self, over: Collection[Operation], *, now: datetime) -> None:
        """Note that AWS has finished these; until their ends are recorded they count as running."""
        self._under_way.completed(over, now=now)
        self._running.update((operation.id, operation) for operation in over)

    def unknown(self, operations: Iterable[Operation]) -> None:
        """Poll these requests by id, because AWS's list does not contain them."""
        self._under_way.ask_singly(operations)

    def ended(self, operation: Operation) -> None:
        """Note the recorded end of an operation; those waiting for its resource may be checked again."""
        self._forget(operation)
        self._backlog.over(operation)

    def blocked(self, operation: Operation, *, now: datetime) -> None:
        """Note that an operation cannot run yet and AWS was not called; unless parked, it is retried later."""
        if (turn := self._turns.get(operation.id)) is not None:
            self._pace(quota_of(operation)).give_back(turn)
        self._forget(operation)
        if operation.is_parked:
            self._backlog.over(operation)
        else:
            waited = now - operation.created_at
            self._backlog.add(operation, not_before=now + min(max(waited, _SOON), _LATER))

    def set_aside(self, lane: Lane, *, most: int) -> list[Operation]:
        """Remove the operations of a lane that wait for something that cannot run soon; they are to be parked."""
        return self._backlog.set_aside(lane, most=most)

    def postponed(self, operation: Operation, *, until: datetime) -> None:
        """Schedule an operation again after a failure that may pass."""
        self._forget(operation)
        self._backlog.add(operation, not_before=until)

    def forget(self, operation: Operation) -> None:
        """Drop an operation that has changed since it was read; the next read of the table finds it."""
        self._forget(operation)
        self._backlog.over(operation)

    def throttled(self, quota: str, *, now: datetime, retry_after: float | None) -> None:
        """AWS throttled a call; `retry_after` is in seconds."""
        self._allowances.refused(quota, now=now)
        self._pace(quota).throttled(now, retry_after=retry_after)

    def crowded(self, operation: Operation, *, now: datetime) -> None:
        """Lower the budget after AWS refused a request for too many outstanding ones of its kind."""
        kind = operation.resource.kind
        self._allowances.refused(kind, now=now, at=self._taken(kind) - 1)

    # What the schedule says

    def next(self, now: datetime) -> Step:
        """Return the next step: what to do now, or how long to wait."""
        sso_is_free = self._pace(SSO_ADMIN).free_at(now) <= now
        due = self._under_way.due(now) if sso_is_free else None
        if due is not None:
            self._pace(SSO_ADMIN).take(now)
            operations, in_bulk = self._under_way.to_ask(due, now=now)
            return Ask(kind=due, operations=tuple(operations), in_bulk=in_bulk)
        closed = set() if self._room(ResourceKind.ASSIGNMENT, now=now) else {Lane.ASSIGNMENTS}
        if not sso_is_free:
            closed |= {Lane.ASSIGNMENTS, Lane.PERMISSION_SETS}
        waiting = [quota for quota in self._backlog.quotas if self._backlog.has_any(quota)]
        is_spent = {quota: self._pace(quota).free_at(now) > now for quota in waiting}
        operation = self._backlog.choose(
            [lane for lane in Lane if lane not in closed],
            now=now,
            may_start=lambda entry: not is_spent[quota_of(entry)] and self._is_free(entry, now=now),
        )
        if operation is not None:
            self._turns[operation.id] = self._pace(quota_of(operation)).take(now)
            self._backlog.take(operation)
            self._running[operation.id] = operation
            return Start(operation)
        moment = min(self._moments(now), default=None)
        return Idle() if moment is None else Wait(moment)

    def is_hungry(self, lane: Lane, *, now: datetime) -> bool:
        """Return whether a lane needs more operations: its rate apart, none of the present ones can start."""
        if lane is Lane.ASSIGNMENTS and not self._room(ResourceKind.ASSIGNMENT, now=now):
            return False
        return (
            self._backlog.choose([lane], now=now, may_start=lambda operation: self._is_free(operation, now=now)) is None
        )

    def knows(self, operation_id: str) -> bool:
        """Return whether an operation has been added and is still open."""
        return operation_id in self._running or operation_id in self._under_way or operation_id in self._backlog

    def count(self, lane: Lane) -> int:
        """Return how many operations wait in a lane."""
        return self._backlog.count(lane)

    def _is_free(self, operation: Operation, *, now: datetime) -> bool:
        kind = operation.resource.kind
        if kind is ResourceKind.ASSIGNMENT and self._is_written_to(operation.subject, now=now):
            return False
        if kind in self._windows and not self._room(kind, now=now):
            return False
        stand_in_the_way = (must_not_meet(operation, entry) for entry in self._running.values())
        return not self._under_way.is_in_the_way_of(operation) and not any(stand_in_the_way)

    def _room(self, kind: ResourceKind, *, now: datetime) -> bool:
        return self._windows[kind].has_room(self._taken(kind), now=now)

    def _taken(self, kind: ResourceKind) -> int:
        # Finished requests no longer count at AWS, though their ends are still to be recorded.
        running = sum(
            operation.resource.kind is kind and operation.state is OperationState.PENDING
            for operation in self._running.values()
        )
        return self._under_way.count(kind) + running

    def _is_written_to(self, account: Subject, *, now: datetime) -> bool:
        # AWS updates one permission set's role at a time in an account. Source: IAM Identity Center quotas.
        running = (operation for operation in self._running.values() if operation.subject == account)
        is_held = self._held_until.get(account, now) > now
        return (
            is_held
            or self._under_way.is_in(account)
            or any(operation.state is OperationState.PENDING for operation in running)
        )

    def _moments(self, now: datetime) -> Iterable[datetime]:
        sso = self._pace(SSO_ADMIN).free_at(now)
        if (asking := self._under_way.next_moment(now)) is not None:
            yield max(asking, sso)
        yield from (moment for moment in (self._backlog.next_moment(now),) if moment is not None)
        for window in self._windows.values():
            if (room := window.next_room()) is not None and room > now:
                yield room
        for quota, pace in self._paces.items():
            free = pace.free_at(now)
            if free <= now or not self._backlog.has_any(quota):
                continue
            may_start = partial(lambda quota, entry: quota_of(entry) == quota and self._is_free(entry, now=now), quota)
            if self._backlog.choose(Lane, now=now, may_start=may_start) is not None:
                yield free

    def _pace(self, quota: str) -> CallRate:
        pace = self._paces.get(quota)
        if pace is None:
            _, most = self._allowances.budgets.range_of(quota)
            pace = self._paces[quota] = CallRate(partial(self._allowances.of, quota), most=most, now=self._began)
        return pace

    def _forget(self, operation: Operation) -> None:
        self._running.pop(operation.id, None)
        self._turns.pop(operation.id, None)
        self._under_way.remove(operation)


def is_lost_request(operation: Operation) -> bool:
    """Return whether an attempt was begun and neither its request id nor its end was recorded."""
    return (
        operation.resource.kind in ANSWERED_LATER
        and operation.state is OperationState.PENDING
        and operation.attempts > 0
    )


# How many outcomes are recorded together: fewer transactions on the same change and the same audit log.
MOST_TOGETHER = 9
# So long an outcome may wait for others that it is recorded with, where nobody waits for it.
_FOR_OTHERS = timedelta(seconds=0.5)


def outcomes_to_record(ends: Sequence[Finished], *, now: datetime, next_at: datetime | None) -> Sequence[Finished]:
    """Return what to record now, in one transaction; `next_at` is when something more may come to its end, if ever."""
    # Nothing is carried out after a membership but the end of its group.
    others = [end for end in ends if end.operation.resource.kind is ResourceKind.MEMBERSHIP]
    due = [end for end in ends if end.operation.resource.kind is not ResourceKind.MEMBERSHIP]
    no_later = others[0].at + _FOR_OTHERS if others else now
    is_worth_waiting = next_at is not None and now <= next_at < no_later and len(others) < MOST_TOGETHER
    if others and not is_worth_waiting:
        # Those of a subject at once: its counts are then written once.
        subjects = list(dict.fromkeys(end.operation.subject for end in others))
        due += sorted(others, key=lambda end: subjects.index(end.operation.subject))
    # With an adopted set goes a record of each policy that is attached to it.
    return due[: 1 if any(end.attached for end in due[:MOST_TOGETHER]) else MOST_TOGETHER]
