"""Visits the portal with Chromium, as people do."""

from collections.abc import Mapping
from pathlib import Path

from sandbox.browser.chromium import Chromium

_ACCOUNT = "details[data-account='{}']"
_KEYS = f"{_ACCOUNT} li[data-permission-set='{{}}'] a.access-keys"


class PortalInBrowser:
    """One browser at one portal."""

    def __init__(self, page: Chromium, start_url: str) -> None:
        self.page = page
        self._start_url = start_url

    def sign_in(self, user_name: str, *, one_time_password: str, password: str) -> None:
        """Sign in for the first time, with the one-time password, and set one's own."""
        self.page.go_to(self._start_url)
        self.page.fill("#user-name-field", user_name)
        self.page.click("button.primary")
        self.page.fill("#password", one_time_password)
        self.page.click("button.primary")
        self.page.fill("#new-password", password)
        self.page.fill("#again", password)
        self.page.click("button.primary")
        self.page.wait_for("#user-name")

    def accounts(self) -> Mapping[str, list[str]]:
        """Open the portal again and return the permission sets in each account, by account id."""
        self.page.go_to(self._start_url)
        self.page.wait_for("#user-name")
        ids = self.page.attributes("details.account", "data-account")
        return {name: self.page.texts(f"{_ACCOUNT.format(name)} .permission-set") for name in ids}

    def export_lines(self, account_id: str, permission_set: str) -> str:
        """Unfold the account, open the dialog with the access keys, and return the lines for a shell."""
        keys = _KEYS.format(account_id, permission_set)
        if not self.page.is_visible(keys):
            self.page.click(f"{_ACCOUNT.format(account_id)} > summary")
        self.page.click(keys)
        return self.page.text("#keys #exports code")

    def allow(self, url: str) -> None:
        """Open the link that a program shows, and let it in."""
        self.page.go_to(url)
        self.page.click("button[value=allow]")
        self.page.wait_for("[role=status]")

    def picture(self, path: Path) -> bool:
        """Keep a picture of the page as it is."""
        self.page.screenshot(path)
        return True
