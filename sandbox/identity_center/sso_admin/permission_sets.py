"""The operations on permission sets themselves."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from sandbox.identity_center.protocol.paging import page
from sandbox.identity_center.protocol.service_error import conflict, invalid
from sandbox.identity_center.sso_admin.moto_backend import PermissionSet, SsoAdminState
from sandbox.identity_center.sso_admin.quotas import PERMISSION_SETS, check_quota
from sandbox.identity_center.sso_admin.tags import merged

_DURATION = re.compile(r"P(?:(?P<days>\d+)D)?(?:T(?:(?P<hours>\d+)H)?(?:(?P<minutes>\d+)M)?(?:(?P<seconds>\d+)S)?)?")
_SECONDS = {"days": 86400, "hours": 3600, "minutes": 60, "seconds": 1}


class PermissionSets:
    """Serves the permission set operations; `in_use` tells whether a permission set (ARN) is assigned."""

    def __init__(self, state: SsoAdminState, in_use: Callable[[str], bool]) -> None:
        self._state = state
        self._in_use = in_use

    def create_permission_set(self, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """Create a permission set under a name that is free."""
        _check_duration(parameters)
        if any(present.name == parameters["Name"] for present in self._state.permission_sets):
            raise conflict(f"PermissionSet with name {parameters['Name']} already exists.")
        check_quota(len(self._state.permission_sets) + 1, PERMISSION_SETS, "permission sets")
        created = PermissionSet(
            name=parameters["Name"],
            instance_arn=self._state.instance.instance_arn,
            description=parameters.get("Description"),
            session_duration=parameters.get("SessionDuration", "PT1H"),
            relay_state=parameters.get("RelayState"),
            tags=merged([], parameters.get("Tags") or []),
        )
        self._state.add(created)
        return {"PermissionSet": created.described()}

    def describe_permission_set(self, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """Answer with the permission set's own attributes."""
        return {"PermissionSet": self._state.permission_set(parameters["PermissionSetArn"]).described()}

    def update_permission_set(self, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """Change the attributes that the request names; a relay state that it leaves out is removed.

        Terraform's AWS provider sends the relay state with every update for that reason.
        """
        _check_duration(parameters)
        permission_set = self._state.permission_set(parameters["PermissionSetArn"])
        permission_set.description = parameters.get("Description", permission_set.description)
        permission_set.session_duration = parameters.get("SessionDuration", permission_set.session_duration)
        permission_set.relay_state = parameters.get("RelayState", "")
        permission_set.revision += 1
        return {}

    def delete_permission_set(self, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """Delete a permission set that nobody has."""
        permission_set = self._state.permission_set(parameters["PermissionSetArn"])
        if self._in_use(permission_set.permission_set_arn):
            raise conflict("Could not delete because PermissionSet has ApplicationProfile associated with it")
        self._state.permission_sets.remove(permission_set)
        return {}

    def list_permission_sets(self, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """Answer with one page of the ARNs of all permission sets."""
        arns = (permission_set.permission_set_arn for permission_set in self._state.permission_sets)
        return page("PermissionSets", ((arn, arn) for arn in arns), parameters)


def _check_duration(parameters: Mapping[str, Any]) -> None:
    text = parameters.get("SessionDuration", "PT1H")
    found = _DURATION.fullmatch(text)
    seconds = sum(int(amount or 0) * _SECONDS[unit] for unit, amount in found.groupdict().items()) if found else 0
    if not 3600 <= seconds <= 12 * 3600:
        raise invalid(f"Session duration {text} is invalid: it must be between PT1H and PT12H.")
