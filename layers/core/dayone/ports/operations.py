"""Operations for the executor: the queue, ends, the lease, workers, the clock, and what has failed."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from dayone.model.audit import AuditEntry
from dayone.model.failures import DeadLetter, FailedWork, LetterQueue, Obstacle, Stuck, StuckKind
from dayone.model.operations import Applied, Lane, Operation, OperationState
from dayone.model.subjects import Resource, ResourceOf, Subject


@dataclass(frozen=True)
class Lowered:
    """The rate at which AWS last refused more calls."""

    limit: float
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Learned:
    """Rate limits learned from AWS's refusals, by quota, `since` the budgets began."""

    since: datetime
    lowered: Mapping[str, Lowered] = field(default_factory=dict)


class Clock(Protocol):
    """The current time."""

    def __call__(self) -> datetime:
        """Return the current time, with its zone."""


class RandomBytes(Protocol):
    """Gives bytes that nobody can guess."""

    def __call__(self) -> bytes:
        """At least ten of them."""


@dataclass(frozen=True, kw_only=True)
class Finished:
    """Result of a finished operation, and the new record of its resource.

    `applied` replaces the resource's record, None removes it; with `untouched` it stays as it is, because AWS was not
    called. `gone` are further resources of the subject that were deleted with it, `attached` those that were adopted
    with it. `obstacle` is the resource it waited for in vain. With `is_incomplete` it has succeeded except for steps
    that cannot be done yet, and its subject is to be planned again.
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


class LearnedQuotas(Protocol):
    """Rates that the executor has learned from AWS's refusals."""

    def learned(self) -> Learned | None:
        """Return the last stored rates, of any worker; None before the first time."""


class Turn(LearnedQuotas, Protocol):
    """The right to carry out operations, which one process has at a time, and what its holders leave each other."""

    def take(self, holder: str, *, now: datetime, until: datetime, learned: Learned | None = None) -> bool:
        """Have it, or go on having it, until then; False while somebody else has it.

        What was `learned` is remembered; without it, what was remembered stays.
        """

    def give_back(self, holder: str, *, learned: Learned | None = None) -> None:
        """Have it no more, and remember what was `learned`; does nothing when somebody else has it by now."""


class ParkedOperations(Protocol):
    """The operations that wait for a resource, as the sweep reads them."""

    def first_parked(self, *, limit: int, start: float) -> Sequence[Operation]:
        """Return the first waiting operation for each awaited resource, at most `limit`; may be a moment late.

        `start` in [0, 1) is the position among the resources to begin at: where there are more, other starts find
        others.
        """

    def probe(self, operation: Operation) -> None:
        """Put this one back into its lane, with what it `awaits`: whoever tries it sees to the others behind that."""


class BegunOperations(Protocol):
    """The operations that AWS was called for."""

    def begun(self) -> Sequence[Operation]:
        """Open operations on which AWS works, or may be working: submitted ones, and requests that were cut short."""


class OperationQueue(BegunOperations, Protocol):
    """Operations as a durable priority queue."""

    def waiting(self, lane: Lane, *, after: str, limit: int) -> Sequence[Listed]:
        """Return the other open operations of a lane, most urgent first, from behind `after` ("" to begin)."""

    def read(self, listed: Iterable[Listed]) -> Sequence[Operation]:
        """Those of the listed ones that are open, as they now stand."""

    def generation_of(self, subject: Subject) -> str:
        """Return the generation in force."""

    def is_released(self, operation: Operation) -> bool:
        """Return whether it is an approved held removal, which may run whichever generation is in force."""

    def siblings(self, operation: Operation) -> Sequence[Operation]:
        """Return the operations of the same plan, itself included, by number."""

    def applied(self, resources: Iterable[ResourceOf]) -> Mapping[ResourceOf, Applied]:
        """Those of the resources that AWS has confirmed or that are in doubt; the others are not in the answer."""

    def in_use_by(self, group: str) -> ResourceOf | None:
        """Return a recorded membership or assignment of this group, if there is any."""

    def closed_accounts(self, accounts: Iterable[str]) -> frozenset[str]:
        """Those of these account ids that are suspended, closed or no longer members, by what is on record."""

    def is_at_rest(self, subject: Subject) -> bool:
        """Return whether a subject is at rest: no operation of its plan is open, and none waits for a human."""

    def given_up(self, resource: ResourceOf) -> str:
        """Return in which change a resource was rejected, or the plan in force ended with failures, or empty.

        It is the end of a sentence: `was rejected in change 01J…`.
        """

    def held_by(self, resource: ResourceOf) -> str:
        """Return the change that holds what makes or removes a resource, or what that in turn waits for; else empty."""

    def held_use(self, permission_set: str, accounts: Iterable[str]) -> ResourceOf | None:
        """Return an assignment of a permission set in one of these accounts whose removal is held, if there is any."""

    def hold_behind(self, operation: Operation, *, change: str) -> Operation:
        """Note and count which change holds what it waits for, "" for none; raises Conflicting unless it is as read."""

    def alike(self, target: ResourceOf) -> Iterable[Applied]:
        """Yield the same resource of every other subject of that kind, such as all groups, confirmed or in doubt."""

    def begin(
        self, operation: Operation, *, doubt: Applied, own: Applied | None = None, unsettled: Applied | None = None
    ) -> Operation | None:
        """Note that AWS is about to be called: puts the resource in doubt, and counts the attempt.

        The attempt of what AWS answers at once is noted with the answer: whatever the operation comes to.

        `own` is the resource as it was read, None when it was not there; it must not have moved since.
        `unsettled` is another resource of the subject that is thus no longer as it was confirmed.

        Returns the operation as it now stands, or None when it may no longer run.
        """

    def submit(self, operation: Operation, *, request_id: str, at: datetime) -> None:
        """Note that AWS works on it under this request id, and since when."""

    def postpone(self, operation: Operation, *, until: datetime, because: str, unanswered: bool = False) -> None:
        """Return an operation to pending, not to be tried before `until`; does nothing when it is finished.

        Its `refusal` and the start of that kind of refusal are stored, too. AWS may be working on an `unanswered` one:
        it stays among the begun operations, so that each run takes it into account.
        """

    def note_refusal(self, operation: Operation, *, because: str) -> None:
        """Note its `refusal` and since when; it stays as it is otherwise. Does nothing when it is finished."""

    def settle(self, operation: Operation, *, applied: Applied | None, doubt: Applied) -> None:
        """Restore the record of a resource from before an attempt on which AWS certainly has not acted.

        Does nothing when the attempt's `doubt` is no longer there: another run has begun something since.
        """

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
        """Return whether any operation waits for a resource; may miss one parked a moment ago."""

    def finish(self, finished: Sequence[Finished]) -> None:
        """Record each end with the resource, the counts of its change and the audit entry in one transaction.

        Does nothing for an operation that is finished already.
        """


class Workers(Protocol):
    """A number of hands; what they bring back comes in the order it ends."""

    @property
    def size(self) -> int:
        """Number of tasks that run at a time."""

    def start(self, task: Callable[[], Any]) -> None:
        """Run it beside everything else."""

    def done(self, *, seconds: float) -> Sequence[Any]:
        """Return the results of ended tasks; wait up to `seconds` for one. Raises the exception of a task."""


@dataclass(frozen=True, kw_only=True)
class QueueDepth:
    """About how many messages are in the inbox, those being handled included, and the age of the oldest in seconds.

    `oldest_seconds` is None while the queue reports no age.
    """

    messages: int
    oldest_seconds: int | None


class InboxBacklog(Protocol):
    """The inbox from outside."""

    def backlog(self, *, now: datetime) -> QueueDepth:
        """Return the messages waiting in the inbox; raise Unavailable when that cannot be read."""


class DeadLetterQueues(Protocol):
    """All queues of dead letters."""

    def counts(self) -> Mapping[LetterQueue, int]:
        """About how many letters lie in each, taken ones included."""

    def take(self, queue: LetterQueue, *, limit: int) -> Sequence[DeadLetter]:
        """At most so many letters, which nobody else gets for a minute; then they are back, unless dropped."""

    def put_back(self, letters: Iterable[DeadLetter]) -> None:
        """Let others have them at once."""

    def drop(self, letters: Iterable[DeadLetter]) -> None:
        """Remove them for good; harmless for one that is gone."""


class FailedSubjects(Protocol):
    """The subjects of which something has failed; the executor adds to them with the end of an operation."""

    def all(self) -> Sequence[FailedWork]:
        """Every one of them."""

    def keep(self, failed: FailedWork) -> None:
        """Record failed work of a subject, replacing its previous record."""

    def forget(self, subject: Subject) -> None:
        """Remove the record of failed work, so that nothing is planned again; harmless without one."""


class StuckNotes(Protocol):
    """The notes, one for each kind and subject."""

    def keep(self, stuck: Stuck, *, now: datetime) -> None:
        """Note it; one of the same kind and subject that is not over keeps its `since`."""

    def forget(self, kind: StuckKind, subject: str) -> None:
        """Remove a stuck note; harmless when nothing is noted."""


class StuckSubjects(Protocol):
    """Everything that is recorded as stuck."""

    def all(self, *, now: datetime) -> Sequence[Stuck]:
        """Return the notes that are not over, and the subjects whose operations fail again and again.

        An unusable record is listed until a newer one of that person has come from the same source.
        """

    def failed(self) -> Sequence[FailedWork]:
        """Return every subject of which something has failed that is still desired, however long ago."""
