"""Puts together what the HTTP API looks at of Day One as a whole."""

import time

from dayone.adapters.aws_clients import client
from dayone.adapters.dynamodb_audit_log import DynamoAuditLog
from dayone.adapters.dynamodb_history import DynamoHistory
from dayone.adapters.dynamodb_table import DynamoTable
from dayone.adapters.sqs_dead_letters import SqsDeadLetterQueues
from dayone.settings import AccessApiSettings, letter_queues_in
from dayone.usecases.overview import Overview


def overview(given: AccessApiSettings, *, table: DynamoTable) -> Overview:
    """Its past, what was given up, and how it is."""
    return Overview(
        history=DynamoHistory(table),
        audit_log=DynamoAuditLog(table),
        dead_letters=SqsDeadLetterQueues(client("sqs"), urls=letter_queues_in(given.dead_letters)),
        pause=time.sleep,
    )
