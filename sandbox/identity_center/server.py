"""The HTTP side of the local Identity Center: its pages, its AWS API, and when it is ready."""

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server
from werkzeug.wrappers import Request, Response

from sandbox.identity_center.center import IdentityCenter
from sandbox.identity_center.protocol.json_protocol import JsonProtocol
from sandbox.identity_center.protocol.service_models import ServiceModels

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment


type Page = Callable[[Request], Response | None]


class Application:
    """A WSGI application: `GET /health`, and every AWS request by its X-Amz-Target header.

    Each of `pages` is asked first, in order, and answers None for a request that is not for it.
    """

    def __init__(self, center: IdentityCenter, models: ServiceModels, pages: Sequence[Page] = ()) -> None:
        self._protocol = JsonProtocol(center, models)
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
        headers = request.headers
        answer = self._protocol.answer(headers.get("X-Amz-Target", ""), headers.get("Authorization", ""), body)
        return Response(answer.body, answer.status, answer.headers)(environ, start_response)


_BEARER = "x-amz-sso_bearer_token"


class _QuietHandler(WSGIRequestHandler):
    def make_environ(self) -> "WSGIEnvironment":
        """Let in the one header of AWS that has an underscore, all of which werkzeug keeps out."""
        environ = super().make_environ()
        if token := self.headers.get(_BEARER):
            environ["HTTP_" + _BEARER.upper().replace("-", "_")] = token
        return environ

    def log_request(self, *_arguments: object) -> None:
        """Write nothing: the requests of a test run are not news."""


def serve(application: Application, port: int) -> BaseWSGIServer:
    """Listen on the loopback interface; the caller runs `serve_forever`."""
    return make_server("127.0.0.1", port, application, threaded=True, request_handler=_QuietHandler)
