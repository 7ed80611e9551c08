"""The port Directory in memory."""

from collections.abc import Mapping

from dayone.errors import AlreadyExists, NotFound, Refused
from dayone.ports.identity_center import ExistingResource, Receipt
from tests.fakes.sso.identity_center import MemoryIdentityCenter, StoredGroup, names_of

_WORDS = frozenset({"user_name", "display_name", "given_name", "family_name", "email", "title"})
_REQUIRED = ("user_name", "display_name", "given_name", "family_name")


class MemoryDirectory:
    def __init__(self, center: MemoryIdentityCenter) -> None:
        self._center = center

    def create_user(self, attributes: Mapping[str, str]) -> Receipt:
        user_id = self._center.new_id("user")
        self._store_user(user_id, attributes)
        return self._center.receipt(user_id=user_id)

    def find_user(self, user_name: str) -> ExistingResource | None:
        for user_id in self._center.users.in_group(names_of({"user_name": user_name})[0]):
            return ExistingResource(references={"user_id": user_id}, attributes=dict(self._center.users[user_id]))
        return None

    def update_user(self, user_id: str, *, attributes: Mapping[str, str]) -> Receipt:
        self._store_user(user_id, {**_existing(self._center.users, user_id, "USER"), **attributes})
        return self._center.receipt()

    def delete_user(self, user_id: str) -> Receipt:
        _existing(self._center.users, user_id, "USER")
        del self._center.users[user_id]
        for membership_id in self._center.memberships.in_group(user_id):
            del self._center.memberships[membership_id]
        return self._center.receipt()

    def create_group(self, attributes: Mapping[str, str]) -> Receipt:
        group_id = self._center.new_id("group")
        self._store_group(group_id, attributes)
        return self._center.receipt(group_id=group_id)

    def find_group(self, name: str) -> ExistingResource | None:
        for group_id, group in self._center.groups.items():
            if group.name.casefold() == name.casefold():
                attributes = {"name": group.name, "description": group.description}
                return ExistingResource(references={"group_id": group_id}, attributes=attributes)
        return None

    def update_group(self, group_id: str, *, attributes: Mapping[str, str]) -> Receipt:
        _existing(self._center.groups, group_id, "GROUP")
        self._store_group(group_id, attributes)
        return self._center.receipt()

    def delete_group(self, group_id: str) -> Receipt:
        _existing(self._center.groups, group_id, "GROUP")
        del self._center.groups[group_id]
        for membership_id in self._center.memberships.in_group(group_id):
            del self._center.memberships[membership_id]
        for key in [assignment for assignment in self._center.assignments if assignment.principal_id == group_id]:
            self._center.delete_assignment(key)
        return self._center.receipt()

    def add_member(self, *, group_id: str, user_id: str) -> Receipt:
        _existing(self._center.users, user_id, "USER")
        _existing(self._center.groups, group_id, "GROUP")
        if self.find_membership(group_id=group_id, user_id=user_id):
            raise AlreadyExists("ConflictException: Member and Group relationship already exists.")
        membership_id = self._center.new_id("membership")
        self._center.memberships[membership_id] = (group_id, user_id)
        return self._center.receipt(membership_id=membership_id)

    def find_membership(self, *, group_id: str, user_id: str) -> str | None:
        if not group_id or not user_id:
            raise Refused("ValidationException: an id is empty")
        return next(iter(self._center.memberships.in_group((group_id, user_id))), None)

    def remove_member(self, membership_id: str) -> Receipt:
        _existing(self._center.memberships, membership_id, "GROUP_MEMBERSHIP")
        del self._center.memberships[membership_id]
        return self._center.receipt()

    def _store_group(self, group_id: str, attributes: Mapping[str, str]) -> None:
        if not attributes["name"]:
            raise Refused("ValidationException: a group has a display name")
        found = self.find_group(attributes["name"])
        if found and found.references["group_id"] != group_id:
            raise AlreadyExists("ConflictException: Duplicate GroupDisplayName")
        self._center.groups[group_id] = StoredGroup(attributes["name"], attributes.get("description", ""))

    def _store_user(self, user_id: str, attributes: Mapping[str, str]) -> None:
        stored = {word: text for word, text in attributes.items() if text}
        missing = [word for word in _REQUIRED if word not in stored]
        if missing or not stored.keys() <= _WORDS:
            raise Refused(f"ValidationException: missing {missing}, unknown {sorted(stored.keys() - _WORDS)}")
        holders = {other_id for name in names_of(stored) for other_id in self._center.users.in_group(name)}
        if holders - {user_id}:
            raise AlreadyExists("ConflictException: Duplicate UserName or Email")
        self._center.users[user_id] = stored


def _existing[T](shelf: Mapping[str, T], identifier: str, kind: str) -> T:
    if identifier not in shelf:
        raise NotFound(f"ResourceNotFoundException: {kind} not found.")
    return shelf[identifier]
