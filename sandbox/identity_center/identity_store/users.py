"""The operations on users: CreateUser, DescribeUser, ListUsers, GetUserId, UpdateUser and DeleteUser."""

from collections.abc import Iterable, Mapping
from typing import Any

from botocore.model import StructureShape

from sandbox.identity_center.identity_store.attribute_changes import ENTERPRISE, changed
from sandbox.identity_center.identity_store.directory import (
    Attributes,
    Directory,
    Entity,
    arn,
    check_revision,
    record,
)
from sandbox.identity_center.identity_store.refusals import not_here
from sandbox.identity_center.protocol.paging import page
from sandbox.identity_center.protocol.service_error import invalid
from sandbox.identity_center.sso_admin.quotas import USERS, check_quota

RESERVED_NAMES = {"administrator", "awsadministrators"}


class Users:
    """Serves the user operations over a directory; `attributes` is the model's shape of CreateUser."""

    def __init__(self, directory: Directory, attributes: StructureShape) -> None:
        self._directory = directory
        self._shape = attributes

    def create_user(self, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """Create a user, who is enabled and has no password."""
        attributes = {name: value for name, value in parameters.items() if name in self._shape.members}
        del attributes["IdentityStoreId"]
        _check_extensions(attributes.get("Extensions", {}))
        check_quota(len(self._directory.users) + 1, USERS, "users")
        user = self._directory.new_entity(attributes)
        self._directory.claim(user, _names(attributes))
        self._directory.users[user.id] = user
        return self._named(user)

    def describe_user(self, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """Answer with every attribute of one user; Extensions only when the request names them."""
        return self._described(self._directory.user(parameters["UserId"]), parameters)

    def list_users(self, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """Answer with one page of users, all or (deprecated in AWS) those with one UserName."""
        users = list(self._directory.users.values())
        for condition in parameters.get("Filters") or []:
            if condition["AttributePath"] != "UserName":
                raise invalid(f"Filtering by {condition['AttributePath']} is not supported.")
            owner = self._directory.owner(_user_name(condition["AttributeValue"]))
            users = [user for user in users if user.id == owner]
        entries = ((user.id, user) for user in users)
        return page("Users", entries, parameters, shown=lambda user: self._described(user, parameters))

    def get_user_id(self, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """Answer with the user who has this userName or emails.value."""
        wanted = parameters["AlternateIdentifier"].get("UniqueAttribute") or {}
        path, value = wanted.get("AttributePath", "userName"), wanted.get("AttributeValue")
        if path.lower() not in ("username", "emails.value"):
            raise invalid(f"The attribute {path} is not a unique attribute")
        unique_name = _user_name(str(value)) if path.lower() == "username" else _email(str(value))
        found = self._directory.owner(unique_name)
        if found is None:
            raise not_here("USER")
        named = self._named(self._directory.users[found])
        return {name: named[name] for name in ("UserId", "UserArn", "IdentityStoreId")}

    def update_user(self, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """Apply all operations or none."""
        user = self._directory.user(parameters["UserId"])
        check_revision(user, parameters)
        attributes = changed(user.attributes, parameters["Operations"], self._shape)
        self._directory.claim(user, _names(attributes))
        user.replace(attributes, by=self._directory.caller)
        return self._named(user)

    def delete_user(self, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """Remove a user, with memberships and assignments."""
        user = self._directory.user(parameters["UserId"])
        check_revision(user, parameters)
        self._directory.delete_user(user)
        return {}

    def _named(self, user: Entity) -> dict[str, Any]:
        return {
            "UserId": user.id,
            "UserArn": arn("user", user.id),
            "IdentityStoreId": self._directory.store_id,
            "Revision": str(user.revision),
        }

    def _described(self, user: Entity, parameters: Mapping[str, Any]) -> dict[str, Any]:
        shown = {name: value for name, value in user.attributes.items() if name != "Extensions"}
        asked = parameters.get("Extensions") or []
        _check_extensions(asked)
        extensions = {name: user.attributes.get("Extensions", {}).get(name) for name in asked}
        present = {name: value for name, value in extensions.items() if value is not None}
        more = {"Extensions": present} if present else {}
        return shown | more | {"UserStatus": user.status} | record(user) | self._named(user)


def _check_extensions(names: Iterable[str]) -> None:
    if unknown := [name for name in names if name != ENTERPRISE]:
        raise invalid(f"The extension {unknown[0]} is not supported.")


def _names(attributes: Attributes) -> dict[str, str]:
    _check_required(attributes)
    if attributes["UserName"].lower() in RESERVED_NAMES:
        raise invalid(f"The user name {attributes['UserName']} is reserved.")
    email = (attributes.get("Emails") or [{}])[0].get("Value")
    emails = {_email(email): "Duplicate Email"} if email else {}
    return {_user_name(attributes["UserName"]): "Duplicate UserName"} | emails


def _check_required(attributes: Attributes) -> None:
    if not attributes.get("UserName"):
        raise invalid("userName is a required attribute")
    name = attributes.get("Name") or {}
    missing = [] if attributes.get("DisplayName") else ["displayname"]
    missing += ["name"] if not name else [part.lower() for part in ("GivenName", "FamilyName") if not name.get(part)]
    if missing:
        raise invalid(", ".join(f"{attribute}: The attribute {attribute} is required" for attribute in missing))


def _user_name(text: str) -> str:
    return f"user name {text.casefold()}"


def _email(text: str) -> str:
    return f"email {text.casefold()}"
