"""Events for calls that AWS refused, with the code of the error."""

from collections.abc import Callable, Mapping
from typing import Any

from moto.core.exceptions import JsonRESTError, ServiceException

from sandbox.identity_center.organizations.account_events import AccountEvents
from sandbox.identity_center.protocol.service_error import ServiceError

type Serve = Callable[[Mapping[str, Any]], dict[str, Any]]

_READS = ("describe_", "list_")


class FailedCalls:
    """The operations that `served` has; a write that it refuses is told of before it is refused."""

    def __init__(self, served: object, events: AccountEvents, caller: Callable[[], str]) -> None:
        self._served = served
        self._events = events
        self._caller = caller

    def __getattr__(self, operation: str) -> Serve:
        serve: Serve = getattr(self._served, operation)
        return serve if operation.startswith(_READS) else lambda parameters: self._serve(operation, serve, parameters)

    def _serve(self, operation: str, serve: Serve, parameters: Mapping[str, Any]) -> dict[str, Any]:
        try:
            return serve(parameters)
        except (ServiceError, ServiceException, JsonRESTError) as refused:
            code = refused.error_type if isinstance(refused, JsonRESTError) else refused.code
            name = "".join(word.capitalize() for word in operation.split("_"))
            error = (code, str(refused.message))
            self._events.api_call(name, _camel(parameters), caller=self._caller(), error=error)
            raise


def _camel(node: Any) -> Any:  # noqa: ANN401 - any JSON
    if isinstance(node, Mapping):
        return {key[0].lower() + key[1:]: _camel(found) for key, found in node.items()}
    return [_camel(found) for found in node] if isinstance(node, list) else node
