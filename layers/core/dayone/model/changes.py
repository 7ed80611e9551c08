"""A change: everything one cause led to and how far it has come, and the filter of the list of changes."""

import base64
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from dayone.errors import Outdated
from dayone.model.operations import Lane
from dayone.model.subjects import Resource, Subject


class CauseKind(StrEnum):
    """Kinds of events that cause a change."""

    HR_EVENT = "hr-event"
    ACCOUNT_EVENT = "account-event"
    POLICY = "policy"
    DUE = "due"
    DRIFT = "drift"
    RETRY = "retry"
    DISCOVERY = "discovery"
    BY_HAND = "manual"
    BOOTSTRAP = "bootstrap"
    GRANT = "grant"
    HR_CONFIGURATION = "hr-configuration"
    RECOVERY = "recovery"


@dataclass(frozen=True, kw_only=True)
class Cause:
    """The event or the caller that caused a change.

    `change` is the id of the resulting change; `actor` is an HR source (`hr:standard`), an event source
    (`aws.organizations`) or the ARN of a caller; `reference` is the id of the event at its source. For a retry,
    `reference` is the change that is retried, and `retries` is the kind of its cause. `at` is the time given by the
    source, `received_at` the time at which the inbox received it. `authors` are further people responsible: those named
    by the actor, or the caller of the API call behind an AWS event.
    """

    change: str
    kind: CauseKind
    actor: str
    reference: str
    at: datetime
    retries: CauseKind | None = None
    received_at: datetime | None = None
    authors: tuple[str, ...] = ()

    @property
    def origin(self) -> CauseKind:
        """Kind of the original cause: a retry has the priority and the limits of what it retries."""
        return self.retries or self.kind

    @property
    def place(self) -> str:
        """Sort key of the change among all changes: the time of receipt here, not the clock of the source."""
        return f"{ulid(self.received_at or self.at, entropy=bytes(10))[:_TIME]}{self.change}"


class Part(StrEnum):
    """A part of what a change holds that can be approved by itself: the removals of people who have left."""

    LEAVERS = "leavers"


@dataclass(frozen=True, kw_only=True)
class Decision:
    """A human's decision on a held change: the ARN they called with, the answer and the time.

    It covers everything the change held at that time, or a part, and the rest stays undecided: these `subjects`, these
    `resources`, or with `only_leavers` only the removals caused by the person's departure. `version` is the change's
    `held_version` after this decision. With `by_oneself`, SoleAdministrator let somebody decide on a change they had
    caused; with `includes_own` they could also approve access given to themselves.
    """

    is_approved: bool
    actor: str
    at: datetime
    only_leavers: bool = False
    by_oneself: bool = False
    includes_own: bool = False
    subjects: tuple[Subject, ...] = ()
    resources: tuple[Resource, ...] = ()
    version: int = 0

    @property
    def is_of_part(self) -> bool:
        """True if the change may hold more than this decision covers."""
        return bool(self.only_leavers or self.subjects or self.resources)


@dataclass(frozen=True, kw_only=True)
class Blame:
    """Somebody who has brought about what a change holds, by the ARN they called with, and by what they have.

    With `of_leavers` they have brought about a removal whose ground is that the person has left.
    """

    actor: str
    reason: str
    of_leavers: bool = False


class ChangeState(StrEnum):
    """Overall state of a change; a `HELD` change has nothing left to do until a human decides."""

    PLANNING = "planning"
    RUNNING = "running"
    HELD = "held"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


OPEN_CHANGES = frozenset({ChangeState.PLANNING, ChangeState.RUNNING})
# Most are over long before; what is open after that is marked, so that it is found without a look at all the others.
OPEN_FOR_LONG = timedelta(minutes=15)


@dataclass(frozen=True, kw_only=True)
class Change:
    """One change: the counts of everything that one cause led to.

    `subjects` is the number of subjects to plan, or None while they are still being counted; `planned` is how many were
    planned, `unplanned` how many were given up before that. `held` is the number of operations waiting for a human,
    `held_reason` the reason of the first, `blamed` the people who caused it beside the cause's actor, and `decision`
    the decision on all of them. `held_version` grows with every held operation and every decision: if two reads have
    the same version, nothing was added in between. `behind_held` is how many others only wait for what the change
    holds, `held_elsewhere` how many for what another change holds. `expired` is how many of the `superseded` were not
    decided on in time. `removals` and `additions` are how many were carried out. `failed_before` is how many of the
    `failed` had failed in an earlier change and were only retried by this one; `already_deleted` how many of the
    `succeeded` had nothing to delete. `left` is the number of unfinished operations in each lane, without the held
    ones. `notes` list what was not done, with reasons. `attempts` is the total number of attempts of the finished
    operations, and `ended_at` the time at which the last of them finished.
    """

    cause: Cause
    subjects: int | None = 1
    planned: int = 0
    unplanned: int = 0
    operations: int = 0
    succeeded: int = 0
    already_deleted: int = 0
    failed: int = 0
    failed_before: int = 0
    superseded: int = 0
    held: int = 0
    behind_held: int = 0
    held_elsewhere: int = 0
    removals: int = 0
    additions: int = 0
    held_reason: str = ""
    held_version: int = 0
    expired: int = 0
    blamed: tuple[Blame, ...] = ()
    decision: Decision | None = None
    left: Mapping[Lane, int] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    attempts: int = 0
    ended_at: datetime | None = None

    @property
    def id(self) -> str:
        """Its id, a ULID: sorts by the time of its cause."""
        return self.cause.change

    @property
    def done(self) -> int:
        """Number of finished operations, whatever their outcome."""
        return self.succeeded + self.failed + self.superseded

    @property
    def is_decided(self) -> bool:
        """True if a decision covers everything that the change has held so far; what was held later is undecided."""
        return self.decision is not None and self.decision.version == self.held_version

    def decided_before(self) -> Decision:
        """Return the decision on everything the change holds; raise Outdated if a part of that is undecided."""
        if self.decision is None or not self.is_decided:
            raise Outdated(f"what change {self.id} holds is not what was shown any more: read it again, then decide")
        return self.decision

    @property
    def missing(self) -> int:
        """Number of subjects still to be planned, as far as they are counted."""
        return max(0, (self.subjects or 0) - self.planned)

    @property
    def state(self) -> ChangeState:
        """Never better than what AWS has confirmed; what failed before it came is no part of it."""
        if self.subjects is None or self.missing > self.unplanned:
            return ChangeState.PLANNING
        if self.done + self.held + self.behind_held + self.held_elsewhere < self.operations:
            return ChangeState.RUNNING
        if self.held or self.held_elsewhere:
            return ChangeState.HELD
        if self.behind_held:
            # What these wait for has just been decided on.
            return ChangeState.RUNNING
        has_failed = self.failed > self.failed_before or self.missing
        return ChangeState.FAILED if has_failed else ChangeState.SUCCEEDED


@dataclass(frozen=True, kw_only=True)
class Share:
    """Operations of a change about one subject, in counts."""

    subject: Subject
    operations: int = 0
    succeeded: int = 0
    failed: int = 0
    superseded: int = 0
    held: int = 0

    @property
    def done(self) -> int:
        """Number of finished operations, whatever their outcome."""
        return self.succeeded + self.failed + self.superseded

    @property
    def left(self) -> int:
        """Number of unfinished operations, without the held ones."""
        return self.operations - self.done - self.held


# Five bits a character as in base32, by other letters: none that are read as another.
_LETTERS = bytes.maketrans(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", b"0123456789ABCDEFGHJKMNPQRSTVWXYZ")
_DIGITS = bytes.maketrans(b"0123456789ABCDEFGHJKMNPQRSTVWXYZ", b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")
_LENGTH, _TIME = 26, 10
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def ulid(at: datetime, *, entropy: bytes) -> str:
    """26 characters: 48 bits of Unix milliseconds, then 80 bits of `entropy`. Source: the ULID specification."""
    number = (int(at.timestamp() * 1000) << 80) | int.from_bytes(entropy[:10])
    return base64.b32encode(number.to_bytes(20))[-_LENGTH:].translate(_LETTERS).decode()


def change_at(place: str) -> str:
    """Return the id of the change with this sort key."""
    return place[_TIME:]


def ulid_of(at: datetime, *, name: str) -> str:
    """Return a ULID derived from a time and a name, so that a repeated event leads to the same change."""
    return ulid(at, entropy=hashlib.sha256(name.encode()).digest())


def ulid_time(change: str) -> datetime | None:
    """Return the time at the start of a ULID, or None if the text is not a ULID."""
    if not re.fullmatch("[0-7][0-9A-HJKMNP-TV-Z]{25}", change):
        return None
    # 26 characters hold 130 bits; base32 reads whole bytes, of which the ULID's 16 are the last.
    number = int.from_bytes(base64.b32decode(change.encode().translate(_DIGITS).rjust(32, b"A")))
    try:
        return _EPOCH + timedelta(milliseconds=number >> 80)
    except OverflowError:
        return None


_FIRST, _LAST = "0", "~"  # places are texts of these; a key condition takes no empty text


@dataclass(frozen=True, kw_only=True)
class ChangeFilter:
    """Filter of changes; every field left at its default matches all.

    The times are those of receipt here, from `since` until before `until`. With a `subject`, only changes that planned
    it match.
    """

    state: ChangeState | None = None
    kind: CauseKind | None = None
    subject: Subject | None = None
    since: datetime | None = None
    until: datetime | None = None

    def has(self, change: Change) -> bool:
        """Return whether a change of the right subject and time matches the filter."""
        return self.state in (None, change.state) and self.kind in (None, change.cause.kind)

    @property
    def places(self) -> tuple[str, str]:
        """The first and the last place that a change of its time can have."""
        first = ulid(self.since, entropy=bytes(10)) if self.since else _FIRST
        last = ulid(self.until - timedelta(milliseconds=1), entropy=b"\xff" * 10) if self.until else _LAST
        return first, last


EVERY_CHANGE = ChangeFilter()
