"""The steps of the demo, in order: each does one real thing and sees with its own eyes that it happened."""

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sandbox.demo.evidence import Expected, IdentityCenterView, Instance, instance_of
from sandbox.demo.narrator import Narrator, StepFailed
from sandbox.demo.people_and_accounts import ALICE, hire, make_account, move_into_unit, signing_key
from sandbox.deployment import Stack
from sandbox.paths import REPOSITORY
from sandbox.sandbox import Sandbox
from sandbox.signed_http import Answer, HttpApi

POLICY = Path(__file__).with_name("policy.yaml")
STACK = "dayone"
_PATIENCE = 90.0
_POLICY_ARN = "arn:aws:iam::aws:policy/job-function/ViewOnlyAccess"


@dataclass(frozen=True, kw_only=True)
class Deployed:
    """Day One, deployed: its stack, and its API as an internal tool calls it."""

    stack: Stack
    api: HttpApi


def tell(sandbox: Sandbox, narrator: Narrator) -> Deployed:
    """Tell the whole story; raises StepFailed at the first thing that does not happen."""
    instance = _check_settings(sandbox, narrator)
    with narrator.step("Build and deploy template.yaml with SAM"):
        deployed = deploy(sandbox, instance)
    _upload_policy(deployed, narrator)
    _hire(sandbox, deployed, narrator)
    account_id = _add_account(sandbox, narrator)
    expected = Expected(
        user_name=ALICE["user_name"],
        group="ReadOnly",
        permission_set="ViewOnlyAccess",
        managed_policy=_POLICY_ARN,
        account_id=account_id,
    )
    with narrator.step("Identity Center shows the user, the membership, the permission set and the assignment"):
        _wait_until_seen(IdentityCenterView(sandbox, instance), expected)
    _show_changes(deployed, narrator)
    _show_access(deployed, narrator)
    return deployed


def deploy(sandbox: Sandbox, instance: Instance) -> Deployed:
    """Deploy Day One for an instance, with a user of its own who may call the API."""
    parameters = {
        "InstanceArn": instance.arn,
        "IdentityStoreId": instance.identity_store_id,
        "DeletionProtection": "false",
    }
    stack = sandbox.deploy(STACK, template=REPOSITORY / "template.yaml", parameters=parameters)
    statement = {"Effect": "Allow", "Action": "execute-api:Invoke", "Resource": "*"}
    tool = sandbox.create_user("internal-tool", policy={"Version": "2012-10-17", "Statement": [statement]})
    url = sandbox.api_url(stack.resources["AccessApi"], stage="live")
    return Deployed(stack=stack, api=HttpApi(url=url, region=sandbox.region, credentials=tool))


def _check_settings(sandbox: Sandbox, narrator: Narrator) -> Instance:
    with narrator.step("Check the settings of Identity Center"):
        instance = instance_of(sandbox)
        if instance.status != "ACTIVE" or not instance.permission_sets_enabled:
            raise StepFailed("Check the settings of Identity Center", f"not usable: {instance}")
    narrator.tell(f"instance {instance.arn}, {instance.status}")
    narrator.tell(f"identity store {instance.identity_store_id}, permission sets enabled")
    return instance


def _upload_policy(deployed: Deployed, narrator: Narrator) -> None:
    with narrator.step("Upload the access policy: PUT /v1/policy"):
        headers = {"content-type": "application/yaml"}
        answer = deployed.api.send("PUT", "/v1/policy", body=POLICY.read_bytes(), headers=headers)
        said = expect(answer, status=202)
    narrator.tell(f"version {said['version']}, change {said['change']}")


def _hire(sandbox: Sandbox, deployed: Deployed, narrator: Narrator) -> None:
    with narrator.step(f"HR hires {ALICE['display_name']}: POST /hr/standard, signed"):
        key = signing_key(sandbox, secret_arn=deployed.stack.outputs["StandardHrSecretArn"])
        hr_system = HttpApi(url=deployed.api.url, region=sandbox.region)
        said = expect(hire(ALICE, api=hr_system, key=key), status=202)
    narrator.tell(f"change {said['change']}")


def _add_account(sandbox: Sandbox, narrator: Narrator) -> str:
    with narrator.step("Create an AWS account and move it into /Workloads/Dev"):
        account_id = make_account(sandbox, name="team-blue-dev", email="team-blue-dev@example.com")
        move_into_unit(sandbox, account_id=account_id, path=("Workloads", "Dev"))
    narrator.tell(f"account {account_id}; Organizations tells EventBridge, EventBridge tells Day One")
    return account_id


def _wait_until_seen(view: IdentityCenterView, expected: Expected) -> None:
    deadline = time.monotonic() + _PATIENCE
    while missing := view.missing(expected):
        if time.monotonic() > deadline:
            raise TimeoutError(f"after {_PATIENCE:.0f} s still: {missing}")
        time.sleep(0.5)


def _show_changes(deployed: Deployed, narrator: Narrator) -> None:
    with narrator.step("Ask the API what changed: GET /v1/changes"):
        changes = _settled_changes(deployed.api)
    rows = [[one["id"], one["cause"]["kind"], one["cause"]["reference"], one["state"], _done(one)] for one in changes]
    narrator.table("Changes", columns=("change", "cause", "reference", "state", "operations done"), rows=rows)


def _settled_changes(api: HttpApi) -> list[dict[str, Any]]:
    deadline = time.monotonic() + _PATIENCE
    while True:
        changes: list[dict[str, Any]] = expect(api.get("/v1/changes"), status=200)["changes"]
        states = {one["state"] for one in changes}
        if states == {"succeeded"}:
            return changes
        if "failed" in states or time.monotonic() > deadline:
            raise RuntimeError(f"not all changes succeeded: {[(one['id'], one['state']) for one in changes]}")
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


def _done(change: dict[str, Any]) -> str:
    superseded = f", {change['superseded']} superseded" if change["superseded"] else ""
    return f"{change['succeeded']} of {change['operations']}{superseded}"


def _rows(said: dict[str, Any]) -> list[list[str]]:
    rows = []
    for group in said["groups"]:
        for assignment in group["assignments"]:
            why = [*group["membership"]["reasons"], *assignment["confirmed"]["reasons"]]
            reasons = "\n".join(f"{one['because']} ({one['rule']})" for one in why)
            rows.append(
                [ALICE["display_name"], group["group"], assignment["permission_set"], assignment["account"], reasons]
            )
    return rows


def expect(answer: Answer, *, status: int) -> Any:  # noqa: ANN401 - whatever the answer holds
    """The JSON of an answer that has this status; raises RuntimeError with all of any other."""
    if answer.status != status:
        raise RuntimeError(f"the API answered {answer.status}: {answer.text}")
    return answer.json()
