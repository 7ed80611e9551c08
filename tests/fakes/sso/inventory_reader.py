"""The port InventoryReader in memory; it counts calls as AWS would see them."""

import json
from collections.abc import Mapping, Sequence

from dayone.errors import NotFound
from dayone.model.operations import TAG_PREFIX
from dayone.model.subjects import Resource, ResourceKind
from dayone.ports.identity_center import AssignmentKey, AwsPrincipal
from dayone.ports.inventory import Attributes
from dayone.ports.records import Page
from tests.fakes.sso.identity_center import MemoryIdentityCenter, StoredGroup, StoredSet
from tests.fakes.sso.live_access import MemoryLiveAccess
from tests.fakes.sso.permission_sets import MemoryPermissionSets
from tests.fakes.sso.set_policies import MemorySetPolicies

_PAGE = 100


class MemoryInventoryReader:
    """`rows` are those of a page, as many as AWS's or fewer."""

    def __init__(self, center: MemoryIdentityCenter, *, rows: int = _PAGE) -> None:
        self._center = center
        self._rows = rows
        self._live = MemoryLiveAccess(center)
        self._sets = MemoryPermissionSets(center)
        self.calls = 0

    def permission_sets(self, *, cursor: str) -> Page[str]:
        return self._page(sorted(self._center.permission_sets), cursor)

    def permission_set(self, arn: str) -> Mapping[Resource, Attributes]:
        self.calls += 7
        stored = self._center.existing_set(arn)
        tags = {f"{TAG_PREFIX}{key}": value for key, value in stored.tags.items()}
        found = {
            Resource(ResourceKind.PERMISSION_SET): {**_of_set(stored), **tags},
            **MemorySetPolicies(self._center).parts(arn).attached,
        }
        if outdated := sorted(self._sets.outdated_accounts(arn)):
            found[Resource(ResourceKind.PROVISIONING)] = {"outdated": json.dumps(outdated)}
        return found

    def groups(self, *, cursor: str) -> Page[tuple[str, Attributes]]:
        return self._page([(name, _of_group(group)) for name, group in sorted(self._center.groups.items())], cursor)

    def users(self, *, cursor: str) -> Page[tuple[str, Attributes]]:
        return self._page([(name, dict(user)) for name, user in sorted(self._center.users.items())], cursor)

    def members(self, group_id: str, *, cursor: str) -> Page[str]:
        self._check_exists(group_id in self._center.groups)
        return self._page(
            sorted(user for group, user in self._center.memberships.values() if group == group_id), cursor
        )

    def groups_of(self, user_id: str, *, cursor: str) -> Page[str]:
        self._check_exists(user_id in self._center.users)
        return self._page(sorted(group for group, user in self._center.memberships.values() if user == user_id), cursor)

    def sets_in(self, account: str, *, cursor: str) -> Page[str]:
        return self._page(self._live.permission_sets_in(account), cursor)

    def accounts_of(self, arn: str, *, cursor: str) -> Page[str]:
        self._check_exists(arn in self._center.permission_sets)
        return self._page(sorted(account for account, of in self._center.provisioned if of == arn), cursor)

    def assignments_in(self, account: str, *, permission_set_arn: str, cursor: str) -> Page[AssignmentKey]:
        self._check_exists(permission_set_arn in self._center.permission_sets)
        self.calls += 1
        return self._live.in_account(account, permission_set_arn=permission_set_arn, cursor=cursor, limit=self._rows)

    def assignments_of(self, principal: AwsPrincipal, *, cursor: str) -> Page[AssignmentKey]:
        self._check_exists(self._center.holds(principal.kind, principal.id))
        self.calls += 1
        return self._live.of_principal(principal, account="", cursor=cursor, limit=self._rows)

    def group(self, group_id: str) -> Attributes | None:
        self.calls += 1
        found = self._center.groups.get(group_id)
        return _of_group(found) if found else None

    def user(self, user_id: str) -> Attributes | None:
        self.calls += 1
        found = self._center.users.get(user_id)
        return dict(found) if found else None

    def is_member(self, user_id: str, *, group_id: str) -> bool:
        self.calls += 1
        return (group_id, user_id) in self._center.memberships.values()

    def _check_exists(self, there: bool) -> None:  # noqa: FBT001 - what the sentence says
        if not there:
            self.calls += 1
            raise NotFound("ResourceNotFoundException: not found")

    def _page[T](self, entries: Sequence[T], cursor: str) -> Page[T]:
        self.calls += 1
        begin = int(cursor or "0")
        following = str(begin + self._rows) if len(entries) > begin + self._rows else ""
        return Page(entries[begin : begin + self._rows], following)


def _of_group(group: StoredGroup) -> Attributes:
    return {"name": group.name, "description": group.description}


def _of_set(stored: StoredSet) -> Attributes:
    return {"name": stored.name, **stored.attributes}
