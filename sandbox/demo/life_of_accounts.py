"""Chapter of the demo: events of accounts, and Day One's records of them."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sandbox.day_one import expect
from sandbox.demo.narrator import Narrator
from sandbox.identity_center_view import IdentityCenterView
from sandbox.organisation import Organisation
from sandbox.sandbox import Sandbox
from sandbox.signed_http import HttpApi

_GUEST = "777788889999"
_WORKLOADS = ("Workloads", "Dev")


@dataclass(frozen=True, kw_only=True)
class Life:
    """Context of the chapter on accounts: who acts, where to read, and how long to wait."""

    sandbox: Sandbox
    narrator: Narrator
    api: HttpApi
    view: IdentityCenterView
    patience: float

    def tell(self) -> None:
        """Let two accounts live through everything."""
        organisation = Organisation(self.sandbox)
        vended = self._from_control_tower(organisation)
        self._guest(organisation)
        self._renamed(organisation)
        self._gone(organisation, vended)
        existing = [self._recorded(account) for account in (vended, _GUEST)]
        rows = [[pair["id"], pair["name"], pair["state"], pair["ou_path"]] for pair in existing if pair]
        self.narrator.table("What Day One knows", columns=("account", "name", "state", "where"), rows=rows)

    def _from_control_tower(self, organisation: Organisation) -> str:
        with self.narrator.step("Control Tower makes an account in /Workloads/Dev, with six events about it"):
            organisation.order("vended", path=_WORKLOADS)
            account = self._seen(lambda: self._named("vended"))
            organisation.tag(account, env="dev")
            self._seen(lambda: (self._recorded(account) or {}).get("tags") == {"env": "dev"})
            self._seen(lambda: self.view.assignments(account))
        asked = len(self.view.assignment_requests(account))
        self.narrator.tell(f"account {account}; assignments asked for: {asked}")
        return account

    def _guest(self, organisation: Organisation) -> None:
        with self.narrator.step("An account that exists accepts an invitation, and is moved to /Workloads/Guests"):
            organisation.accept(organisation.invite(_GUEST), account_id=_GUEST)
            organisation.move(_GUEST, path=("Workloads", "Guests"))
            self._seen(lambda: self.view.assignments(_GUEST))

    def _renamed(self, organisation: Organisation) -> None:
        with self.narrator.step("The unit is renamed to Partners: the account below it is looked at again"):
            organisation.rename_unit(("Workloads", "Guests"), name="Partners")
            self._seen(lambda: (self._recorded(_GUEST) or {}).get("ou_path") == "/Workloads/Partners")

    def _gone(self, organisation: Organisation, vended: str) -> None:
        with self.narrator.step("One account is closed, the other leaves the organisation"):
            organisation.close(vended)
            organisation.leave(_GUEST)
            self._seen(lambda: (self._recorded(vended) or {}).get("state") == "SUSPENDED")
            self._seen(lambda: (self._recorded(_GUEST) or {}).get("state") == "DEPARTED")

    def _recorded(self, account: str) -> dict[str, Any] | None:
        answer = self.api.get(f"/v1/accounts/{account}")
        return None if answer.status == 404 else expect(answer, status=200)["fact"]

    def _named(self, name: str) -> str:
        pages = self.sandbox.client("organizations").get_paginator("list_accounts").paginate()
        return next((str(pair["Id"]) for page in pages for pair in page["Accounts"] if pair["Name"] == name), "")

    def _seen[T](self, look: Callable[[], T]) -> T:
        deadline = time.monotonic() + self.patience
        while not (seen := look()):
            if time.monotonic() > deadline:
                raise TimeoutError(f"after {self.patience:.0f} s not seen")
            time.sleep(0.3)
        return seen
