"""The port ExistingUse in memory."""

from contextlib import AbstractContextManager, nullcontext

from dayone.errors import NotFound
from dayone.ports.records import Page
from tests.fakes.sso.identity_center import MemoryIdentityCenter


class MemoryExistingUse:
    def __init__(self, center: MemoryIdentityCenter) -> None:
        self._center = center

    def turn(self) -> AbstractContextManager[None]:
        return nullcontext()

    def accounts(self, permission_set_arn: str, *, cursor: str, limit: int) -> Page[str]:
        self._center.existing_set(permission_set_arn)
        return _page(
            sorted(account for account, arn in self._center.provisioned if arn == permission_set_arn),
            cursor=cursor,
            limit=limit,
        )

    def members(self, group_id: str, *, cursor: str, limit: int) -> Page[str]:
        if group_id not in self._center.groups:
            raise NotFound("ResourceNotFoundException: GROUP not found.")
        members = sorted(user for group, user in self._center.memberships.values() if group == group_id)
        return _page(members, cursor=cursor, limit=limit)


def _page(entries: list[str], *, cursor: str, limit: int) -> Page[str]:
    begin = int(cursor or "0")
    rest = str(begin + limit) if len(entries) > begin + limit else ""
    return Page(entries[begin : begin + limit], rest)
