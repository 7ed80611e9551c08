"""Identity at the browser: the cookie of a portal session, and the page after signing in."""

from urllib.parse import quote

from werkzeug.wrappers import Request, Response

from sandbox.sign_in.entitlements import Entitlements, User
from sandbox.sign_in.portal_sessions import PortalSession, PortalSessions
from sandbox.sign_in.web.page_templates import redirected

COOKIE = "x-amz-sso_authn"
HOME = "/start"


class Browsers:
    """Reads and writes the cookie; a user who has gone from the directory is signed in no longer."""

    def __init__(self, sessions: PortalSessions, entitlements: Entitlements) -> None:
        self._sessions = sessions
        self._entitlements = entitlements

    def visitor(self, request: Request) -> tuple[PortalSession, User] | None:
        """Return who is signed in at this browser."""
        session = self._sessions.find(request.cookies.get(COOKIE, ""))
        user = self._entitlements.user(session.user_id) if session else None
        return (session, user) if session and user else None

    def let_in(self, user: User, *, location: str) -> Response:
        """Sign the user in at this browser, and send it on."""
        response = redirected(location)
        session = self._sessions.begin(user.id)
        response.set_cookie(COOKIE, session.id, httponly=True, samesite="Lax", path="/")
        return response

    def let_out(self, request: Request) -> Response:
        """Sign out at this browser."""
        if session := self._sessions.find(request.cookies.get(COOKIE, "")):
            self._sessions.end(session)
        response = redirected(f"{HOME}/sign-in")
        response.delete_cookie(COOKIE, path="/")
        return response


def to_sign_in(request: Request) -> Response:
    """Send a browser to the sign-in page, and then back to its page."""
    return redirected(f"{HOME}/sign-in?next={quote(request.full_path.rstrip('?'), safe='')}")


def own_path(location: str) -> str:
    """Return a path of this server to send a browser to; the portal itself for anything else."""
    return location if location.startswith((HOME, "/authorize?")) and "//" not in location.partition("?")[0] else HOME
