"""The inventory of Identity Center: how far a pass of reading has come, what it read, and what differs."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from dayone.model.operations import Applied
from dayone.model.subjects import ResourceOf


class ReadMethod(StrEnum):
    """Ways to read all assignments.

    `BY_PRINCIPAL` reads those of each group and user; AWS answers it in the management account only, and not for
    principals that were deleted. `BY_ACCOUNT` and `BY_PERMISSION_SET` list the permission sets of each account, or the
    accounts of each permission set, and read each such pair.
    """

    BY_PRINCIPAL = "by-principal"
    BY_ACCOUNT = "by-account"
    BY_PERMISSION_SET = "by-permission-set"


class Section(StrEnum):
    """Parts of a pass, in their order; the last two compare what was read with the record."""

    PERMISSION_SETS = "permission-sets"
    GROUPS = "groups"
    USERS = "users"
    MEMBERSHIPS = "memberships"
    PROVISIONED = "provisioned"
    ASSIGNMENTS = "assignments"
    COMPARISON = "comparison"
    CONFIRMATION = "confirmation"


# Sections with resources of Identity Center, rather than with work of the inventory.
OF_RESOURCES = (Section.PERMISSION_SETS, Section.GROUPS, Section.USERS, Section.MEMBERSHIPS, Section.ASSIGNMENTS)
# What was read earlier is no ground to adopt anything: two intervals of the inventory, as long as nobody sets another.
FRESH_FOR = timedelta(days=2)
# Memberships and assignments, of some 500 bytes each, beside a company that is planned in memory.
_MOST_ROWS_BESIDE = 300_000
# From the beginning of a pass on, what it has read is kept for so long.
ROWS_KEPT_FOR = timedelta(days=7)
# The newest that is complete may be older than the interval by so much.
LATE_AFTER = timedelta(hours=24)


@dataclass(frozen=True, kw_only=True)
class Counts:
    """Numbers that the cost of reading follows from; `pairs` are permission sets in accounts."""

    permission_sets: int = 0
    groups: int = 0
    users: int = 0
    accounts: int = 0
    memberships: int = 0
    pairs: int = 0
    assignments: int = 0


@dataclass(frozen=True, kw_only=True)
class ReadCost:
    """Calls of a method of reading: to `sso-admin`, where all share one rate, and to the Identity Store."""

    method: ReadMethod
    sso_calls: int
    directory_calls: int

    @property
    def calls(self) -> int:
        """All calls."""
        return self.sso_calls + self.directory_calls


# The unit of a section that stands for those which came after the reasons that are kept.
FURTHER = "further"
# One text for each member of what was read: an id, or a resource with its attributes as JSON.
type Row = tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Pass:
    """One reading of everything, and how far it has come.

    `after` is the last unit of the section that was read and kept, "" at its beginning. `unread` are units, as
    `section unit`, with the reason why they could not be read: nothing is concluded from their absence. `costs` are the
    methods of reading with what each would cost, by the counts at its beginning. `differences` were confirmed. Until
    `run_until` a run is at work on it, unless it was cut short. `is_indexed` if all that was recorded by the last
    comparison can be found by AWS's id.
    """

    id: str
    began_at: datetime
    method: ReadMethod
    costs: tuple[ReadCost, ...]
    counts: Counts
    is_first: bool = False
    is_indexed: bool = False
    section: Section = Section.PERMISSION_SETS
    after: str = ""
    calls: int = 0
    unread: Mapping[str, str] = field(default_factory=dict)
    differences: int = 0
    run_until: datetime | None = None
    finished_at: datetime | None = None
    revision: int = 0

    @property
    def is_complete(self) -> bool:
        """True if it is over and has read everything."""
        return self.finished_at is not None and not self.unread

    def can_be_taken_over(self, *, now: datetime) -> bool:
        """Return whether it is recent, and of an estate that fits into the planner's memory."""
        rows = self.counts.memberships + self.counts.assignments
        return now < self.began_at + FRESH_FOR and rows <= _MOST_ROWS_BESIDE


class DriftKind(StrEnum):
    """Kinds of differences between Identity Center and what Day One has recorded."""

    MISSING = "missing"
    CHANGED = "changed"
    UNMANAGED = "unmanaged"
    ORPHANED = "orphaned"
    UNPROVISIONED = "unprovisioned"


# Kinds of what others have given, and Day One has not made.
OF_OTHERS = frozenset({DriftKind.UNMANAGED, DriftKind.ORPHANED})


@dataclass(frozen=True, kw_only=True)
class AttributeChange:
    """An attribute that differs: as recorded, and as it is; either may be empty."""

    attribute: str
    recorded: str
    actual: str


@dataclass(frozen=True, kw_only=True)
class Deviation:
    """Something that Identity Center has otherwise than recorded.

    `subject` and `resource` name it in the words of operations where Day One knows it, else by its name in Identity
    Center: `group:Sales`, `assignment/Admins/user:ann`. `ids` are AWS's own. `target` is the resource it is recorded
    as, or would be. `changes` are of what has changed, `accounts` those that have a permission set in an earlier form.
    """

    kind: DriftKind
    subject: str
    resource: str
    ids: Mapping[str, str] = field(default_factory=dict)
    target: ResourceOf | None = None
    changes: tuple[AttributeChange, ...] = ()
    accounts: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        """Its id, which stays the same from pass to pass; what has changed otherwise is another difference."""
        ids = "\n".join(f"{name}={value}" for name, value in sorted(self.ids.items()))
        text = f"{self.kind}\n{self.subject}\n{self.resource}\n{ids}"
        return hashlib.sha256(text.encode()).hexdigest()[:20]

    @property
    def references(self) -> Mapping[str, str]:
        """AWS's ids as they are recorded: an assignment has the id of its group or user by the name of that."""
        if "account" not in self.ids:
            return self.ids
        # The kinds of principals are USER and GROUP.
        principal = f"{self.ids['principal_type'].casefold()}_id"
        return {"permission_set_arn": self.ids["permission_set_arn"], principal: self.ids["principal_id"]}


@dataclass(frozen=True, kw_only=True)
class Ignored:
    """A decision to leave a finding as it is until then: by whom, when, and for what reason."""

    until: datetime
    reason: str
    actor: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class ForeignEdit:
    """A call to Identity Center that Day One has not made: by whom, which, and the ids of what it is about.

    `event` is the id of the event that told of it. `actor` is the ARN of the caller where AWS has one.
    """

    event: str
    actor: str
    action: str
    at: datetime
    ids: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class DriftFinding:
    """A confirmed difference: when it was first seen, and when last; `is_baseline` if the first pass found it.

    `edit` is the last call of others that touched it, where CloudTrail has reported one.
    """

    difference: Deviation
    first_seen_at: datetime
    seen_at: datetime
    is_baseline: bool = False
    ignored: Ignored | None = None
    edit: ForeignEdit | None = None

    def is_to_be_decided(self, now: datetime) -> bool:
        """Return whether it is neither of the baseline nor ignored at this time."""
        return not self.is_baseline and (self.ignored is None or self.ignored.until <= now)

    @property
    def id(self) -> str:
        """That of the difference."""
        return self.difference.id


@dataclass(frozen=True, kw_only=True)
class Repair:
    """The last repair of something that Day One has requested without being asked: of which finding, and its change.

    `looked_at` is when Identity Center was read once more after it.
    """

    target: ResourceOf
    finding: str
    change: str
    at: datetime
    looked_at: datetime | None = None


class RepairState(StrEnum):
    """States of what Day One does about a finding without being asked."""

    DUE = "due"
    REQUESTED = "requested"
    HELD = "held"


@dataclass(frozen=True, kw_only=True)
class RepairStatus:
    """The state of a repair, its change once it was requested, and why and until when it is held, as far as known."""

    state: RepairState
    reason: str = ""
    change: str = ""
    until: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class RepairPause:
    """A decision that nothing is repaired without a request until then; one whose time is over has no effect."""

    until: datetime
    reason: str
    actor: str
    at: datetime


def has_no_doubt(applied: Applied | None) -> bool:
    """Return whether nothing is in doubt about a resource: no action on it was begun that is not confirmed."""
    return applied is None or applied.doubt is None
