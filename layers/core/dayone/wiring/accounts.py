"""Puts together what has to do with AWS Organizations, and with what is counted and noted while planning."""

import time
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dayone import settings
    from dayone.accounts.events import RecordAccountEvent
    from dayone.adapters.dynamodb.table import DynamoTable
    from dayone.adapters.identity_center.delegation import SsoStanding
    from dayone.adapters.organizations.accounts import AwsOrganization
    from dayone.lookups import PoliciesWithinReach
    from dayone.reconcile.inbox_batch import BatchPorts

# As many copies of plan_changes as its queue has at work: MaximumConcurrency in the template.
_PROCESSES = 8


def organization(table: "DynamoTable", *, clock: Callable[[], datetime]) -> "AwsOrganization":
    """Return the organisation's accounts, read at a rate that leaves room for the other processes."""
    from dayone.adapters.aws.clients import Later
    from dayone.adapters.dynamodb.leases import DynamoUnitNames
    from dayone.adapters.organizations.accounts import AwsOrganization, OrganizationsPace

    pace = OrganizationsPace(processes=_PROCESSES, clock=clock, sleep=time.sleep)
    organizations: Any = Later("organizations", guard=pace.guard)
    return AwsOrganization(organizations, names=DynamoUnitNames(table), clock=clock)


def policies(
    given: "settings.PlanChangesSettings", *, table: "DynamoTable", clock: Callable[[], datetime]
) -> "PoliciesWithinReach":
    """Return the policies, with AWS's limits for this account."""
    from dayone.adapters.dynamodb.policies import DynamoPolicies
    from dayone.lookups import PoliciesWithinReach
    from dayone.wiring import people as wiring_people

    kept = DynamoPolicies(table, parse=wiring_people.policy_parser(given.ended_sessions_policies))
    return PoliciesWithinReach(policies=kept, standing=standing(given, clock=clock))


def standing(
    given: "settings.PlanChangesSettings | settings.AccessApiSettings | settings.ReadInventorySettings",
    *,
    clock: Callable[[], datetime],
) -> "SsoStanding":
    """As what this account may call Identity Center."""
    from dayone.adapters.aws.clients import Later
    from dayone.adapters.identity_center.delegation import SsoStanding

    sso_admin: Any = Later("sso-admin")
    return SsoStanding(
        sso_admin,
        instance_arn=given.instance_arn,
        account_id=given.account_id,
        administered_from=given.administered_from,
        has_management_rights=given.management_account_access == "true",
        clock=clock,
    )


def counts(table: "DynamoTable", *, clock: Callable[[], datetime]) -> dict[str, Any]:
    """Return the counters of changes and of existing access, and notes: of echoes, and of the inventory."""
    from dayone.adapters.dynamodb.changes import DynamoProgress
    from dayone.adapters.dynamodb.guardrails import DynamoHeldParts
    from dayone.adapters.dynamodb.idempotency import DynamoEchoes
    from dayone.adapters.dynamodb.ledger import DynamoLedger
    from dayone.adapters.inventory import DynamoInventoryView, DynamoLookRequests
    from dayone.executor.existing_use import KeptInventory
    from dayone.executor.taken_over import TakeOver

    return {
        "echoes": DynamoEchoes(table),
        "progress": DynamoProgress(table),
        "ledger": DynamoLedger(table),
        "held": DynamoHeldParts(table),
        "looks": DynamoLookRequests(table),
        "take_over": TakeOver(inventory=KeptInventory(DynamoInventoryView(table)), clock=clock),
    }


def account_event_ports(given: "settings.RecordAccountEventSettings") -> "RecordAccountEvent":
    """Return the ports for account events."""
    from dayone.accounts.events import RecordAccountEvent
    from dayone.adapters.aws.clients import client
    from dayone.adapters.sqs import SqsDeadLetters, SqsInbox

    return RecordAccountEvent(
        inbox=SqsInbox(client("sqs"), queue_url=given.inbox_url),
        dead_letters=SqsDeadLetters(client("sqs"), queue_url=given.dead_letters_url),
    )


def batch(
    given: "settings.PlanChangesSettings", *, table: "DynamoTable", clock: Callable[[], datetime]
) -> "BatchPorts":
    """Return the ports for what is left of a batch of the inbox."""
    from dayone.adapters.aws.clients import client
    from dayone.adapters.dynamodb.changes import DynamoChanges
    from dayone.adapters.dynamodb.hr import DynamoHrDeliveries
    from dayone.adapters.dynamodb.parked import DynamoStuckNotes
    from dayone.adapters.sqs import SqsDeadLetters, SqsReturns
    from dayone.reconcile.inbox_batch import BatchPorts

    return BatchPorts(
        returns=SqsReturns(client("sqs"), queue_url=given.inbox_url),
        dead_letters=SqsDeadLetters(client("sqs"), queue_url=given.dead_letters_url),
        stuck=DynamoStuckNotes(table),
        changes=DynamoChanges(table),
        deliveries=DynamoHrDeliveries(table),
        clock=clock,
    )
