"""Callers of the local AWS, and their identities."""

import json

import pytest
from botocore.exceptions import ClientError

from sandbox import Sandbox
from tests.sandbox.conftest import allow


def test_a_user_may_do_what_the_policy_allows_and_no_more(sandbox: Sandbox) -> None:
    user = sandbox.create_user("reader", policy=allow("sqs:ListQueues"))
    assert sandbox.client("sqs", credentials=user).list_queues()["ResponseMetadata"]["HTTPStatusCode"] == 200
    with pytest.raises(ClientError, match="AccessDenied"):
        sandbox.client("dynamodb", credentials=user).list_tables()


def test_the_caller_s_own_aws_set_up_stays_out(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "not-there")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")
    assert sandbox.client("sts").get_caller_identity()["Account"] == sandbox.account_id


def test_identity_center_belongs_to_the_account(sandbox: Sandbox) -> None:
    (instance,) = sandbox.client("sso-admin").list_instances()["Instances"]
    assert instance["OwnerAccountId"] == sandbox.account_id


class TestAccountEvents:
    @pytest.fixture
    def queue(self, sandbox: Sandbox) -> str:
        sqs, events = sandbox.client("sqs"), sandbox.client("events")
        url: str = sqs.create_queue(QueueName="account-events")["QueueUrl"]
        arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        events.put_rule(Name="accounts", EventPattern=json.dumps({"source": ["aws.organizations"]}))
        events.put_targets(Rule="accounts", Targets=[{"Id": "queue", "Arn": arn}])
        return url

    def test_reach_the_default_bus(self, sandbox: Sandbox, queue: str) -> None:
        sandbox.client("organizations").create_account(AccountName="Data", Email="data@example.com")
        received = sandbox.client("sqs").receive_message(QueueUrl=queue, WaitTimeSeconds=10)
        event = json.loads(received["Messages"][0]["Body"])
        assert (event["account"], event["detail"]["eventName"]) == (sandbox.account_id, "CreateAccountResult")

    def test_cannot_be_forged_by_a_user(self, sandbox: Sandbox) -> None:
        user = sandbox.create_user("forger", policy=allow("events:PutEvents"))
        forged = {"Source": "aws.organizations", "DetailType": "AWS Service Event via CloudTrail", "Detail": "{}"}
        answer = sandbox.client("events", credentials=user).put_events(Entries=[forged])
        assert answer["Entries"][0]["ErrorCode"] == "NotAuthorizedForSourceException"
