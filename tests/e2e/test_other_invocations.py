"""With DenyOtherInvocations nobody but the API and the queues reaches the functions that believe their events.

What the local Lambda does for a queue says nothing of AWS's: that is what the first run is for.
"""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from sandbox import Sandbox
from sandbox.day_one import release
from tests.e2e.deployed import policies
from tests.e2e.deployed.day_one import BEHAVIOUR, DayOne, deployed_in
from tests.e2e.deployed.people import somebody
from tests.e2e.deployed.waiting import eventually

pytestmark = pytest.mark.slow

BELIEVING = ("access_api", "plan_changes", "preview_company", "record_account_event", "publish_events")


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(behaviour=BEHAVIOUR) as started:
        yield started


@pytest.fixture(scope="module")
def day_one(sandbox: Sandbox) -> DayOne:
    made = deployed_in(sandbox)
    release(sandbox, made.instance, parameters={"DenyOtherInvocations": "true", "SoleAdministrator": "yes"})
    return made


@pytest.fixture(scope="module")
def insider(sandbox: Sandbox) -> Any:  # noqa: ANN401 - a boto3 client
    """Lambda for a user who may do everything in the account."""
    everything = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    user = sandbox.create_user("insider", policy={"Version": "2012-10-17", "Statement": [everything]})
    return sandbox.client("lambda", credentials=user)


@pytest.mark.parametrize("function", BELIEVING)
@pytest.mark.parametrize("qualifier", ["", "$LATEST"])
def test_an_administrator_may_not_invoke_what_believes_its_event(
    day_one: DayOne,
    insider: Any,  # noqa: ANN401
    function: str,
    qualifier: str,
) -> None:
    named = {"FunctionName": day_one.function(function), **({"Qualifier": qualifier} if qualifier else {})}
    with pytest.raises(ClientError) as refused:
        insider.invoke(**named, Payload=json.dumps({}).encode())
    assert refused.value.response["Error"]["Code"] == "AccessDeniedException"


def test_the_api_the_inbox_and_the_stream_go_on(day_one: DayOne) -> None:
    assert day_one.deployed.api.send("GET", "/v1/health").status == 200
    # The shared policy protects a group that is not here.
    day_one.put_in_force({**policies.BASE, "guardrails": {"removals": {"percent": 100, "at_least": 1000}}})
    person = somebody()
    change = day_one.told(person)["change"]["id"]
    assert person["user_name"] in day_one.view.users()
    assert eventually(lambda: day_one.announcements.of_change(change))


def test_a_company_with_one_administrator_is_told_so_wherever_it_looks(day_one: DayOne) -> None:
    assert [text for text in day_one.get("/v1/health")["warnings"] if "SoleAdministrator=yes" in text]
    findings = {pair["name"]: pair["state"] for pair in day_one.get("/v1/settings/check")["findings"]}
    assert findings["approvals"] == "warning"


def test_turned_off_again_the_api_goes_on(sandbox: Sandbox, day_one: DayOne, insider: Any) -> None:  # noqa: ANN401
    release(sandbox, day_one.instance, parameters={"DenyOtherInvocations": "false", "SoleAdministrator": "no"})
    assert not [text for text in day_one.get("/v1/health")["warnings"] if "SoleAdministrator" in text]
    assert insider.invoke(FunctionName=day_one.function("access_api"), Payload=b"{}")["StatusCode"] == 200
