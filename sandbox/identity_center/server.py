"""The HTTP side of the local Identity Center: reads AWS's JSON protocol, answers it, and tells when it is ready."""

import json
import sys
import traceback
import uuid
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server
from werkzeug.wrappers import Request, Response

from sandbox.identity_center.callers import account_of
from sandbox.identity_center.center import IdentityCenter
from sandbox.identity_center.service_error import ServiceError
from sandbox.identity_center.service_models import ServiceModels

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment


type Page = Callable[[Request], Response | None]


class Application:
    """A WSGI application: `GET /health`, and every AWS request by its X-Amz-Target header.

    Each of `pages` is asked first, in order, and answers None for a request that is not for it.
    """

    def __init__(self, center: IdentityCenter, models: ServiceModels, pages: Sequence[Page] = ()) -> None:
        self._center = center
        self._models = models
        self._pages = pages

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Answer one HTTP request."""
        request = Request(environ)
        body = request.get_data()
        if request.path == "/health":
            return Response('{"status": "ready"}', content_type="application/json")(environ, start_response)
        for page in self._pages:
            if (shown := page(request)) is not None:
                return shown(environ, start_response)
        try:
            response = _response(200, self._answer(request, body))
        except ServiceError as refused:
            response = _refusal(refused)
        except Exception:  # noqa: BLE001 - a client must get an AWS answer even for a mistake in this package
            traceback.print_exc(file=sys.stderr)
            response = _refusal(ServiceError("InternalServerException", "An internal error occurred."), status=500)
        return response(environ, start_response)

    def _answer(self, request: Request, body: bytes) -> dict[str, Any]:
        target = request.headers.get("X-Amz-Target", "")
        operation = self._models.operation(target)
        if operation is None:
            raise ServiceError("UnknownOperationException", f"There is no operation for the target '{target}'.")
        try:
            parameters = json.loads(body or b"{}")
        except ValueError as error:
            raise ServiceError("SerializationException", "The request is not valid JSON.") from error
        if not isinstance(parameters, dict):
            raise ServiceError("SerializationException", "The request is not a JSON object.")
        return self._center.answer(operation, parameters, caller=account_of(request))


class _QuietHandler(WSGIRequestHandler):
    def log_request(self, *_arguments: object) -> None:
        """Write nothing: the requests of a test run are not news."""


def serve(application: Application, port: int) -> BaseWSGIServer:
    """Listen on the loopback interface; the caller runs `serve_forever`."""
    return make_server("127.0.0.1", port, application, threaded=True, request_handler=_QuietHandler)


def _refusal(error: ServiceError, *, status: int = 400) -> Response:
    # Each service spells the message its own way in one of the two; SDKs read either.
    body = {"__type": error.code, "message": error.message, "Message": error.message, **error.members}
    response = _response(status, body)
    response.headers["x-amzn-ErrorType"] = error.code
    return response


def _response(status: int, body: dict[str, Any]) -> Response:
    response = Response(json.dumps(body), status=status, content_type="application/x-amz-json-1.1")
    response.headers["x-amzn-RequestId"] = str(uuid.uuid4())
    return response
