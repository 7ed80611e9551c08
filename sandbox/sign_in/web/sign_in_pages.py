"""The pages by which a person signs in: user name, password, and at first a password of one's own."""

import secrets
import sys

from werkzeug.wrappers import Request, Response

from sandbox.sign_in.entitlements import Entitlements
from sandbox.sign_in.passwords import Passwords, weakness
from sandbox.sign_in.web.browser import HOME, Browsers, own_path
from sandbox.sign_in.web.page_templates import redirected, shown

_NOT_VERIFIED = "We couldn't verify your sign-in credentials. Please try again."


class SignInPages:
    """Serves the steps of signing in; who has proved a one-time password is remembered until a password is set."""

    def __init__(self, entitlements: Entitlements, passwords: Passwords, browsers: Browsers) -> None:
        self._entitlements = entitlements
        self._passwords = passwords
        self._browsers = browsers
        self._proved: dict[str, str] = {}

    def ask_name(self, request: Request) -> Response:
        """Ask for the user name."""
        if self._browsers.visitor(request):
            return redirected(own_path(request.args.get("next", HOME)))
        return shown("user_name.html", next=request.args.get("next", HOME))

    def take_name(self, request: Request) -> Response:
        """Ask for the password, whether or not there is such a user; make a one-time password for who has none."""
        user_name = request.form.get("user_name", "").strip()
        user = self._entitlements.user_named(user_name)
        if user and not self._passwords.has_one(user.id):
            print(
                f"one-time password of {user.user_name}: {self._passwords.one_time(user.id)}",
                file=sys.stderr,
                flush=True,
            )
        return self._ask_password(request, user_name)

    def take_password(self, request: Request) -> Response:
        """Let the person in, or on to setting a password, or ask again."""
        user_name, password = request.form.get("user_name", ""), request.form.get("password", "")
        user = self._entitlements.user_named(user_name)
        if user and self._passwords.is_right(user.id, password):
            return self._browsers.let_in(user, location=own_path(request.form.get("next", HOME)))
        if user and self._passwords.is_one_time(user.id, password):
            proof = secrets.token_hex(32)
            self._proved[proof] = user.id
            return self._ask_new_password(request, user_name, proof)
        return self._ask_password(request, user_name, problem=_NOT_VERIFIED)

    def take_new_password(self, request: Request) -> Response:
        """Keep the password that the person has chosen, and let the person in."""
        proof, password = request.form.get("proof", ""), request.form.get("password", "")
        user = self._entitlements.user(self._proved.get(proof, ""))
        if user is None:
            return self._ask_password(request, request.form.get("user_name", ""), problem=_NOT_VERIFIED)
        problem = weakness(password)
        if not problem and password != request.form.get("again", ""):
            problem = "The two passwords are not the same."
        if problem:
            return self._ask_new_password(request, user.user_name, proof, problem=problem)
        del self._proved[proof]
        self._passwords.set(user.id, password)
        return self._browsers.let_in(user, location=own_path(request.form.get("next", HOME)))

    def _ask_password(self, request: Request, user_name: str, *, problem: str = "") -> Response:
        where = request.form.get("next", HOME)
        return shown("password.html", status=401 if problem else 200, user_name=user_name, next=where, problem=problem)

    def _ask_new_password(self, request: Request, user_name: str, proof: str, *, problem: str = "") -> Response:
        return shown(
            "new_password.html",
            status=422 if problem else 200,
            user_name=user_name,
            proof=proof,
            next=request.form.get("next", HOME),
            problem=problem,
        )
