"""The port InboxBacklog over SQS and CloudWatch: how much waits, and for how long."""

import time
from datetime import UTC, datetime
from math import ceil

from dayone.adapters.sqs import SqsInboxBacklog
from sandbox import Sandbox
from tests.contract.actions import recorded_actions
from tests.contract.identity_centers import fresh


def test_messages_that_wait_and_that_are_being_handled_are_counted_with_the_age_of_the_oldest(sandbox: Sandbox) -> None:
    sqs, cloudwatch = sandbox.client("sqs"), sandbox.client("cloudwatch")
    url = sqs.create_queue(QueueName=fresh("inbox"), Attributes={"VisibilityTimeout": "600"})["QueueUrl"]
    began = datetime.now(UTC)
    called = recorded_actions(sqs), recorded_actions(cloudwatch)
    queue = SqsInboxBacklog(sqs, cloudwatch, queue_url=url)
    assert (queue.backlog(now=datetime.now(UTC)).messages, called[1]) == (0, set())
    sqs.send_message(QueueUrl=url, MessageBody="a")
    time.sleep(1.1)
    sqs.send_message(QueueUrl=url, MessageBody="b")
    sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=1)
    now = datetime.now(UTC)
    backlog = queue.backlog(now=now)
    assert backlog.messages == 2
    assert backlog.oldest_seconds is not None
    assert 1 <= backlog.oldest_seconds <= ceil((now - began).total_seconds())
    asked = (called[0] | called[1]) - {"sqs:SendMessage", "sqs:ReceiveMessage"}
    assert asked == SqsInboxBacklog.ACTIONS
