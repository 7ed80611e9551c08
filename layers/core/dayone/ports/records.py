"""Reading what is recorded: subjects, changes and which of them stay open, history, progress and the audit log."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from dayone.model.audit import AlteredRecord, AuditFilter, AuditRecord, LaneEnd, StoredRecord
from dayone.model.changes import EVERY_CHANGE, Change, ChangeFilter, Share
from dayone.model.operations import Applied, Lane, Operation
from dayone.model.subject_state import Head, SubjectState
from dayone.model.subjects import ResourceOf, Subject, SubjectKind


@dataclass(frozen=True)
class Page[T]:
    """Part of a list; `cursor` continues with the next part and is empty at the end."""

    entries: Sequence[T]
    cursor: str = ""


class History(Protocol):
    """The changes, to be read only; what was written a moment ago may be missing in a list."""

    def changes(self, query: ChangeFilter = EVERY_CHANGE, *, cursor: str, limit: int) -> Page[Change]:
        """Return the matching changes, the newest first, without notes; raise Invalid for a cursor of another list.

        A page may have fewer than `limit`, or none, and a cursor: the scan continues there.
        """

    def glance(self, change: str) -> Change | None:
        """Return one change as it stands, without notes; None when it is not recorded."""


class Progress(Protocol):
    """The counts of changes; each is kept in the transaction that makes it so."""

    def of_accounts(self, change: str, *, cursor: str, limit: int) -> Page[Share]:
        """Return the accounts that a change has planned, by id; raise Invalid for a cursor of another list."""

    def before(self, change: Change, lane: Lane) -> int:
        """About how many operations of other changes go before those of this one in a lane, being older or more urgent.

        Exact up to a few dozen; beyond that, what the changes seen until there have left.
        """

    def failed(self, change: str, *, after: str, limit: int) -> Sequence[Subject]:
        """Subjects of a change that have failed operations, by their text, from behind `after` ("": the beginning)."""

    def planned(self, change: str, subjects: Iterable[Subject]) -> frozenset[Subject]:
        """Those of the subjects that a change has planned."""


@dataclass(frozen=True, kw_only=True)
class Member:
    """A person in a group."""

    person: str
    membership: Applied


@dataclass(frozen=True, kw_only=True)
class AssignmentOf:
    """A permission set that a group has in an account."""

    account: str
    permission_set: str
    group: str
    assignment: Applied


class Records(Protocol):
    """Everything that is remembered, to be read only; cursors are opaque, and a wrong one raises Invalid."""

    def subject(self, subject: Subject) -> SubjectState:
        """As Subjects.load."""

    def change(self, change: str) -> Change | None:
        """One change with its notes (the first hundred)."""

    def operations(self, change: str, *, cursor: str, limit: int) -> Page[Operation]:
        """Return the operations of a change, by subject and number."""

    def plan_of(self, head: Head) -> Sequence[Operation]:
        """Return the operations of the plan in force of a subject, by number; none before its first."""

    def members(self, group: str, *, cursor: str, limit: int) -> Page[Member]:
        """Return the members of a group as confirmed by AWS."""

    def assignments_of(self, group: str, *, cursor: str, limit: int) -> Page[AssignmentOf]:
        """Return the assignments of a group as confirmed by AWS."""


class SubjectIndex(Protocol):
    """The recorded subjects, in brief: a head with the subject's own resource in Identity Center, and no more.

    That is the user of a person, the group, or the permission set; an account has none.
    """

    def listed(self, kind: SubjectKind, *, cursor: str, limit: int) -> Page[SubjectState]:
        """All of a kind by name; raises Invalid for a cursor that is not one of this list."""

    def brief(self, subjects: Iterable[Subject]) -> Mapping[Subject, SubjectState]:
        """Return the recorded ones of these subjects."""

    def applied(self, resources: Iterable[ResourceOf]) -> Mapping[ResourceOf, Applied]:
        """Those of the resources that are remembered, in doubt or not."""

    def holder_of(self, claim: str) -> str:
        """Return the name of the subject that a user name or an e-mail address belongs to, or empty."""

    def identified(self, kind: SubjectKind, ids: Iterable[str]) -> Mapping[str, Subject]:
        """Return the subjects of AWS's ids of users, groups or permission sets; none of what is being created.

        What was recorded by a release that did not list ids is missing until it is written again: see `ids`.
        """

    def ids(self, kind: SubjectKind) -> frozenset[str]:
        """Return all ids that `identified` finds."""

    def begun(self, kind: SubjectKind) -> Sequence[Subject]:
        """Return the groups or permission sets that are being created; people have claimed a user name by then."""


class AuditLog(Protocol):
    """The audit log, in lanes, each of which is a hash chain of its own."""

    def entries(self, query: AuditFilter, *, cursor: str, limit: int) -> Page[AuditRecord]:
        """Return the matching records, the newest first; raise Invalid for a cursor of another query.

        A page may have fewer than `limit`, or none, and a cursor: the scan continues there. Raises Inapplicable for an
        altered entry.
        """

    def lanes(self) -> Sequence[str]:
        """Return the names of all lanes, in the order of `of_day`."""

    def of_day(self, day: date, *, after: tuple[str, int] | None) -> Iterator[StoredRecord]:
        """Yield every record stored under a day (UTC), by lane and number; `after` is a lane's number.

        Records that Day One did not write are included as such.
        """

    def numbered(self, lane: str, number: int, *, days: Iterable[date]) -> Sequence[StoredRecord]:
        """Return the records of a lane with that number on any of the days; more than one only if forged."""

    def next_day(self, lane: str, *, days: Iterable[date]) -> date | None:
        """Return the first of the days on which a lane has records, or None."""

    def end(self, lane: str) -> LaneEnd | AlteredRecord:
        """Return the recorded end of a lane, which for an empty lane is its beginning."""


class LaneEnds(Protocol):
    """The recorded ends of the audit log's lanes."""

    def all(self) -> Mapping[str, LaneEnd]:
        """Return the end of each lane that has entries; raise Inapplicable for an altered one."""


class SigningKey(Protocol):
    """A key that only the signing function can use."""

    @property
    def arn(self) -> str:
        """The ARN of the key."""

    def sign(self, text: bytes) -> bytes:
        """Return the signature over a text."""


class CheckpointArchive(Protocol):
    """A place where what is kept cannot be changed."""

    def keep(self, name: str, text: str) -> None:
        """Keep a text under a name, which has slashes where folders are meant."""


class OpenMarks(Protocol):
    """Marks on changes that stay open for long, so that they are found without a walk through all of them."""

    def mark(self, places: Iterable[str]) -> None:
        """Mark the changes at these places as open; one mark too many does no harm."""


class OldChanges(Protocol):
    """Changes that are over, as the sweep deletes them."""

    def sweep(self, *, before: datetime, limit: int) -> int:
        """Delete changes that were taken in before then and have succeeded, with all that is recorded of them.

        What is held, has failed or is not over stays. Goes on where the sweep before this one has stopped, looks at no
        more than `limit` changes and deletes about a thousand records; returns how many changes are gone.
        """


class OpenChanges(Protocol):
    """The same marks as the sweep keeps them."""

    def sweep(self, *, before: datetime, limit: int) -> None:
        """Mark those that were taken in before then and are open, and take the mark from some that are over.

        Goes on where the sweep before this one has stopped, and looks at no more than `limit` of either.
        """
