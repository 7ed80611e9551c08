"""Puts together what a deployment asks of the state table, before there is anything else."""

from collections.abc import Callable
from datetime import datetime

from dayone.adapters.aws.clients import client
from dayone.adapters.cloudformation import PresignedStackAnswers
from dayone.adapters.dynamodb.read_models import DynamoStateTables
from dayone.setup.state_table import ClaimTable


def claim_table(*, clock: Callable[[], datetime], sleep: Callable[[float], None]) -> ClaimTable:
    """The tables of the account, and where CloudFormation waits."""
    tables = DynamoStateTables(client("dynamodb"))
    return ClaimTable(tables=tables, answers=PresignedStackAnswers(), clock=clock, sleep=sleep)
