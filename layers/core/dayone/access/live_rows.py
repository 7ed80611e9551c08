"""Rows of what Identity Center has, by our names and reasons where it is ours, else as unmanaged."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Protocol

from dayone.access.pagination import Holding, HoldingState, PersonPrincipals, holding_of
from dayone.model.accounts import Account
from dayone.model.operations import Applied
from dayone.model.people import USER_NAME
from dayone.model.subject_state import Head
from dayone.model.subjects import ITSELF, REFERENCE, Assignment, ResourceOf, Subject, SubjectKind
from dayone.model.subjects import Principal as AssignedPrincipal
from dayone.ports.identity_center import AssignmentKey, AwsPrincipal, PrincipalType
from dayone.ports.records import SubjectIndex

_PAGE = 100


@dataclass(frozen=True)
class Named:
    """Key of a managed resource, empty for an unmanaged one, and its name in Identity Center."""

    key: str
    name: str


class ForeignNames(Protocol):
    """Names that resources have in Identity Center, empty for those that do not exist."""

    def permission_set_name(self, arn: str) -> str:
        """Return the name of a permission set."""

    def principal_name(self, principal: AwsPrincipal) -> str:
        """Return the display name of a group or the user name of a user."""


@dataclass(kw_only=True)
class OurNames:
    """Names for AWS's ids, each looked up once; those of unmanaged resources are as they are in Identity Center."""

    index: SubjectIndex
    live: ForeignNames
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

    def unrecorded(self, principals: Iterable[AwsPrincipal]) -> list[AwsPrincipal]:
        """Return the users of these, and the groups that Day One does not manage."""
        return [each for each in principals if each.kind is PrincipalType.USER or each.id not in self._groups]

    def _fetched(self, principal: AwsPrincipal) -> Named:
        if principal.kind is PrincipalType.USER:
            found = self.index.identified(SubjectKind.PERSON, [principal.id])
            if subject := found.get(principal.id):
                return Named(str(AssignedPrincipal(person=subject.name)), "")
        name = self.live.principal_name(principal)
        person = self.index.holder_of(f"{USER_NAME}{name.casefold()}") if principal.kind is PrincipalType.USER else ""
        if person:
            of = ResourceOf(Subject(SubjectKind.PERSON, person), ITSELF[SubjectKind.PERSON])
            user = self.index.applied([of]).get(of)
            if user and user.references.get("user_id") == principal.id:
                return Named(str(AssignedPrincipal(person=person)), name)
        return Named("", name)

    @cached_property
    def _sets(self) -> Mapping[str, str]:
        return self._all(SubjectKind.PERMISSION_SET)

    @cached_property
    def _groups(self) -> Mapping[str, str]:
        return self._all(SubjectKind.GROUP)

    def _all(self, kind: SubjectKind) -> Mapping[str, str]:
        found: dict[str, str] = {}
        reference = REFERENCE[kind]
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
        ours = self.index.applied([of for of in map(self.target, keys) if of])
        return [self._row(assignment, ours=ours, account=heads[assignment.account_id]) for assignment in keys]

    def target(self, entry: AssignmentKey) -> ResourceOf | None:
        """Return the resource that Day One would record an assignment as, None where it does not manage all of it."""
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
        target = self.target(assignment)
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
