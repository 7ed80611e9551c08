"""CloudTrail as what brings events to EventBridge: which trails log, and whether they record what is written."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from dayone.adapters.aws_errors import translated
from dayone.errors import DayOneError
from dayone.ports.surroundings import SeenTrail


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
        return [self._seen(one) for one in described]

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
                said = self._client.get_event_selectors(TrailName=arn)
        except DayOneError:
            # A member account may see that the organisation has a trail, and not what it selects.
            return None
        plain, advanced = said.get("EventSelectors", []), said.get("AdvancedEventSelectors", [])
        return any(map(_selects_writes, plain)) or any(map(_is_of_writes, advanced))


def _selects_writes(selector: Mapping[str, Any]) -> bool:
    is_of_calls = bool(selector.get("IncludeManagementEvents", True))
    return is_of_calls and selector.get("ReadWriteType", "All") != "ReadOnly"


def _is_of_writes(selector: Mapping[str, Any]) -> bool:
    fields = {one.get("Field"): one for one in selector.get("FieldSelectors", [])}
    is_of_calls = "Management" in fields.get("eventCategory", {}).get("Equals", [])
    return is_of_calls and "true" not in fields.get("readOnly", {}).get("Equals", [])
