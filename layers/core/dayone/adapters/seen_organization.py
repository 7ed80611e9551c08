"""The organisation as what Day One is deployed into: who manages it, and what is enabled there."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from dayone.adapters.aws_errors import translated
from dayone.errors import NotFound, Refused
from dayone.ports.surroundings import SeenOrganization

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
                said = self._client.describe_organization()["Organization"]
        except Refused as refused:
            if str(refused).startswith(_IN_NONE):
                raise NotFound("the account is in no organisation") from refused
            raise
        return SeenOrganization(id=said.get("Id", ""), management_account=said.get("MasterAccountId", ""))

    def delegated_administrators(self, service: str) -> frozenset[str]:
        """See OrganizationSight."""
        listing = self._client.get_paginator("list_delegated_administrators")
        with translated():
            pages = list(listing.paginate(ServicePrincipal=service))
        return frozenset(one["Id"] for page in pages for one in page.get("DelegatedAdministrators", []) if "Id" in one)

    def has_policy_type(self, policy_type: str) -> bool:
        """See OrganizationSight."""
        with translated():
            pages = list(self._client.get_paginator("list_roots").paginate())
        types = [one for page in pages for root in page.get("Roots", []) for one in root.get("PolicyTypes", [])]
        return any(one.get("Type") == policy_type and one.get("Status") == _ENABLED for one in types)


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
