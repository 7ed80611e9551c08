"""The operations on groups: CreateGroup, DescribeGroup, ListGroups, GetGroupId, UpdateGroup and DeleteGroup."""

from collections.abc import Mapping
from typing import Any

from botocore.model import StructureShape

from sandbox.identity_center.identity_store.attribute_changes import changed
from sandbox.identity_center.identity_store.directory import (
    Attributes,
    Directory,
    Entity,
    arn,
    check_revision,
    record,
)
from sandbox.identity_center.identity_store.refusals import not_here
from sandbox.identity_center.identity_store.users import RESERVED_NAMES
from sandbox.identity_center.protocol.paging import page
from sandbox.identity_center.protocol.service_error import invalid
from sandbox.identity_center.sso_admin.quotas import GROUPS, check_quota


class Groups:
    """Serves the group operations over a directory; `attributes` is the model's shape of CreateGroup."""

    def __init__(self, directory: Directory, attributes: StructureShape) -> None:
        self._directory = directory
        self._shape = attributes

    def create_group(self, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """Create a group without members."""
        attributes = {name: value for name, value in parameters.items() if name in self._shape.members}
        del attributes["IdentityStoreId"]
        check_quota(len(self._directory.groups) + 1, GROUPS, "groups")
        group = self._directory.new_entity(attributes)
        self._directory.claim(group, _names(attributes))
        self._directory.groups[group.id] = group
        return self._named(group)

    def describe_group(self, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """Answer with the attributes of one group."""
        return self._described(self._directory.group(parameters["GroupId"]))

    def list_groups(self, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """Answer with one page of groups, all or (deprecated in AWS) the one with a DisplayName."""
        groups = list(self._directory.groups.values())
        for condition in parameters.get("Filters") or []:
            if condition["AttributePath"] != "DisplayName":
                raise invalid(f"Filtering by {condition['AttributePath']} is not supported.")
            owner = self._directory.owner(_display_name(condition["AttributeValue"]))
            groups = [group for group in groups if group.id == owner]
        return page("Groups", ((group.id, group) for group in groups), parameters, shown=self._described)

    def get_group_id(self, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """Answer with the group that has this displayName."""
        wanted = parameters["AlternateIdentifier"].get("UniqueAttribute") or {}
        path = wanted.get("AttributePath", "displayName")
        if path.lower() != "displayname":
            raise invalid(f"The attribute {path} is not a unique attribute")
        found = self._directory.owner(_display_name(str(wanted.get("AttributeValue"))))
        if found is None:
            raise not_here("GROUP")
        named = self._named(self._directory.groups[found])
        return {name: named[name] for name in ("GroupId", "GroupArn", "IdentityStoreId")}

    def update_group(self, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """Apply all operations or none."""
        group = self._directory.group(parameters["GroupId"])
        check_revision(group, parameters)
        attributes = changed(group.attributes, parameters["Operations"], self._shape)
        self._directory.claim(group, _names(attributes))
        group.replace(attributes, by=self._directory.caller)
        return self._named(group)

    def delete_group(self, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """Remove a group, with memberships and assignments."""
        group = self._directory.group(parameters["GroupId"])
        check_revision(group, parameters)
        self._directory.delete_group(group)
        return {}

    def _named(self, group: Entity) -> dict[str, Any]:
        return {
            "GroupId": group.id,
            "GroupArn": arn("group", group.id),
            "IdentityStoreId": self._directory.store_id,
            "Revision": str(group.revision),
        }

    def _described(self, group: Entity) -> dict[str, Any]:
        return group.attributes | record(group) | self._named(group)


def _names(attributes: Attributes) -> dict[str, str]:
    name = attributes.get("DisplayName")
    if not name:
        raise invalid("displayname: The attribute displayname is required")
    if name.lower() in RESERVED_NAMES:
        raise invalid(f"The group name {name} is reserved.")
    return {_display_name(name): "Duplicate GroupDisplayName"}


def _display_name(text: str) -> str:
    return f"group name {text.casefold()}"
