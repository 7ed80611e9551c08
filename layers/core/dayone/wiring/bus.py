"""Puts together what goes over the event bus: what is published, what is signed, and who is notified of it."""

import secrets
from typing import TYPE_CHECKING, Any

from dayone.adapters.aws.clients import Later, client

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from dayone.adapters.dynamodb.table import DynamoTable
    from dayone.events import PublishEvents
    from dayone.notifications.service import SendNotifications
    from dayone.ops.checkpoints import SignCheckpoint
    from dayone.settings import PublishEventsSettings, SendNotificationsSettings, SignCheckpointSettings


def publishing_ports(given: "PublishEventsSettings", *, table: "DynamoTable") -> "PublishEvents":
    """For the table's stream."""
    from dayone.adapters.dynamodb.leases import DynamoOpenMarks
    from dayone.adapters.dynamodb.read_models import DynamoRecords
    from dayone.adapters.messaging import DynamoStream, EventBridgeBus
    from dayone.events import PublishEvents

    return PublishEvents(
        stream=DynamoStream(),
        records=DynamoRecords(table),
        open_changes=DynamoOpenMarks(table),
        bus=EventBridgeBus(client("events"), bus=given.bus_name),
    )


def notification_ports(
    given: "SendNotificationsSettings", *, table: "DynamoTable", clock: "Callable[[], datetime]"
) -> "SendNotifications":
    """For notifications; clients that send are made when there is something to send."""
    from dayone.adapters.dynamodb.policies import DynamoPolicyInForce
    from dayone.adapters.hr.https import Https
    from dayone.adapters.notifications import DynamoOutbox, SqsNews
    from dayone.adapters.senders import SesMails, SnsTopics, WaysOut, Webhooks
    from dayone.adapters.sqs import SqsDeadLetters
    from dayone.notifications.service import SendNotifications
    from dayone.settings import networks_in
    from dayone.wiring.people import policy_parser

    https = Https(opened=networks_in(given.notification_networks, of="notifications"))
    secret_values: Any = Later("secretsmanager")
    sns: Any = Later("sns")
    sesv2: Any = Later("sesv2")
    return SendNotifications(
        queue=SqsNews(client("sqs"), queue_url=given.notifications_url),
        outbox=DynamoOutbox(table),
        # Where sessions are ended is nothing to it.
        policies=DynamoPolicyInForce(table, parse=policy_parser("")),
        sender=WaysOut(
            webhooks=Webhooks(secret_values, folder=given.notification_secrets, https=https),
            topics=SnsTopics(sns, prefix=given.notification_topics),
            mails=SesMails(sesv2),
        ),
        dead_letters=SqsDeadLetters(client("sqs"), queue_url=given.dead_letters_url),
        clock=clock,
        entropy=lambda: secrets.token_bytes(16),
    )


def checkpoint_ports(
    given: "SignCheckpointSettings", *, table: "DynamoTable", clock: "Callable[[], datetime]"
) -> "SignCheckpoint":
    """For the hour."""
    from dayone.adapters.checkpoints import KmsSigningKey, S3CheckpointArchive
    from dayone.adapters.dynamodb.audit_log import DynamoLaneEnds
    from dayone.adapters.messaging import EventBridgeBus
    from dayone.ops.checkpoints import SignCheckpoint

    # The template writes `none` without a bucket: an empty variable counts as missing.
    has_bucket = given.checkpoint_bucket != "none"
    where = {"bucket": given.checkpoint_bucket, "folder": given.stack_name}
    return SignCheckpoint(
        ends=DynamoLaneEnds(table),
        key=KmsSigningKey(client("kms"), arn=given.checkpoint_key),
        bus=EventBridgeBus(client("events"), bus=given.bus_name),
        archive=S3CheckpointArchive(client("s3"), **where) if has_bucket else None,
        table=given.table_name,
        clock=clock,
    )
