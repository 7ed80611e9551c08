"""A chapter of the demo: one person makes somebody an administrator, and it counts once another has approved it."""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sandbox.day_one import Deployed, expect
from sandbox.demo.narrator import Narrator
from sandbox.identity_center_view import IdentityCenterView
from sandbox.sandbox import Sandbox
from sandbox.signed_http import HttpApi
from sandbox.stack_callers import ADA, GRACE, stack_caller

POLICY = Path(__file__).with_name("administrators.yaml")
BOB = {
    "id": "e-1002",
    "email": "bob.rossi@example.com",
    "user_name": "bob",
    "given_name": "Bob",
    "family_name": "Rossi",
    "display_name": "Bob Rossi",
    "department": "Engineering",
    "title": "Platform Lead",
    "employment": "employee",
    "time_zone": "Europe/Rome",
}
_GROUP, _SET = "Administrators", "AdministratorAccess"


@dataclass(frozen=True, kw_only=True)
class TwoPeople:
    """Ada and Grace, the account that it is about, and how long and by which eyes what follows is waited for."""

    sandbox: Sandbox
    narrator: Narrator
    deployed: Deployed
    view: IdentityCenterView
    account_id: str
    patience: float

    def tell(self) -> None:
        """Have Ada ask for it and Grace approve it; raises RuntimeError when nobody had to."""
        ada, grace = self._api_of(ADA), self._api_of(GRACE)
        with self.narrator.step(f"HR hires {BOB['display_name']}, who gets what engineers get"):
            expect(self.deployed.hr.tell(BOB), status=202)
            self._seen(lambda: BOB["user_name"] in self.view.members("ReadOnly"))
        with self.narrator.step("Ada puts a policy in force that makes him an administrator: it is held"):
            change = self._held(ada)
        for sentence in change["held_explanation"]:
            self.narrator.tell(sentence)
        name = f"/v1/changes/{change['change']['id']}/approve"
        with self.narrator.step("Ada cannot approve it"):
            refusal = expect(ada.send("POST", name), status=403)
            self._nothing_is_given()
        self.narrator.tell(refusal["detail"])
        with self.narrator.step("Grace approves it, and Identity Center has it"):
            expect(grace.send("POST", name), status=202)
            self._seen(lambda: BOB["user_name"] in self.view.members(_GROUP))
            self._seen(lambda: (_SET, _GROUP) in self.view.assignments(self.account_id))

    def _api_of(self, name: str) -> HttpApi:
        return replace(self.deployed.api, credentials=stack_caller(self.sandbox, self.deployed.stack, name))

    def _held(self, ada: HttpApi) -> Any:  # noqa: ANN401 - the API's answer
        headers = {"content-type": "application/yaml"}
        taken = expect(ada.send("PUT", "/v1/policy", body=POLICY.read_bytes(), headers=headers), status=202)

        def look() -> Any:  # noqa: ANN401
            answer = expect(ada.get(taken["href"]), status=200)
            state = answer["change"]["state"]
            if state in ("succeeded", "failed"):
                raise RuntimeError(f"nothing was held: {answer['change']}")
            return answer if state == "held" else None

        return self._seen(look)

    def _nothing_is_given(self) -> None:
        if BOB["user_name"] in self.view.members(_GROUP) or (_SET, _GROUP) in self.view.assignments(self.account_id):
            raise RuntimeError("it was given before anybody had approved it")

    def _seen[T](self, look: Callable[[], T]) -> T:
        deadline = time.monotonic() + self.patience
        while not (seen := look()):
            if time.monotonic() > deadline:
                raise TimeoutError(f"after {self.patience:.0f} s not seen")
            time.sleep(0.3)
        return seen
