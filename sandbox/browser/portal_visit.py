"""A person's actions at the portal, in a browser, or without one by plain HTTP."""

import json
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

from sandbox.sign_in.doors import ONE_TIME_PASSWORDS


class PortalVisit(Protocol):
    """Somebody's way through the portal."""

    def sign_in(self, user_name: str, *, one_time_password: str, password: str) -> None:
        """Sign in for the first time, with the one-time password, and set one's own."""

    def accounts(self) -> Mapping[str, list[str]]:
        """Open the portal again and return the permission sets in each account, by account id."""

    def export_lines(self, account_id: str, permission_set: str) -> str:
        """Ask for access keys, and return the lines for a shell."""

    def allow(self, url: str) -> None:
        """Open the link that a program shows, and let it in."""

    def picture(self, path: Path) -> bool:
        """Keep a picture of the page as it is; False where there is nothing to take one with."""


def one_time_password(endpoint: str, user_name: str) -> str:
    """Read a user's one-time password off the local Identity Center, as an administrator would make one."""
    # Straight to this machine: a proxy named in the environment is not for it.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(f"{endpoint}{ONE_TIME_PASSWORDS}/{user_name}", timeout=30) as answer:
        return str(json.load(answer)["OneTimePassword"])
