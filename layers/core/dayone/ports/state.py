"""What the use cases need remembered and handed on: facts, plans, operations, policies, and the two queues."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from dayone.domain.audit import AuditEntry
from dayone.domain.changes import Cause, Decision
from dayone.domain.lanes import Lane
from dayone.domain.operations import Applied, Operation, OperationState
from dayone.domain.policy import Policy, PolicyVersion
from dayone.domain.requests import PlanRequest
from dayone.domain.subject_states import Plan, SubjectState
from dayone.domain.subjects import Resource, ResourceOf, Subject, SubjectKind
from dayone.ports.records import Page


class Inbox(Protocol):
    """The durable border: what it took is not lost, and is handed on in order for each subject."""

    def put(self, requests: Iterable[PlanRequest]) -> None:
        """Take all of them; the same change and subject put again within five minutes may be dropped."""


class Engine(Protocol):
    """The bell that makes the executor look for runnable operations."""

    def wake(self) -> None:
        """Ring it; ringing once too often is harmless."""


class DeadLetters(Protocol):
    """Where a message goes that no retry can mend, for a human to look at."""

    def put(self, body: str, *, reason: str) -> None:
        """Keep the message as it came, with the reason it is here."""


class Subjects(Protocol):
    """What is remembered about each subject."""

    def load(self, subject: Subject) -> SubjectState:
        """The newest state; a subject never seen before has an empty one."""

    def is_planned(self, subject: Subject, *, change: str) -> bool:
        """Whether this change has planned this subject already."""

    def taken_by(self, delivery: str) -> str:
        """The change that took a delivery of this name, or empty when none did or it is long ago."""

    def holder_of(self, claim: str) -> str:
        """The name of the subject that a user name or an e-mail address belongs to, or empty."""

    def commit(self, plan: Plan) -> None:
        """Put a plan in force, whole or not at all; raises Conflicting when `plan.before` is no longer the head.

        Conflicting, too, when the delivery has been taken, the subject been planned by this change before, what it
        claims become somebody else's, or the removals are no longer within their budget.
        """

    def names(self, kind: SubjectKind, *, after: str, limit: int) -> Sequence[str]:
        """Names of known subjects of a kind in order, those after `after` (exclusive; "" starts at the beginning)."""


class DueWork(Protocol):
    """What waits for time to pass, or for somebody to notice it."""

    def due(self, *, now: datetime, limit: int) -> Sequence[Subject]:
        """Subjects whose `due_at` has come, the longest due first."""

    def has_runnable(self) -> bool:
        """Whether any operation is open."""


@dataclass(frozen=True, kw_only=True)
class Finished:
    """How an operation ended, and what that makes of its resource.

    `applied` replaces the resource's record, None removes it; with `untouched` it stays as it is, because AWS was not
    called. `gone` are further resources of the subject that went with it.
    """

    operation: Operation
    state: OperationState
    applied: Applied | None
    audit: AuditEntry
    at: datetime
    untouched: bool = False
    gone: Sequence[Resource] = field(default_factory=tuple)


@dataclass(frozen=True)
class Listed:
    """An open operation in its lane: its place there, its change and its id."""

    order: str
    change: str
    id: str


class Turn(Protocol):
    """The right to carry out operations, which one process has at a time."""

    def take(self, holder: str, *, now: datetime, until: datetime) -> bool:
        """Have it, or go on having it, until then; False while somebody else has it."""

    def give_back(self, holder: str) -> None:
        """Have it no more; harmless when somebody else has it by now."""


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

    def is_in_use(self, group: str) -> bool:
        """Whether a membership or an assignment of this group is on record."""

    def alike(self, target: ResourceOf) -> Iterable[Applied]:
        """The same resource of every other subject of that kind, such as all other groups, confirmed or in doubt."""

    def begin(self, operation: Operation, *, doubt: Applied) -> Operation | None:
        """Note that AWS is about to be called: counts the attempt and puts the resource in doubt.

        Returns the operation as it now stands, or None when it may no longer run.
        """

    def submit(self, operation: Operation, *, request_id: str) -> None:
        """Note that AWS works on it under this request id."""

    def postpone(self, operation: Operation, *, until: datetime, because: str) -> None:
        """Put it back as pending, not to be tried before `until`; does nothing when it is finished."""

    def settle(self, operation: Operation, *, applied: Applied | None) -> None:
        """Put the resource back as it was before an attempt on which AWS is known not to have acted."""

    def wait_for(self, operation: Operation, *, what: str) -> None:
        """Note in words what keeps it from running."""

    def finish(self, finished: Sequence[Finished]) -> None:
        """Record each end with the resource, the counts of its change and the audit entry in one transaction.

        Does nothing for an operation that is finished already.
        """


class PolicyInForce(Protocol):
    """The version of the policy that all planning goes by."""

    def current(self) -> Policy:
        """The policy in force; the empty one, version 0, before the first."""

    def current_version(self) -> int:
        """Its number, 0 before the first."""

    def version(self, version: int) -> Policy:
        """A kept version, in force or not; raises NotFound for one that was never kept."""


class Policies(PolicyInForce, Protocol):
    """The versions of the policy, of which one is in force."""

    def activate(self, version: int, *, audit: AuditEntry, hold: str = "") -> None:
        """Put a kept version in force; an older one than that in force is left aside, the same again is harmless.

        `hold` is why the removals that come with it are held, and becomes one of its terms.
        """


class Changes(Protocol):
    """The changes and their counts."""

    def open(self, cause: Cause) -> None:
        """Record a change whose number of subjects is still being found out; harmless when it is there."""

    def expect(self, change: str, *, subjects: int) -> None:
        """Say how many subjects it has."""

    def decide(self, change: str, decision: Decision, *, audit: AuditEntry) -> Decision:
        """Keep what was said to the removals it holds; returns what counts, which is whatever was said first.

        Raises NotFound for a change that is unknown.
        """


class PolicyArchive(Protocol):
    """The texts of the policy as they were uploaded."""

    def add(self, text: str, *, file: str, actor: str, at: datetime, change: str) -> PolicyVersion:
        """Keep a text as the next version, not yet in force."""

    def current(self) -> PolicyVersion | None:
        """The text in force, or None before the first."""

    def version(self, version: int) -> PolicyVersion:
        """One version, in force or not; raises NotFound for one that was never kept."""

    def versions(self, *, cursor: str, limit: int) -> Page[PolicyVersion]:
        """All versions, the newest first; raises Invalid for a cursor that is not one of this list."""
