"""Sign-in state: the sessions of the portal, and their tokens."""

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass

PORTAL_SECONDS = 8 * 3600.0  # as AWS has it unless configured otherwise


@dataclass(frozen=True, kw_only=True)
class PortalSession:
    """Somebody's stay; `expires_at` in seconds since the epoch. Access and refresh tokens belong to one of these."""

    id: str
    user_id: str
    expires_at: float


@dataclass(frozen=True, kw_only=True)
class AccessToken:
    """Token that `sso` accepts as proof; lives no longer than its session."""

    session: PortalSession
    expires_at: float


class PortalSessions:
    """All sessions and tokens; what has expired is as if it had never been."""

    def __init__(self, clock: Callable[[], float] = time.time, *, seconds: float = PORTAL_SECONDS) -> None:
        self._clock = clock
        self._seconds = seconds
        self._sessions: dict[str, PortalSession] = {}
        self._access: dict[str, AccessToken] = {}
        self._refresh: dict[str, tuple[str, PortalSession]] = {}

    def begin(self, user_id: str) -> PortalSession:
        """Sign a user in."""
        expires_at = self._clock() + self._seconds
        session = PortalSession(id=secrets.token_hex(32), user_id=user_id, expires_at=expires_at)
        self._sessions[session.id] = session
        return session

    def find(self, session_id: str) -> PortalSession | None:
        """Return the session with this id while it lasts."""
        session = self._sessions.get(session_id)
        return session if session and session.expires_at > self._clock() else None

    def end(self, session: PortalSession) -> None:
        """Sign out: every token of the session is worth nothing from now on."""
        self._sessions.pop(session.id, None)

    def end_all(self, user_id: str) -> None:
        """End everything that a user has open, as when the password is reset."""
        for session in [
            portal_session for portal_session in self._sessions.values() if portal_session.user_id == user_id
        ]:
            self.end(session)

    def access_token(self, session: PortalSession, *, seconds: float) -> tuple[str, int]:
        """Make a token for `sso`; returns it with the seconds it is good for."""
        token = secrets.token_hex(48)
        expires_at = min(self._clock() + seconds, session.expires_at)
        self._access[token] = AccessToken(session=session, expires_at=expires_at)
        return token, int(expires_at - self._clock())

    def of_token(self, token: str) -> PortalSession | None:
        """Return the session an access token speaks for, while both last."""
        access = self._access.get(token)
        if access is None or access.expires_at <= self._clock():
            return None
        return self.find(access.session.id)

    def refresh_token(self, session: PortalSession, *, client_id: str) -> str:
        """Make a token with which this client gets further access tokens while the session lasts."""
        token = secrets.token_hex(48)
        self._refresh[token] = (client_id, session)
        return token

    def of_refresh_token(self, token: str, *, client_id: str) -> PortalSession | None:
        """Return the session that a refresh token of this client continues, while it lasts."""
        of, session = self._refresh.get(token, ("", None))
        return self.find(session.id) if session and of == client_id else None
