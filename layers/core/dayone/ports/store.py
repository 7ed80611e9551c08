"""State: facts, plans, operations, policies, grants, guardrails' counts, and the two queues."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from dayone.model.audit import AuditEntry
from dayone.model.changes import Cause, Decision
from dayone.model.commands import Command
from dayone.model.grants import Grant
from dayone.model.guardrails import HeldPart, Tally
from dayone.model.operations import Operation
from dayone.model.policy.context import PolicyVersion, Reservation
from dayone.model.policy.origins import Origins
from dayone.model.policy.rules import Policy, Reservations
from dayone.model.preconditions import NO_PRECONDITION, Precondition
from dayone.model.subject_state import Head, NameClaim, Plan, Portion, SubjectState
from dayone.model.subjects import Subject, SubjectKind
from dayone.ports.records import Page


class Company(Protocol):
    """Every recorded subject, with its resources, read in few calls."""

    def states(self, kind: SubjectKind, *, after: str, limit: int) -> Sequence[SubjectState]:
        """Return the next at most `limit` subjects of a kind, empty only at the end; `after` is the last name read.

        "" starts at the beginning. The order is the same every time and is not that of the names. Nothing that was
        written before the call is missed, and a subject's resources are as old as its head, or newer.
        """

    def parts(self, kind: SubjectKind) -> int:
        """Return in how many parts the subjects of a kind can be read beside each other; `states` reads one by one."""

    def states_in(self, kind: SubjectKind, *, part: int, after: str, limit: int) -> Sequence[SubjectState]:
        """Return the next subjects of a kind in one of its parts, counted from 0; otherwise as `states`."""


class Portions(Protocol):
    """The portions in which changes go through the company."""

    def kept(self, change: str, *, number: int) -> Portion | None:
        """Return the portion of that number, or None when the change has not come so far."""

    def keep(self, change: str, portion: Portion) -> Portion:
        """Keep a portion; returns the one that counts, which is whichever was kept first under its number."""


@dataclass(frozen=True, kw_only=True)
class GrantFilter:
    """Filter of grants: of a person or an account by id, as subject or holder, or open ones; empty matches all."""

    person: str = ""
    account: str = ""
    is_open: bool | None = None


class Grants(Protocol):
    """The grants that are on record, open or over."""

    def find(self, grant: str) -> Grant | None:
        """One by its id, as it was noted last, or None."""

    def accounts_of(self, person: str) -> Sequence[Subject]:
        """Return the accounts in which a person has a grant of their own that was open when it was last recorded."""

    def listed(self, query: GrantFilter, *, cursor: str, limit: int) -> Page[Grant]:
        """Return the matching grants, newest first; without a person or an account, open ones before the others.

        A part may hold fewer than `limit`. Raises Invalid for a cursor of another list.
        """


class Ledger(Protocol):
    """The counts of existing access and of changes carried out, each updated in the same transaction."""

    def tally(self, change: str, *, day: date) -> Tally:
        """Return the existing total, and the removals and additions carried out that day (UTC) and in that change."""

    def expired(self, days: Iterable[date]) -> int:
        """Return how many held operations expired on these days (UTC)."""


class HeldParts(Protocol):
    """The operations that wait for a human, and what becomes of them."""

    def subjects(self, change: str, *, after: str, limit: int) -> tuple[Sequence[Subject], str]:
        """Return the subjects with held operations of this change in one page of its operations, and the next position.

        `after` is the position returned by the previous page. It is empty at the beginning, and at the end.
        """

    def decide(
        self, before: Head, *, held: Sequence[HeldPart], audit: Sequence[AuditEntry], awaits_approval: bool = False
    ) -> None:
        """Store a decision on held removals in a head; raise Conflicting when `before` is no longer the head."""

    def release(self, change: str, operations: Iterable[str]) -> None:
        """Let operations of a change run; does nothing about those that are not held."""

    def drop(
        self, change: str, operations: Iterable[str], *, reason: str, at: datetime, is_expiry: bool = False
    ) -> None:
        """Supersede operations of a change for this reason; does nothing about those that are not held.

        With `is_expiry` nobody has decided on them in time, which the change counts.
        """


_NONE, _UNKNOWN = Reservations(), Origins()


class Inbox(Protocol):
    """The durable border: what it took is not lost, and is handed on in order for each subject."""

    def put(self, commands: Iterable[Command]) -> None:
        """Take all of them; one of the same `identity` as one that was put within five minutes may be dropped."""


class Engine(Protocol):
    """The bell that makes the executor look for runnable operations."""

    def wake(self) -> None:
        """Ring it; ringing once too often is harmless."""


class DeadLetters(Protocol):
    """Queue of messages that no retry can mend, for a human to examine."""

    def put(self, body: str, *, reason: str, group: str = "") -> None:
        """Keep the message as it came, with the reason it is here, and its message group where it had one."""


class Subjects(Protocol):
    """Stored state of each subject."""

    def load(self, subject: Subject) -> SubjectState:
        """Return the newest state; a subject never seen before has an empty one."""

    def is_planned(self, subject: Subject, *, change: str) -> bool:
        """Return whether this change has planned this subject already."""

    def taken_by(self, delivery: str) -> str:
        """Return the change that took a delivery of this name, or empty when none did or it is long ago."""

    def claimed(self, claim: str) -> NameClaim:
        """Return the current and the former holders of a user name or an e-mail address."""

    def commit(self, plan: Plan) -> None:
        """Put a plan in force, whole or not at all; raises Conflicting when `plan.before` is no longer the head.

        Conflicting, too, when the delivery has been taken, the subject been planned by this change before, what it
        claims become somebody else's, or the removals are no longer within their budget.
        """

    def names(self, kind: SubjectKind, *, after: str, limit: int) -> Sequence[str]:
        """Return names of recorded subjects of a kind in order, those after `after` (exclusive; "" to begin)."""

    def accounts_with(self, person: str) -> Sequence[Subject]:
        """Return the accounts in which AWS has something assigned to a person alone; lately written may be missing."""


class DueWork(Protocol):
    """Work that is due at a time, or that a scan must find, and the time of the last sweep over it."""

    def due(self, *, now: datetime, limit: int) -> Sequence[Subject]:
        """Subjects whose `due_at` has come, the longest due first."""

    def has_parked(self) -> bool:
        """Return whether any operation waits for a resource."""

    def has_runnable(self) -> bool:
        """Return whether any operation is open."""

    def note_sweep(self, at: datetime) -> None:
        """Record a sweep; an earlier time than the recorded one may replace it."""

    def last_sweep(self) -> datetime | None:
        """Return the time of the last recorded sweep; None before the first."""


class PolicyInForce(Protocol):
    """The version of the policy that all planning goes by."""

    def current(self) -> Policy:
        """Return the policy in force; the empty one, version 0, before the first."""

    def current_version(self) -> int:
        """Its number, 0 before the first."""

    def version(self, version: int) -> Policy:
        """Return a stored version, in force or not; raise NotFound for one that was never stored."""


class Policies(PolicyInForce, Protocol):
    """The versions of the policy, of which one is in force."""

    def activate(
        self, version: int, *, audit: AuditEntry, reservations: Reservations = _NONE, origins: Origins = _UNKNOWN
    ) -> None:
        """Put a kept version in force; an older one than that in force is left aside, the same again is harmless."""

    def origins(self) -> Origins:
        """Return the authors of the parts of the version in force; empty where that was never recorded."""

    def lift(self, version: int, reservation: Reservation) -> None:
        """Lift one of the reservations that a version is in force under; harmless when it is not in force."""

    def approve(self, version: int, parts: frozenset[str]) -> None:
        """Remember that these parts of a version were approved, and no others; harmless when it is not in force."""

    def note_access(self, version: int, *, in_sensitive_accounts: frozenset[str], assigned: frozenset[str]) -> None:
        """Add to what is known of access beside the rules; harmless when the version is not in force."""


class Changes(Protocol):
    """The changes and their counts."""

    def open(
        self, cause: Cause, *, audit: AuditEntry | None = None, subjects: Sequence[Subject] = ()
    ) -> Sequence[Subject]:
        """Record a change whose number of subjects is still unknown, and its audit entry; harmless when it is there.

        Returns which of its `subjects` are to be requeued and counted: those of the first call, none once counted.
        """

    def dismiss(self, cause: Cause, *, note: str) -> None:
        """Record a change that leads to nothing, with a note on the reason; harmless when the change exists."""

    def expect(self, change: str, *, subjects: int) -> None:
        """Set the minimum number of subjects; raise NotFound for a change that was never opened."""

    def give_up(self, cause: Cause, *, subject: Subject, note: str) -> None:
        """Record that a subject could not be planned, with a note on the reason; once, and not if it was planned.

        The change is recorded if it does not exist.
        """

    def ask_again(self, change: str, *, subject: Subject) -> None:
        """Return an abandoned subject to those to be planned; harmless for any other."""

    def failed_in_plan(self, head: Head) -> Sequence[Operation]:
        """Return failed operations of a subject's plan in force, and those retried after an earlier failure."""

    def unpark_plan(self, head: Head) -> None:
        """Put those operations back into their lanes that wait for a resource and are of the plan that this head names.

        That plan has just been replaced: the executor is to end them.
        """

    def unpark_earlier(self, head: Head) -> None:
        """Unpark the operations of the plans before the one that this head names."""

    def decide(self, change: str, decision: Decision, *, expected_version: int, audit: AuditEntry) -> Decision:
        """Store a decision on a change; return it with its version, or the earlier decision on all of that.

        A decision about a part is counted and audited, and leaves the change to be decided on. Raises NotFound for an
        unknown change, and Outdated when the held operations are no longer of `expected_version`.
        """


class PolicyArchive(Protocol):
    """The texts of the policy as they were uploaded."""

    def add(
        self,
        text: str,
        *,
        file: str,
        actor: str,
        at: datetime,
        change: str,
        authors: tuple[str, ...] = (),
        names: tuple[str, ...] = (),
        precondition: Precondition = NO_PRECONDITION,
    ) -> PolicyVersion:
        """Keep a text as the next version, not yet in force; the one of the same change again is harmless.

        `names` are those of several files. Raises Outdated unless the precondition holds for the newest version.
        """

    def current(self) -> PolicyVersion | None:
        """Return the text in force, or None before the first."""

    def change_in_force(self) -> str:
        """Return the change by which the text in force was uploaded, or empty before the first; reads no text."""

    def version(self, version: int) -> PolicyVersion:
        """One version, in force or not; raises NotFound for one that was never kept."""

    def versions(self, *, cursor: str, limit: int) -> Page[PolicyVersion]:
        """All versions without their texts, the newest first; raises Invalid for a cursor that is none of this list."""
