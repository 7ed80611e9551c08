"""Events cross accounts and Regions in the local AWS where a role and a bus policy let them, and only there."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sandbox import Sandbox
from sandbox.access import Access
from sandbox.organisation import Organisation
from tests.sandbox.conftest import eventually

OUTSIDER = "999988887777"
BUS, SENDER = "hub", "sender"


class Hub:
    """A bus whose events go to a queue, in the sandbox's own account and Region."""

    def __init__(self, sandbox: Sandbox, folder: Path) -> None:
        self.sandbox = sandbox
        self.organisation = Organisation(sandbox)
        template = folder / "template.yaml"
        template.write_text(json.dumps(_template(self.organisation.id)))
        self.stack = sandbox.deploy("hub", template=template)
        self.queue_url = self.stack.resources["Queue"]

    @property
    def arn(self) -> str:
        return f"arn:aws:events:{self.sandbox.region}:{self.sandbox.account_id}:event-bus/{BUS}"

    def received(self) -> dict[str, Any] | None:
        sqs = self.sandbox.client("sqs")
        messages = sqs.receive_message(QueueUrl=self.queue_url).get("Messages", [])
        for message in messages:
            sqs.delete_message(QueueUrl=self.queue_url, ReceiptHandle=message["ReceiptHandle"])
        return json.loads(messages[0]["Body"]) if messages else None


def _template(organization: str) -> dict[str, Any]:
    arn = {"Fn::GetAtt": ["Bus", "Arn"]}
    allowed = {"Effect": "Allow", "Principal": "*", "Action": "events:PutEvents", "Resource": arn}
    queue = {"Id": "queue", "Arn": {"Fn::GetAtt": ["Queue", "Arn"]}}
    resources = {
        "Bus": {"Type": "AWS::Events::EventBus", "Properties": {"Name": BUS}},
        "Policy": {
            "Type": "AWS::Events::EventBusPolicy",
            "Properties": {
                "EventBusName": {"Ref": "Bus"},
                "StatementId": "organisation",
                "Statement": {**allowed, "Condition": {"StringEquals": {"aws:PrincipalOrgID": organization}}},
            },
        },
        "Queue": {"Type": "AWS::SQS::Queue"},
        "Rule": {
            "Type": "AWS::Events::Rule",
            "Properties": {"EventBusName": {"Ref": "Bus"}, "EventPattern": {"source": ["test"]}, "Targets": [queue]},
        },
    }
    return {"Resources": resources}


class Sender:
    """An account or Region whose default bus hands events on to the hub, by a role with these rights."""

    def __init__(self, place: Access, *, to: str, may_put_to: str = "*", trusted_rule: str = SENDER) -> None:
        self._events, iam, sqs = (place.client(name, place.administrator) for name in ("events", "iam", "sqs"))
        rule = f"arn:aws:events:{place.region}:{place.account_id}:rule/{trusted_rule}"
        # Roles know no Region.
        role = f"{SENDER}-{place.region}"
        made = iam.create_role(RoleName=role, AssumeRolePolicyDocument=json.dumps(_trust(rule)))
        allowed = [{"Effect": "Allow", "Action": "events:PutEvents", "Resource": may_put_to}]
        document = json.dumps({"Version": "2012-10-17", "Statement": allowed})
        iam.put_role_policy(RoleName=role, PolicyName="calls", PolicyDocument=document)
        self._sqs, self.letters_url = sqs, sqs.create_queue(QueueName="letters")["QueueUrl"]
        letters = f"arn:aws:sqs:{place.region}:{place.account_id}:letters"
        self._events.put_rule(Name=SENDER, EventPattern=json.dumps({"source": ["test"]}))
        target = {"Id": "hub", "Arn": to, "RoleArn": made["Role"]["Arn"], "DeadLetterConfig": {"Arn": letters}}
        self._events.put_targets(Rule=SENDER, Targets=[target])

    def send(self, **detail: str) -> str:
        entry = {"Source": "test", "DetailType": "test", "Detail": json.dumps(detail)}
        return str(self._events.put_events(Entries=[entry])["Entries"][0]["EventId"])

    def kept(self) -> list[dict[str, Any]]:
        messages = self._sqs.receive_message(QueueUrl=self.letters_url, MaxNumberOfMessages=10).get("Messages", [])
        return [json.loads(message["Body"]) for message in messages]


def _trust(rule: str) -> dict[str, Any]:
    condition = {"ArnEquals": {"aws:SourceArn": rule}}
    principal = {"Service": "events.amazonaws.com"}
    statement = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole", "Condition": condition}
    return {"Version": "2012-10-17", "Statement": [statement]}


@pytest.fixture(scope="module")
def hub(sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Hub:
    return Hub(sandbox, tmp_path_factory.mktemp("hub"))


@pytest.fixture
def member(hub: Hub) -> Iterator[str]:
    account = hub.organisation.make_account("sender")
    yield account
    hub.organisation.remove(account)


def _refused(hub: Hub, sender: Sender) -> None:
    event = sender.send(what="refused")
    assert [pair["id"] for pair in eventually(sender.kept)] == [event]
    assert hub.received() is None


def test_an_event_of_another_account_arrives_as_it_was(hub: Hub, member: str) -> None:
    event = Sender(hub.sandbox.elsewhere(account_id=member), to=hub.arn).send(what="arrives")
    received = eventually(hub.received)
    assert received is not None
    assert (received["id"], received["account"], received["region"]) == (event, member, "us-east-1")
    assert received["detail"] == {"what": "arrives"}


def test_an_event_of_another_region_needs_no_word_of_the_bus(hub: Hub) -> None:
    event = Sender(hub.sandbox.elsewhere(region="eu-west-1"), to=hub.arn).send(what="arrives")
    received = eventually(hub.received)
    assert received is not None
    assert (received["id"], received["region"]) == (event, "eu-west-1")


def test_the_bus_keeps_out_whoever_is_not_in_the_organisation(hub: Hub) -> None:
    _refused(hub, Sender(hub.sandbox.elsewhere(account_id=OUTSIDER), to=hub.arn))


def test_an_account_that_has_left_is_kept_out(hub: Hub) -> None:
    account = hub.organisation.make_account("leaver")
    sender = Sender(hub.sandbox.elsewhere(account_id=account), to=hub.arn)
    sender.send(what="arrives")
    assert eventually(hub.received) is not None
    hub.organisation.remove(account)
    _refused(hub, sender)


def test_a_role_that_may_not_put_events_there_holds_them_back(hub: Hub, member: str) -> None:
    other = hub.arn.replace(BUS, "other")
    _refused(hub, Sender(hub.sandbox.elsewhere(account_id=member), to=hub.arn, may_put_to=other))


def test_a_role_that_trusts_another_rule_holds_them_back(hub: Hub, member: str) -> None:
    _refused(hub, Sender(hub.sandbox.elsewhere(account_id=member), to=hub.arn, trusted_rule="other"))


def test_a_bus_that_is_not_there_takes_nothing(hub: Hub, member: str) -> None:
    missing = hub.arn.replace(BUS, "missing")
    _refused(hub, Sender(hub.sandbox.elsewhere(account_id=member), to=missing))


def test_a_policy_goes_with_its_stack(hub: Hub) -> None:
    described = hub.sandbox.client("events").describe_event_bus(Name=BUS)
    (statement,) = json.loads(described["Policy"])["Statement"]
    assert (statement["Sid"], statement["Action"]) == ("organisation", "events:PutEvents")
