"""IAM actions needed by the calls of a boto3 client."""

from typing import Any

from botocore.model import OperationModel

_SERVICES = {"sso-admin": "sso"}
# Source: Service Authorization Reference: a batch is authorised as what it does to each message.
_OPERATIONS = {
    "SendMessageBatch": "SendMessage",
    "ChangeMessageVisibilityBatch": "ChangeMessageVisibility",
    "DeleteMessageBatch": "DeleteMessage",
}


def recorded_actions(client: Any) -> set[str]:  # noqa: ANN401 - any boto3 client
    """A set that grows by the action of each call from now on, such as `sso:CreatePermissionSet`."""
    actions: set[str] = set()

    def record(model: OperationModel, **_: object) -> None:
        service = model.service_model.service_name
        actions.add(f"{_SERVICES.get(service, service)}:{_OPERATIONS.get(model.name, model.name)}")

    client.meta.events.register("before-call", record)
    return actions
