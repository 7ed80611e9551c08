"""Report what Identity Center has now of one person, group or account, and what of that no rule of ours gave."""

from collections.abc import Iterable, Mapping
from dataclasses import astuple, dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import ClassVar, Protocol

from dayone.access.pagination import (
    Holding,
    HoldingState,
    PersonPrincipals,
    Place,
    RowsPage,
    Sought,
    Walk,
    holding_of,
    member_in,
    walked,
)
from dayone.errors import Inapplicable, Invalid, NotFound
from dayone.lookups import Window, read_account, read_person
from dayone.model.accounts import Account
from dayone.model.operations import Applied
from dayone.model.subject_state import Head
from dayone.model.subjects import ITSELF, Assignment, ResourceOf, Subject, SubjectKind
from dayone.model.subjects import Principal as AssignedPrincipal
from dayone.policy.ou_paths import is_under
from dayone.ports.identity_center import AssignmentKey, AwsPrincipal, LiveAccess, PrincipalType
from dayone.ports.operations import Clock
from dayone.ports.records import Page, Records, SubjectIndex
from dayone.ports.store import PolicyInForce

_PAGE = 100


@dataclass(frozen=True)
class Named:
    """Key of a managed resource, empty for an unmanaged one, and its name in Identity Center."""

    key: str
    name: str


@dataclass(kw_only=True)
class OurNames:
    """Names for AWS's ids, each looked up once; names of unmanaged resources are read from Identity Center."""

    index: SubjectIndex
    live: LiveAccess
    _principals: dict[AwsPrincipal, Named] = field(default_factory=dict)

    def permission_set(self, arn: str) -> Named:
        """Return the name of a permission set by its ARN."""
        key = self._sets.get(arn, "")
        return Named(key, key or self.live.permission_set_name(arn) or arn)

    def principal(self, principal: AwsPrincipal) -> Named:
        """Return the name of a group, or of a person as `person:id`."""
        if principal not in self._principals:
            key = self._groups.get(principal.id, "") if principal.kind is PrincipalType.GROUP else ""
            self._principals[principal] = Named(key, key) if key else self._fetched(principal)
        return self._principals[principal]

    def _fetched(self, principal: AwsPrincipal) -> Named:
        name = self.live.principal_name(principal)
        person = self.index.holder_of(f"user-name:{name.casefold()}") if principal.kind is PrincipalType.USER else ""
        if person:
            of = ResourceOf(Subject(SubjectKind.PERSON, person), ITSELF[SubjectKind.PERSON])
            user = self.index.applied([of]).get(of)
            if user and user.references.get("user_id") == principal.id:
                return Named(str(AssignedPrincipal(person=person)), name)
        return Named("", name)

    @cached_property
    def _sets(self) -> Mapping[str, str]:
        return self._all(SubjectKind.PERMISSION_SET, "permission_set_arn")

    @cached_property
    def _groups(self) -> Mapping[str, str]:
        return self._all(SubjectKind.GROUP, "group_id")

    def _all(self, kind: SubjectKind, reference: str) -> Mapping[str, str]:
        found: dict[str, str] = {}
        cursor = ""
        while True:
            page = self.index.listed(kind, cursor=cursor, limit=_PAGE)
            for state in page.entries:
                found |= {
                    applied.references.get(reference, ""): state.head.subject.name for applied in state.applied.values()
                }
            if not (cursor := page.cursor):
                return found


@dataclass(frozen=True, kw_only=True)
class LiveRows:
    """Makes rows of what Identity Center has: with our reasons where it is ours, else as unmanaged.

    With a `member` they are that person's; then it is ours only if their place in the group is, too.
    """

    names: OurNames
    index: SubjectIndex
    member: PersonPrincipals | None

    def rows(self, found: Iterable[AssignmentKey]) -> list[Holding]:
        """One row for each, in the same order."""
        keys = list(found)
        accounts = {assignment.account_id: Subject(SubjectKind.ACCOUNT, assignment.account_id) for assignment in keys}
        briefly = self.index.brief(accounts.values())
        heads = {
            name: briefly[subject].head if subject in briefly else Head(subject=subject)
            for name, subject in accounts.items()
        }
        ours = self.index.applied([of for of in map(self._target, keys) if of])
        return [self._row(assignment, ours=ours, account=heads[assignment.account_id]) for assignment in keys]

    def _target(self, entry: AssignmentKey) -> ResourceOf | None:
        permission_set, principal = self._named(entry)
        if not permission_set.key or not principal.key:
            return None
        assignment = Assignment(permission_set.key, AssignedPrincipal.parse(principal.key))
        return ResourceOf(Subject(SubjectKind.ACCOUNT, entry.account_id), assignment.resource)

    def _named(self, assignment: AssignmentKey) -> tuple[Named, Named]:
        principal = AwsPrincipal(kind=assignment.principal_type, id=assignment.principal_id)
        return self.names.permission_set(assignment.permission_set_arn), self.names.principal(principal)

    def _row(self, assignment: AssignmentKey, *, ours: Mapping[ResourceOf, Applied], account: Head) -> Holding:
        permission_set, principal = self._named(assignment)
        target = self._target(assignment)
        applied = ours.get(target) if target else None
        if applied and (self.member is None or principal.key in self.member.principals):
            return holding_of(applied, account=account, member=self.member)
        fact = account.fact if isinstance(account.fact, Account) else None
        is_group = assignment.principal_type is PrincipalType.GROUP
        whose = principal.key or (
            assignment.principal_id if is_group else str(AssignedPrincipal(person=assignment.principal_id))
        )
        by_group = self.member is not None and is_group
        return Holding(
            principal=str(AssignedPrincipal(person=self.member.person)) if self.member else whose,
            principal_name="" if principal.key or self.member else principal.name,
            account=assignment.account_id,
            permission_set=permission_set.name,
            through=(principal.key or principal.name or assignment.principal_id) if by_group else "direct",
            account_name=fact.name if fact else "",
            ou_path=fact.ou_path if fact else "",
            state=HoldingState.UNMANAGED,
        )


# Few enough to read all their names within a step: permission sets at three calls a second.
_MOST_A_STEP = 20


class LiveReportPorts(Protocol):
    """Reporting what AWS has: what it needs of the API's context."""

    records: Records
    index: SubjectIndex
    live: LiveAccess
    policies: PolicyInForce
    clock: Clock


class Managed(StrEnum):
    """Filter of rows: managed ones as recorded, unmanaged ones, or all that exist."""

    TRUE = "true"
    FALSE = "false"
    ANY = "any"


@dataclass(kw_only=True)
class LiveAccount:
    """Everything in one account; a place is a permission set, and where in AWS's list of it."""

    start: ClassVar[Place] = ("", "")
    account: str
    live: LiveAccess
    rows: LiveRows
    _arns: list[str] | None = field(default=None, init=False)

    def step(self, place: Place, *, room: int) -> RowsPage:
        """See Walk."""
        here, cursor = place
        if self._arns is None:
            self._arns = list(self.live.permission_sets_in(self.account))
        left = [arn for arn in self._arns if arn >= here]
        if not left:
            return RowsPage([], None)
        cursor = cursor if left[0] == here else ""
        limit = min(room, _MOST_A_STEP)
        page = self.live.in_account(self.account, permission_set_arn=left[0], cursor=cursor, limit=limit)
        following = (left[0], page.cursor) if page.cursor else (left[1], "") if len(left) > 1 else None
        return RowsPage(self.rows.rows(page.entries), following)


@dataclass(frozen=True, kw_only=True)
class LivePrincipal:
    """Everything that a group or a user has; a place is where in AWS's list."""

    start: ClassVar[Place] = ("",)
    principal: AwsPrincipal
    account: str
    live: LiveAccess
    rows: LiveRows

    def step(self, place: Place, *, room: int) -> RowsPage:
        """See Walk."""
        limit = min(room, _MOST_A_STEP)
        page = self.live.of_principal(self.principal, account=self.account, cursor=place[0], limit=limit)
        return RowsPage(self.rows.rows(page.entries), (page.cursor,) if page.cursor else None)


def report_live_access(sought: Sought, *, managed: Managed, window: Window, ports: LiveReportPorts) -> Page[Holding]:
    """List the current access in Identity Center, part by part; a part may be short, or empty, and have a cursor.

    Raises Invalid when the filter does not name one person, group or account, NotFound when that is unknown, and
    Inapplicable where AWS would not answer: it lists access by person or group in the management account alone.
    """
    if not sought.is_single:
        raise Invalid(
            "Identity Center cannot be read as a whole: name a `person`, `group` or `account`, or leave out `managed`"
        )
    walk = _walk(sought, ports=ports)
    question = f"{managed} {astuple(sought)}"
    return walked(
        walk,
        question=question,
        window=window,
        ports=ports,
        keep=lambda holding: _is_desired(holding, sought, managed=managed),
    )


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
