"""Sign-in from a program that opens a browser and listens for its answer: authorization code with PKCE (RFC 7636)."""

import base64
import hashlib
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from sandbox.sign_in.clients import CODE, Client, Clients
from sandbox.sign_in.portal_sessions import PortalSession
from sandbox.sign_in.refusals import oidc_refusal

_LIFETIME = 600.0  # seconds
_LOOPBACK = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True, kw_only=True)
class AuthorizationRequest:
    """Parameters with which a browser was sent to `/authorize`."""

    client: Client
    redirect_uri: str
    state: str
    challenge: str


@dataclass(frozen=True)
class _Issued:
    request: AuthorizationRequest
    session: PortalSession
    expires_at: float


class AuthorizationCodes:
    """Checks requests for a code, issues codes, and takes each one back once."""

    def __init__(self, clients: Clients, clock: Callable[[], float] = time.time) -> None:
        self._clients = clients
        self._clock = clock
        self._issued: dict[str, _Issued] = {}

    def request_of(self, query: Mapping[str, str]) -> AuthorizationRequest:
        """Read the query of `/authorize`; raises a Refusal, which must not be sent to the redirect URI."""
        client = self._clients.named(query.get("client_id", ""))
        redirect_uri = query.get("redirect_uri", "")
        if client is None:
            raise oidc_refusal("InvalidRequestException", "The client is not registered.")
        if CODE not in client.grant_types:
            raise oidc_refusal("UnauthorizedClientException", "The client has not registered for authorization codes.")
        if not any(_same(redirect_uri, registered) for registered in client.redirect_uris):
            raise oidc_refusal("InvalidRequestException", "The redirect URI is not registered.")
        if query.get("response_type") != "code":
            raise oidc_refusal("InvalidRequestException", "response_type must be code.")
        if query.get("code_challenge_method") != "S256" or not query.get("code_challenge"):
            raise oidc_refusal("InvalidRequestException", "A code challenge by the method S256 is required.")
        state, challenge = query.get("state", ""), query["code_challenge"]
        return AuthorizationRequest(client=client, redirect_uri=redirect_uri, state=state, challenge=challenge)

    def issue(self, request: AuthorizationRequest, session: PortalSession) -> str:
        """Return a code for a person who has confirmed the request."""
        code = secrets.token_hex(32)
        self._issued[code] = _Issued(request, session, self._clock() + _LIFETIME)
        return code

    def redeem(self, parameters: Mapping[str, Any], *, client: Client) -> PortalSession:
        """Return the session a code was issued for, once, to the owner of the challenge's verifier."""
        issued = self._issued.pop(str(parameters.get("code")), None)
        if issued is None or issued.request.client.id != client.id or issued.expires_at <= self._clock():
            raise oidc_refusal("InvalidGrantException", "The code is not valid.")
        if parameters.get("redirectUri") != issued.request.redirect_uri:
            raise oidc_refusal("InvalidGrantException", "The redirect URI is not the one the code was issued for.")
        if challenge_of(str(parameters.get("codeVerifier", ""))) != issued.request.challenge:
            raise oidc_refusal("InvalidGrantException", "The code verifier does not fit the challenge.")
        return issued.session


def challenge_of(verifier: str) -> str:
    """Return the S256 challenge of a verifier (RFC 7636, section 4.2)."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def _same(uri: str, registered: str) -> bool:
    """Return whether two redirect URIs are the same; on the loopback interface any port is (RFC 8252, section 7.3)."""
    asked, existing = urlsplit(uri), urlsplit(registered)
    if asked.scheme == "http" and asked.hostname in _LOOPBACK:
        return (asked.scheme, asked.hostname, asked.path) == (existing.scheme, existing.hostname, existing.path)
    return uri == registered
