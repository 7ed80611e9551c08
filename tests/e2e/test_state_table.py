"""The table outlives its stack, which can be made again over it; another table is taken only by its id."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from sandbox import Sandbox
from sandbox.access import Credentials
from sandbox.day_one import Deployed, may_call, reached
from sandbox.deployment import Stack, describe
from sandbox.errors import SandboxError
from sandbox.hr_system import CHANGED, ENDED, HIRED
from sandbox.identity_center_view import IdentityCenterView, Instance, instance_of
from sandbox.paths import REPOSITORY
from tests.e2e.deployed import policies
from tests.e2e.deployed.announcements import Announcements
from tests.e2e.deployed.day_one import BEHAVIOUR
from tests.e2e.deployed.waiting import eventually

pytestmark = pytest.mark.slow

STACK = "again"
ADA = {
    "id": "e-1001",
    "user_name": "ada",
    "email": "ada@example.com",
    "given_name": "Ada",
    "family_name": "Lovelace",
    "department": "Engineering",
    "employment": "employee",
}

EVE = {**ADA, "id": "e-1002", "user_name": "eve", "email": "eve@example.com", "given_name": "Eve"}
GRACE = {**ADA, "id": "e-1003", "user_name": "grace", "email": "grace@example.com", "given_name": "Grace"}


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

    def refusal(self, **parameters: str) -> str:
        """Return the reason of a failed release, as CloudFormation reports it for the claim."""
        with pytest.raises(SandboxError):
            self.release(**parameters)
        events = self.sandbox.client("cloudformation").describe_stack_events(StackName=STACK)["StackEvents"]
        failed = [event for event in events if "FAILED" in event["ResourceStatus"]]
        return str(
            next(event for event in failed if event["LogicalResourceId"] == "StateTableClaim")["ResourceStatusReason"]
        )

    def reach(self, stack: Stack) -> Deployed:
        return reached(self.sandbox, stack, caller=self.caller)

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
    """Return the table left behind by a stack in which Ada was hired."""
    deployed = place.release()
    headers = {"content-type": "application/yaml"}
    body = policies.text_of(policies.UNPROTECTED)
    uploaded = deployed.api.send("PUT", "/v1/policy?file=policy.yaml", body=body, headers=headers)
    assert uploaded.status == 202, uploaded.text
    _ends_well(deployed, str(uploaded.json()["change"]))
    _succeeds(deployed, ADA, event=HIRED)
    place.remove()
    return deployed.stack.outputs["TableName"]


def _succeeds(deployed: Deployed, person: Mapping[str, str], *, event: str) -> str:
    answer = deployed.hr.tell(person, event=event)
    assert answer.status == 202, answer.text
    return _ends_well(deployed, str(answer.json()["change"]))


def _ends_well(deployed: Deployed, change: str) -> str:
    path = f"/v1/changes/{change}"
    eventually(lambda: deployed.api.get(path).status == 200)
    shown = eventually(
        lambda: deployed.api.get(path).json(), holds=lambda shown: shown["change"]["state"] in {"succeeded", "failed"}
    )
    assert shown["change"]["state"] == "succeeded"
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


@pytest.fixture(scope="module")
def copy(place: Place, again: Deployed) -> str:
    """The table as AWS restores it to a moment, which leaves out more than this AWS does."""
    _succeeds(again, GRACE, event=HIRED)
    dynamodb = place.sandbox.client("dynamodb")
    dynamodb.restore_table_to_point_in_time(
        SourceTableName=again.stack.outputs["TableName"], TargetTableName="restored", UseLatestRestorableTime=True
    )
    if place.described("restored").get("StreamSpecification", {}).get("StreamEnabled"):
        dynamodb.update_table(TableName="restored", StreamSpecification={"StreamEnabled": False})
    _succeeds(again, EVE, event=HIRED)
    _succeeds(again, GRACE, event=ENDED)
    return "restored"


class TestACopy:
    def test_it_is_refused_for_what_it_lacks_and_then_for_whose_it_is(
        self, place: Place, again: Deployed, table: str, copy: str
    ) -> None:
        table_id = place.described(copy)["TableId"]
        lacks = place.refusal(StateTableName=copy, AcceptOtherTable=table_id)
        assert "lacks a stream of NEW_AND_OLD_IMAGES (aws dynamodb update-table" in lacks
        stream = {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"}
        place.sandbox.client("dynamodb").update_table(TableName=copy, StreamSpecification=stream)
        for accepted in ({}, {"AcceptOtherTable": place.described(table)["TableId"]}):
            refusal = place.refusal(StateTableName=copy, **accepted)
            assert "is a copy of another table, which was the stack again's" in refusal
            assert f"AcceptOtherTable={table_id}" in refusal
        # The stack is as it was.
        assert describe(place.sandbox.client("cloudformation"), STACK).outputs["TableName"] == table
        assert again.api.get("/v1/people/e-1001").status == 200
        assert place.owner(copy)["table_id"] == place.described(table)["TableId"]

    def test_taken_with_its_id_it_opens_a_recovery_in_which_nothing_is_given(self, place: Place, copy: str) -> None:
        taken = place.release(StateTableName=copy, AcceptOtherTable=place.described(copy)["TableId"])
        assert taken.api.get("/v1/people/e-1001").json()["fact"]["user_name"] == "ada"
        assert place.owner(copy) == {"stack": STACK, "table_id": place.described(copy)["TableId"]}
        assert taken.api.get("/v1/recovery").json()["is_open"]
        (warning,) = taken.api.get("/v1/health").json()["warnings"][:1]
        assert "dayone recover" in warning
        moved = taken.hr.tell({**GRACE, "family_name": "Murray"}, event=CHANGED)
        eventually(lambda: taken.api.get(f"/v1/changes/{moved.json()['change']}").status == 200)
        assert IdentityCenterView(place.sandbox, place.instance).members("Engineers") == {"ada", "eve"}

    def test_a_leaver_is_taken_out_at_once(self, place: Place) -> None:
        taken = place.reach(describe(place.sandbox.client("cloudformation"), STACK))
        answer = taken.hr.tell(ADA, event=ENDED)
        assert answer.status == 202
        view = IdentityCenterView(place.sandbox, place.instance)
        eventually(lambda: view.members("Engineers"), holds=lambda members: members == {"eve"})
        assert taken.api.get("/v1/recovery").json()["is_open"]

    def test_once_the_record_is_rebuilt_work_goes_on(self, place: Place, copy: str) -> None:
        """As the page about operations says: HR sends everybody again, and the record is rebuilt."""
        taken = place.reach(describe(place.sandbox.client("cloudformation"), STACK))
        for person, event in ((EVE, HIRED), (GRACE, ENDED)):
            assert taken.hr.tell(person, event=event).status == 202
        eventually(lambda: taken.api.get("/v1/people/e-1002").status == 200)
        read = eventually(lambda: taken.api.get("/v1/recovery").json(), holds=lambda answer: answer["as_of"])
        # Read before HR sent her again, or after that; nobody else is in doubt.
        assert {pair["user"] for pair in read["unknown"]} <= {"user:eve"}
        assert taken.api.send("POST", "/v1/recovery", body=b"", headers={}).status == 202
        eventually(lambda: taken.api.get("/v1/recovery").json(), holds=lambda answer: not answer["is_open"])
        parameter = place.sandbox.client("ssm").get_parameter(Name=f"/dayone/{STACK}/table")["Parameter"]["Value"]
        assert place.described(copy)["TableId"] in parameter
        announcements = Announcements(place.sandbox, bus=taken.stack.outputs["BusName"])
        change = _succeeds(taken, {**EVE, "family_name": "King"}, event=CHANGED)
        eventually(lambda: announcements.of_change(change))
        _succeeds(taken, EVE, event=ENDED)
        view = IdentityCenterView(place.sandbox, place.instance)
        eventually(lambda: view.members("Engineers"), holds=lambda members: members == set())
