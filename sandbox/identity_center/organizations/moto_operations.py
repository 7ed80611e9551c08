"""Hands an Organizations request that needs no correction to moto's own operations, on the same state."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from moto.core.request import Request
from moto.organizations.models import OrganizationsBackend, organizations_backends
from moto.organizations.responses import OrganizationsResponse

from sandbox.identity_center.organizations.moto_backend import OrganizationState
from sandbox.identity_center.organizations.refusals import invalid_token
from sandbox.identity_center.protocol.service_error import ServiceError
from sandbox.identity_center.protocol.service_models import Operation

_URL = "http://organizations.us-east-1.amazonaws.com/"


class MotoOperations:
    """Policies, delegated administrators, trusted access: whatever moto has and this package does not serve itself."""

    def __init__(self, state: OrganizationState) -> None:
        self._account_id = state.account_id
        self._state = state

    def answer(self, operation: Operation, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """Return moto's answer; raises NotImplementedError for an operation that moto lacks."""
        headers = {"X-Amz-Target": f"AWSOrganizationsV20161128.{operation.name}", "X-Moto-Account-Id": self._account_id}
        request = Request.from_primitives("POST", _URL, headers, json.dumps(parameters).encode())
        with self._in_moto():
            status, _, body = OrganizationsResponse.dispatch(request)
        answer: dict[str, Any] = json.loads(body or "{}")
        if status < 400:
            return {name: value for name, value in answer.items() if value is not None}
        raise _refusal(operation, str(answer.get("__type", "")).rpartition("#")[2], answer)

    @contextmanager
    def _in_moto(self) -> Iterator[None]:
        # moto's operations look the state up. It is there no longer than that: moto clears what it finds there.
        backends: dict[str, OrganizationsBackend] = organizations_backends[self._account_id]
        before = backends.pop("aws", None)
        backends["aws"] = self._state
        try:
            yield
        finally:
            del backends["aws"]
            if before is not None:
                backends["aws"] = before


def _refusal(operation: Operation, code: str, answer: Mapping[str, Any]) -> ServiceError:
    """Return moto's refusal, or AWS's where moto has an error that the operation does not have in AWS."""
    modelled = [shape.name for shape in operation.model.error_shapes]
    if code == "InvalidToken":
        return invalid_token()
    if code not in modelled and "TargetNotFoundException" in modelled:
        return ServiceError("TargetNotFoundException", "You specified a target that doesn't exist.")
    return ServiceError(code, str(answer.get("Message") or answer.get("message") or ""))
