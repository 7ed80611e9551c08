"""The pages by which a person lets a program, such as the AWS CLI, act for them."""

from urllib.parse import urlencode

from werkzeug.wrappers import Request, Response

from sandbox.sign_in.authorization_codes import AuthorizationCodes
from sandbox.sign_in.device_grants import DeviceGrants
from sandbox.sign_in.portal_sessions import PortalSessions
from sandbox.sign_in.refusals import Refusal
from sandbox.sign_in.web.browser import Browsers, to_sign_in
from sandbox.sign_in.web.page_templates import redirected, shown

_UNKNOWN = "This code is not valid, or no longer. Start again in the program that showed it."


class ConsentPages:
    """Serves the confirmation of a device code, and of a browser that a program has opened.

    A program gets a session of its own, so that signing out here does not end it, nor the other way round.
    """

    def __init__(
        self, devices: DeviceGrants, codes: AuthorizationCodes, sessions: PortalSessions, browsers: Browsers
    ) -> None:
        self._devices = devices
        self._codes = codes
        self._sessions = sessions
        self._browsers = browsers

    def device(self, request: Request) -> Response:
        """Ask for the code, or, when the link had it, whether it is the one that the program shows."""
        visitor = self._browsers.visitor(request)
        if visitor is None:
            return to_sign_in(request)
        code = request.args.get("user_code", "")
        if not code:
            return shown("device_code.html", user=visitor[1], problem="")
        grant = self._devices.shown(code)
        if grant is None:
            return shown("device_code.html", status=404, user=visitor[1], problem=_UNKNOWN)
        return shown("device_consent.html", user=visitor[1], grant=grant)

    def answer_device(self, request: Request) -> Response:
        """Take the person's yes or no to a device code."""
        visitor = self._browsers.visitor(request)
        if visitor is None:
            return to_sign_in(request)
        grant = self._devices.shown(request.form.get("user_code", ""))
        if grant is None:
            return shown("device_code.html", status=404, user=visitor[1], problem=_UNKNOWN)
        if request.form.get("answer") != "allow":
            grant.denied = True
            return shown("consent_given.html", user=visitor[1], allowed=False)
        grant.session = self._sessions.begin(visitor[1].id)
        return shown("consent_given.html", user=visitor[1], allowed=True)

    def authorize(self, request: Request) -> Response:
        """Ask the person whether the program that opened the browser may act for them."""
        visitor = self._browsers.visitor(request)
        if visitor is None:
            return to_sign_in(request)
        try:
            asked = self._codes.request_of(request.args)
        except Refusal as refused:
            return shown("bad_request.html", status=400, user=visitor[1], problem=refused.body["error_description"])
        return shown("code_consent.html", user=visitor[1], asked=asked, query=request.query_string.decode())

    def answer_authorize(self, request: Request) -> Response:
        """Send the browser back to the program, with a code or with the person's no."""
        visitor = self._browsers.visitor(request)
        if visitor is None:
            return to_sign_in(request)
        try:
            asked = self._codes.request_of(request.args)
        except Refusal as refused:
            return shown("bad_request.html", status=400, user=visitor[1], problem=refused.body["error_description"])
        if request.form.get("answer") != "allow":
            said = {"error": "access_denied", "state": asked.state}
        else:
            said = {"code": self._codes.issue(asked, self._sessions.begin(visitor[1].id)), "state": asked.state}
        return redirected(f"{asked.redirect_uri}?{urlencode(said)}")
