"""Puts together the inventory: a reader at a rate of its own, and what it is compared with."""

import time
from collections.abc import Callable
from datetime import datetime, timedelta

from dayone.adapters.aws.clients import client
from dayone.adapters.aws.rate_limiter import CallGate
from dayone.adapters.dynamodb.leases import DynamoDueWork
from dayone.adapters.dynamodb.read_models import DynamoCompany, DynamoRecords, DynamoSubjectIndex
from dayone.adapters.dynamodb.table import DynamoTable
from dayone.adapters.identity_center.inventory import AwsInventoryReader
from dayone.adapters.inventory import DynamoInventory
from dayone.adapters.setup.instance import SsoInstanceSight
from dayone.adapters.sqs import SqsEditEvents
from dayone.executor.rate_limits import SpareAllowances
from dayone.inventory.edits import EditsOfOthers
from dayone.inventory.links import WhileRecovering
from dayone.inventory.reach import Center
from dayone.inventory.read_plan import BUSY_RATE, SPARE_RATE
from dayone.inventory.service import ReadInventory
from dayone.settings import ReadInventorySettings
from dayone.wiring import accounts, fence


def inventory_ports(
    given: ReadInventorySettings, *, table: DynamoTable, clock: Callable[[], datetime]
) -> ReadInventory:
    """Return the ports of the inventory; its calls slow down while the executor has work."""
    work = DynamoDueWork(table)
    allowances = SpareAllowances.of_rates(spare=SPARE_RATE, busy=BUSY_RATE, is_busy=work.has_runnable)
    gate = CallGate(allowances, clock=clock, sleep=time.sleep)
    sso_admin = gate.guard(client("sso-admin"))
    return ReadInventory(
        center=Center(sight=SsoInstanceSight(sso_admin), arn=given.instance_arn),
        reader=AwsInventoryReader(
            sso_admin,
            gate.guard(client("identitystore")),
            instance_arn=given.instance_arn,
            identity_store_id=given.identity_store_id,
        ),
        inventory=DynamoInventory(table),
        company=DynamoCompany(table),
        index=DynamoSubjectIndex(table),
        records=DynamoRecords(table),
        recovering=WhileRecovering(fence=fence.fence(given, table=table)),
        standing=accounts.standing(given, clock=clock),
        others=EditsOfOthers(
            events=SqsEditEvents(client("sqs"), queue_url=given.edit_events_url), own_roles=(given.executor_role_arn,)
        ),
        interval=timedelta(hours=int(given.inventory_interval_hours)),
        clock=clock,
    )
