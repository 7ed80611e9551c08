"""The operations on the Identity Center instance, of which there is one from the start."""

from collections.abc import Callable, Mapping
from typing import Any

from sandbox.identity_center.service_error import conflict, invalid
from sandbox.identity_center.sso_admin.moto_backend import SsoAdminState
from sandbox.identity_center.sso_admin.regions import Regions
from sandbox.identity_center.sso_admin.requests import Requests

_AWS_OWNED = {"KeyType": "AWS_OWNED_KMS_KEY"}


class Instances:
    """Serves List-, Describe-, Create-, Update- and DeleteInstance; `wipe` deletes all that the instance has."""

    def __init__(self, state: SsoAdminState, regions: Regions, requests: Requests, wipe: Callable[[], None]) -> None:
        self._state = state
        self._regions = regions
        self._requests = requests
        self._wipe = wipe
        self._name: str | None = None
        self._encryption: Mapping[str, Any] = _AWS_OWNED

    def list_instances(self, _parameters: Mapping[str, Any]) -> dict[str, Any]:
        """Answer with the one instance, if it has not been deleted."""
        return {"Instances": [self._summary()] if self._state.has_instance else []}

    def describe_instance(self, _parameters: Mapping[str, Any]) -> dict[str, Any]:
        """Answer with all that AWS tells about the instance."""
        encryption = dict(self._encryption) | {"EncryptionStatus": "ENABLED"}
        return self._summary() | {"PermissionSetsEnabled": True, "EncryptionConfigurationDetails": encryption}

    def create_instance(self, _parameters: Mapping[str, Any]) -> dict[str, Any]:
        """Refuse: AWS makes no second instance in an account, and none at all in a management account."""
        raise conflict("An instance of IAM Identity Center exists already, or the account cannot have one.")

    def update_instance(self, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """Change the name or the encryption; permission sets are enabled, and nothing disables them again."""
        if "EncryptionConfiguration" in parameters and "PermissionSetsEnabled" in parameters:
            raise invalid("Specify either EncryptionConfiguration or PermissionSetsEnabled.")
        if parameters.get("PermissionSetsEnabled") is False:
            raise invalid("Permission sets cannot be disabled.")
        self._encryption = parameters.get("EncryptionConfiguration", self._encryption)
        self._name = parameters.get("Name", self._name)
        return {}

    def delete_instance(self, _parameters: Mapping[str, Any]) -> dict[str, Any]:
        """Begin to delete the instance with everything in it; when that is done, nobody has access to it."""
        if self._state.instance.status == "DELETE_IN_PROGRESS":
            raise conflict("The instance is being deleted.")
        self._state.instance.status = "DELETE_IN_PROGRESS"
        self._requests.start("instance", {}, self._delete, seconds=self._requests.behaviour.account_seconds)
        return {}

    def _delete(self) -> None:
        self._wipe()
        self._state.has_instance = False

    def _summary(self) -> dict[str, Any]:
        instance = self._state.instance
        store = f"arn:aws:identitystore::{instance.account_id}:identitystore/{instance.identity_store_id}"
        named = {"Name": self._name} if self._name else {}
        return named | {
            "InstanceArn": instance.instance_arn,
            "IdentityStoreId": instance.identity_store_id,
            "IdentityStoreArn": store,
            "OwnerAccountId": instance.account_id,
            "CreatedDate": instance.created_date,
            "Status": instance.status,
            "PrimaryRegion": self._state.region_name,
            "Regions": self._regions.described(),
        }
