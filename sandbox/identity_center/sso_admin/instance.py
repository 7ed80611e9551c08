"""The operations on the Identity Center instance, of which there is one from the start."""

from collections.abc import Mapping
from typing import Any

from sandbox.identity_center.sso_admin.moto_backend import SsoAdminState


class Instances:
    """Serves ListInstances, DescribeInstance and ListRegions."""

    def __init__(self, state: SsoAdminState) -> None:
        self._state = state

    def list_instances(self, _parameters: Mapping[str, Any]) -> dict[str, Any]:
        """Answer with the one instance."""
        return {"Instances": [self._summary()]}

    def describe_instance(self, _parameters: Mapping[str, Any]) -> dict[str, Any]:
        """Answer with all that AWS tells about the instance."""
        encryption = {"KeyType": "AWS_OWNED_KMS_KEY", "EncryptionStatus": "ENABLED"}
        return self._summary() | {"PermissionSetsEnabled": True, "EncryptionConfigurationDetails": encryption}

    def list_regions(self, _parameters: Mapping[str, Any]) -> dict[str, Any]:
        """Answer with the primary Region, which is the only one."""
        return {"Regions": [self._region()]}

    def _summary(self) -> dict[str, Any]:
        instance = self._state.instance
        store = f"arn:aws:identitystore::{instance.account_id}:identitystore/{instance.identity_store_id}"
        return {
            "InstanceArn": instance.instance_arn,
            "IdentityStoreId": instance.identity_store_id,
            "IdentityStoreArn": store,
            "OwnerAccountId": instance.account_id,
            "CreatedDate": instance.created_date,
            "Status": instance.status,
            "PrimaryRegion": self._state.region_name,
            "Regions": [self._region()],
        }

    def _region(self) -> dict[str, Any]:
        return {
            "RegionName": self._state.region_name,
            "Status": "ACTIVE",
            "AddedDate": self._state.instance.created_date,
            "IsPrimaryRegion": True,
        }
