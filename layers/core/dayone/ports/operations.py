"""Operations for the executor: the queue, ends, the lease, workers, and the clock."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from dayone.model.audit import AuditEntry
from dayone.model.failures import Obstacle
from dayone.model.operations import Applied, Lane, Operation, OperationState
from dayone.model.subjects import Resource, ResourceOf, Subject


@dataclass(frozen=True)
class Lowered:
    """How far a budget went when AWS had just refused more."""

    limit: float
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Learned:
    """What has been found out about the budgets `since` they began: those that AWS has refused, by their quotas."""

    since: datetime
    lowered: Mapping[str, Lowered] = field(default_factory=dict)


class Clock(Protocol):
    """Tells the time."""

    def __call__(self) -> datetime:
        """The time now, with its zone."""


class RandomBytes(Protocol):
    """Gives bytes that nobody can guess."""

    def __call__(self) -> bytes:
        """At least ten of them."""


@dataclass(frozen=True, kw_only=True)
class Finished:
    """How an operation ended, and what that makes of its resource.

    `applied` replaces the resource's record, None removes it; with `untouched` it stays as it is, because AWS was not
    called. `gone` are further resources of the subject that went with it, `attached` those that were adopted with it.
    `obstacle` is what it waited for in vain.
    With `is_incomplete` it has succeeded but for what cannot be done yet, and its subject is to be planned again.
    """

    operation: Operation
    state: OperationState
    applied: Applied | None
    audit: AuditEntry
    at: datetime
    untouched: bool = False
    gone: Sequence[Resource] = field(default_factory=tuple)
    attached: Sequence[Applied] = field(default_factory=tuple)
    obstacle: Obstacle | None = None
    is_incomplete: bool = False


@dataclass(frozen=True)
class Listed:
    """An open operation in its lane: its place there, its change and its id."""

    order: str
    change: str
    id: str


class Turn(Protocol):
    """The right to carry out operations, which one process has at a time, and what its holders leave each other."""

    def take(self, holder: str, *, now: datetime, until: datetime, learned: Learned | None = None) -> bool:
        """Have it, or go on having it, until then; False while somebody else has it.

        What was `learned` is remembered; without it, what was remembered stays.
        """

    def learned(self) -> Learned | None:
        """What was remembered last, by whomever; None before the first time."""

    def give_back(self, holder: str, *, learned: Learned | None = None) -> None:
        """Have it no more, and remember what was `learned`; does nothing when somebody else has it by now."""


class ParkedOperations(Protocol):
    """The operations that wait for a resource, as the sweep looks at them."""

    def first_parked(self, *, limit: int, start: float) -> Sequence[Operation]:
        """For each resource that is waited for, at most `limit`, the first of those that wait; may be a moment late.

        `start` in [0, 1) says where among the resources to begin: where there are more, other starts find others.
        """

    def probe(self, operation: Operation) -> None:
        """Put this one back into its lane, with what it `awaits`: whoever tries it sees to the others behind that."""


class OperationQueue(Protocol):
    """Operations as a durable priority queue."""

    def begun(self) -> Sequence[Operation]:
        """Open operations of which an attempt has begun: submitted ones, and those whose attempt was cut short."""

    def waiting(self, lane: Lane, *, after: str, limit: int) -> Sequence[Listed]:
        """The other open operations of a lane, the most urgent first, from behind `after` ("" for the beginning)."""

    def read(self, listed: Iterable[Listed]) -> Sequence[Operation]:
        """Those of the listed ones that are open, as they now stand."""

    def generation_of(self, subject: Subject) -> str:
        """The generation in force."""

    def is_released(self, operation: Operation) -> bool:
        """Whether it is a removal that was held and has been approved: it may run whichever generation is in force."""

    def siblings(self, operation: Operation) -> Sequence[Operation]:
        """The operations of the same plan, itself included, by number."""

    def applied(self, wanted: Iterable[ResourceOf]) -> Mapping[ResourceOf, Applied]:
        """Those of the resources that AWS has confirmed or that are in doubt; the others are not in the answer."""

    def in_use_by(self, group: str) -> ResourceOf | None:
        """A membership or an assignment of this group that is on record, if there is any."""

    def closed_accounts(self, accounts: Iterable[str]) -> frozenset[str]:
        """Those of these account ids that are suspended, closed or no longer members, by what is on record."""

    def is_at_rest(self, subject: Subject) -> bool:
        """Whether nothing of a subject is under way: no operation of its plan is open, and none waits for a human."""

    def failed_in(self, subject: Subject) -> str:
        """The change in which the plan in force of a subject has ended with failures, or empty."""

    def alike(self, target: ResourceOf) -> Iterable[Applied]:
        """The same resource of every other subject of that kind, such as all other groups, confirmed or in doubt."""

    def begin(
        self, operation: Operation, *, doubt: Applied, own: Applied | None = None, unsettled: Applied | None = None
    ) -> Operation | None:
        """Note that AWS is about to be called: counts the attempt and puts the resource in doubt.

        `own` is the resource as it was read, None when it was not there; it must not have moved since.
        `unsettled` is another resource of the subject that is thus no longer as it was confirmed.

        Returns the operation as it now stands, or None when it may no longer run.
        """

    def submit(self, operation: Operation, *, request_id: str, at: datetime) -> None:
        """Note that AWS works on it under this request id, and since when."""

    def postpone(self, operation: Operation, *, until: datetime, because: str, unanswered: bool = False) -> None:
        """Put it back as pending, not to be tried before `until`; does nothing when it is finished.

        With its `refusal`, and since when it has been refused in that way. AWS may be working on what is `unanswered`:
        it stays among what was begun, so that each run knows of it.
        """

    def note_refusal(self, operation: Operation, *, because: str) -> None:
        """Note its `refusal` and since when; it stays as it is otherwise. Does nothing when it is finished."""

    def settle(self, operation: Operation, *, applied: Applied | None) -> None:
        """Put the resource back as it was before an attempt on which AWS is known not to have acted."""

    def park(self, operations: Sequence[Operation]) -> Sequence[Operation]:
        """Take pending ones out of their lanes, each with what it `awaits`, in words too, and since when it has waited.

        Returns those that are parked now: not one that is no longer pending, or whose plan is not in force any more.
        Whoever commits a plan afterwards finds the parked operations of the plan before.
        """

    def parked(self, on: ResourceOf, *, after: str, limit: int) -> tuple[Sequence[Operation], str]:
        """Those that wait for this resource, from behind `after`, and what they end with, empty behind the last."""

    def unpark(self, operations: Sequence[Operation]) -> None:
        """Put them back into their lanes, waiting for nothing; does nothing about those that are not parked."""

    def has_parked(self) -> bool:
        """Whether anything waits for a resource; may miss what was parked a moment ago."""

    def finish(self, finished: Sequence[Finished]) -> None:
        """Record each end with the resource, the counts of its change and the audit entry in one transaction.

        Does nothing for an operation that is finished already.
        """


class Workers(Protocol):
    """A number of hands; what they bring back comes in the order it ends."""

    @property
    def size(self) -> int:
        """How many tasks run at a time."""

    def start(self, task: Callable[[], Any]) -> None:
        """Run it beside everything else."""

    def done(self, *, seconds: float) -> Sequence[Any]:
        """The results of what has ended; waits up to `seconds` for one. Raises what a task has raised."""
