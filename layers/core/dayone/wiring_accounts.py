"""Puts together what has to do with AWS Organizations, for the functions that read accounts."""

import time
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dayone.adapters.dynamodb_table import DynamoTable
    from dayone.adapters.organizations import AwsOrganization

# As many copies of plan_changes as its queue has at work: MaximumConcurrency in the template.
_PROCESSES = 8


def organization(table: "DynamoTable", *, clock: Callable[[], datetime]) -> "AwsOrganization":
    """The organisation's accounts, read at a pace that leaves room for the other processes."""
    from dayone.adapters.aws_clients import client
    from dayone.adapters.dynamodb_unit_names import DynamoUnitNames
    from dayone.adapters.organizations import AwsOrganization
    from dayone.adapters.organizations_pace import OrganizationsPace

    pace = OrganizationsPace(processes=_PROCESSES, clock=clock, sleep=time.sleep)
    return AwsOrganization(pace.guard(client("organizations")), names=DynamoUnitNames(table), clock=clock)
