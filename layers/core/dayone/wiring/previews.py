"""Puts together the planning of the whole company: it reads the table alone, and calls nothing of Identity Center."""

from collections.abc import Callable, Mapping
from datetime import datetime

from dayone.adapters.aws.clients import client
from dayone.adapters.company_plans import DynamoCompanyPlans
from dayone.adapters.dynamodb.ledger import DynamoLedger
from dayone.adapters.dynamodb.policies import DynamoPolicyInForce
from dayone.adapters.dynamodb.read_models import DynamoCompany, DynamoRecords
from dayone.adapters.dynamodb.table import DynamoTable
from dayone.adapters.inventory import DynamoInventoryView
from dayone.adapters.sqs import SqsReturns
from dayone.executor.existing_use import KeptInventory
from dayone.executor.taken_over import TakeOver
from dayone.model.policy.rules import Policy
from dayone.preview.company import PreviewCompany
from dayone.settings import PreviewCompanySettings
from dayone.wiring import people


def preview_ports(
    given: PreviewCompanySettings, *, table: DynamoTable, clock: Callable[[], datetime]
) -> PreviewCompany:
    """Return the ports of a worker at plans."""
    records, parse = DynamoRecords(table), people.policy_parser(given.ended_sessions_policies)

    def read_policy(files: Mapping[str, str], in_force: Policy) -> Policy:
        # Only here: it is the policy language with all that reads it.
        from dayone.policy.service import read_policy_here

        return read_policy_here(files, in_force=in_force, version=in_force.version + 1, records=records)

    return PreviewCompany(
        plans=DynamoCompanyPlans(table),
        company=DynamoCompany(table),
        records=records,
        policies=DynamoPolicyInForce(table, parse=parse),
        ledger=DynamoLedger(table),
        take_over=TakeOver(inventory=KeptInventory(DynamoInventoryView(table)), clock=clock),
        read_policy=read_policy,
        returns=SqsReturns(client("sqs"), queue_url=given.plans_url),
        clock=clock,
    )
