"""Tells which of what Identity Center has is ours, by our names for it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from dayone.domain.accounts import Account
from dayone.domain.assignments import Assignment
from dayone.domain.assignments import Principal as AssignedPrincipal
from dayone.domain.holdings import Holding, HoldingState, Member, holding_of
from dayone.domain.operations import Applied
from dayone.domain.subject_states import Head
from dayone.domain.subjects import ITSELF, ResourceOf, Subject, SubjectKind
from dayone.ports.identity_center import AssignmentKey, PrincipalType
from dayone.ports.live_access import LiveAccess, Principal
from dayone.ports.records import KnownSubjects

_PAGE = 100


@dataclass(frozen=True)
class Named:
    """What we call something, empty where it is none of ours, and what Identity Center calls it."""

    key: str
    name: str


@dataclass(kw_only=True)
class OurNames:
    """Our names for AWS's ids, looked up once for each; what is not ours is asked for in Identity Center."""

    known: KnownSubjects
    live: LiveAccess
    _principals: dict[Principal, Named] = field(default_factory=dict)

    def permission_set(self, arn: str) -> Named:
        """A permission set by its ARN."""
        key = self._sets.get(arn, "")
        return Named(key, key or self.live.permission_set_name(arn) or arn)

    def principal(self, principal: Principal) -> Named:
        """A group, or a person as `person:id`."""
        if principal not in self._principals:
            key = self._groups.get(principal.id, "") if principal.kind is PrincipalType.GROUP else ""
            self._principals[principal] = Named(key, key) if key else self._asked(principal)
        return self._principals[principal]

    def _asked(self, principal: Principal) -> Named:
        name = self.live.principal_name(principal)
        person = self.known.holder_of(f"user-name:{name.casefold()}") if principal.kind is PrincipalType.USER else ""
        if person:
            of = ResourceOf(Subject(SubjectKind.PERSON, person), ITSELF[SubjectKind.PERSON])
            user = self.known.applied([of]).get(of)
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
            page = self.known.listed(kind, cursor=cursor, limit=_PAGE)
            for state in page.entries:
                found |= {one.references.get(reference, ""): state.head.subject.name for one in state.applied.values()}
            if not (cursor := page.cursor):
                return found


@dataclass(frozen=True, kw_only=True)
class LiveRows:
    """Makes rows of what Identity Center has: with our reasons where it is ours, else as unmanaged.

    With a `member` they are that person's; then it is ours only if their place in the group is, too.
    """

    names: OurNames
    known: KnownSubjects
    member: Member | None

    def rows(self, found: Iterable[AssignmentKey]) -> list[Holding]:
        """One row for each, in the same order."""
        keys = list(found)
        accounts = {one.account_id: Subject(SubjectKind.ACCOUNT, one.account_id) for one in keys}
        briefly = self.known.brief(accounts.values())
        heads = {name: briefly[one].head if one in briefly else Head(subject=one) for name, one in accounts.items()}
        ours = self.known.applied([of for of in map(self._target, keys) if of])
        return [self._row(one, ours=ours, account=heads[one.account_id]) for one in keys]

    def _target(self, one: AssignmentKey) -> ResourceOf | None:
        permission_set, principal = self._named(one)
        if not permission_set.key or not principal.key:
            return None
        assignment = Assignment(permission_set.key, AssignedPrincipal.parse(principal.key))
        return ResourceOf(Subject(SubjectKind.ACCOUNT, one.account_id), assignment.resource)

    def _named(self, one: AssignmentKey) -> tuple[Named, Named]:
        principal = Principal(kind=one.principal_type, id=one.principal_id)
        return self.names.permission_set(one.permission_set_arn), self.names.principal(principal)

    def _row(self, one: AssignmentKey, *, ours: Mapping[ResourceOf, Applied], account: Head) -> Holding:
        permission_set, principal = self._named(one)
        target = self._target(one)
        applied = ours.get(target) if target else None
        if applied and (self.member is None or principal.key in self.member.principals):
            return holding_of(applied, account=account, member=self.member)
        fact = account.fact if isinstance(account.fact, Account) else None
        is_group = one.principal_type is PrincipalType.GROUP
        whose = principal.key or (one.principal_id if is_group else str(AssignedPrincipal(person=one.principal_id)))
        by_group = self.member is not None and is_group
        return Holding(
            principal=str(AssignedPrincipal(person=self.member.person)) if self.member else whose,
            principal_name="" if principal.key or self.member else principal.name,
            account=one.account_id,
            permission_set=permission_set.name,
            through=(principal.key or principal.name or one.principal_id) if by_group else "direct",
            account_name=fact.name if fact else "",
            ou_path=fact.ou_path if fact else "",
            state=HoldingState.UNMANAGED,
        )
