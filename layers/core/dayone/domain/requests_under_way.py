"""What AWS works on: the requests whose end it has not told yet, and when to ask about them."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from dayone.domain.asking import Durations
from dayone.domain.meeting import must_not_meet, removes_a_root
from dayone.domain.operations import Action, Operation
from dayone.domain.subjects import ResourceKind, ResourceOf, Subject


class RequestKind(StrEnum):
    """What AWS lists the states of requests by."""

    CREATION = "creation"
    DELETION = "deletion"
    PROVISIONING = "provisioning"


_ASK_SINGLY_AGAIN = timedelta(seconds=1)


def kind_of(operation: Operation) -> RequestKind:
    """Which list of AWS's a submitted operation is in."""
    if operation.resource.kind is ResourceKind.PROVISIONING:
        return RequestKind.PROVISIONING
    return RequestKind.DELETION if operation.action is Action.DELETE else RequestKind.CREATION


@dataclass
class _UnderWay:
    operation: Operation
    begun_at: datetime
    # Its beginning was seen, so that its end tells how long such requests take.
    is_timed: bool
    ask_singly_at: datetime | None = None


@dataclass
class _OfKind:
    durations: Durations = field(default_factory=Durations)
    asked_at: datetime | None = None


class RequestsUnderWay:
    """Submitted operations by id."""

    def __init__(self) -> None:
        self._known: dict[str, _UnderWay] = {}
        self._kinds = {kind: _OfKind() for kind in RequestKind}
        self._accounts: dict[Subject, int] = {}
        self._targets: dict[ResourceOf, str] = {}

    def __contains__(self, operation_id: str) -> bool:
        return operation_id in self._known

    def __bool__(self) -> bool:
        return bool(self._known)

    def add(self, operation: Operation, *, now: datetime) -> None:
        """AWS took it when it says, or, if it was read without that, perhaps long ago."""
        ripe = now - self._kinds[kind_of(operation)].durations.ripe_after
        at = operation.submitted_at
        self._known[operation.id] = _UnderWay(operation, begun_at=at or ripe, is_timed=at is not None)
        self._accounts[operation.subject] = self._accounts.get(operation.subject, 0) + 1
        self._targets[operation.target] = operation.id

    def remove(self, operation: Operation) -> None:
        """It is over, or to be asked for again."""
        if self._known.pop(operation.id, None) is None:
            return
        self._accounts[operation.subject] -= 1
        if not self._accounts[operation.subject]:
            del self._accounts[operation.subject]
        self._targets.pop(operation.target, None)

    def count(self, kind: ResourceKind) -> int:
        """How many requests for resources of this kind are outstanding."""
        return sum(one.operation.resource.kind is kind for one in self._known.values())

    def is_in(self, account: Subject) -> bool:
        """Whether one of them writes to this account."""
        return account in self._accounts

    def is_in_the_way_of(self, operation: Operation) -> bool:
        """Whether one of them changes the same resource, or builds on what the operation takes away."""
        return operation.target in self._targets or (
            removes_a_root(operation) and any(must_not_meet(operation, one.operation) for one in self._known.values())
        )

    def due(self, now: datetime) -> RequestKind | None:
        """The kind that is to be asked about now, the one longest due first."""
        moments = [(moment, kind) for kind in RequestKind if (moment := self._moment(kind, now=now)) is not None]
        due = [(moment, kind) for moment, kind in moments if moment <= now]
        return min(due)[1] if due else None

    def next_moment(self, now: datetime) -> datetime | None:
        """When to ask next; None when nothing is under way."""
        moments = [moment for kind in RequestKind if (moment := self._moment(kind, now=now)) is not None]
        return min(moments, default=None)

    def to_ask(self, kind: RequestKind, *, now: datetime) -> tuple[list[Operation], bool]:
        """Those to ask about now, and whether one list is the cheaper way."""
        of_kind = self._of(kind)
        singly = [one for one in of_kind if one.ask_singly_at is not None and one.ask_singly_at <= now]
        if singly:
            singly[0].ask_singly_at = now + _ASK_SINGLY_AGAIN
            return [singly[0].operation], False
        self._kinds[kind].asked_at = now
        listed = [one.operation for one in of_kind if one.ask_singly_at is None]
        return listed, len(listed) > 1

    def told(self, over: Collection[Operation], *, now: datetime) -> None:
        """AWS has said that these are over."""
        for operation in over:
            known = self._known.get(operation.id)
            if known is not None and known.is_timed:
                self._kinds[kind_of(operation)].durations.seen(now - known.begun_at)
            self.remove(operation)

    def ask_singly(self, operations: Iterable[Operation]) -> None:
        """AWS's list does not tell about these."""
        for operation in operations:
            if (known := self._known.get(operation.id)) is not None and known.ask_singly_at is None:
                known.ask_singly_at = known.begun_at

    def _of(self, kind: RequestKind) -> list[_UnderWay]:
        return [one for one in self._known.values() if kind_of(one.operation) is kind]

    def _moment(self, kind: RequestKind, *, now: datetime) -> datetime | None:
        of_kind = self._of(kind)
        singly = [one.ask_singly_at for one in of_kind if one.ask_singly_at is not None]
        listed = [one.begun_at for one in of_kind if one.ask_singly_at is None]
        known = self._kinds[kind]
        in_bulk = known.durations.ask_at(listed, asked=known.asked_at, now=now)
        return min((one for one in (in_bulk, *singly) if one is not None), default=None)
