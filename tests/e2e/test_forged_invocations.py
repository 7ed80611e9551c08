"""The deployed functions, invoked by somebody who may invoke them, with events that they were not sent."""

import json
from typing import Any

from tests.e2e.deployed.day_one import DayOne
from tests.functions.access_api.world import load
from tests.project.repository import ROOT

type Event = dict[str, Any]


def _invoked(day_one: DayOne, function: str, event: Event) -> Any:  # noqa: ANN401 - JSON
    answer = day_one.sandbox.client("lambda").invoke(
        FunctionName=day_one.function(function), Payload=json.dumps(event).encode()
    )
    return json.loads(answer["Payload"].read()) | {"error": answer.get("FunctionError")}


def _status(day_one: DayOne, **context: Any) -> int:  # noqa: ANN401 - JSON
    event = load("read_policy")
    forged = {**event, "requestContext": {**event["requestContext"], **context}}
    return int(_invoked(day_one, "access_api", forged)["statusCode"])


def _copied(day_one: DayOne) -> Event:
    """Return the event of a request by a user of this account through this API."""
    account = day_one.sandbox.client("sts").get_caller_identity()["Account"]
    identity = {
        "accountId": account,
        "accessKey": "AKIAIOSFODNN7EXAMPLE",
        "caller": "AIDAEXAMPLEID",
        "user": "AIDAEXAMPLEID",
        "userArn": f"arn:aws:iam::{account}:user/somebody",
        "sourceIp": "203.0.113.9",
    }
    return {"accountId": account, "apiId": day_one.deployed.stack.outputs["ApiId"], "identity": identity}


def test_the_api_takes_what_came_through_it(day_one: DayOne) -> None:
    assert day_one.deployed.api.send("GET", "/v1/policy/versions").status == 200


def test_the_api_refuses_a_request_of_another_api(day_one: DayOne) -> None:
    assert _status(day_one, **{**_copied(day_one), "apiId": "a1b2c3d4e5"}) == 403


def test_the_api_refuses_a_caller_of_another_account(day_one: DayOne) -> None:
    copied = _copied(day_one)
    other = {**copied["identity"], "userArn": "arn:aws:iam::999988887777:user/somebody"}
    assert _status(day_one, **{**copied, "identity": other}) == 403


def test_the_api_does_not_know_a_copy_from_the_real_thing(day_one: DayOne) -> None:
    """SECURITY.md says so: who invokes a function is for IAM, and for the parameter that denies it, to decide."""
    assert _status(day_one, **_copied(day_one)) in (200, 404)


def test_the_webhook_refuses_an_address_that_only_the_event_states(day_one: DayOne) -> None:
    event = json.loads((ROOT / "events" / "receive_hr_event" / "joiner.json").read_text(encoding="utf-8"))
    assert _invoked(day_one, "receive_hr_event", event)["statusCode"] == 403


def test_the_planner_refuses_a_command_that_was_not_in_the_inbox(day_one: DayOne) -> None:
    event = json.loads((ROOT / "events" / "plan_changes" / "policy.json").read_text(encoding="utf-8"))
    answer = _invoked(day_one, "plan_changes", event)
    assert answer["error"] == "Unhandled"
    assert "does not come from this function's own queue" in answer["errorMessage"]
