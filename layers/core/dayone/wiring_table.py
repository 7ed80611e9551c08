"""Puts together what a deployment asks of the state table, before there is anything else."""

from collections.abc import Callable
from datetime import datetime

from dayone.adapters.aws_clients import client
from dayone.adapters.dynamodb_state_tables import DynamoStateTables
from dayone.adapters.stack_answers import PresignedStackAnswers
from dayone.usecases.claim_table import ClaimTable


def claim_table(*, clock: Callable[[], datetime], sleep: Callable[[float], None]) -> ClaimTable:
    """The tables of the account, and where CloudFormation waits."""
    tables = DynamoStateTables(client("dynamodb"))
    return ClaimTable(tables=tables, answers=PresignedStackAnswers(), clock=clock, sleep=sleep)
