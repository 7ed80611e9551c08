"""The port LiveAccess in memory."""

from collections.abc import Iterable, Sequence

from dayone.ports.identity_center import AssignmentKey, AwsPrincipal, PrincipalType
from dayone.ports.records import Page
from tests.fakes.sso.identity_center import MemoryIdentityCenter


class MemoryLiveAccess:
    def __init__(self, center: MemoryIdentityCenter) -> None:
        self._center = center

    def permission_sets_in(self, account: str) -> Sequence[str]:
        return sorted({arn for in_account, arn in self._center.provisioned if in_account == account})

    def in_account(self, account: str, *, permission_set_arn: str, cursor: str, limit: int) -> Page[AssignmentKey]:
        role = (account, permission_set_arn)
        found = [
            assignment
            for assignment in self._center.assignments
            if (assignment.account_id, assignment.permission_set_arn) == role
        ]
        return _page(found, cursor=cursor, limit=limit)

    def of_principal(self, principal: AwsPrincipal, *, account: str, cursor: str, limit: int) -> Page[AssignmentKey]:
        theirs = {principal.id}
        if principal.kind is PrincipalType.USER:
            theirs |= {group for group, user in self._center.memberships.values() if user == principal.id}
        found = [assignment for assignment in self._center.assignments if assignment.principal_id in theirs]
        return _page(
            [assignment for assignment in found if account in ("", assignment.account_id)], cursor=cursor, limit=limit
        )

    def permission_set_name(self, arn: str) -> str:
        existing = self._center.permission_sets.get(arn)
        return existing.name if existing else ""

    def principal_name(self, principal: AwsPrincipal) -> str:
        if principal.kind is PrincipalType.USER:
            return self._center.users.get(principal.id, {}).get("user_name", "")
        group = self._center.groups.get(principal.id)
        return group.name if group else ""

    def group_called(self, name: str) -> AwsPrincipal | None:
        named = [value for value, said in self._center.groups.items() if said.name.casefold() == name.casefold()]
        return AwsPrincipal(kind=PrincipalType.GROUP, id=named[0]) if named else None

    def user_called(self, name: str) -> AwsPrincipal | None:
        named = [
            user
            for user, attributes in self._center.users.items()
            if attributes.get("user_name", "").casefold() == name.casefold()
        ]
        return AwsPrincipal(kind=PrincipalType.USER, id=named[0]) if named else None


def _page(found: Iterable[AssignmentKey], *, cursor: str, limit: int) -> Page[AssignmentKey]:
    listed = sorted(found, key=lambda entry: (entry.account_id, entry.permission_set_arn, entry.principal_id))
    begin = int(cursor or "0")
    rest = str(begin + limit) if len(listed) > begin + limit else ""
    return Page(listed[begin : begin + limit], rest)
