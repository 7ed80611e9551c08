"""Entitlements: who has what, filtered, and page by page."""

import hashlib
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import ClassVar, Protocol

from dayone.errors import Invalid
from dayone.lookups import Window
from dayone.model.accounts import Account
from dayone.model.guardrails import Verdict
from dayone.model.operations import Action, Applied
from dayone.model.subject_state import Head, SubjectState
from dayone.model.subjects import Principal, Reason, ResourceKind, assignment_in
from dayone.policy.ou_paths import is_under
from dayone.ports.identity_center import AssignmentKey
from dayone.ports.operations import Clock
from dayone.ports.records import Page

DIRECT = "direct"


class HoldingState(StrEnum):
    """Certainty of an entitlement, and whether it is to stay.

    `IN_DOUBT` marks an action begun and not confirmed, or a confirmation from before the account was closed for a
    while; `REMOVAL_HELD` exists, no rule gives it any more, and a human must decide; `UNMANAGED` is in Identity Center,
    and was not created by Day One.
    """

    CONFIRMED = "confirmed"
    IN_DOUBT = "unconfirmed"
    REMOVAL_HELD = "removal-held"
    UNMANAGED = "unmanaged"


@dataclass(frozen=True, kw_only=True)
class Sought:
    """Filter of a report; every text that is not empty must match, `ou` as a pattern of OU paths."""

    person: str = ""
    group: str = ""
    account: str = ""
    ou: str = ""
    permission_set: str = ""

    @property
    def is_single(self) -> bool:
        """True if it names one person, group or account, which Identity Center can answer in a few calls."""
        return bool(self.person or self.group or self.account)

    def fits(self, *, permission_set: str, principal: str) -> bool:
        """Return whether an assignment may match by its name; `principal` is a group or `person:id`."""
        return self.permission_set in ("", permission_set) and self.group in ("", principal)

    def fits_account(self, head: Head) -> bool:
        """Return whether an account may match."""
        path = head.fact.ou_path if isinstance(head.fact, Account) else ""
        return self.account in ("", head.subject.name) and (not self.ou or is_under(self.ou, path))


@dataclass(frozen=True, kw_only=True)
class Holding:
    """One row: `principal` is a group or `person:id`, `through` the group by which a person has it, or `direct`.

    `account_name` and `ou_path` are empty if Organizations has not supplied them. An unmanaged row has no reasons, and
    `principal_name` is the name of its principal in Identity Center where `principal` has another.
    """

    principal: str
    account: str
    permission_set: str
    through: str = DIRECT
    account_name: str = ""
    ou_path: str = ""
    reasons: tuple[Reason, ...] = ()
    confirmed_at: datetime | None = None
    state: HoldingState = HoldingState.CONFIRMED
    principal_name: str = ""


@dataclass(frozen=True, kw_only=True)
class PersonPrincipals:
    """A person in a report, and each of their groups with the membership."""

    person: str
    head: Head
    groups: Mapping[str, Applied]

    @property
    def principals(self) -> frozenset[str]:
        """Principals by which the person can have an assignment."""
        return frozenset((*self.groups, str(Principal(person=self.person))))


def member_in(state: SubjectState) -> PersonPrincipals:
    """Return a person with the groups they are in as confirmed by AWS."""
    groups = {
        resource.name: applied
        for resource, applied in state.applied.items()
        if resource.kind is ResourceKind.MEMBERSHIP and applied.doubt is not Action.CREATE
    }
    return PersonPrincipals(person=state.head.subject.name, head=state.head, groups=groups)


def holding_of(assignment: Applied, *, account: Head, member: PersonPrincipals | None = None) -> Holding:
    """Return the row of an assignment, for its group or person, or for a member of the group."""
    permission_set, had_by = assignment_in(assignment.resource)
    principal = str(had_by)
    membership = member.groups.get(principal) if member else None
    state, reasons = state_of(assignment, head=account), assignment.reasons
    if member and membership:
        order = (HoldingState.IN_DOUBT, HoldingState.REMOVAL_HELD, HoldingState.CONFIRMED)
        state = min(state, state_of(membership, head=member.head), key=order.index)
        reasons = (*membership.reasons, *reasons)
    fact = account.fact if isinstance(account.fact, Account) else None
    return Holding(
        principal=str(Principal(person=member.person)) if member else principal,
        account=account.subject.name,
        permission_set=permission_set,
        through=principal if member and membership else DIRECT,
        account_name=fact.name if fact else "",
        ou_path=fact.ou_path if fact else "",
        reasons=reasons,
        confirmed_at=assignment.at,
        state=state,
    )


def state_of(applied: Applied, *, head: Head) -> HoldingState:
    """Return the certainty of a membership or an assignment; `head` is that of its subject."""
    waiting = (removal for removal in head.held if removal.verdict is Verdict.WAITING and not removal.is_gift)
    if any(removal.resource == applied.resource for removal in waiting):
        return HoldingState.REMOVAL_HELD
    since = head.trusted_since
    is_outdated = since is not None and (applied.at is None or applied.at <= since)
    return HoldingState.IN_DOUBT if applied.doubt or is_outdated else HoldingState.CONFIRMED


class ReportSource(StrEnum):
    """Origins of a report: the record of what AWS has confirmed, Identity Center just now, or an inventory of it."""

    RECORD = "record"
    IDENTITY_CENTER = "identity-center"
    INVENTORY = "inventory"


@dataclass(frozen=True, kw_only=True)
class AccessReport:
    """Part of a report. What it says was so at `as_of`; an inventory has read it between `read_from` and then."""

    rows: Page[Holding]
    source: ReportSource
    as_of: datetime
    read_from: datetime


type Place = tuple[str, ...]


def written(place: Place, *, question: str) -> str:
    """Encode a place in the results of a query as a cursor."""
    text = json.dumps([_digest(question), *place], separators=(",", ":"))
    return urlsafe_b64encode(text.encode()).decode().rstrip("=")


def place_in(cursor: str, *, question: str, parts: int) -> Place:
    """Decode a cursor into a place of so many parts; raise Invalid for any other text or another query's cursor."""
    try:
        parsed = json.loads(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, RecursionError) as error:
        raise Invalid("the cursor cannot be read") from error
    is_place = isinstance(parsed, list) and len(parsed) == parts + 1 and all(isinstance(entry, str) for entry in parsed)
    if not is_place or parsed[0] != _digest(question):
        raise Invalid("the cursor belongs to another query: use the same filters as before")
    return tuple(parsed[1:])


def _offset_in(text: str) -> int:
    """Return the number of entries in a place; raise Invalid for anything else."""
    if text and not (text.isascii() and text.isdigit() and len(text) < 7):  # noqa: PLR2004 - no page is as long
        raise Invalid("the cursor cannot be read")
    return int(text or "0")


def _digest(question: str) -> str:
    return hashlib.sha256(question.encode()).hexdigest()[:12]


# API Gateway waits 29 seconds, and an answer that comes late is none. No step takes more than some seconds.
_TIME_TO_READ = timedelta(seconds=15)


class WalkPorts(Protocol):
    """Walking rows: what it needs of the API's context."""

    clock: Clock


@dataclass(frozen=True)
class RowsPage:
    """Some rows, and the place behind them; None at the end."""

    rows: Sequence[Holding]
    place: Place | None


class Walk(Protocol):
    """A way through the rows, in steps that each take a moment; a place has as many parts as `start`."""

    start: ClassVar[Place]

    def step(self, place: Place, *, room: int) -> RowsPage:
        """Return the next rows behind a place, at most `room` of them, possibly none."""


@dataclass
class Pages:
    """Pages of assignments, of which the last is kept: a step may use a part of it, and the next one goes on in it."""

    read: Callable[[str], Page[AssignmentKey]]
    _: KW_ONLY
    most: int
    _at: str | None = None
    _page: Page[AssignmentKey] = field(default_factory=lambda: Page([]))

    def part(self, cursor: str, offset: str, *, room: int) -> tuple[Sequence[AssignmentKey], Place | None]:
        """Return entries of the page at a cursor from an offset on, and the cursor and offset behind them."""
        if self._at != cursor:
            self._page, self._at = self.read(cursor), cursor
        begin = _offset_in(offset)
        end = begin + min(room, self.most)
        entries, following = self._page.entries[begin:end], self._page.cursor
        if len(self._page.entries) > end:
            return entries, (cursor, str(end))
        return entries, (following, "") if following else None


def walked(
    walk: Walk,
    *,
    question: str,
    window: Window,
    ports: WalkPorts,
    keep: Callable[[Holding], bool] = lambda _: True,
) -> Page[Holding]:
    """Go on from the window's cursor until there are rows enough to `keep`, or it takes too long."""
    until = ports.clock() + _TIME_TO_READ
    place = place_in(window.cursor, question=question, parts=len(walk.start)) if window.cursor else walk.start
    rows: list[Holding] = []
    while True:
        step = walk.step(place, room=window.limit - len(rows))
        rows += filter(keep, step.rows)
        if step.place is None:
            return Page(rows)
        place = step.place
        if len(rows) >= window.limit or ports.clock() >= until:
            return Page(rows, written(place, question=question))
