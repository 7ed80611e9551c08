"""Holds the users, groups and memberships of the one identity store, and keeps them consistent with each other."""

import secrets
import time
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sandbox.identity_center.identity_store.refusals import not_here, not_unique
from sandbox.identity_center.protocol.service_error import conflict, not_found

type Attributes = dict[str, Any]


@dataclass
class Entity:
    """A user or a group: its attributes as the API names them, and what AWS records about changes.

    `names` are the texts that no other entity of the store may have, each with its kind in front.
    """

    id: str
    attributes: Attributes
    names: frozenset[str] = frozenset()
    status: str = "ENABLED"
    revision: int = 1
    created_by: str = ""
    updated_by: str = ""
    created_at: float = field(default_factory=time.time)
    updated_at: float = field(default_factory=time.time)

    def replace(self, attributes: Attributes, *, by: str) -> None:
        """Take the new attributes and count one more revision, made `by` this principal (ARN)."""
        self.attributes = attributes
        self.revision += 1
        self.updated_at, self.updated_by = time.time(), by


@dataclass(frozen=True)
class Membership:
    """One user in one group; `created_at` in seconds since the epoch."""

    id: str
    group_id: str
    user_id: str
    created_by: str
    created_at: float = field(default_factory=time.time)


@dataclass
class Directory:
    """The identity store. `on_principal_deleted(type, id)` is told of every user and group that goes.

    `caller` (ARN) is who makes the call that is being answered.
    """

    store_id: str = field(default_factory=lambda: f"d-{secrets.token_hex(5)}")
    users: dict[str, Entity] = field(default_factory=dict)
    groups: dict[str, Entity] = field(default_factory=dict)
    memberships: dict[str, Membership] = field(default_factory=dict)
    caller: str = ""
    on_principal_deleted: Callable[[str, str], None] = lambda _type, _id: None
    _owners: dict[str, str] = field(default_factory=dict)
    _pairs: dict[tuple[str, str], Membership] = field(default_factory=dict)

    def new_entity(self, attributes: Attributes) -> Entity:
        """Make a user or group that is not in the store yet."""
        return Entity(id=new_id(), attributes=attributes, created_by=self.caller, updated_by=self.caller)

    def check_store(self, parameters: Mapping[str, Any]) -> None:
        """Refuse a request for an identity store that is not this one."""
        if bare_id(parameters["IdentityStoreId"]) != self.store_id:
            raise not_found("IDENTITY_STORE not found.", ResourceType="IDENTITY_STORE")

    def user(self, identifier: str) -> Entity:
        """Return the user with this id or ARN, or refuse with ResourceNotFoundException."""
        return _found(self.users, identifier, "USER")

    def group(self, identifier: str) -> Entity:
        """Return the group with this id or ARN, or refuse with ResourceNotFoundException."""
        return _found(self.groups, identifier, "GROUP")

    def membership(self, identifier: str) -> Membership:
        """Return the membership with this id or ARN, or refuse with ResourceNotFoundException."""
        return _found(self.memberships, identifier, "GROUP_MEMBERSHIP")

    def owner(self, name: str) -> str | None:
        """Return the id of the user or group that has this unique name."""
        return self._owners.get(name)

    def claim(self, entity: Entity, names: Mapping[str, str]) -> None:
        """Give the entity these unique names instead of those it has; each name comes with the refusal if it is taken.

        Raises ConflictException, and changes nothing, when another entity has one of them.
        """
        for name, refusal in names.items():
            if self._owners.get(name, entity.id) != entity.id:
                raise not_unique(refusal)
        self._release(entity)
        entity.names = frozenset(names)
        self._owners |= dict.fromkeys(names, entity.id)

    def add_membership(self, membership: Membership) -> None:
        """Put a user into a group, once."""
        pair = (membership.group_id, membership.user_id)
        if pair in self._pairs:
            raise not_unique("Member and Group relationship already exists")
        self._pairs[pair] = self.memberships[membership.id] = membership

    def delete_membership(self, membership: Membership) -> None:
        """Take a user out of a group."""
        del self.memberships[membership.id], self._pairs[membership.group_id, membership.user_id]

    def membership_of(self, user_id: str, group: Entity) -> Membership | None:
        """Return the membership of this user in this group."""
        return self._pairs.get((group.id, user_id))

    def are_paired(self, user_id: str, group_id: str) -> bool:
        """Return whether a user is in a group (ids or ARNs), neither of which must exist."""
        return (bare_id(group_id), bare_id(user_id)) in self._pairs

    def holds_principal(self, principal_type: str, principal_id: str, *, since: float) -> bool:
        """Return whether a USER or GROUP with this id is in the store, since this time (seconds since the epoch)."""
        found = (self.users if principal_type == "USER" else self.groups).get(principal_id)
        return found is not None and found.created_at <= since

    def delete_user(self, user: Entity) -> None:
        """Remove the user with its memberships and assignments."""
        self._delete_memberships(self.memberships_of(user))
        self._release(self.users.pop(user.id))
        self.on_principal_deleted("USER", user.id)

    def delete_group(self, group: Entity) -> None:
        """Remove the group with its memberships and assignments."""
        self._delete_memberships(self.members_of(group))
        self._release(self.groups.pop(group.id))
        self.on_principal_deleted("GROUP", group.id)

    def wipe(self) -> None:
        """Remove everybody and everything."""
        for user in list(self.users.values()):
            self.delete_user(user)
        for group in list(self.groups.values()):
            self.delete_group(group)

    def memberships_of(self, user: Entity) -> Iterator[Membership]:
        """Yield the memberships that this user has."""
        return (membership for membership in self.memberships.values() if membership.user_id == user.id)

    def members_of(self, group: Entity) -> Iterator[Membership]:
        """Yield the memberships that this group has."""
        return (membership for membership in self.memberships.values() if membership.group_id == group.id)

    def _delete_memberships(self, going: Iterable[Membership]) -> None:
        for membership in list(going):
            self.delete_membership(membership)

    def _release(self, entity: Entity) -> None:
        for name in entity.names:
            del self._owners[name]


def _found[T](shelf: Mapping[str, T], identifier: str, resource_type: str) -> T:
    found = shelf.get(bare_id(identifier))
    if found is None:
        raise not_here(resource_type)
    return found


def bare_id(identifier: str) -> str:
    """Strip the ARN from an identifier: since 2026 the API takes either."""
    return identifier.rpartition("/")[2]


def new_id() -> str:
    """Make an identifier for a user, group or membership."""
    return str(uuid.uuid4())


def arn(kind: str, identifier: str) -> str:
    """Return the ARN of a user, group or membership (`kind`), which names no account and no store."""
    return f"arn:aws:identitystore:::{kind}/{identifier}"


def check_revision(entity: Entity, parameters: Mapping[str, Any]) -> None:
    """Refuse a change that was made against another revision than the present one."""
    if parameters.get("Revision") not in (None, str(entity.revision)):
        raise conflict("The resource has been modified since it was read.", Reason="CONCURRENT_MODIFICATION")


def record(entity: Entity) -> Attributes:
    """Return the members that users and groups have in common in answers."""
    return {
        "Revision": str(entity.revision),
        "CreatedAt": entity.created_at,
        "CreatedBy": entity.created_by,
        "UpdatedAt": entity.updated_at,
        "UpdatedBy": entity.updated_by,
    }
