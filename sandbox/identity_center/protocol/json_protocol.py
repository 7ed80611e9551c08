"""AWS's JSON protocol: what a request with a target and a body is answered with, and how a refusal is written."""

import json
import re
import sys
import traceback
import uuid
from dataclasses import dataclass
from typing import Any

from sandbox.identity_center.center import IdentityCenter
from sandbox.identity_center.protocol.service_error import ServiceError
from sandbox.identity_center.protocol.service_models import ServiceModels
from sandbox.identity_center.protocol.signatures import STATUS, SignatureRefused, read_signature

_ACCOUNT_ID = re.compile(r"\d{12}")


@dataclass(frozen=True)
class Answer:
    """Response over HTTP."""

    status: int
    headers: dict[str, str]
    body: str


class JsonProtocol:
    """Answers requests of any HTTP server, given their headers X-Amz-Target and Authorization, and their body.

    Where it `is_regional`, a request is for the Region that it is signed for; otherwise for whichever there is.
    """

    def __init__(self, center: IdentityCenter, models: ServiceModels, *, is_regional: bool = True) -> None:
        self._center = center
        self._is_regional = is_regional
        self._models = models

    def answer(self, target: str, authorization: str, body: bytes) -> Answer:
        """Carry out one request; every failure is an answer, too."""
        try:
            return _answer(200, self._carried_out(target, authorization, body))
        except SignatureRefused as refused:
            return _refusal(refused, status=STATUS)
        except ServiceError as refused:
            return _refusal(refused)
        except Exception:  # noqa: BLE001 - a client must get an AWS answer even for a mistake in this package
            traceback.print_exc(file=sys.stderr)
            return _refusal(ServiceError("InternalServerException", "An internal error occurred."), status=500)

    def _carried_out(self, target: str, authorization: str, body: bytes) -> dict[str, Any]:
        operation = self._models.operation(target)
        if operation is None:
            raise ServiceError("UnknownOperationException", f"There is no operation for the target '{target}'.")
        signature = read_signature(authorization, signing_name=operation.model.service_model.signing_name)
        try:
            parameters = json.loads(body or b"{}")
        except ValueError as error:
            raise ServiceError("SerializationException", "The request is not valid JSON.") from error
        if not isinstance(parameters, dict):
            raise ServiceError("SerializationException", "The request is not a JSON object.")
        access_key = signature.access_key
        # The key of an account's root is the account's id, as in MiniStack and in moto; other keys do not tell.
        account = access_key if _ACCOUNT_ID.fullmatch(access_key) else None
        region = signature.region if self._is_regional else ""
        return self._center.answer(operation, parameters, caller=account, access_key=access_key, region=region)


def _refusal(error: ServiceError, *, status: int = 400) -> Answer:
    # Each service spells the message its own way in one of the two; SDKs read either.
    message = None if error.is_silent else error.message
    body = {"__type": error.code, "message": message, "Message": message, **error.members}
    answer = _answer(status, body)
    answer.headers["x-amzn-ErrorType"] = error.code
    return answer


def _answer(status: int, body: dict[str, Any]) -> Answer:
    headers = {"Content-Type": "application/x-amz-json-1.1", "x-amzn-RequestId": str(uuid.uuid4())}
    return Answer(status, headers, json.dumps(body))
