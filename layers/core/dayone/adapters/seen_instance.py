"""Identity Center as what Day One is deployed for: its instance, described."""

from typing import TYPE_CHECKING, ClassVar

from dayone.adapters.aws_errors import translated
from dayone.ports.surroundings import SeenInstance

if TYPE_CHECKING:
    from mypy_boto3_sso_admin import SSOAdminClient


class SsoInstanceSight:
    """The port InstanceSight. Source: IAM Identity Center API Reference, DescribeInstance."""

    ACTIONS: ClassVar[frozenset[str]] = frozenset({"sso:DescribeInstance"})

    def __init__(self, client: "SSOAdminClient") -> None:
        self._client = client

    @property
    def region(self) -> str:
        """The Region of the client."""
        return self._client.meta.region_name

    def instance(self, instance_arn: str) -> SeenInstance:
        """See InstanceSight."""
        with translated():
            said = self._client.describe_instance(InstanceArn=instance_arn)
        return SeenInstance(
            identity_store_id=said.get("IdentityStoreId", ""),
            owner_account=said.get("OwnerAccountId", ""),
            status=said.get("Status", ""),
            status_reason=said.get("StatusReason", ""),
            primary_region=said.get("PrimaryRegion", ""),
            permission_sets_enabled=said.get("PermissionSetsEnabled"),
        )
