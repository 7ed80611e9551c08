"""A topic of SNS, and a queue that subscribes to it."""

import json
from typing import Any

from sandbox import Sandbox


def subscribed(sandbox: Sandbox, name: str) -> tuple[str, str]:
    """Return the ARN of a new topic of this name, and the URL of a queue that gets what is published there."""
    sns: Any = sandbox.client("sns")
    sqs: Any = sandbox.client("sqs")
    topic = sns.create_topic(Name=name)["TopicArn"]
    url = sqs.create_queue(QueueName=name)["QueueUrl"]
    queue = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "sns.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": queue,
        "Condition": {"ArnEquals": {"aws:SourceArn": topic}},
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=queue)
    return topic, url
