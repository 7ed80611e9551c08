"""All pages for browsers, by method and path."""

from typing import TYPE_CHECKING

from werkzeug.wrappers import Request, Response

from sandbox.sign_in.web.browser import HOME, Browsers
from sandbox.sign_in.web.consent_pages import ConsentPages
from sandbox.sign_in.web.page_templates import asset, redirected
from sandbox.sign_in.web.portal_pages import PortalPages
from sandbox.sign_in.web.sign_in_pages import SignInPages

if TYPE_CHECKING:
    from collections.abc import Callable

_ASSETS = f"{HOME}/assets/"


class WebPages:
    """Answers every request below `/start`, and `/authorize`; None to any other."""

    def __init__(self, sign_in: SignInPages, portal: PortalPages, consent: ConsentPages, browsers: Browsers) -> None:
        self._pages: dict[tuple[str, str], Callable[[Request], Response]] = {
            ("GET", "/"): lambda _request: redirected(HOME),
            ("GET", HOME): portal.accounts,
            ("GET", f"{HOME}/"): portal.accounts,
            ("GET", f"{HOME}/access-keys"): portal.access_keys,
            ("GET", f"{HOME}/console"): portal.console,
            ("GET", f"{HOME}/sign-in"): sign_in.ask_name,
            ("POST", f"{HOME}/sign-in"): sign_in.take_name,
            ("POST", f"{HOME}/password"): sign_in.take_password,
            ("POST", f"{HOME}/new-password"): sign_in.take_new_password,
            ("POST", f"{HOME}/sign-out"): browsers.let_out,
            ("GET", f"{HOME}/device"): consent.device,
            ("POST", f"{HOME}/device"): consent.answer_device,
            ("GET", "/authorize"): consent.authorize,
            ("POST", "/authorize"): consent.answer_authorize,
        }

    def __call__(self, request: Request) -> Response | None:
        """Answer one HTTP request."""
        if request.method == "GET" and request.path.startswith(_ASSETS):
            return asset(request.path.removeprefix(_ASSETS))
        page = self._pages.get((request.method, request.path))
        return page(request) if page else None
