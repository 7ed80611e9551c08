"""Hands an Organizations request that needs no correction to moto's own operations, on the same state."""

import json
from collections.abc import Mapping
from typing import Any

from moto.core.request import Request
from moto.organizations.models import organizations_backends
from moto.organizations.responses import OrganizationsResponse

from sandbox.identity_center.organizations.moto_backend import OrganizationState
from sandbox.identity_center.organizations.refusals import invalid_token
from sandbox.identity_center.service_error import ServiceError

_URL = "http://organizations.us-east-1.amazonaws.com/"


class MotoOperations:
    """Policies, delegated administrators, trusted access: whatever moto has and this package does not serve itself."""

    def __init__(self, state: OrganizationState) -> None:
        self._account_id = state.account_id
        organizations_backends[state.account_id]["aws"] = state

    def answer(self, operation: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """Return moto's answer; raises NotImplementedError for an operation that moto lacks."""
        headers = {"X-Amz-Target": f"AWSOrganizationsV20161128.{operation}", "X-Moto-Account-Id": self._account_id}
        request = Request.from_primitives("POST", _URL, headers, json.dumps(parameters).encode())
        status, _, body = OrganizationsResponse.dispatch(request)
        answer: dict[str, Any] = json.loads(body or "{}")
        if status < 400:
            return {name: value for name, value in answer.items() if value is not None}
        if answer.get("__type") == "InvalidToken":
            raise invalid_token()
        raise ServiceError(
            str(answer.get("__type", "ServiceException")).rpartition("#")[2],
            str(answer.get("Message") or answer.get("message") or ""),
        )
