"""Factories of each function: settings, clients, adapters, ports. Created once per process, on first use.

Each factory imports its own adapters, so that a function's cold start pays for what it uses and nothing else.
"""

import random
import secrets
import time
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any

from dayone import settings

if TYPE_CHECKING:
    from collections.abc import Callable

    from dayone.accounts.events import RecordAccountEvent
    from dayone.adapters.cloudformation import SsmOwnApis
    from dayone.adapters.dynamodb.table import DynamoTable
    from dayone.api.context import AccessApi
    from dayone.events import PublishEvents
    from dayone.executor.executor import ExecuteOperations
    from dayone.hr.webhook import ReceiveHrEvent
    from dayone.inventory.service import ReadInventory
    from dayone.logs import Meter
    from dayone.notifications.service import SendNotifications
    from dayone.ops.checkpoints import SignCheckpoint
    from dayone.ops.silences import SilencePorts
    from dayone.preview.company import PreviewCompany
    from dayone.reconcile.handler import PlanChanges
    from dayone.reconcile.sweep import ReconcileAccess
    from dayone.setup.session_policy import OwnSessionPolicy
    from dayone.setup.state_table import ClaimTable


@cache
def own_apis() -> "SsmOwnApis":
    """For every function behind an API: which APIs are the stack's."""
    from dayone.adapters.aws.clients import client
    from dayone.adapters.cloudformation import SsmOwnApis

    return SsmOwnApis(client("ssm"), parameter=settings.read(settings.OwnApisSettings).api_ids_parameter)


@cache
def event_source() -> str:
    """For every function that takes records: the ARN of the queue or the stream that they come from."""
    return settings.read(settings.EventSourceSettings).source_arn


@cache
def meter(function: str) -> "Meter":
    """For every function that publishes metrics."""
    from dayone.logs import Meter
    from dayone.model.monitoring import Monitoring

    given = settings.read(settings.MeterSettings)
    return Meter(function, namespace=given.powertools_metrics_namespace, monitoring=Monitoring(given.monitoring))


@cache
def receive_hr_event_ports() -> "ReceiveHrEvent":
    """For POST /hr/{source}."""
    from dayone.wiring import hr

    return hr.hr_intake_ports(settings.read(settings.ReceiveHrEventSettings), clock=_now)


@cache
def record_account_event_ports() -> "RecordAccountEvent":
    """For events about accounts."""
    from dayone.wiring import accounts

    return accounts.account_event_ports(settings.read(settings.RecordAccountEventSettings))


@cache
def plan_changes_ports() -> "PlanChanges":
    """For the inbox."""
    from dayone.adapters.aws.clients import client
    from dayone.adapters.dynamodb.changes import DynamoChanges
    from dayone.adapters.dynamodb.guardrails import DynamoGrants
    from dayone.adapters.dynamodb.leases import DynamoPortions
    from dayone.adapters.dynamodb.read_models import DynamoCompany
    from dayone.adapters.dynamodb.subjects import DynamoSubjects
    from dayone.adapters.sqs import SqsEngine
    from dayone.reconcile.handler import PlanChanges, PlanningPorts, handlers_of
    from dayone.wiring import accounts, hr, people

    table = _table((given := settings.read(settings.PlanChangesSettings)).table_name)
    ports = PlanningPorts(
        subjects=DynamoSubjects(table),
        company=DynamoCompany(table),
        portions=DynamoPortions(table),
        policies=accounts.policies(given, table=table, clock=_now),
        changes=DynamoChanges(table),
        grants=DynamoGrants(table),
        **accounts.counts(table, clock=_now),
        hr=hr.hr_ports(given, table=table),
        schedules=people.schedules(given),
        organization=accounts.organization(table, clock=_now),
        **_acceptances(given, table=table),
        engine=SqsEngine(client("sqs"), queue_url=given.engine_url),
        clock=_now,
        token=lambda: secrets.token_hex(4),
        **_times(given),
    )
    return PlanChanges(ports=ports, handlers=handlers_of(ports), batch=accounts.batch(given, table=table, clock=_now))


def _acceptances(given: "settings.PlanChangesSettings", *, table: "DynamoTable") -> "dict[str, Any]":
    """Return the accepted requests of people, an inbox on which they are passed on, and the fence around the table."""
    from dayone.adapters.aws.clients import client
    from dayone.adapters.dynamodb.idempotency import AcceptingInbox, DynamoAcceptances
    from dayone.adapters.dynamodb.personal_data import DynamoPersonalData
    from dayone.adapters.sqs import SqsInbox
    from dayone.wiring import fence

    data = {"personal_data": DynamoPersonalData(table)}
    queue, acceptances = SqsInbox(client("sqs"), queue_url=given.inbox_url), DynamoAcceptances(table)
    inbox = AcceptingInbox(queue=queue, acceptances=acceptances, clock=_now)
    return {"acceptances": acceptances, "inbox": inbox, "fence": fence.recoveries(given, table=table), **data}


def _times(given: "settings.PlanChangesSettings") -> "dict[str, Any]":
    return {"time_to_run": timedelta(seconds=10), "held_expiry": timedelta(days=int(given.held_expiry_days))}


@cache
def execute_operations_ports() -> "ExecuteOperations":
    """For the engine."""
    from dayone.adapters.aws.clients import Later
    from dayone.adapters.aws.rate_limiter import CallGate
    from dayone.adapters.dynamodb.leases import DynamoTurn
    from dayone.adapters.dynamodb.operations import DynamoOperationQueue
    from dayone.adapters.sqs import SqsEngine
    from dayone.adapters.threads import ThreadWorkers
    from dayone.executor.executor import ExecuteOperations
    from dayone.executor.rate_limits import Allowances
    from dayone.logs import log_unexpected, logger_of
    from dayone.wiring import fence, identity_center

    given = settings.read(settings.ExecuteOperationsSettings)
    allowances, table = Allowances(settings.budgets_in(given.budgets)), _table(given.table_name)
    gate = CallGate(allowances, clock=_now, sleep=time.sleep)
    # Most runs end with nothing left to wake anybody for.
    sqs: Any = Later("sqs")
    return ExecuteOperations(
        queue=DynamoOperationQueue(table),
        turn=DynamoTurn(table),
        engine=SqsEngine(sqs, queue_url=given.engine_url),
        fence=fence.fence(given, table=table),
        aws=identity_center.identity_center(given, table=table, gate=gate, clock=_now),
        workers=ThreadWorkers(16),
        allowances=allowances,
        clock=_now,
        jitter=random.random,
        token=lambda: secrets.token_hex(8),
        unexpected=log_unexpected(logger_of("execute_operations")),
    )


@cache
def reconcile_access_ports() -> "ReconcileAccess":
    """For the sweep."""
    from dayone.wiring import sweep

    given = settings.read(settings.ReconcileAccessSettings)
    return sweep.sweep_ports(given, table=_table(given.table_name), clock=_now)


@cache
def reconcile_access_measures() -> "SilencePorts":
    """For the metrics that the sweep publishes."""
    from dayone.wiring import sweep

    given = settings.read(settings.ReconcileAccessSettings)
    return sweep.silence_ports(given, table=_table(given.table_name), clock=_now)


@cache
def read_inventory_ports() -> "ReadInventory":
    """For the minute in which the inventory goes on."""
    from dayone.wiring import inventory

    given = settings.read(settings.ReadInventorySettings)
    return inventory.inventory_ports(given, table=_table(given.table_name), clock=_now)


@cache
def preview_company_ports() -> "PreviewCompany":
    """For the steps of plans."""
    from dayone.wiring import previews

    given = settings.read(settings.PreviewCompanySettings)
    return previews.preview_ports(given, table=_table(given.table_name), clock=_now)


@cache
def publish_events_ports() -> "PublishEvents":
    """For the table's stream."""
    from dayone.wiring import bus

    given = settings.read(settings.PublishEventsSettings)
    return bus.publishing_ports(given, table=_table(given.table_name))


@cache
def send_notifications_ports() -> "SendNotifications":
    """For the minute in which messages go out."""
    from dayone.wiring import bus

    given = settings.read(settings.SendNotificationsSettings)
    return bus.notification_ports(given, table=_table(given.table_name), clock=_now)


@cache
def sign_checkpoint_ports() -> "SignCheckpoint":
    """For the hour."""
    from dayone.wiring import bus

    given = settings.read(settings.SignCheckpointSettings)
    return bus.checkpoint_ports(given, table=_table(given.table_name), clock=_now)


@cache
def own_session_policy_ports() -> "OwnSessionPolicy":
    """For CloudFormation's requests about the policy that ends live sessions."""
    from dayone.wiring import people

    return people.session_policy_owner(clock=_now, sleep=time.sleep)


@cache
def access_api_wired() -> "AccessApi":
    """For /v1/..."""
    from dayone.wiring import api as wiring_api
    from dayone.wiring import people

    given = settings.read(settings.AccessApiSettings)
    parse = people.policy_parser(given.ended_sessions_policies)
    return wiring_api.access_api_context(given, table=_table(given.table_name), parse=parse, clock=_now)


@cache
def show_docs_ports() -> "Callable[[str], str]":
    """For /docs"""
    from dayone.api.docs import page_text

    return page_text


@cache
def claim_table_ports() -> "ClaimTable":
    """For CloudFormation's StateTableClaim."""
    from dayone.adapters.aws.clients import client
    from dayone.adapters.cloudformation import PresignedStackAnswers
    from dayone.adapters.dynamodb.read_models import DynamoStateTables
    from dayone.setup.state_table import ClaimTable
    from dayone.wiring import fence

    tables, outside = DynamoStateTables(client("dynamodb")), fence.outside(settings.read(settings.ClaimTableSettings))
    return ClaimTable(tables=tables, outside=outside, answers=PresignedStackAnswers(), clock=_now, sleep=time.sleep)


def _table(name: str) -> "DynamoTable":
    from dayone.adapters.aws.clients import client
    from dayone.adapters.dynamodb.table import DynamoTable

    return DynamoTable(client("dynamodb"), name)


def _now() -> datetime:
    return datetime.now(UTC)
