"""Refusals of sso-oidc and sso: an error of AWS's model, with its HTTP status."""

from typing import Any


class Refusal(Exception):
    """An error with the name AWS gives it; `body` is what its JSON holds."""

    def __init__(self, code: str, *, status: int, body: dict[str, Any]) -> None:
        super().__init__(f"{code}: {body}")
        self.code = code
        self.status = status
        self.body = body


# What OAuth 2.0 (RFC 6749, RFC 8628) calls the errors of CreateToken and its neighbours.
_OAUTH = {
    "AccessDeniedException": "access_denied",
    "AuthorizationPendingException": "authorization_pending",
    "ExpiredTokenException": "expired_token",
    "InvalidClientException": "invalid_client",
    "InvalidClientMetadataException": "invalid_client_metadata",
    "InvalidGrantException": "invalid_grant",
    "InvalidRedirectUriException": "invalid_redirect_uri",
    "InvalidRequestException": "invalid_request",
    "InvalidScopeException": "invalid_scope",
    "SlowDownException": "slow_down",
    "UnauthorizedClientException": "unauthorized_client",
    "UnsupportedGrantTypeException": "unsupported_grant_type",
}
_PORTAL = {
    "ForbiddenException": 403,
    "InvalidRequestException": 400,
    "ResourceNotFoundException": 404,
    "UnauthorizedException": 401,
}


def oidc_refusal(code: str, description: str) -> Refusal:
    """Return a refusal of sso-oidc."""
    status = 401 if code == "InvalidClientException" else 400
    return Refusal(code, status=status, body={"error": _OAUTH[code], "error_description": description})


def portal_refusal(code: str, message: str) -> Refusal:
    """Return a refusal of sso. ForbiddenException is not in its model, yet AWS answers it to "No access"."""
    return Refusal(code, status=_PORTAL[code], body={"message": message, "__type": code})
