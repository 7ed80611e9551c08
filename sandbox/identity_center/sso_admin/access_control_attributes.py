"""Attributes of users for attribute-based access control, stored and returned."""

from collections.abc import Mapping
from typing import Any

from sandbox.identity_center.protocol.service_error import conflict, not_found

_CONFIGURATION = "InstanceAccessControlAttributeConfiguration"


class AccessControlAttributes:
    """Serves the four operations on an instance's access control attributes, which have no effect here."""

    def __init__(self) -> None:
        self._configuration: Mapping[str, Any] | None = None

    def create_instance_access_control_attribute_configuration(self, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """Enable access control by attributes, once."""
        if self._configuration is not None:
            raise conflict("Access control attributes are enabled already.")
        self._configuration = parameters[_CONFIGURATION]
        return {}

    def describe_instance_access_control_attribute_configuration(self, _: Mapping[str, Any]) -> dict[str, Any]:
        """Answer with the attributes."""
        return {"Status": "ENABLED", _CONFIGURATION: self._present()}

    def update_instance_access_control_attribute_configuration(self, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """Replace the attributes."""
        self._present()
        self._configuration = parameters[_CONFIGURATION]
        return {}

    def delete_instance_access_control_attribute_configuration(self, _: Mapping[str, Any]) -> dict[str, Any]:
        """Disable access control by attributes."""
        self._present()
        self._configuration = None
        return {}

    def _present(self) -> Mapping[str, Any]:
        if self._configuration is None:
            raise not_found("Access control attributes are not enabled.")
        return self._configuration
