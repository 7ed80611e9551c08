"""The operations on organizational units, and on the tree that they and the accounts make."""

from collections.abc import Mapping
from typing import Any

from moto.organizations.models import FakeOrganizationalUnit

from sandbox.identity_center.organizations.account_events import AccountEvents
from sandbox.identity_center.organizations.moto_backend import OrganizationState
from sandbox.identity_center.organizations.refusals import constraint, invalid_token, no_child, no_parent
from sandbox.identity_center.protocol.paging import page
from sandbox.identity_center.protocol.service_error import ServiceError

PAGE = 20
DEEPEST = 5


class Units:
    """Serves the operations on units, parents and children."""

    def __init__(self, state: OrganizationState, events: AccountEvents) -> None:
        self._state = state
        self._events = events

    def create_organizational_unit(self, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """Create a unit under a root or unit, at most five levels deep, with a name its siblings do not have."""
        parent_id = parameters["ParentId"]
        self._check_parent(parent_id)
        self._check_name(parent_id, parameters["Name"])
        if self._state.depth(parent_id) >= DEEPEST:
            raise constraint(
                "OU_DEPTH_LIMIT_EXCEEDED",
                "You cannot add an organizational unit to the specified parent because it would exceed the max depth "
                "allowed.",
            )
        self._state.create_organizational_unit(**parameters)
        unit = self._state.ou[-1]
        self._tell("CreateOrganizationalUnit", {"parentId": parent_id, "name": unit.name}, unit)
        return {"OrganizationalUnit": self._described(unit)}

    def describe_organizational_unit(self, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """Answer with one unit."""
        unit = self._state.get_organizational_unit_by_id(parameters["OrganizationalUnitId"])
        return {"OrganizationalUnit": self._described(unit)}

    def update_organizational_unit(self, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """Rename a unit."""
        unit = self._state.get_organizational_unit_by_id(parameters["OrganizationalUnitId"])
        name = parameters.get("Name", unit.name)
        if name != unit.name:
            self._check_name(str(unit.parent_id), name)
        unit.name = name
        self._tell("UpdateOrganizationalUnit", {"organizationalUnitId": unit.id, "name": name}, unit)
        return {"OrganizationalUnit": self._described(unit)}

    def delete_organizational_unit(self, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """Delete a unit that holds neither accounts nor units."""
        unit = self._state.get_organizational_unit_by_id(parameters["OrganizationalUnitId"])
        if unit.id in self._state.parents().values():
            raise ServiceError("OrganizationalUnitNotEmptyException", "The specified OU is not empty.")
        self._state.ou.remove(unit)
        self._state.detach_all(unit)
        self._events.api_call("DeleteOrganizationalUnit", {"organizationalUnitId": unit.id})
        return {}

    def list_organizational_units_for_parent(self, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """Answer with one page of the units directly in a root or unit."""
        self._check_parent(parameters["ParentId"])
        inside = (unit for unit in self._state.ou if unit.parent_id == parameters["ParentId"])
        found = ((unit.id, self._described(unit)) for unit in inside)
        return page("OrganizationalUnits", found, parameters, size=PAGE, refusal=invalid_token())

    def list_parents(self, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """Answer with the one container that a unit or account is in."""
        parent = self._state.container(self._state.parents().get(parameters["ChildId"], ""))
        if parent is None:
            raise no_child()
        return {"Parents": [{"Id": parent.id, "Type": parent.type}]}

    def list_children(self, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """Answer with one page of the units, or of the accounts, directly in a root or unit."""
        self._check_parent(parameters["ParentId"])
        kind = parameters["ChildType"]
        inside = (child for child, parent in self._state.parents().items() if parent == parameters["ParentId"])
        children = (child for child in inside if child.isdigit() == (kind == "ACCOUNT"))
        found = ((child, {"Id": child, "Type": kind}) for child in children)
        return page("Children", found, parameters, size=PAGE, refusal=invalid_token())

    def _tell(self, event: str, request: Mapping[str, Any], unit: FakeOrganizationalUnit) -> None:
        response = {"organizationalUnit": {"id": unit.id, "arn": unit.arn, "name": unit.name}}
        self._events.api_call(event, request, response=response)

    def _described(self, unit: FakeOrganizationalUnit) -> dict[str, Any]:
        return {"Id": unit.id, "Arn": unit.arn, "Name": unit.name, "Path": self._state.path(unit.id)}

    def _check_parent(self, identifier: str) -> None:
        if self._state.container(identifier) is None:
            raise no_parent()

    def _check_name(self, parent_id: str, name: str) -> None:
        if any(unit.parent_id == parent_id and unit.name == name for unit in self._state.ou):
            raise ServiceError("DuplicateOrganizationalUnitException", "An OU with the same name already exists.")
