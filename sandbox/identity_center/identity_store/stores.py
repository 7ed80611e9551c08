"""The operations on the identity store itself, of which there is one."""

from collections.abc import Mapping
from typing import Any

from sandbox.identity_center.identity_store.directory import Directory


class Stores:
    """Serves DescribeIdentityStore, ListIdentityStores and UpdateIdentityStore; the owner is an account id."""

    def __init__(self, directory: Directory, *, owner: str) -> None:
        self._names = {
            "IdentityStoreId": directory.store_id,
            "IdentityStoreArn": f"arn:aws:identitystore::{owner}:identitystore/{directory.store_id}",
        }
        self._network: Mapping[str, Any] = {"VpceAccessRequired": False}

    def describe_identity_store(self, _parameters: Mapping[str, Any]) -> dict[str, Any]:
        """Answer with the names of the store and who may reach it from where."""
        return self._names | {"NetworkConfiguration": self._network}

    def list_identity_stores(self, _parameters: Mapping[str, Any]) -> dict[str, Any]:
        """Answer with the one store."""
        return {"IdentityStores": [self._names]}

    def update_identity_store(self, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """Remember from where the store may be reached; nobody is kept out by it."""
        self._network = parameters.get("NetworkConfiguration", self._network)
        return dict(self._names)
