"""The HTTP side of `sso-oidc` and `sso`, which speak REST with JSON instead of naming an operation in a header."""

import json
import uuid
from collections.abc import Callable, Mapping
from typing import Any

from werkzeug.wrappers import Request, Response

from sandbox.sign_in.portal_api import PortalApi
from sandbox.sign_in.refusals import Refusal, oidc_refusal
from sandbox.sign_in.token_endpoint import TokenEndpoint

BEARER = "x-amz-sso_bearer_token"


class RestApi:
    """Answers the requests of both APIs, and None to any other."""

    def __init__(self, tokens: TokenEndpoint, portal: PortalApi) -> None:
        self._oidc: dict[tuple[str, str], Callable[[Mapping[str, Any], str], dict[str, Any]]] = {
            ("POST", "/client/register"): tokens.register_client,
            ("POST", "/device_authorization"): tokens.start_device_authorization,
            ("POST", "/token"): tokens.create_token,
        }
        self._sso: dict[tuple[str, str], Callable[[str, Mapping[str, str]], dict[str, Any]]] = {
            ("GET", "/assignment/accounts"): portal.list_accounts,
            ("GET", "/assignment/roles"): portal.list_account_roles,
            ("GET", "/federation/credentials"): portal.get_role_credentials,
            ("POST", "/logout"): portal.logout,
        }

    def __call__(self, request: Request) -> Response | None:
        """Answer one HTTP request."""
        called = (request.method, request.path)
        try:
            if called in self._oidc:
                return _answer(200, self._oidc[called](_json(request), request.host_url.rstrip("/")))
            if called in self._sso:
                return _answer(200, self._sso[called](request.headers.get(BEARER, ""), request.args.to_dict()))
        except Refusal as refused:
            return _answer(refused.status, refused.body, error=refused.code)
        return None


def _json(request: Request) -> Mapping[str, Any]:
    try:
        parameters = json.loads(request.get_data() or b"{}")
    except ValueError as error:
        raise oidc_refusal("InvalidRequestException", "The request is not valid JSON.") from error
    if not isinstance(parameters, dict):
        raise oidc_refusal("InvalidRequestException", "The request is not a JSON object.")
    return parameters


def _answer(status: int, body: Mapping[str, Any], *, error: str = "") -> Response:
    response = Response(json.dumps(body), status=status, content_type="application/json")
    response.headers["x-amzn-RequestId"] = str(uuid.uuid4())
    if error:
        response.headers["x-amzn-ErrorType"] = error
    return response
