"""The API `sso-oidc`: how programs register, ask for a device code, and come by tokens."""

from collections.abc import Mapping
from typing import Any

from sandbox.sign_in.authorization_codes import AuthorizationCodes
from sandbox.sign_in.clients import ACCOUNT_ACCESS, CODE, DEVICE, REFRESH, Client, Clients
from sandbox.sign_in.device_grants import INTERVAL, LIFETIME, DeviceGrants
from sandbox.sign_in.entitlements import Entitlements
from sandbox.sign_in.portal_sessions import PORTAL_SECONDS, PortalSession, PortalSessions
from sandbox.sign_in.refusals import oidc_refusal
from sandbox.sign_in.start_urls import is_same

ONE_HOUR = 3600.0


class TokenEndpoint:
    """Serves RegisterClient, StartDeviceAuthorization and CreateToken, to users who are still in the directory."""

    def __init__(
        self,
        clients: Clients,
        devices: DeviceGrants,
        codes: AuthorizationCodes,
        sessions: PortalSessions,
        entitlements: Entitlements,
    ) -> None:
        self._clients = clients
        self._devices = devices
        self._codes = codes
        self._sessions = sessions
        self._entitlements = entitlements

    def register_client(self, parameters: Mapping[str, Any], _origin: str) -> dict[str, Any]:
        """Register a public client."""
        return self._clients.register_client(parameters)

    def start_device_authorization(self, parameters: Mapping[str, Any], origin: str) -> dict[str, Any]:
        """Answer with a code for the program and one for a person, and where the person confirms it."""
        client = self._clients.proven(parameters)
        if DEVICE not in client.grant_types:
            raise oidc_refusal("UnauthorizedClientException", "The client has not registered for device codes.")
        if not is_same(self._entitlements.start_url, str(parameters.get("startUrl", ""))):
            raise oidc_refusal("InvalidRequestException", "startUrl is not that of the portal.")
        grant = self._devices.start(client)
        verification = f"{origin}/start/device"
        return {
            "deviceCode": grant.device_code,
            "userCode": grant.user_code,
            "verificationUri": verification,
            "verificationUriComplete": f"{verification}?user_code={grant.user_code}",
            "expiresIn": LIFETIME,
            "interval": INTERVAL,
        }

    def create_token(self, parameters: Mapping[str, Any], _origin: str) -> dict[str, Any]:
        """Answer with an access token for a device code, an authorization code or a refresh token."""
        client = self._clients.proven(parameters)
        session = self._granted(parameters, client)
        if self._entitlements.user(session.user_id) is None:
            raise oidc_refusal("AccessDeniedException", "The user is not there any more.")
        return self._tokens(session, client)

    def _granted(self, parameters: Mapping[str, Any], client: Client) -> PortalSession:
        grant_type = parameters.get("grantType")
        if grant_type not in (DEVICE, CODE, REFRESH):
            raise oidc_refusal("UnsupportedGrantTypeException", f"The grant type {grant_type} is not supported.")
        if grant_type not in client.grant_types:
            raise oidc_refusal("UnauthorizedClientException", f"The client has not registered for {grant_type}.")
        if grant_type == DEVICE:
            return self._devices.redeem(str(parameters.get("deviceCode", "")), client=client)
        if grant_type == CODE:
            return self._codes.redeem(parameters, client=client)
        session = self._sessions.of_refresh_token(str(parameters.get("refreshToken", "")), client_id=client.id)
        if session is None:
            raise oidc_refusal("InvalidGrantException", "The refresh token is not valid.")
        return session

    def _tokens(self, session: PortalSession, client: Client) -> dict[str, Any]:
        # A client that names the scope gets short tokens that it can refresh; any other gets one for the whole session.
        refreshes = ACCOUNT_ACCESS in client.scopes and REFRESH in client.grant_types
        token, seconds = self._sessions.access_token(session, seconds=ONE_HOUR if refreshes else PORTAL_SECONDS)
        answer = {"accessToken": token, "tokenType": "Bearer", "expiresIn": seconds}
        if refreshes:
            answer["refreshToken"] = self._sessions.refresh_token(session, client_id=client.id)
        return answer
