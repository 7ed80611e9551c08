"""The last act of the demo: what the person who was hired does with their access, and what is left of it at the end."""

import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sandbox.browser.chromium import Chromium
from sandbox.browser.pipe import find_browser
from sandbox.browser.portal_in_browser import PortalInBrowser
from sandbox.browser.portal_over_http import PortalOverHttp
from sandbox.browser.portal_visit import PortalVisit, one_time_password
from sandbox.demo.evidence import Expected
from sandbox.demo.narrator import Narrator, StepFailed
from sandbox.demo.shell import Shell
from sandbox.sandbox import Sandbox

# Chosen by nobody: it is set on the portal of a local AWS, and forgotten with it.
PASSWORD = "Day-1-at-work"
LOOK = "aws s3api list-buckets"


@dataclass(frozen=True, kw_only=True)
class Act:
    """Context of a visit to the portal, with the expected access; `pictures` is the folder for those of a browser.

    `ends_sessions` is whether Day One can end open sessions, which a delegated administrator cannot.
    """

    sandbox: Sandbox
    narrator: Narrator
    expected: Expected
    pictures: Path
    patience: float
    ends_sessions: bool = True

    @contextmanager
    def visit(self) -> Iterator[PortalVisit]:
        """Somebody's way through the portal: in Chromium where there is one."""
        if find_browser() is None:
            self.narrator.tell("no Chromium on this machine: the portal is visited by plain HTTP, without a picture")
            yield PortalOverHttp(self.sandbox.portal_url)
            return
        with Chromium() as page:
            yield PortalInBrowser(page, self.sandbox.portal_url)

    def first_day(self, visit: PortalVisit) -> Shell:
        """Sign in, read the page, copy the export lines, and check the caller's identity in AWS."""
        self._sign_in(visit)
        exports = self._access_keys(visit)
        shell = Shell(sandbox=self.sandbox, exports=exports)
        with self.narrator.step("In a shell with these lines: aws sts get-caller-identity"):
            arn = shell.caller_arn()
            self._check(arn)
        self.narrator.tell(arn)
        with self.narrator.step(f"In the same shell: {LOOK}"):
            if refusal := shell.refusal(LOOK):
                raise RuntimeError(refusal)
        return shell

    def last_day(self, visit: PortalVisit, shell: Shell) -> None:
        """See that the portal shows no account and that the credentials from before are refused."""
        with self.narrator.step("The portal shows no account any more"):
            self._until(lambda: not visit.accounts(), what="the portal still shows an account")
        self._picture(visit, "portal-last-day.png")
        if not self.ends_sessions:
            self.narrator.tell(
                "the credentials from before work until they expire: a delegated administrator ends none"
            )
            return
        with self.narrator.step("The credentials from before work no longer"):
            self._until(lambda: bool(shell.refusal(LOOK)), what="AWS still answers them")
        self.narrator.tell(shell.refusal(LOOK).splitlines()[-1])

    def _sign_in(self, visit: PortalVisit) -> None:
        user_name = self.expected.user_name
        with self.narrator.step(f"{user_name} signs in at the portal and sees {self.expected.permission_set}"):
            once = one_time_password(self.sandbox.identity_center_endpoint, user_name)
            visit.sign_in(user_name, one_time_password=once, password=PASSWORD)
            found = visit.accounts()
            if self.expected.permission_set not in found.get(self.expected.account_id, []):
                raise RuntimeError(f"the portal shows {found}")
        self.narrator.tell(f"{self.sandbox.portal_url}, with a one-time password that the local AWS shows")
        self._picture(visit, "portal-first-day.png")

    def _access_keys(self, visit: PortalVisit) -> str:
        with self.narrator.step("Access keys: the lines for a shell"):
            exports = visit.export_lines(self.expected.account_id, self.expected.permission_set)
            names = re.findall(r"^export (\w+)=", exports, flags=re.MULTILINE)
            if names != ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"]:
                raise RuntimeError(f"these lines export {names}")
        self._picture(visit, "portal-access-keys.png")
        return exports

    def _picture(self, visit: PortalVisit, name: str) -> None:
        self.pictures.mkdir(parents=True, exist_ok=True)
        if visit.picture(self.pictures / name):
            self.narrator.tell(f"picture: {_shown(self.pictures / name)}")

    def _check(self, arn: str) -> None:
        expected = self.expected
        role = rf"AWSReservedSSO_{re.escape(expected.permission_set)}_[0-9a-f]{{16}}"
        form = rf"arn:aws:sts::{expected.account_id}:assumed-role/{role}/{re.escape(expected.user_name)}"
        if not re.fullmatch(form, arn):
            raise StepFailed("aws sts get-caller-identity", f"STS says {arn}")

    def _until(self, seen: Callable[[], bool], *, what: str) -> None:
        deadline = time.monotonic() + self.patience
        while not seen():
            if time.monotonic() > deadline:
                raise TimeoutError(f"after {self.patience:.0f} s {what}")
            time.sleep(0.5)


def _shown(path: Path) -> str:
    here = Path.cwd()
    return str(path.relative_to(here) if path.is_relative_to(here) else path)
