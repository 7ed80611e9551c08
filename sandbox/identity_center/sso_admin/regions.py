"""The Regions that an Identity Center instance is in: one primary Region, and others that are added and removed."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sandbox.identity_center.protocol.paging import page
from sandbox.identity_center.protocol.service_error import ServiceError, conflict, invalid, not_found
from sandbox.identity_center.protocol.service_models import Operation
from sandbox.identity_center.sso_admin.quotas import REGIONS, check_quota
from sandbox.identity_center.sso_admin.requests import Requests

_READS = ("Describe", "Get", "Is", "List")
_EVERYWHERE = frozenset({"ListInstances", "DescribeInstance", "ListRegions", "DescribeRegion"})


@dataclass
class Region:
    """One Region of the instance; `added_at` in seconds since the epoch."""

    name: str
    is_primary: bool = False
    status: str = "ACTIVE"
    added_at: float = field(default_factory=time.time)

    def described(self) -> dict[str, Any]:
        """Return the Region as sso-admin answers it."""
        return {
            "RegionName": self.name,
            "Status": self.status,
            "AddedDate": self.added_at,
            "IsPrimaryRegion": self.is_primary,
        }


class Regions:
    """Serves AddRegion, RemoveRegion, DescribeRegion and ListRegions. Nothing else differs from Region to Region."""

    def __init__(self, primary: str, requests: Requests) -> None:
        self._requests = requests
        self._regions = {primary: Region(primary, is_primary=True)}

    def is_elsewhere(self, operation: Operation, region: str) -> bool:
        """Return whether a call for this Region ("": for the primary one) does not find the instance there.

        In an additional Region people and the instance can be read, and nothing else: not even permission sets and
        assignments. Source: IAM Identity Center User Guide, multi-Region.
        """
        present = self._regions.get(region) if region else None
        if operation.service == "organizations" or not region or (present and present.is_primary):
            return False
        may_read = operation.service == "identitystore" or operation.name in _EVERYWHERE
        return present is None or present.status != "ACTIVE" or not (may_read and operation.name.startswith(_READS))

    def described(self) -> list[dict[str, Any]]:
        """Return all Regions as sso-admin answers them."""
        return [region.described() for region in self._regions.values()]

    def list_regions(self, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """Answer with one page of the Regions."""
        return page("Regions", ((pair["RegionName"], pair) for pair in self.described()), parameters)

    def describe_region(self, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """Answer with one Region."""
        return self._region(parameters).described()

    def add_region(self, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """Begin to add a Region, which is ACTIVE after a while."""
        self._refuse_if_under_way()
        name = parameters["RegionName"]
        if name in self._regions:
            raise conflict(f"The Region {name} is enabled already.")
        check_quota(len(self._regions) + 1, REGIONS, "Regions per instance")
        region = self._regions[name] = Region(name, status="ADDING")
        seconds = self._requests.behaviour.account_seconds
        self._requests.start("region", {}, lambda: setattr(region, "status", "ACTIVE"), seconds=seconds)
        return {"Status": region.status}

    def remove_region(self, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """Begin to remove a Region other than the primary one; it is gone after a while."""
        self._refuse_if_under_way()
        region = self._region(parameters)
        if region.is_primary:
            raise invalid("The primary Region cannot be removed.")
        region.status = "REMOVING"
        seconds = self._requests.behaviour.account_seconds
        self._requests.start("region", {}, lambda: self._remove(region), seconds=seconds)
        return {"Status": region.status}

    def _remove(self, region: Region) -> None:
        del self._regions[region.name]

    def _region(self, parameters: Mapping[str, Any]) -> Region:
        region = self._regions.get(parameters["RegionName"])
        if region is None:
            raise not_found(f"The Region {parameters['RegionName']} is not enabled.")
        return region

    def _refuse_if_under_way(self) -> None:
        if self._requests.in_progress("region"):
            raise conflict("Another Region is being added or removed.")


def answer_elsewhere(operation: Operation, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Answer a call for a Region without the instance: it lists none, and refuses everything else."""
    if operation.name == "ListInstances":
        return {"Instances": []}
    if operation.service == "identitystore" and _has_not_found(operation):
        raise not_found("IDENTITY_STORE not found.", ResourceType="IDENTITY_STORE")
    raise no_instance(operation, str(parameters.get("InstanceArn", "")))


def no_instance(operation: Operation, instance_arn: str) -> ServiceError:
    """Refusal of a call for an instance that is not here."""
    if _has_not_found(operation):
        return not_found(f"Could not find Instance with id {instance_arn.rpartition('/')[2]}")
    return ServiceError("AccessDeniedException", "You do not have sufficient access to perform this action.")


def _has_not_found(operation: Operation) -> bool:
    return any(shape.name == "ResourceNotFoundException" for shape in operation.model.error_shapes)
