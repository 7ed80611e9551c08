"""Identity Center as what Day One is deployed for: its instance, described."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from dayone.adapters.aws_errors import translated
from dayone.adapters.dependent_actions import READS_ENCRYPTED, DependentActions
from dayone.ports.surroundings import SeenEncryption, SeenInstance

if TYPE_CHECKING:
    from mypy_boto3_sso_admin import SSOAdminClient

_CUSTOMERS = "CUSTOMER_MANAGED_KEY"


class SsoInstanceSight:
    """The port InstanceSight. Source: IAM Identity Center API Reference."""

    ACTIONS: ClassVar[frozenset[str]] = frozenset(
        {"sso:DescribeInstance", "sso:ListPermissionSetsProvisionedToAccount"}
    )
    DEPENDENT_ACTIONS: ClassVar[DependentActions] = READS_ENCRYPTED

    def __init__(self, client: "SSOAdminClient") -> None:
        self._client = client

    @property
    def region(self) -> str:
        """The Region of the client."""
        return self._client.meta.region_name

    def instance(self, instance_arn: str) -> SeenInstance:
        """See InstanceSight."""
        with translated():
            answer = self._client.describe_instance(InstanceArn=instance_arn)
        return SeenInstance(
            identity_store_id=answer.get("IdentityStoreId", ""),
            owner_account=answer.get("OwnerAccountId", ""),
            status=answer.get("Status", ""),
            status_reason=answer.get("StatusReason", ""),
            primary_region=_primary_region(answer),
            permission_sets_enabled=answer.get("PermissionSetsEnabled"),
            encryption=_encryption(answer.get("EncryptionConfigurationDetails", {})),
        )

    def permission_sets_in(self, instance_arn: str, account: str) -> int:
        """See InstanceSight."""
        listing = self._client.get_paginator("list_permission_sets_provisioned_to_account")
        with translated():
            pages = list(listing.paginate(InstanceArn=instance_arn, AccountId=account))
        return sum(len(page.get("PermissionSets", [])) for page in pages)


def _primary_region(answer: Mapping[str, Any]) -> str:
    marked = (region["RegionName"] for region in answer.get("Regions", ()) if region.get("IsPrimaryRegion"))
    return answer.get("PrimaryRegion") or next(marked, "")


def _encryption(details: Mapping[str, Any]) -> SeenEncryption:
    is_customers = details.get("KeyType") == _CUSTOMERS
    return SeenEncryption(
        key_arn=details.get("KmsKeyArn", "") if is_customers else "",
        status=details.get("EncryptionStatus", ""),
        status_reason=details.get("EncryptionStatusReason", ""),
    )
