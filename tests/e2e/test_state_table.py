"""The table outlives its stack, which can be made again over it; another table is taken only by its id."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from sandbox import Sandbox
from sandbox.access import Credentials
from sandbox.day_one import Deployed, may_call
from sandbox.deployment import Stack
from sandbox.hr_system import CHANGED, HIRED, HrSystem
from sandbox.identity_center_view import Instance, instance_of
from sandbox.paths import REPOSITORY
from sandbox.signed_http import HttpApi
from tests.e2e import policies
from tests.e2e.announcements import Announcements
from tests.e2e.day_one import BEHAVIOUR
from tests.e2e.waiting import eventually

pytestmark = pytest.mark.slow

STACK = "again"
ADA = {
    "id": "e-1001",
    "user_name": "ada",
    "email": "ada@example.com",
    "given_name": "Ada",
    "family_name": "Lovelace",
    "department": "Engineering",
}


@dataclass
class Place:
    """A local AWS, the instance in it, and somebody who may call any API."""

    sandbox: Sandbox
    instance: Instance
    caller: Credentials

    def release(self, **parameters: str) -> Deployed:
        """Create or update the stack; raises SandboxError."""
        needed = {"InstanceArn": self.instance.arn, "IdentityStoreId": self.instance.identity_store_id}
        given = {**needed, "DeletionProtection": "false", **parameters}
        return self.reach(self.sandbox.deploy(STACK, template=REPOSITORY / "template.yaml", parameters=given))

    def reach(self, stack: Stack) -> Deployed:
        url = self.sandbox.api_url(stack.resources["AccessApi"], stage="live")
        secret = self.sandbox.client("secretsmanager").get_secret_value(SecretId=stack.outputs["StandardHrSecretArn"])
        key = str(json.loads(secret["SecretString"])["current"])
        return Deployed(
            stack=stack,
            api=HttpApi(url=url, region=self.sandbox.region, credentials=self.caller),
            hr=HrSystem(api=HttpApi(url=url, region=self.sandbox.region), key=key),
        )

    def remove(self) -> None:
        """Delete the stack, and wait until it has gone."""
        cloudformation = self.sandbox.client("cloudformation")
        cloudformation.delete_stack(StackName=STACK)
        cloudformation.get_waiter("stack_delete_complete").wait(
            StackName=STACK, WaiterConfig={"Delay": 1, "MaxAttempts": 120}
        )

    def described(self, table: str) -> Any:  # noqa: ANN401 - as AWS describes it
        return self.sandbox.client("dynamodb").describe_table(TableName=table)["Table"]

    def owner(self, table: str) -> Any:  # noqa: ANN401 - as DynamoDB has it
        key = {"pk": {"S": "TABLE"}, "sk": {"S": "OWNER"}}
        record = self.sandbox.client("dynamodb").get_item(TableName=table, Key=key).get("Item", {})
        return {name: record[name]["S"] for name in ("stack", "table_id")}


@pytest.fixture(scope="module")
def place() -> Iterator[Place]:
    with Sandbox(behaviour=BEHAVIOUR) as sandbox:
        caller = sandbox.create_user("caller", policy=may_call("*"))
        yield Place(sandbox, instance_of(sandbox), caller)


@pytest.fixture(scope="module")
def table(place: Place) -> str:
    """What a stack has left behind in which Ada was hired."""
    deployed = place.release()
    headers = {"content-type": "application/yaml"}
    body = policies.text_of(policies.BASE)
    assert deployed.api.send("PUT", "/v1/policy?file=policy.yaml", body=body, headers=headers).status == 202
    _succeeds(deployed, ADA, event=HIRED)
    place.remove()
    return deployed.stack.outputs["TableName"]


def _succeeds(deployed: Deployed, person: Mapping[str, str], *, event: str) -> str:
    answer = deployed.hr.tell(person, event=event)
    assert answer.status == 202, answer.text
    change = str(answer.json()["change"])
    path = f"/v1/changes/{change}"
    eventually(lambda: deployed.api.get(path).status == 200)
    eventually(
        lambda: deployed.api.get(path).json(), holds=lambda shown: shown["change"]["state"] in {"succeeded", "failed"}
    )
    assert deployed.api.get(path).json()["change"]["state"] == "succeeded"
    return change


@pytest.fixture(scope="module")
def again(place: Place, table: str) -> Deployed:
    """The stack, made again over that table."""
    return place.release(StateTableName=table)


def test_a_stack_that_is_made_again_over_its_table_knows_whom_it_knew(again: Deployed, table: str) -> None:
    assert again.stack.outputs["TableName"] == table
    assert "StateTable" not in again.stack.resources
    assert again.api.get("/v1/people/e-1001").json()["fact"]["user_name"] == "ada"


def test_the_table_says_whose_it_is(place: Place, again: Deployed, table: str) -> None:
    assert place.owner(again.stack.outputs["TableName"]) == {
        "stack": STACK,
        "table_id": place.described(table)["TableId"],
    }


def test_what_is_written_from_then_on_is_told_on_the_bus(place: Place, again: Deployed) -> None:
    announcements = Announcements(place.sandbox, bus=again.stack.outputs["BusName"])
    change = _succeeds(again, {**ADA, "family_name": "King"}, event=CHANGED)
    eventually(lambda: announcements.of_change(change))
