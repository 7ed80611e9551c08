"""Puts together the sweep, and what it measures for the alarms."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dayone.adapters.dynamodb.table import DynamoTable
    from dayone.ops.silences import SilencePorts
    from dayone.reconcile.sweep import ReconcileAccess, Retention
    from dayone.settings import ReconcileAccessSettings


def sweep_ports(
    given: "ReconcileAccessSettings", *, table: "DynamoTable", clock: Callable[[], datetime]
) -> "ReconcileAccess":
    """For the sweep."""
    from dayone.adapters.aws.clients import client
    from dayone.adapters.dynamodb.hr import DynamoDueHints
    from dayone.adapters.dynamodb.leases import DynamoDueWork, DynamoOpenChanges
    from dayone.adapters.dynamodb.parked import DynamoFailedSubjects, DynamoParkedOperations, DynamoStuckSubjects
    from dayone.adapters.dynamodb.read_models import DynamoRecords
    from dayone.adapters.sqs import SqsEngine, SqsInbox
    from dayone.executor.parking import WakeWaiting
    from dayone.reconcile.sweep import PlanFailedAgain, ReconcileAccess, Unfinished
    from dayone.wiring import fence, hr, people

    records, inbox = DynamoRecords(table), SqsInbox(client("sqs"), queue_url=given.inbox_url)
    return ReconcileAccess(
        due_work=DynamoDueWork(table),
        records=records,
        hints=DynamoDueHints(table),
        failed=PlanFailedAgain(failed=DynamoFailedSubjects(table), records=records, inbox=inbox, clock=clock),
        waiting=WakeWaiting(parked=DynamoParkedOperations(table), records=records, clock=clock),
        unfinished=Unfinished(stuck=DynamoStuckSubjects(table), open_changes=DynamoOpenChanges(table)),
        recovering=fence.recovering(given, table=table),
        hr_configuration=hr.watch_ports(given, table=table),
        sessions=people.sessions_ports(given, table=table),
        repairs=people.repair_ports(given, table=table, records=records, inbox=inbox),
        retention=_retention(given, table=table),
        inbox=inbox,
        engine=SqsEngine(client("sqs"), queue_url=given.engine_url),
        clock=clock,
    )


def _retention(given: "ReconcileAccessSettings", *, table: "DynamoTable") -> "Retention | None":
    from dayone.adapters.dynamodb.change_counts import DynamoOldChanges
    from dayone.reconcile.sweep import Retention

    days = int(given.change_retention_days)
    return Retention(changes=DynamoOldChanges(table), kept_for=timedelta(days=days)) if days else None


def silence_ports(
    given: "ReconcileAccessSettings", *, table: "DynamoTable", clock: Callable[[], datetime]
) -> "SilencePorts":
    """For the metrics that the sweep publishes."""
    from dayone.adapters.dynamodb.changes import DynamoHistory
    from dayone.adapters.dynamodb.hr import DynamoRecordedHrVersions
    from dayone.adapters.dynamodb.leases import DynamoDueWork
    from dayone.adapters.dynamodb.parked import DynamoStuckSubjects
    from dayone.adapters.inventory import DynamoInventoryView
    from dayone.ops.silences import SilencePorts
    from dayone.wiring import hr

    return SilencePorts(
        history=DynamoHistory(table),
        stuck=DynamoStuckSubjects(table),
        due_work=DynamoDueWork(table),
        inventory=DynamoInventoryView(table),
        hr_versions=DynamoRecordedHrVersions(table),
        quiet=hr.quiet_ports(given, table=table),
        inventory_interval=timedelta(hours=int(given.inventory_interval_hours)),
        clock=clock,
    )
