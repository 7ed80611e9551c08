"""Report what Identity Center has, of one person, group or account now, and what of that no rule of ours gave."""

from collections.abc import Mapping
from dataclasses import astuple, dataclass, field
from enum import StrEnum
from functools import partial
from typing import ClassVar, Protocol

from dayone.access.inventory_report import InventoryRows
from dayone.access.live_rows import LiveRows, OurNames
from dayone.access.pagination import (
    AccessReport,
    Holding,
    HoldingState,
    Pages,
    PersonPrincipals,
    Place,
    ReportSource,
    RowsPage,
    Sought,
    Walk,
    member_in,
    walked,
)
from dayone.errors import Inapplicable, NotFound
from dayone.lookups import Window, complete_pass, read_account, read_person
from dayone.model.subjects import ITSELF, ResourceOf, Subject, SubjectKind
from dayone.policy.ou_paths import is_under
from dayone.ports.identity_center import AssignmentKey, AwsPrincipal, LiveAccess, PrincipalType
from dayone.ports.inventory import InventoryView
from dayone.ports.operations import Clock
from dayone.ports.records import Page, Records, SubjectIndex
from dayone.ports.store import PolicyInForce

# What a call to AWS returns at most. Source: IAM Identity Center API Reference, MaxResults.
_PAGE_OF_AWS = 100
# Few enough to read all their names within a step: permission sets at three calls a second.
_MOST_A_STEP = 20


class LiveReportPorts(Protocol):
    """Reporting what AWS has: what it needs of the API's context."""

    records: Records
    index: SubjectIndex
    live: LiveAccess
    inventory: InventoryView
    policies: PolicyInForce
    clock: Clock


class Managed(StrEnum):
    """Filter of rows: managed ones as recorded, unmanaged ones, or all that exist."""

    TRUE = "true"
    FALSE = "false"
    ANY = "any"


@dataclass(kw_only=True)
class LiveAccount:
    """Everything in one account; a place is a permission set, where in AWS's list of it, and how far in that page."""

    start: ClassVar[Place] = ("", "", "")
    account: str
    live: LiveAccess
    rows: LiveRows
    _arns: list[str] | None = field(default=None, init=False)
    _pages: tuple[str, Pages] | None = field(default=None, init=False)

    def step(self, place: Place, *, room: int) -> RowsPage:
        """See Walk."""
        here, *within = place
        if self._arns is None:
            self._arns = list(self.live.permission_sets_in(self.account))
        left = [arn for arn in self._arns if arn >= here]
        if not left:
            return RowsPage([], None)
        cursor, offset = within if left[0] == here else ("", "")
        entries, following = self._pages_of(left[0]).part(cursor, offset, room=room)
        if following is not None:
            return RowsPage(self.rows.rows(entries), (left[0], *following))
        return RowsPage(self.rows.rows(entries), (left[1], "", "") if len(left) > 1 else None)

    def _pages_of(self, arn: str) -> Pages:
        if self._pages is None or self._pages[0] != arn:
            self._pages = (arn, Pages(partial(self._page, arn), most=_MOST_A_STEP))
        return self._pages[1]

    def _page(self, arn: str, cursor: str) -> Page[AssignmentKey]:
        return self.live.in_account(self.account, permission_set_arn=arn, cursor=cursor, limit=_PAGE_OF_AWS)


@dataclass(kw_only=True)
class LivePrincipal:
    """Everything that a group or a user has; a place is where in AWS's list, and how far in that page."""

    start: ClassVar[Place] = ("", "")
    principal: AwsPrincipal
    account: str
    live: LiveAccess
    rows: LiveRows
    _pages: Pages = field(init=False)

    def __post_init__(self) -> None:
        self._pages = Pages(self._page, most=_MOST_A_STEP)

    def step(self, place: Place, *, room: int) -> RowsPage:
        """See Walk."""
        entries, following = self._pages.part(*place, room=room)
        return RowsPage(self.rows.rows(entries), following)

    def _page(self, cursor: str) -> Page[AssignmentKey]:
        return self.live.of_principal(self.principal, account=self.account, cursor=cursor, limit=_PAGE_OF_AWS)


def report_actual_access(sought: Sought, *, managed: Managed, window: Window, ports: LiveReportPorts) -> AccessReport:
    """List the access in Identity Center, part by part; a part may be short, or empty, and have a cursor.

    One person, group or account is read now, everybody is as the last complete inventory has read it. Raises NotFound
    when the person, group or account is unknown, or no inventory is complete, and Inapplicable where AWS would not
    answer: it lists access by person or group in the management account alone.
    """
    now = ports.clock()
    source, as_of, read_from = ReportSource.IDENTITY_CENTER, now, now
    if sought.is_single:
        walk = _walk(sought, ports=ports)
    else:
        complete = complete_pass("", inventory=ports.inventory, now=now)
        source, as_of, read_from = ReportSource.INVENTORY, complete.finished_at or now, complete.began_at
        walk = InventoryRows(of=complete, inventory=ports.inventory, index=ports.index)
    rows = walked(
        walk,
        question=f"{managed} {astuple(sought)}",
        window=window,
        ports=ports,
        keep=lambda holding: _is_desired(holding, sought, managed=managed),
    )
    return AccessReport(rows=rows, source=source, as_of=as_of, read_from=read_from)


def _is_desired(holding: Holding, sought: Sought, *, managed: Managed) -> bool:
    if managed is Managed.FALSE and holding.state is not HoldingState.UNMANAGED:
        return False
    if sought.ou and not is_under(sought.ou, holding.ou_path):
        return False
    is_by_group = not (sought.person and sought.group) or holding.through == sought.group
    return is_by_group and sought.permission_set in ("", holding.permission_set)


def _walk(sought: Sought, *, ports: LiveReportPorts) -> Walk:
    names = OurNames(index=ports.index, live=ports.live)
    if not (sought.person or sought.group):
        account = read_account(sought.account, records=ports.records).head.subject.name
        rows = LiveRows(names=names, index=ports.index, member=None)
        return LiveAccount(account=account, live=ports.live, rows=rows)
    if (off_limits := ports.policies.current().terms.off_limits).is_delegated:
        raise Inapplicable(
            f"AWS allows this only to the management account {off_limits.account}, and Day One is a delegated "
            "administrator: ask account by account"
        )
    member = member_in(read_person(sought.person, records=ports.records)) if sought.person else None
    principal = _user_of(member, ports=ports) if member else _group_called(sought.group, ports=ports)
    rows = LiveRows(names=names, index=ports.index, member=member)
    return LivePrincipal(principal=principal, account=sought.account, live=ports.live, rows=rows)


def _user_of(member: PersonPrincipals, *, ports: LiveReportPorts) -> AwsPrincipal:
    user = _itself(Subject(SubjectKind.PERSON, member.person), ports=ports)
    if user_id := user.get("user_id", ""):
        return AwsPrincipal(kind=PrincipalType.USER, id=user_id)
    raise Inapplicable(f"{member.person} has no recorded user in Identity Center: there is nothing to read")


def _group_called(group: str, *, ports: LiveReportPorts) -> AwsPrincipal:
    """Find a group by its key in the policy, else by its display name: most unmanaged groups are not recorded."""
    if group_id := _itself(Subject(SubjectKind.GROUP, group), ports=ports).get("group_id", ""):
        return AwsPrincipal(kind=PrincipalType.GROUP, id=group_id)
    found = ports.live.group_called(group)
    if found is None:
        raise NotFound(
            f"there is no group {group} in the policy or in Identity Center: check its key, or its name there"
        )
    return found


def _itself(subject: Subject, *, ports: LiveReportPorts) -> Mapping[str, str]:
    of = ResourceOf(subject, ITSELF[subject.kind])
    applied = ports.index.applied([of]).get(of)
    return applied.references if applied else {}
