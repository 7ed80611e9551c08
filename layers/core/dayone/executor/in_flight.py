"""Requests in progress at AWS: when to poll them, and which operations conflict with them."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from dayone.model.dependencies import ROOTS, unsettles
from dayone.model.operations import Action, Operation
from dayone.model.subjects import ResourceKind, ResourceOf, Subject


def must_not_meet(operation: Operation, other: Operation) -> bool:
    """Return whether two operations change the same resource, or one removes a resource the other depends on.

    A deletion of a group first checks whether it is in use: a membership that begins a moment later would be deleted
    with it, and stay recorded for ever. And contents must not change while AWS provisions them.
    """
    return (
        operation.target == other.target
        or _undermines(operation, other)
        or _undermines(other, operation)
        or unsettles(operation) == other.target
        or unsettles(other) == operation.target
    )


def removes_a_root(operation: Operation) -> bool:
    """Return whether it removes a resource that others depend on: a user, a group or a permission set."""
    return operation.action is Action.DELETE and operation.resource.kind in ROOTS


def _undermines(operation: Operation, other: Operation) -> bool:
    return removes_a_root(operation) and operation.target in other.requires


# Until requests have been seen to end. Source: observed 1 to 15 seconds, median 3.
_USUAL_MEAN = 3.4
_WEIGHT = 0.05
# No request is over before this part of the mean has passed.
_RIPE = 0.3
# A little longer than until the next is expected to end: a question that finds nothing out is a call for nothing.
_SPARING = 1.08
_NEVER_SOONER = timedelta(milliseconds=150)
_NEVER_LATER = timedelta(milliseconds=500)


@dataclass
class Durations:
    """Duration of AWS's requests of a kind, learned from finished ones. `mean` is in seconds."""

    mean: float = _USUAL_MEAN

    def seen(self, took: timedelta) -> None:
        """One request has ended after this long."""
        seconds = min(max(took.total_seconds(), 0.1), 60.0)
        self.mean += _WEIGHT * (seconds - self.mean)

    @property
    def ripe_after(self) -> timedelta:
        """Age at which a request may have finished."""
        return timedelta(seconds=_RIPE * self.mean)

    def ask_at(self, begun: Iterable[datetime], *, polled_at: datetime | None, now: datetime) -> datetime | None:
        """Return the time to poll requests begun at these times, last polled at `polled_at`; None when there are none.

        With many in progress, one of them finishes every moment, and each poll should find one that has.
        """
        ripe_at = sorted(moment + self.ripe_after for moment in begun)
        if not ripe_at:
            return None
        first = ripe_at[0]
        ripe = sum(moment <= now for moment in ripe_at)
        remaining = timedelta(seconds=_SPARING * (1 - _RIPE) * self.mean / max(1, ripe))
        gap = min(max(remaining, _NEVER_SOONER), _NEVER_LATER)
        return first if polled_at is None else max(first, polled_at + gap)


class RequestKind(StrEnum):
    """Kinds of requests, as AWS lists their states."""

    CREATION = "creation"
    DELETION = "deletion"
    PROVISIONING = "provisioning"


_ASK_SINGLY_AGAIN = timedelta(seconds=1)


def kind_of(operation: Operation) -> RequestKind:
    """Return the AWS list that contains a submitted operation."""
    if operation.resource.kind is ResourceKind.PROVISIONING:
        return RequestKind.PROVISIONING
    return RequestKind.DELETION if operation.action is Action.DELETE else RequestKind.CREATION


@dataclass
class _UnderWay:
    operation: Operation
    begun_at: datetime
    # True if its start was observed, so that its duration can be measured.
    is_timed: bool
    ask_singly_at: datetime | None = None


@dataclass
class _OfKind:
    durations: Durations = field(default_factory=Durations)
    polled_at: datetime | None = None


class RequestsUnderWay:
    """Submitted operations by id."""

    def __init__(self) -> None:
        self._requests: dict[str, _UnderWay] = {}
        self._kinds = {kind: _OfKind() for kind in RequestKind}
        self._accounts: dict[Subject, int] = {}
        self._targets: dict[ResourceOf, str] = {}

    def __contains__(self, operation_id: str) -> bool:
        return operation_id in self._requests

    def __bool__(self) -> bool:
        return bool(self._requests)

    def add(self, operation: Operation, *, now: datetime) -> None:
        """Add a request, from its time of submission or, without that, as if it were old."""
        ripe = now - self._kinds[kind_of(operation)].durations.ripe_after
        at = operation.submitted_at
        self._requests[operation.id] = _UnderWay(operation, begun_at=at or ripe, is_timed=at is not None)
        self._accounts[operation.subject] = self._accounts.get(operation.subject, 0) + 1
        self._targets[operation.target] = operation.id

    def remove(self, operation: Operation) -> None:
        """Remove a request that has finished or is to be repeated."""
        if self._requests.pop(operation.id, None) is None:
            return
        self._accounts[operation.subject] -= 1
        if not self._accounts[operation.subject]:
            del self._accounts[operation.subject]
        self._targets.pop(operation.target, None)

    def count(self, kind: ResourceKind) -> int:
        """Return how many requests for resources of this kind are outstanding."""
        return sum(request.operation.resource.kind is kind for request in self._requests.values())

    def is_in(self, account: Subject) -> bool:
        """Return whether one of them writes to this account."""
        return account in self._accounts

    def is_in_the_way_of(self, operation: Operation) -> bool:
        """Return whether a request changes the same resource, provisions it, or depends on a resource to be removed."""
        if operation.target in self._targets or unsettles(operation) in self._targets:
            return True
        others = self._requests.values() if removes_a_root(operation) else ()
        return any(must_not_meet(operation, other.operation) for other in others)

    def due(self, now: datetime) -> RequestKind | None:
        """Return the kind to poll now, the one longest due first."""
        moments = [(moment, kind) for kind in RequestKind if (moment := self._moment(kind, now=now)) is not None]
        due = [(moment, kind) for moment, kind in moments if moment <= now]
        return min(due)[1] if due else None

    def next_moment(self, now: datetime) -> datetime | None:
        """Return the next time to poll; None when no request is in progress."""
        moments = [moment for kind in RequestKind if (moment := self._moment(kind, now=now)) is not None]
        return min(moments, default=None)

    def to_ask(self, kind: RequestKind, *, now: datetime) -> tuple[list[Operation], bool]:
        """Those to ask about now, and whether one list is the cheaper way."""
        of_kind = self._of(kind)
        singly = [request for request in of_kind if request.ask_singly_at is not None and request.ask_singly_at <= now]
        if singly:
            singly[0].ask_singly_at = now + _ASK_SINGLY_AGAIN
            return [singly[0].operation], False
        self._kinds[kind].polled_at = now
        listed = [request.operation for request in of_kind if request.ask_singly_at is None]
        return listed, len(listed) > 1

    def completed(self, over: Collection[Operation], *, now: datetime) -> None:
        """Note that these requests have finished."""
        for operation in over:
            request = self._requests.get(operation.id)
            if request is not None and request.is_timed:
                self._kinds[kind_of(operation)].durations.seen(now - request.begun_at)
            self.remove(operation)

    def ask_singly(self, operations: Iterable[Operation]) -> None:
        """Poll these requests by id, because AWS's list does not contain them."""
        for operation in operations:
            if (request := self._requests.get(operation.id)) is not None and request.ask_singly_at is None:
                request.ask_singly_at = request.begun_at

    def _of(self, kind: RequestKind) -> list[_UnderWay]:
        return [request for request in self._requests.values() if kind_of(request.operation) is kind]

    def _moment(self, kind: RequestKind, *, now: datetime) -> datetime | None:
        of_kind = self._of(kind)
        singly = [request.ask_singly_at for request in of_kind if request.ask_singly_at is not None]
        listed = [request.begun_at for request in of_kind if request.ask_singly_at is None]
        requests = self._kinds[kind]
        in_bulk = requests.durations.ask_at(listed, polled_at=requests.polled_at, now=now)
        return min((moment for moment in (in_bulk, *singly) if moment is not None), default=None)
