"""Visits the portal without a browser: the same pages and forms, by plain HTTP."""

import http.cookiejar
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlencode, urljoin

from sandbox.browser.html_pages import HtmlPage


class PortalOverHttp:
    """Somebody who keeps cookies, follows links and fills in forms."""

    def __init__(self, start_url: str) -> None:
        self._start_url = start_url
        cookies = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), cookies)
        self.page = HtmlPage("")
        self.url = start_url
        self.status = 0

    def sign_in(self, user_name: str, *, one_time_password: str, password: str) -> None:
        """Sign in for the first time, with the one-time password, and set one's own."""
        self.go_to(self._start_url)
        self.submit("/start/sign-in", user_name=user_name)
        self.submit("/start/password", password=one_time_password)
        self.submit("/start/new-password", password=password, again=password)
        if "user-name" not in self.page.texts:
            raise LookupError(f"not signed in: {self.page.texts.get('main')}")

    def sign_in_again(self, user_name: str, *, password: str) -> None:
        """Sign in with the password that the person has set."""
        self.go_to(self._start_url)
        self.submit("/start/sign-in", user_name=user_name)
        self.submit("/start/password", password=password)

    def accounts(self) -> Mapping[str, list[str]]:
        """Open the portal again and return the permission sets in each account, by account id."""
        self.go_to(self._start_url)
        if "user-name" not in self.page.texts:
            raise LookupError("signed out")
        return self.page.permission_sets

    def export_lines(self, account_id: str, permission_set: str) -> str:
        """Ask for access keys, and return the lines for a shell."""
        query = urlencode({"account_id": account_id, "role_name": permission_set})
        self.go_to(f"{self._start_url}/access-keys?{query}")
        if "exports" not in self.page.texts:
            raise LookupError(f"no access keys: {self.page.texts.get('main', '').strip()}")
        return self.page.texts["exports"]

    def allow(self, url: str) -> None:
        """Open the link that a program shows, and let it in."""
        self.go_to(url)
        self.submit(self.page.forms[-1].action.partition("?")[0], answer="allow")

    def picture(self, path: Path) -> bool:  # noqa: ARG002 - there is nothing to put there
        """Return False: there is nothing to take a picture with."""
        return False

    def go_to(self, url: str) -> None:
        """Open a page, whatever its status."""
        self._read(urllib.request.Request(urljoin(self.url, url)))

    def submit(self, action: str, **filled: str) -> None:
        """Fill in the form of the present page that goes to a path, and send it."""
        self._read(self._filled(action, filled))

    def _filled(self, action: str, filled: Mapping[str, str]) -> urllib.request.Request:
        form = self.page.form(action)
        body = urlencode({**form.fields, **filled})
        where = urljoin(self.url, form.action)
        if form.method == "post":
            return urllib.request.Request(where, body.encode())
        return urllib.request.Request(f"{where}?{body}")

    def _read(self, request: urllib.request.Request) -> None:
        try:
            answer = self._opener.open(request, timeout=30)
        except urllib.error.HTTPError as refused:
            answer = refused
        with answer:
            self.page, self.url, self.status = HtmlPage(answer.read().decode()), answer.url, answer.status
