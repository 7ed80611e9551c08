"""The port EditEvents, in memory and over AWS alike; and what the rule of the template puts on its queue."""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from dayone.adapters.sqs import SqsEditEvents
from dayone.ports.inventory import EditEvents
from sandbox import Sandbox
from tests.contract.actions import recorded_actions
from tests.contract.identity_centers import fresh
from tests.fakes.table.inventory import MemoryEditEvents
from tests.project.repository import resource

OWN = "arn:aws:iam::111122223333:role/dayone-ExecuteOperationsRole-1A2B"
OTHER = "arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Admin_0123456789abcdef"


@dataclass
class Waiting:
    """Events that wait, and a way to send one."""

    events: EditEvents
    send: Callable[[str], None]


@pytest.fixture(scope="module")
def sqs(sandbox: Sandbox) -> Any:  # noqa: ANN401
    return sandbox.client("sqs")


@pytest.fixture
def queue_url(sqs: Any) -> str:  # noqa: ANN401
    return str(sqs.create_queue(QueueName=fresh("edits"))["QueueUrl"])


@pytest.fixture(params=["fake", "aws"])
def waiting(request: pytest.FixtureRequest) -> Waiting:
    if request.param == "fake":
        fake = MemoryEditEvents()
        return Waiting(fake, lambda text: fake.waiting.update({text: text}))
    client, url = request.getfixturevalue("sqs"), request.getfixturevalue("queue_url")
    events = SqsEditEvents(client, queue_url=url)
    return Waiting(events, lambda text: client.send_message(QueueUrl=url, MessageBody=text))


def test_what_was_sent_is_taken_and_what_was_deleted_does_not_come_again(waiting: Waiting) -> None:
    for text in ("one", "two"):
        waiting.send(text)
    taken: dict[str, str] = {}
    while len(taken) < 2:
        taken |= waiting.events.take()
    assert sorted(taken.values()) == ["one", "two"]
    waiting.events.delete(taken)
    waiting.events.delete([])
    assert waiting.events.take() == {}


def test_it_needs_the_actions_that_it_declares(sqs: Any, queue_url: str) -> None:  # noqa: ANN401
    sqs.send_message(QueueUrl=queue_url, MessageBody="one")
    called = recorded_actions(sqs)
    events = SqsEditEvents(sqs, queue_url=queue_url)
    events.delete(events.take())
    assert called == SqsEditEvents.ACTIONS


def _event(name: str, issuer: dict[str, str] | None, source: str = "aws.sso", *, refused: str = "") -> dict[str, Any]:
    session = {"sessionContext": {"sessionIssuer": issuer}} if issuer is not None else {}
    detail: dict[str, Any] = {"eventName": name, "userIdentity": {"type": "AssumedRole", **session}}
    detail |= {"errorCode": refused} if refused else {}
    return {"Source": source, "DetailType": "AWS API Call via CloudTrail", "Detail": json.dumps(detail)}


_ENTRIES = [
    _event("CreateUser", {"arn": OTHER}, "aws.identitystore"),
    _event("CreateGroup", {}, "aws.sso-directory"),
    _event("DeleteAccountAssignment", None),
    _event("CreateAccountAssignment", {"arn": OWN}),
    _event("ListInstances", {"arn": OTHER}),
    _event("UpdateUser", {"arn": OTHER}, refused="AccessDeniedException"),
    _event("DeleteUser", {"arn": OTHER}, "aws.cognito"),
]


def test_the_rule_takes_the_edits_of_others_and_none_of_day_ones_own(
    sandbox: Sandbox,
    sqs: Any,  # noqa: ANN401
    queue_url: str,
) -> None:
    pattern = json.dumps(resource("EditEventsRule")["EventPattern"]).replace(
        json.dumps({"Fn::GetAtt": "ExecuteOperationsRole.Arn"}), json.dumps(OWN)
    )
    assert OWN in pattern
    # Source: Amazon EventBridge User Guide, "Quotas": characters of an event pattern.
    assert len(pattern) <= 2048
    bus, events = fresh("edits"), sandbox.client("events")
    events.create_event_bus(Name=bus)
    events.put_rule(Name="edits", EventBusName=bus, EventPattern=pattern)
    arn = sqs.get_queue_attributes(QueueUrl=queue_url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    events.put_targets(Rule="edits", EventBusName=bus, Targets=[{"Id": "queue", "Arn": arn}])
    events.put_events(Entries=[{**entry, "EventBusName": bus} for entry in _ENTRIES])
    names, deadline = set[str](), time.monotonic() + 20
    while len(names) < 3 and time.monotonic() < deadline:
        for text in SqsEditEvents(sqs, queue_url=queue_url).take().values():
            names.add(json.loads(text)["detail"]["eventName"])
    assert names == {"CreateUser", "CreateGroup", "DeleteAccountAssignment"}
