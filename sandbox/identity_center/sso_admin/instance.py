"""The operations on the Identity Center instance, of which there is one from the start."""

from collections.abc import Mapping
from typing import Any

from sandbox.identity_center.protocol.service_error import conflict, invalid
from sandbox.identity_center.state import State


class Instances:
    """Serves List-, Describe-, Create-, Update- and DeleteInstance."""

    def __init__(self, state: State) -> None:
        self._state = state.sso_admin
        self._regions = state.regions
        self._requests = state.requests
        self._wipe = state.wipe
        self._encryption = state.encryption
        self._shared = state
        self._name: str | None = None

    def list_instances(self, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """Answer with the one instance, if it has not been deleted."""
        if parameters.get("NextToken"):
            raise invalid("The pagination token is invalid.")  # one page is all there ever is
        return {"Instances": [self._summary()] if self._state.has_instance else []}

    def describe_instance(self, _parameters: Mapping[str, Any]) -> dict[str, Any]:
        """Return AWS's description of the instance."""
        encryption = {"EncryptionConfigurationDetails": self._encryption.described()}
        return self._summary() | {"PermissionSetsEnabled": True} | encryption

    def create_instance(self, _parameters: Mapping[str, Any]) -> dict[str, Any]:
        """Refuse: AWS makes no second instance in an account, and none at all in a management account."""
        raise conflict("An instance of IAM Identity Center exists already, or the account cannot have one.")

    def update_instance(self, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """Change the name or the encryption; permission sets are enabled, and nothing disables them again."""
        if "EncryptionConfiguration" in parameters and "PermissionSetsEnabled" in parameters:
            raise invalid("Specify either EncryptionConfiguration or PermissionSetsEnabled.")
        if parameters.get("PermissionSetsEnabled") is False:
            raise invalid("Permission sets cannot be disabled.")
        if wanted := parameters.get("EncryptionConfiguration"):
            self._encryption.configure(wanted, self._requests, access_key=self._shared.access_key)
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
