"""Operations of the served AWS services, from botocore's own models, by the target header of a request."""

from dataclasses import dataclass

import botocore.loaders
from botocore import xform_name
from botocore.model import OperationModel, ServiceModel

SERVICES = ("identitystore", "sso-admin", "organizations")


@dataclass(frozen=True)
class Operation:
    """One operation of one service; `name` as in AWS (CreateUser), `method` as in Python (create_user)."""

    service: str
    name: str
    model: OperationModel

    @property
    def method(self) -> str:
        """The name of the Python method that serves it, spelled as boto3 spells it."""
        return xform_name(self.name)


class ServiceModels:
    """The models of all served services."""

    def __init__(self) -> None:
        loader = botocore.loaders.Loader()
        models = [(name, ServiceModel(loader.load_service_model(name, "service-2"), name)) for name in SERVICES]
        self._by_prefix = {model.metadata["targetPrefix"]: (name, model) for name, model in models}

    def operation(self, target: str) -> Operation | None:
        """Find the operation for an X-Amz-Target header such as `AWSIdentityStore.CreateUser`."""
        prefix, _, name = target.partition(".")
        service, model = self._by_prefix.get(prefix, ("", None))
        if model is None or name not in model.operation_names:
            return None
        return Operation(service=service, name=name, model=model.operation_model(name))
