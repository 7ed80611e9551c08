"""Sign-in from a program without a browser: it shows a code, a person confirms it somewhere else (RFC 8628)."""

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass

from sandbox.sign_in.clients import Client
from sandbox.sign_in.portal_sessions import PortalSession
from sandbox.sign_in.refusals import oidc_refusal

LIFETIME = 600  # seconds, as AWS answers
INTERVAL = 1  # seconds between two questions, as AWS answers
_JITTER = 0.1  # a client that waits just long enough must not be too fast by the network's doing
_LETTERS = "BCDFGHJKLMNPQRSTVWXZ"


@dataclass(kw_only=True)
class DeviceGrant:
    """A program that waits for a person; `session` is set once they have confirmed."""

    client: Client
    device_code: str
    user_code: str
    expires_at: float
    asked_at: float = 0.0
    session: PortalSession | None = None
    denied: bool = False
    used: bool = False


class DeviceGrants:
    """All programs that wait, by the code they show and by the one they keep."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._by_device: dict[str, DeviceGrant] = {}
        self._by_user: dict[str, DeviceGrant] = {}

    def start(self, client: Client) -> DeviceGrant:
        """Make the two codes for a program."""
        letters = "".join(secrets.choice(_LETTERS) for _ in range(8))
        grant = DeviceGrant(
            client=client,
            device_code=secrets.token_hex(48),
            user_code=f"{letters[:4]}-{letters[4:]}",
            expires_at=self._clock() + LIFETIME,
        )
        self._by_device[grant.device_code] = self._by_user[grant.user_code] = grant
        return grant

    def shown(self, user_code: str) -> DeviceGrant | None:
        """Return what waits under a code that a person has typed, unless that is over."""
        grant = self._by_user.get(user_code.strip().upper())
        over = grant is None or grant.denied or grant.session is not None or grant.expires_at <= self._clock()
        return None if over else grant

    def redeem(self, device_code: str, *, client: Client) -> PortalSession:
        """Return the session of the person who confirmed, once; raise AWS's errors in all other cases."""
        grant = self._by_device.get(device_code)
        if grant is None or grant.client.id != client.id or grant.used:
            raise oidc_refusal("InvalidGrantException", "The device code is not valid.")
        now = self._clock()
        asked_at, grant.asked_at = grant.asked_at, now
        if grant.denied:
            raise oidc_refusal("AccessDeniedException", "The person has denied the request.")
        if grant.expires_at <= now:
            raise oidc_refusal("ExpiredTokenException", "The device code has expired.")
        if grant.session is None:
            if now - asked_at < INTERVAL - _JITTER:
                raise oidc_refusal("SlowDownException", f"Ask at most once in {INTERVAL} s.")
            raise oidc_refusal("AuthorizationPendingException", "Nobody has confirmed the code yet.")
        grant.used = True
        return grant.session
