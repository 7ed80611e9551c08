"""Events of Day One: a queue of the tests' own behind the bus, and everything it has received."""

import json
from typing import Any

from sandbox import Sandbox
from tests.documented import event_mistakes

_QUEUE = "e2e-announcements"


class Announcements:
    """Everything that was published on a bus since this was made."""

    def __init__(self, sandbox: Sandbox, *, bus: str) -> None:
        self._sqs: Any = sandbox.client("sqs")
        self._url = self._sqs.create_queue(QueueName=_QUEUE)["QueueUrl"]
        self._heard: list[dict[str, Any]] = []
        wanted = self._sqs.get_queue_attributes(QueueUrl=self._url, AttributeNames=["QueueArn"])
        events = sandbox.client("events")
        events.put_rule(Name=_QUEUE, EventBusName=bus, EventPattern=json.dumps({"source": ["dayone"]}))
        target = {"Id": "queue", "Arn": wanted["Attributes"]["QueueArn"]}
        events.put_targets(Rule=_QUEUE, EventBusName=bus, Targets=[target])

    def heard(self) -> list[dict[str, Any]]:
        """All events so far, as EventBridge delivered them; each is as its schema says."""
        while messages := self._sqs.receive_message(QueueUrl=self._url, MaxNumberOfMessages=10).get("Messages"):
            for message in messages:
                event = json.loads(message["Body"])
                assert not (mistakes := event_mistakes(event)), (event, mistakes)
                self._heard.append(event)
                self._sqs.delete_message(QueueUrl=self._url, ReceiptHandle=message["ReceiptHandle"])
        return list(self._heard)

    def of_change(self, change: str) -> list[dict[str, Any]]:
        """The events about one change."""
        return [pair for pair in self.heard() if pair["detail"].get("change") == change]
