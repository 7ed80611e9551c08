"""Signing in without a browser of our own: a code is shown, and a person confirms it wherever they are (RFC 8628)."""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from dayone_cli.aws.aws_failures import aws_asked
from dayone_cli.aws.portal_place import Portal
from dayone_cli.aws.token_cache import Token
from dayone_cli.failures import Unauthorised

_DEVICE = "urn:ietf:params:oauth:grant-type:device_code"
_REFRESH = "refresh_token"
_SCOPE = "sso:account:access"
_SLOWER = 5  # seconds that RFC 8628 has a program wait longer when it is told to slow down


@dataclass(frozen=True, kw_only=True)
class Code:
    """Sign-in address and the code shown there."""

    url: str
    user_code: str


@dataclass(frozen=True, kw_only=True)
class DeviceSignIn:
    """Sign-in at a portal with a boto3 client of `sso-oidc`; `show` tells the person what to do."""

    oidc: Any
    portal: Portal
    show: Callable[[Code], None]
    sleep: Callable[[float], None] = time.sleep
    now: Callable[[], datetime] = lambda: datetime.now(UTC)

    def sign_in(self) -> Token:
        """Return a token, once the code is confirmed; raise Unauthorised when it is denied, or never confirmed."""
        with aws_asked("sign in"):
            client = self._registered()
            named = {"clientId": client["clientId"], "clientSecret": client["clientSecret"]}
            started = self.oidc.start_device_authorization(**named, startUrl=self.portal.start_url)
            self.show(Code(url=started["verificationUriComplete"], user_code=started["userCode"]))
            answer = self._confirmed(named, started)
        registered_until = datetime.fromtimestamp(client["clientSecretExpiresAt"], UTC)
        return self._token(
            answer,
            Token(
                access_token="",
                expires_at=self.now(),
                client_id=named["clientId"],
                client_secret=named["clientSecret"],
                registration_expires_at=registered_until,
            ),
        )

    def refreshed(self, token: Token) -> Token | None:
        """Return the next token, None when this one cannot be refreshed."""
        until = token.registration_expires_at
        if not token.refresh_token or until is None or until <= self.now():
            return None
        named = {"clientId": token.client_id, "clientSecret": token.client_secret}
        refused = self.oidc.exceptions
        with aws_asked("refresh the sign-in"):
            try:
                answer = self._created(named, grantType=_REFRESH, refreshToken=token.refresh_token)
            except (refused.InvalidGrantException, refused.InvalidClientException, refused.ExpiredTokenException):
                return None
        return self._token(answer, token)

    def _registered(self) -> Any:  # noqa: ANN401 - boto3's
        # Without scopes there is no refresh token; profiles without an sso-session know of none either.
        scoped = {"scopes": [_SCOPE], "grantTypes": [_DEVICE, _REFRESH]} if self.portal.session else {}
        return self.oidc.register_client(clientName="dayone", clientType="public", **scoped)

    def _confirmed(self, named: dict[str, str], started: Any) -> Any:  # noqa: ANN401 - boto3's
        pause, refused = started.get("interval") or _SLOWER, self.oidc.exceptions
        while True:
            try:
                return self._created(named, grantType=_DEVICE, deviceCode=started["deviceCode"])
            except refused.AuthorizationPendingException:
                self.sleep(pause)
            except refused.SlowDownException:
                pause += _SLOWER
                self.sleep(pause)
            except refused.ExpiredTokenException as error:
                raise Unauthorised("The code was not confirmed in time", detail="try again") from error
            except refused.AccessDeniedException as error:
                raise Unauthorised(
                    "The sign-in was denied", detail="it was denied on the page that shows the code"
                ) from error

    def _created(self, named: dict[str, str], **grant: str) -> Any:  # noqa: ANN401 - boto3's
        return self.oidc.create_token(**named, **grant)

    def _token(self, answer: Any, before: Token) -> Token:  # noqa: ANN401 - boto3's
        return replace(
            before,
            access_token=answer["accessToken"],
            expires_at=self.now() + timedelta(seconds=answer["expiresIn"]),
            refresh_token=answer.get("refreshToken") or before.refresh_token,
        )
