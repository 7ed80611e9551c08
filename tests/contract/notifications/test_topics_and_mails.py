"""Notifications over topics of SNS and by e-mail through SES, on the local AWS."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from dayone.adapters.senders import SesMails, SnsTopics, WaysOut, Webhooks
from dayone.errors import Unavailable
from dayone.model.policy.notifications import Destination, Message, NotificationKind, NotificationMail
from sandbox import Sandbox
from tests.contract.actions import recorded_actions
from tests.contract.identity_centers import fresh
from tests.contract.notifications.topics import subscribed

NOW = datetime.now(UTC)
KINDS = frozenset({NotificationKind.CHANGE_HELD})
TEXT = "Day One: 1 change is held\n• Größe"


def message(subject: str = "Day One: 1 change is held") -> Message:
    body = json.dumps({"subject": subject, "text": TEXT})
    return Message(id="msg_1", destination="ops", body=body, created_at=NOW, next_at=NOW)


def test_what_is_published_reaches_who_has_subscribed(sandbox: Sandbox) -> None:
    topic, url = subscribed(sandbox, fresh("topic"))
    sns: Any = sandbox.client("sns")
    actions = recorded_actions(sns)
    prefix, _, name = topic.rpartition(":")
    destination = Destination(name="ops", kinds=KINDS, topic=name)
    SnsTopics(sns, prefix=f"{prefix}:").send(message("Größe\n" * 100), to=destination, at=NOW)
    (taken,) = sandbox.client("sqs").receive_message(QueueUrl=url, WaitTimeSeconds=5)["Messages"]
    envelope = json.loads(taken["Body"])
    assert envelope["Message"] == TEXT
    assert envelope["Subject"].isascii()
    assert len(envelope["Subject"]) < 100
    assert "\n" not in envelope["Subject"]
    assert actions == SnsTopics.ACTIONS


def test_a_topic_that_is_not_there_is_tried_again(sandbox: Sandbox) -> None:
    prefix = "arn:aws:sns:us-east-1:000000000000:nobodys-"
    with pytest.raises(Unavailable):
        SnsTopics(sandbox.client("sns"), prefix=prefix).send(
            message(), to=Destination(name="ops", kinds=KINDS, topic="x"), at=NOW
        )


def test_a_mail_goes_from_the_address_that_the_policy_names(sandbox: Sandbox) -> None:
    sesv2: Any = sandbox.client("sesv2")
    sender, recipient = "day-one@example.com", "ops@example.com"
    sesv2.create_email_identity(EmailIdentity=sender)
    mail = NotificationMail(sender=sender, recipients=(recipient,))
    actions = recorded_actions(sesv2)
    SesMails(sesv2).send(message(), to=Destination(name="ops", kinds=KINDS, mail=mail), at=NOW)
    assert actions == {f"sesv2:{action.removeprefix('ses:')}" for action in SesMails.ACTIONS}


class Noted:
    """A way out that notes what it is given."""

    def __init__(self) -> None:
        self.sent: list[str] = []

    def send(self, message: Message, *, to: Destination, at: datetime) -> None:
        self.sent.append(f"{to.name} {message.id} {at.tzinfo}")


def test_each_destination_is_reached_in_its_own_way() -> None:
    ways: dict[str, Any] = {name: Noted() for name in ("webhooks", "topics", "mails")}
    out = WaysOut(**ways)
    out.send(message(), to=Destination(name="topic", kinds=KINDS, topic="x"), at=NOW)
    mail = NotificationMail(sender="a@example.com", recipients=("b@example.com",))
    out.send(message(), to=Destination(name="mail", kinds=KINDS, mail=mail), at=NOW)
    out.send(message(), to=Destination(name="webhook", kinds=KINDS), at=NOW)
    assert {name: noted.sent[0].partition(" ")[0] for name, noted in ways.items()} == {
        "webhooks": "webhook",
        "topics": "topic",
        "mails": "mail",
    }
    assert Webhooks.ACTIONS
