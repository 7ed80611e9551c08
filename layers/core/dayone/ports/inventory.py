"""Reading Identity Center as a whole, and keeping what was read and what differs."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from dayone.model.inventory import DriftFinding, ForeignEdit, Pass, Repair, RepairPause, Row, Section
from dayone.model.subjects import Resource, Subject
from dayone.ports.identity_center import AssignmentKey, AwsPrincipal
from dayone.ports.records import Page

type Attributes = Mapping[str, str]


class InventoryReader(Protocol):
    """Reads of Identity Center, one call to AWS each unless said otherwise; cursors are AWS's own.

    A read that fails raises; nothing is left out of an answer. `calls` counts the calls made so far.
    """

    @property
    def calls(self) -> int:
        """Number of calls to AWS so far."""

    def permission_sets(self, *, cursor: str) -> Page[str]:
        """Return ARNs of permission sets."""

    def permission_set(self, arn: str) -> Mapping[Resource, Attributes]:
        """Return a permission set with all its parts, in seven calls or more; raise NotFound when it does not exist.

        With `provisioning`, whose `outdated` are the accounts that have it in an earlier form, where there are any.
        """

    def groups(self, *, cursor: str) -> Page[tuple[str, Attributes]]:
        """Return groups: their ids and attributes."""

    def users(self, *, cursor: str) -> Page[tuple[str, Attributes]]:
        """Return users: their ids and attributes."""

    def members(self, group_id: str, *, cursor: str) -> Page[str]:
        """Return the ids of the users in a group; raise NotFound when it does not exist."""

    def groups_of(self, user_id: str, *, cursor: str) -> Page[str]:
        """Return the ids of the groups that a user is in; raise NotFound when the user does not exist."""

    def sets_in(self, account: str, *, cursor: str) -> Page[str]:
        """Return the ARNs of the permission sets that an account has."""

    def accounts_of(self, arn: str, *, cursor: str) -> Page[str]:
        """Return the accounts that have a permission set; raise NotFound when it does not exist."""

    def assignments_in(self, account: str, *, permission_set_arn: str, cursor: str) -> Page[AssignmentKey]:
        """Return the assignments of a permission set in an account; raise NotFound when either does not exist."""

    def assignments_of(self, principal: AwsPrincipal, *, cursor: str) -> Page[AssignmentKey]:
        """Return the assignments of a group, or of a user and their groups; raise NotFound for a missing one."""

    def group(self, group_id: str) -> Attributes | None:
        """Return the attributes of a group, None when it does not exist."""

    def user(self, user_id: str) -> Attributes | None:
        """Return the attributes of a user, None when it does not exist."""

    def is_member(self, user_id: str, *, group_id: str) -> bool:
        """Return whether a user is in a group; False when either does not exist."""


class EditEvents(Protocol):
    """Events of CloudTrail about calls to Identity Center, as they wait."""

    def take(self) -> Mapping[str, str]:
        """Return some of them by their receipts, JSON each; empty when none waits. Raises Unavailable."""

    def delete(self, receipts: Iterable[str]) -> None:
        """Delete these; what is not deleted comes again."""


class RepairView(Protocol):
    """The findings, and the repairs that Day One requests without being asked, to be read only."""

    def findings(self) -> Sequence[DriftFinding]:
        """Return all open findings."""

    def repairs(self) -> Sequence[Repair]:
        """Return the last repair of each resource, of at least the last day."""

    def pause(self) -> RepairPause | None:
        """Return the last decision to pause repairs, None if there was none."""


class Repairs(RepairView, Protocol):
    """The same, and what is requested."""

    def note_repair(self, repair: Repair) -> None:
        """Keep a repair in place of the one of the same resource."""


class InventoryView(RepairView, Protocol):
    """The passes and the findings, to be read only."""

    def current(self) -> Pass | None:
        """Return the newest pass, finished or not; None before the first."""

    def complete(self) -> Pass | None:
        """Return the last pass that has read everything; None before the first such."""

    def events_at(self) -> datetime | None:
        """Return when everything was looked at of which events had come by then; None before the first time."""

    def kept(self, of: Pass, section: Section, *, cursor: str) -> Page[tuple[str, Sequence[Row]]]:
        """Return some of the units that a pass has kept of a section, with their rows; a large unit comes in parts.

        Raises Invalid for a cursor of another pass or section.
        """

    def finding(self, name: str) -> DriftFinding | None:
        """Return one open finding by its id."""

    def listed(self, *, cursor: str, limit: int) -> Page[DriftFinding]:
        """Return open findings by id; raise Invalid for a cursor of another list."""


class KeptFindings(Protocol):
    """Open findings, of which each can be replaced."""

    def findings(self) -> Sequence[DriftFinding]:
        """Return all open findings."""

    def finding(self, name: str) -> DriftFinding | None:
        """Return one open finding by its id."""

    def put(self, findings: Iterable[DriftFinding]) -> None:
        """Keep findings, each in place of the one of its id."""


class LookRequests(KeptFindings, Protocol):
    """The planner's side of the inventory: its findings, and subjects to look at in Identity Center.

    They are looked at as soon as Day One has nothing left to do about them.
    """

    def pause_repairs(self, pause: RepairPause) -> None:
        """Keep a decision to pause repairs in place of the last."""

    def look_at(self, subject: Subject, *, at: datetime) -> None:
        """Keep a subject until it was looked at; the same again is harmless."""


class Inventory(InventoryView, Repairs, Protocol):
    """The passes, what they have read, and the findings."""

    def save(self, current: Pass) -> Pass:
        """Keep how far a pass has come, and return it with its new revision.

        Raises Conflicting when another run has kept the same pass since `current` was read, or a newer one.
        """

    def keep(self, current: Pass, section: Section, *, unit: str, rows: Sequence[Row]) -> None:
        """Keep what a pass has read of a unit, in place of what it read of it before; forgotten after ROWS_KEPT_FOR."""

    def rows(self, current: Pass, section: Section, *, after: str = "") -> Iterator[tuple[str, Sequence[Row]]]:
        """Yield the units of a section that were kept with their rows, by unit, from behind `after`."""

    def looks(self) -> Sequence[Subject]:
        """Return the subjects that are to be looked at."""

    def looked_at(self, subject: Subject) -> None:
        """Forget that a subject is to be looked at."""

    def note_edit(self, edit: ForeignEdit) -> None:
        """Keep an edit until it was looked at; the same again is harmless."""

    def note_events(self, at: datetime) -> None:
        """Keep that everything was looked at of which events had come."""

    def edits(self) -> Sequence[ForeignEdit]:
        """Return the edits that are to be looked at."""

    def looked_at_edits(self, edits: Iterable[ForeignEdit]) -> None:
        """Forget these edits."""

    def put(self, findings: Iterable[DriftFinding]) -> None:
        """Keep findings, each in place of the one of its id."""

    def close(self, names: Iterable[str]) -> None:
        """Forget the findings of these ids: they are no more."""
