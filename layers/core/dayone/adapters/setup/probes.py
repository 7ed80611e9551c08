"""Probes of what Day One finds around it: the organization, quotas, and the state table."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from dayone.adapters.aws.errors import translated
from dayone.adapters.dynamodb.read_models import described_table, noted_owner
from dayone.errors import DayOneError, NotFound, Refused
from dayone.ports.setup import SeenConcurrency, SeenOrganization, SeenRoles, SeenTrail
from dayone.ports.state_tables import TableDescription, TableOwner

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
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


_SERVICE = "sso"


class ServiceQuotaSight:
    """The port QuotaSight over a boto3 client of `service-quotas`. Source: Service Quotas API, ListServiceQuotas."""

    ACTIONS: ClassVar[frozenset[str]] = frozenset({"servicequotas:ListServiceQuotas"})

    def __init__(self, client: Any) -> None:  # noqa: ANN401 - the methods below are all that is used of it
        self._client = client

    def of_identity_center(self) -> Mapping[str, float]:
        """See QuotaSight."""
        with translated():
            pages = list(self._client.get_paginator("list_service_quotas").paginate(ServiceCode=_SERVICE))
        quotas = [entry for page in pages for entry in page.get("Quotas", [])]
        return {pair["QuotaName"]: float(pair["Value"]) for pair in quotas if "QuotaName" in pair and "Value" in pair}


class LambdaConcurrencySight:
    """The port ConcurrencySight over a boto3 client of `lambda`. Source: Lambda API Reference, GetAccountSettings."""

    ACTIONS: ClassVar[frozenset[str]] = frozenset({"lambda:GetAccountSettings"})

    def __init__(self, client: Any) -> None:  # noqa: ANN401 - the method below is all that is used of it
        self._client = client

    def concurrency(self) -> SeenConcurrency:
        """See ConcurrencySight."""
        with translated():
            limits = self._client.get_account_settings()["AccountLimit"]
        return SeenConcurrency(
            limit=int(limits["ConcurrentExecutions"]), unreserved=int(limits["UnreservedConcurrentExecutions"])
        )


class IamRoleSight:
    """The port RoleSight over a boto3 client of `iam`. Source: IAM API Reference, GetAccountSummary."""

    ACTIONS: ClassVar[frozenset[str]] = frozenset({"iam:GetAccountSummary"})

    def __init__(self, client: Any) -> None:  # noqa: ANN401 - the method below is all that is used of it
        self._client = client

    def roles(self) -> SeenRoles:
        """See RoleSight."""
        with translated():
            summary = self._client.get_account_summary()["SummaryMap"]
        return SeenRoles(
            roles=int(summary["Roles"]),
            quota=int(summary["RolesQuota"]),
            policies_each=int(summary["AttachedPoliciesPerRoleQuota"]),
        )


_ON = frozenset({"ENABLED", "ENABLING"})


class DynamoTableSight:
    """The port TableSight. Source: DynamoDB API Reference, DescribeTimeToLive and DescribeContinuousBackups."""

    ACTIONS: ClassVar[frozenset[str]] = frozenset(
        {
            "dynamodb:DescribeContinuousBackups",
            "dynamodb:DescribeTable",
            "dynamodb:DescribeTimeToLive",
            "dynamodb:GetItem",
        }
    )

    def __init__(self, client: "DynamoDBClient") -> None:
        self._client = client

    def table(self, name: str) -> TableDescription:
        """See TableSight."""
        return described_table(self._client, name)

    def owner(self, name: str) -> TableOwner | None:
        """See TableSight."""
        return noted_owner(self._client, name)

    def expires_by(self, name: str) -> str:
        """See TableSight."""
        with translated():
            expiry = self._client.describe_time_to_live(TableName=name)["TimeToLiveDescription"]
        return expiry.get("AttributeName", "") if expiry.get("TimeToLiveStatus") in _ON else ""

    def can_be_restored(self, name: str) -> bool:
        """See TableSight."""
        with translated():
            backups = self._client.describe_continuous_backups(TableName=name)["ContinuousBackupsDescription"]
        return backups.get("PointInTimeRecoveryDescription", {}).get("PointInTimeRecoveryStatus") == "ENABLED"
