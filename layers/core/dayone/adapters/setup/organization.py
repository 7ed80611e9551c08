"""Describe the organisation, and the trails that bring its events to EventBridge."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from dayone.adapters.aws.errors import translated
from dayone.errors import DayOneError, NotFound, Refused
from dayone.ports.setup import SeenOrganization, SeenTrail

if TYPE_CHECKING:
    from mypy_boto3_organizations import OrganizationsClient

_ENABLED = "ENABLED"
_IN_NONE = "AWSOrganizationsNotInUse"


class OrganizationsSight:
    """The port OrganizationSight. Source: AWS Organizations API Reference."""

    ACTIONS: ClassVar[frozenset[str]] = frozenset(
        {
            "organizations:DescribeOrganization",
            "organizations:ListDelegatedAdministrators",
            "organizations:ListRoots",
        }
    )

    def __init__(self, client: "OrganizationsClient") -> None:
        self._client = client

    def organization(self) -> SeenOrganization:
        """See OrganizationSight."""
        try:
            with translated():
                answer = self._client.describe_organization()["Organization"]
        except Refused as refused:
            if str(refused).startswith(_IN_NONE):
                raise NotFound("the account is in no organisation") from refused
            raise
        return SeenOrganization(id=answer.get("Id", ""), management_account=answer.get("MasterAccountId", ""))

    def delegated_administrators(self, service: str) -> frozenset[str]:
        """See OrganizationSight."""
        listing = self._client.get_paginator("list_delegated_administrators")
        with translated():
            pages = list(listing.paginate(ServicePrincipal=service))
        return frozenset(
            record["Id"] for page in pages for record in page.get("DelegatedAdministrators", []) if "Id" in record
        )

    def has_policy_type(self, policy_type: str) -> bool:
        """See OrganizationSight."""
        with translated():
            pages = list(self._client.get_paginator("list_roots").paginate())
        types = [record for page in pages for root in page.get("Roots", []) for record in root.get("PolicyTypes", [])]
        return any(record.get("Type") == policy_type and record.get("Status") == _ENABLED for record in types)


class OrganizationsTargetSight:
    """The port PolicyTargetSight, for whoever deploys: no function has these rights for it."""

    ACTIONS: ClassVar[frozenset[str]] = frozenset({"organizations:ListPoliciesForTarget", "organizations:ListRoots"})

    def __init__(self, client: "OrganizationsClient") -> None:
        self._client = client

    def roots(self) -> Sequence[str]:
        """See PolicyTargetSight."""
        with translated():
            pages = list(self._client.get_paginator("list_roots").paginate())
        return [root["Id"] for page in pages for root in page.get("Roots", []) if "Id" in root]

    def policies_on(self, target: str) -> frozenset[str]:
        """See PolicyTargetSight."""
        listing = self._client.get_paginator("list_policies_for_target")
        with translated():
            pages = list(listing.paginate(TargetId=target, Filter="SERVICE_CONTROL_POLICY"))
        return frozenset(policy["Name"] for page in pages for policy in page.get("Policies", []) if "Name" in policy)


class CloudTrailSight:
    """The port TrailSight over a boto3 client of `cloudtrail`. Source: AWS CloudTrail API Reference."""

    ACTIONS: ClassVar[frozenset[str]] = frozenset(
        {"cloudtrail:DescribeTrails", "cloudtrail:GetEventSelectors", "cloudtrail:GetTrailStatus"}
    )

    def __init__(self, client: Any) -> None:  # noqa: ANN401 - the methods below are all that is used of it
        self._client = client

    def trails(self) -> Sequence[SeenTrail]:
        """See TrailSight."""
        with translated():
            described = self._client.describe_trails(includeShadowTrails=True).get("trailList", [])
        return [self._seen(entry) for entry in described]

    def _seen(self, trail: Mapping[str, Any]) -> SeenTrail:
        arn = trail["TrailARN"]
        with translated():
            is_logging = bool(self._client.get_trail_status(Name=arn).get("IsLogging"))
        return SeenTrail(
            name=trail.get("Name", arn),
            is_logging=is_logging,
            is_everywhere=bool(trail.get("IsMultiRegionTrail")),
            is_of_organization=bool(trail.get("IsOrganizationTrail")),
            home_region=trail.get("HomeRegion", ""),
            records_writes=self._records_writes(arn),
        )

    def _records_writes(self, arn: str) -> bool | None:
        try:
            with translated():
                answer = self._client.get_event_selectors(TrailName=arn)
        except DayOneError:
            # A member account may see that the organisation has a trail, and not what it selects.
            return None
        plain, advanced = answer.get("EventSelectors", []), answer.get("AdvancedEventSelectors", [])
        return any(map(_selects_writes, plain)) or any(map(_is_of_writes, advanced))


def _selects_writes(selector: Mapping[str, Any]) -> bool:
    is_of_calls = bool(selector.get("IncludeManagementEvents", True))
    return is_of_calls and selector.get("ReadWriteType", "All") != "ReadOnly"


def _is_of_writes(selector: Mapping[str, Any]) -> bool:
    fields = {entry.get("Field"): entry for entry in selector.get("FieldSelectors", [])}
    is_of_calls = "Management" in fields.get("eventCategory", {}).get("Equals", [])
    return is_of_calls and "true" not in fields.get("readOnly", {}).get("Equals", [])
