"""The programs that sign people in, such as the AWS CLI: each registers before it asks for anything."""

import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sandbox.sign_in.refusals import oidc_refusal

ACCOUNT_ACCESS = "sso:account:access"
DEVICE, CODE, REFRESH = "urn:ietf:params:oauth:grant-type:device_code", "authorization_code", "refresh_token"
_NINETY_DAYS = 90 * 86400


@dataclass(frozen=True, kw_only=True)
class Client:
    """A registered public client; no scopes means the older kind, whose tokens cannot be refreshed."""

    id: str
    secret: str
    name: str
    scopes: tuple[str, ...]
    redirect_uris: tuple[str, ...]
    grant_types: tuple[str, ...]
    expires_at: int


class Clients:
    """All registered clients."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._clients: dict[str, Client] = {}

    def register_client(self, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """Serve RegisterClient; without grant types a client may use a device, and refresh when it names a scope."""
        if not parameters.get("clientName"):
            raise oidc_refusal("InvalidRequestException", "clientName is missing.")
        if parameters.get("clientType") != "public":
            raise oidc_refusal("InvalidClientMetadataException", "clientType must be public.")
        unknown = set(parameters.get("grantTypes") or ()) - {DEVICE, CODE, REFRESH}
        if unknown:
            raise oidc_refusal("UnsupportedGrantTypeException", f"Unknown grant types: {', '.join(sorted(unknown))}")
        client = self._made(parameters)
        self._clients[client.id] = client
        return {
            "clientId": client.id,
            "clientSecret": client.secret,
            "clientIdIssuedAt": int(self._clock()),
            "clientSecretExpiresAt": client.expires_at,
        }

    def proven(self, parameters: Mapping[str, Any]) -> Client:
        """Return the client that a request comes from; raises InvalidClientException for a wrong or stale secret."""
        client = self._clients.get(str(parameters.get("clientId")))
        secret = str(parameters.get("clientSecret"))
        if client is None or not secrets.compare_digest(client.secret.encode(), secret.encode()):
            raise oidc_refusal("InvalidClientException", "The client is not registered, or its secret is wrong.")
        if client.expires_at <= self._clock():
            raise oidc_refusal("InvalidClientException", "The client's registration has expired.")
        return client

    def named(self, client_id: str) -> Client | None:
        """Return the client with this id, as a browser names it: without a secret."""
        return self._clients.get(client_id)

    def _made(self, parameters: Mapping[str, Any]) -> Client:
        return Client(
            id=secrets.token_hex(16),
            secret=secrets.token_hex(32),
            name=str(parameters["clientName"]),
            scopes=tuple(parameters.get("scopes") or ()),
            redirect_uris=tuple(parameters.get("redirectUris") or ()),
            grant_types=tuple(parameters.get("grantTypes") or (DEVICE, REFRESH)),
            expires_at=int(self._clock()) + _NINETY_DAYS,
        )
