"""Factory of the claim of the state table during a deployment, before there is anything else."""

from collections.abc import Callable
from datetime import datetime

from dayone.adapters.aws.clients import client
from dayone.adapters.cloudformation import PresignedStackAnswers
from dayone.adapters.dynamodb.read_models import DynamoStateTables
from dayone.setup.state_table import ClaimTable


def state_table_ports(*, clock: Callable[[], datetime], sleep: Callable[[float], None]) -> ClaimTable:
    """Return the tables of the account, and the answers to CloudFormation."""
    tables = DynamoStateTables(client("dynamodb"))
    return ClaimTable(tables=tables, answers=PresignedStackAnswers(), clock=clock, sleep=sleep)
