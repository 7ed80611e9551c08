"""The steps of the demo, in order: each does one real thing and sees with its own eyes that it happened."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sandbox.customer_key import encrypt_with_own_key
from sandbox.day_one import Deployed, deploy, expect
from sandbox.demo.at_the_portal import Act
from sandbox.demo.evidence import Expected, missing
from sandbox.demo.life_of_accounts import Life
from sandbox.demo.narrator import Narrator, StepFailed
from sandbox.demo.two_people import TwoPeople
from sandbox.hr_system import ENDED
from sandbox.identity_center_view import IdentityCenterView, Instance, instance_of
from sandbox.organisation import Organisation
from sandbox.paths import REPOSITORY
from sandbox.sandbox import Sandbox
from sandbox.signed_http import HttpApi

POLICY = Path(__file__).with_name("policy.yaml")
PATIENCE = 90.0  # seconds
PICTURES = REPOSITORY / ".sandbox"
ALICE = {
    "id": "e-1001",
    "email": "alice.ferrari@example.com",
    "user_name": "alice",
    "given_name": "Alice",
    "family_name": "Ferrari",
    "display_name": "Alice Ferrari",
    "department": "Engineering",
    "title": "Site Reliability Engineer",
    "employment": "employee",
    "location": "Turin",
    "time_zone": "Europe/Rome",
}


@dataclass(frozen=True, kw_only=True)
class StoryOptions:
    """Policy and parameters of the story, the seconds anything may take to be seen, and the folder of the pictures.

    With `own_key` Identity Center is encrypted with a KMS key of the management account's. `parameters` of the template
    come beside the usual ones.
    """

    policy: Path = POLICY
    parameters: Mapping[str, str] = field(default_factory=dict)
    patience: float = PATIENCE
    pictures: Path = PICTURES
    own_key: bool = False


def tell(sandbox: Sandbox, narrator: Narrator, *, options: StoryOptions) -> Deployed:
    """Tell the whole story; raises StepFailed at the first thing that does not happen."""
    instance = _check_settings(sandbox, narrator)
    view = IdentityCenterView(sandbox, instance)
    key_arn = _encrypt(sandbox, narrator) if options.own_key else ""
    with narrator.step("Build and deploy template.yaml with SAM"):
        deployed = deploy(sandbox, instance, key_arn=key_arn, parameters=options.parameters)
    _upload_policy(deployed, narrator, policy=options.policy)
    _hire(deployed, narrator)
    account_id = _add_account(sandbox, narrator)
    expected = Expected(
        user_name=ALICE["user_name"],
        group="ReadOnly",
        permission_set="ViewOnlyAccess",
        managed_policy="ViewOnlyAccess",
        account_id=account_id,
    )
    with narrator.step("Identity Center shows the user, the membership, the permission set and the assignment"):
        _wait_until_seen(expected, view=view, patience=options.patience)
    _show_changes(deployed, narrator, patience=options.patience)
    _show_access(deployed, narrator)
    seconds = options.patience
    TwoPeople(
        sandbox=sandbox, narrator=narrator, deployed=deployed, view=view, account_id=account_id, patience=seconds
    ).tell()
    _use_access(_act(sandbox, narrator, expected, options), deployed)
    Life(sandbox=sandbox, narrator=narrator, api=deployed.api, view=view, patience=options.patience).tell()
    return deployed


def _act(sandbox: Sandbox, narrator: Narrator, expected: Expected, options: StoryOptions) -> Act:
    return Act(
        sandbox=sandbox,
        narrator=narrator,
        expected=expected,
        pictures=options.pictures,
        patience=options.patience,
        ends_sessions=not sandbox.is_delegated,
    )


def _check_settings(sandbox: Sandbox, narrator: Narrator) -> Instance:
    with narrator.step("Check the settings of Identity Center"):
        instance = instance_of(sandbox)
        if instance.status != "ACTIVE" or not instance.permission_sets_enabled:
            raise StepFailed("Check the settings of Identity Center", f"not usable: {instance}")
    narrator.tell(f"instance {instance.arn}, {instance.status}")
    narrator.tell(f"identity store {instance.identity_store_id}, permission sets enabled")
    return instance


def _encrypt(sandbox: Sandbox, narrator: Narrator) -> str:
    with narrator.step("Encrypt Identity Center with a KMS key of the management account"):
        key_arn = encrypt_with_own_key(sandbox)
    narrator.tell(key_arn)
    return key_arn


def _upload_policy(deployed: Deployed, narrator: Narrator, *, policy: Path) -> None:
    with narrator.step("Upload the access policy: PUT /v1/policy"):
        headers = {"content-type": "application/yaml"}
        answer = deployed.api.send("PUT", "/v1/policy", body=policy.read_bytes(), headers=headers)
        said = expect(answer, status=202)
    narrator.tell(f"version {said['version']}, change {said['change']}")


def _hire(deployed: Deployed, narrator: Narrator) -> None:
    with narrator.step(f"HR hires {ALICE['display_name']}: POST /hr/standard, signed"):
        said = expect(deployed.hr.tell(ALICE), status=202)
    narrator.tell(f"change {said['change']}")


def _add_account(sandbox: Sandbox, narrator: Narrator) -> str:
    with narrator.step("Create an AWS account and move it into /Workloads/Dev"):
        organisation = Organisation(sandbox)
        account_id = organisation.make_account("team-blue-dev")
        organisation.move(account_id, path=("Workloads", "Dev"))
    narrator.tell(f"account {account_id}; Organizations tells EventBridge, EventBridge tells Day One")
    return account_id


def _wait_until_seen(expected: Expected, *, view: IdentityCenterView, patience: float) -> None:
    deadline = time.monotonic() + patience
    while lacking := missing(expected, view=view):
        if time.monotonic() > deadline:
            raise TimeoutError(f"after {patience:.0f} s still: {lacking}")
        time.sleep(0.5)


def _show_changes(deployed: Deployed, narrator: Narrator, *, patience: float) -> None:
    with narrator.step("Ask the API what changed: GET /v1/changes"):
        changes = _settled_changes(deployed.api, patience=patience)
    rows = [
        [pair["id"], pair["cause"]["kind"], pair["cause"]["reference"], pair["state"], _done(pair)] for pair in changes
    ]
    narrator.table("Changes", columns=("change", "cause", "reference", "state", "operations done"), rows=rows)


def _settled_changes(api: HttpApi, *, patience: float) -> list[dict[str, Any]]:
    deadline = time.monotonic() + patience
    while True:
        changes: list[dict[str, Any]] = expect(api.get("/v1/changes"), status=200)["changes"]
        states = {pair["state"] for pair in changes}
        if states == {"succeeded"}:
            return changes
        if "failed" in states or time.monotonic() > deadline:
            raise RuntimeError(f"not all changes succeeded: {[(pair['id'], pair['state']) for pair in changes]}")
        time.sleep(0.5)


def _show_access(deployed: Deployed, narrator: Narrator) -> None:
    with narrator.step(f"Ask the API what {ALICE['given_name']} has: GET /v1/people/{ALICE['id']}/access"):
        said = expect(deployed.api.get(f"/v1/people/{ALICE['id']}/access"), status=200)
        rows = list(_rows(said))
        if not rows:
            raise RuntimeError(f"no access: {said}")
    narrator.table(
        "Who has what, where, and why", columns=("who", "group", "permission set", "account", "why"), rows=rows
    )


def _use_access(act: Act, deployed: Deployed) -> None:
    with act.visit() as visit:
        shell = act.first_day(visit)
        with act.narrator.step(f"{ALICE['display_name']} leaves: HR says person.ended"):
            said = expect(deployed.hr.tell(ALICE, event=ENDED), status=202)
        act.narrator.tell(f"change {said['change']}")
        act.last_day(visit, shell)


def _done(change: dict[str, Any]) -> str:
    superseded = f", {change['superseded']} superseded" if change["superseded"] else ""
    return f"{change['succeeded']} of {change['operations']}{superseded}"


def _rows(said: dict[str, Any]) -> list[list[str]]:
    rows = []
    for group in said["groups"]:
        for assignment in group["assignments"]:
            why = [*group["membership"]["reasons"], *assignment["confirmed"]["reasons"]]
            reasons = "\n".join(f"{pair['reason']} ({pair['rule']})" for pair in why)
            rows.append(
                [ALICE["display_name"], group["group"], assignment["permission_set"], assignment["account"], reasons]
            )
    return rows
