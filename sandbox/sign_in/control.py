"""Answers what the rest of the local AWS, and tests, ask of sign-in and no customer of AWS can."""

import json

from werkzeug.wrappers import Request, Response

from sandbox.identity_center.center import IdentityCenter
from sandbox.sign_in.doors import LONGEST_SESSION, ONE_TIME_PASSWORDS, SERVICE_CONTROL_POLICIES
from sandbox.sign_in.entitlements import Entitlements
from sandbox.sign_in.passwords import Passwords
from sandbox.sign_in.portal_sessions import PortalSessions
from sandbox.sign_in.role_credentials import SessionLimits
from sandbox.sign_in.service_control_policies import policies_above


class Control:
    """Tells one-time passwords and service control policies, and takes how long role sessions last at most."""

    def __init__(
        self,
        center: IdentityCenter,
        entitlements: Entitlements,
        passwords: Passwords,
        sessions: PortalSessions,
        limits: SessionLimits,
    ) -> None:
        self._center = center
        self._entitlements = entitlements
        self._passwords = passwords
        self._sessions = sessions
        self._limits = limits

    def __call__(self, request: Request) -> Response | None:
        """Answer one HTTP request, or None when it is for somebody else."""
        door, _, name = request.path.rpartition("/")
        if door == SERVICE_CONTROL_POLICIES and request.method == "GET":
            return _answer(200, policies_above(self._center.organization, name))
        if door == ONE_TIME_PASSWORDS and request.method in ("GET", "POST"):
            return self._one_time_password(name, anew=request.method == "POST")
        if request.path == LONGEST_SESSION and request.method == "PUT":
            return self._longest_session(request.get_data(as_text=True))
        return None

    def _longest_session(self, seconds: str) -> Response:
        try:
            self._limits.longest = float(seconds)
        except ValueError:
            return _answer(400, {"Message": f"The longest session is a number of seconds, not '{seconds}'."})
        return _answer(200, {"Seconds": self._limits.longest})

    def _one_time_password(self, user_name: str, *, anew: bool) -> Response:
        """Tell it to whoever asks (GET), or make another and end what the user has open (POST), as a reset does."""
        user = self._entitlements.user_named(user_name)
        if user is None:
            return _answer(404, {"Message": f"There is no user {user_name}."})
        if anew:
            self._sessions.end_all(user.id)
        elif self._passwords.has_one(user.id):
            return _answer(409, {"Message": f"{user_name} has set a password. POST makes a one-time password again."})
        return _answer(
            200, {"UserName": user.user_name, "OneTimePassword": self._passwords.one_time(user.id, anew=anew)}
        )


def _answer(status: int, body: object) -> Response:
    return Response(json.dumps(body), status=status, content_type="application/json")
