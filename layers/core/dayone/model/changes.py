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
    """What kind of thing set a change off."""

    HR_EVENT = "hr-event"
    ACCOUNT_EVENT = "account-event"
    POLICY = "policy"
    DUE = "due"
    DRIFT = "drift"
    RETRY = "retry"
    DISCOVERY = "discovery"
    BY_HAND = "by-hand"
    BOOTSTRAP = "bootstrap"
    GRANT = "grant"
    HR_CONFIGURATION = "hr-configuration"


@dataclass(frozen=True, kw_only=True)
class Cause:
    """Who or what set a change off.

    `change` is the id of the change it leads to; `actor` is an HR source (`hr:standard`), an event source
    (`aws.organizations`) or the ARN of a caller; `reference` is the id the outside gave its event. Of a retry it is the
    change that is tried again, and `retries` what kind of thing had set that off. `at` is when it came to be so by the
    word of the outside, `received_at` when the inbox took it. `authors` are those who answer for it beside the
    actor: whom it has named, or whoever made the call that an event tells of.
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
        """What kind of thing is behind it: trying again makes nothing more urgent, nor more or less allowed."""
        return self.retries or self.kind

    @property
    def place(self) -> str:
        """Where its change lies among all of them: by when it was taken in here, the clock of the outside set aside."""
        return f"{ulid(self.received_at or self.at, entropy=bytes(10))[:_TIME]}{self.change}"


class Part(StrEnum):
    """A part of what a change holds that can be approved by itself: the removals of people who have left."""

    LEAVERS = "leavers"


@dataclass(frozen=True, kw_only=True)
class Decision:
    """What a human, by the ARN they called with, has said to what a change held, and when.

    It is about all that the change held by then, or about a part, and then leaves the rest to be decided on: about
    these `subjects`, about these `resources`, or with `only_leavers` about those removals alone whose ground is that
    the person has left. `version` is the change's `held_version` with this decision. With
    `by_oneself` SoleAdministrator let somebody decide who had brought it about; with `includes_own` it would let them
    approve what they are given themselves.
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
        """Whether there may be more that the change holds."""
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
    """How far a change has come as a whole; a `HELD` one has nothing left to do until a human decides."""

    PLANNING = "planning"
    RUNNING = "running"
    HELD = "held"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


@dataclass(frozen=True, kw_only=True)
class Change:
    """Everything one cause led to, in counts.

    `subjects` is how many subjects are to be planned, or None while that is still being found out; `planned` is how
    many have been, `unplanned` how many were given up first. `held` is how many operations wait for a human,
    `held_because` why the first of them does, `blamed` whoever has brought that about beside the cause's actor, and
    `decision` what was said to all of them. `held_version` grows with every operation that is held and with every
    decision: two equal ones mean that nothing was added to what was shown. `expired` is how many of the
    `superseded` nobody has decided on in time. `removals` and `additions` are how many were let go.
    `failed_before` is how many of the `failed` had failed in an earlier change, and were only tried again with this
    one; `was_not_there` how many of the `succeeded` had nothing to delete. `left` is how many operations of each lane
    are still to end, those that are held apart. `notes` say what there was nothing to do about, and why. `attempts` is
    how often those that have ended were tried, and `ended_at` when the last of them did.
    """

    cause: Cause
    subjects: int | None = 1
    planned: int = 0
    unplanned: int = 0
    operations: int = 0
    succeeded: int = 0
    was_not_there: int = 0
    failed: int = 0
    failed_before: int = 0
    superseded: int = 0
    held: int = 0
    removals: int = 0
    additions: int = 0
    held_because: str = ""
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
        """How many operations have come to an end, whichever."""
        return self.succeeded + self.failed + self.superseded

    @property
    def is_decided(self) -> bool:
        """Whether somebody has decided on all that it has ever held; of what came later nobody has been asked."""
        return self.decision is not None and self.decision.version == self.held_version

    def decided_before(self) -> Decision:
        """What was said to all that it holds; raises Outdated when there is more, or a part has been decided on."""
        if self.decision is None or not self.is_decided:
            raise Outdated(f"what change {self.id} holds is not what was shown any more: read it again, then decide")
        return self.decision

    @property
    def missing(self) -> int:
        """How many subjects are still to be planned, as far as that is known."""
        return max(0, (self.subjects or 0) - self.planned)

    @property
    def state(self) -> ChangeState:
        """Never better than what AWS has confirmed; what failed before it came is no part of it."""
        if self.subjects is None or self.missing > self.unplanned:
            return ChangeState.PLANNING
        if self.done + self.held < self.operations:
            return ChangeState.RUNNING
        if self.held:
            return ChangeState.HELD
        has_failed = self.failed > self.failed_before or self.missing
        return ChangeState.FAILED if has_failed else ChangeState.SUCCEEDED


@dataclass(frozen=True, kw_only=True)
class Share:
    """What a change has to do about one subject, in counts."""

    subject: Subject
    operations: int = 0
    succeeded: int = 0
    failed: int = 0
    superseded: int = 0
    held: int = 0

    @property
    def done(self) -> int:
        """How many operations have come to an end, whichever."""
        return self.succeeded + self.failed + self.superseded

    @property
    def left(self) -> int:
        """How many are still to end, those that are held apart."""
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
    """The id of the change that lies at a place."""
    return place[_TIME:]


def ulid_of(at: datetime, *, name: str) -> str:
    """The same moment and name give the same id, so an event that comes again leads to the same change."""
    return ulid(at, entropy=hashlib.sha256(name.encode()).digest())


def ulid_time(change: str) -> datetime | None:
    """The moment that an id begins with; None for a text that is no ULID."""
    if not re.fullmatch("[0-7][0-9A-HJKMNP-TV-Z]{25}", change):
        return None
    # 26 characters hold 130 bits; base32 reads whole bytes, of which the ULID's 16 are the last.
    number = int.from_bytes(base64.b32decode(change.encode().translate(_DIGITS).rjust(32, b"A")))
    try:
        return _EPOCH + timedelta(milliseconds=number >> 80)
    except OverflowError:
        return None


# A year further, and some offset would carry them before 1970, where ids begin, or out of the calendar.
_FIRST_YEAR, _LAST_YEAR = 1971, 9998


def moment_in(text: object) -> datetime | None:
    """The moment that a text in ISO 8601 is, with a zone or without; None for what is none, or of no possible year."""
    try:
        moment = datetime.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        return None
    return moment if moment and _FIRST_YEAR <= moment.year <= _LAST_YEAR else None


# Places are texts of these; a key condition takes no empty text.
_FIRST, _LAST = "0", "~"


@dataclass(frozen=True, kw_only=True)
class ChangesWanted:
    """All of them unless it says otherwise; by when they were taken in here from `since` until before `until`.

    With a `subject`, those that have planned it.
    """

    state: ChangeState | None = None
    kind: CauseKind | None = None
    subject: Subject | None = None
    since: datetime | None = None
    until: datetime | None = None

    def has(self, change: Change) -> bool:
        """Whether a change of its subject and time is wanted."""
        return self.state in (None, change.state) and self.kind in (None, change.cause.kind)

    @property
    def places(self) -> tuple[str, str]:
        """The first and the last place that a change of its time can have."""
        first = ulid(self.since, entropy=bytes(10)) if self.since else _FIRST
        last = ulid(self.until - timedelta(milliseconds=1), entropy=b"\xff" * 10) if self.until else _LAST
        return first, last


EVERY_CHANGE = ChangesWanted()
