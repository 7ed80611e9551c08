"""Puts the HTTP API together."""

import os
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from dayone.adapters.aws.clients import Later, client
from dayone.adapters.aws.rate_limiter import CallGate
from dayone.adapters.company_plans import DynamoCompanyPlans
from dayone.adapters.dynamodb.audit_log import DynamoAuditLog
from dayone.adapters.dynamodb.changes import DynamoChanges, DynamoHistory, DynamoProgress
from dayone.adapters.dynamodb.guardrails import DynamoGrants
from dayone.adapters.dynamodb.hr import DynamoHrDeliveries, DynamoRecordedHrVersions
from dayone.adapters.dynamodb.idempotency import AcceptingInbox, DynamoAcceptances, DynamoRequestKeys
from dayone.adapters.dynamodb.leases import DynamoDueWork, DynamoTurn
from dayone.adapters.dynamodb.ledger import DynamoLedger
from dayone.adapters.dynamodb.parked import DynamoStuckSubjects
from dayone.adapters.dynamodb.policies import DynamoPolicyArchive, DynamoPolicyInForce
from dayone.adapters.dynamodb.read_models import DynamoCompany, DynamoRecords, DynamoSubjectIndex
from dayone.adapters.dynamodb.table import DynamoTable
from dayone.adapters.identity_center.live_access import AwsExistingUse, AwsLiveAccess
from dayone.adapters.identity_center.names import IdentityStoreNames, SsoNamedSets
from dayone.adapters.identity_center.permission_set_policies import SsoSetContents
from dayone.adapters.inventory import DynamoInventoryView
from dayone.adapters.notifications import DynamoOutboxView, SqsNotificationTests
from dayone.adapters.setup.instance import IdentityCenterKeySight, SsoInstanceSight
from dayone.adapters.setup.probes import (
    CloudTrailSight,
    DynamoTableSight,
    IamRoleSight,
    LambdaConcurrencySight,
    OrganizationsSight,
    ServiceQuotaSight,
)
from dayone.adapters.sqs import SqsInbox, SqsInboxBacklog, SqsPlanQueue
from dayone.adapters.sqs_dead_letters import SqsDeadLetterQueues
from dayone.api.context import AccessApi
from dayone.executor.existing import ExistingAccess, ExistingNames
from dayone.executor.existing_use import KeptInventory
from dayone.executor.rate_limits import Allowances, Budgets
from dayone.lookups import PolicyWithinReach
from dayone.model.policy.context import PolicyVersion
from dayone.model.policy.rules import Policy
from dayone.ops.health import Overview
from dayone.planning.desired_access import DesiredAccess
from dayone.ports.store import PolicyInForce
from dayone.settings import AccessApiSettings, budgets_in, letter_queues_in, queues_in
from dayone.setup.check import CheckSettings, GivenSettings
from dayone.wiring import accounts as wiring_accounts
from dayone.wiring import fence

# Few enough that reports and previews take nothing from the executor.
FEW_CALLS = Allowances(Budgets(sso_admin_calls=3, identity_store_calls=5))


def access_api_context(
    given: AccessApiSettings,
    *,
    table: DynamoTable,
    parse: Callable[[PolicyVersion], Policy],
    clock: Callable[[], datetime],
) -> AccessApi:
    """For /v1/...; `parse` reads a policy that was kept."""
    gate, standing = CallGate(FEW_CALLS, clock=clock, sleep=time.sleep), wiring_accounts.standing(given, clock=clock)
    policies = PolicyWithinReach(policies=DynamoPolicyInForce(table, parse=parse), standing=standing)
    return AccessApi(
        records=DynamoRecords(table),
        index=DynamoSubjectIndex(table),
        **_live(given, table=table, gate=gate),
        progress=DynamoProgress(table),
        archive=DynamoPolicyArchive(table),
        policies=policies,
        existing=existing_names(given, table=table, policies=policies, gate=gate, clock=clock),
        company=DynamoCompany(table),
        ledger=DynamoLedger(table),
        grants=DynamoGrants(table),
        **_of_hr(table),
        changes=DynamoChanges(table),
        work=DynamoDueWork(table),
        **_accepting(given, table=table, clock=clock),
        overview=overview(given, table=table),
        quotas=DynamoTurn(table),
        budgets=budgets_in(given.budgets),
        clock=clock,
        entropy=lambda: os.urandom(10),
    )


def _of_hr(table: DynamoTable) -> dict[str, Any]:
    """For HR systems: the versions of their configuration, and what they have delivered."""
    return {"hr_versions": DynamoRecordedHrVersions(table), "deliveries": DynamoHrDeliveries(table)}


def _accepting(given: AccessApiSettings, *, table: DynamoTable, clock: Callable[[], datetime]) -> dict[str, Any]:
    """For what callers ask for, with the keys of their requests, for what is handed on, plans and notifications."""
    queue = SqsInbox(client("sqs"), queue_url=given.inbox_url)
    accepting = AcceptingInbox(queue=queue, acceptances=DynamoAcceptances(table), clock=clock)
    planning = {
        "plans": DynamoCompanyPlans(table),
        "plan_queue": SqsPlanQueue(client("sqs"), queue_url=given.plans_url),
    }
    tests = SqsNotificationTests(client("sqs"), queue_url=given.notifications_url)
    notifying = {"outbox": DynamoOutboxView(table), "notification_tests": tests}
    return {"inbox": accepting, "redelivery": queue, "keys": DynamoRequestKeys(table), **planning, **notifying}


def _live(given: AccessApiSettings, *, table: DynamoTable, gate: CallGate) -> dict[str, Any]:
    """For what is there in AWS: read now, and as the inventory has read it."""
    # Most requests are answered from the table.
    sso_admin: Any = Later("sso-admin")
    identitystore: Any = Later("identitystore")
    live = AwsLiveAccess(
        sso_admin,
        identitystore,
        instance_arn=given.instance_arn,
        identity_store_id=given.identity_store_id,
        wait=gate.wait,
    )
    return {"live": live, "inventory": DynamoInventoryView(table), "fence": fence.fence(given, table=table)}


# A single list can be long, and the answer has to be there before API Gateway gives up, after 29 seconds. Of these a
# preview needs 18 for planning.
_LONGEST_TURN = timedelta(seconds=20)
LONGEST_IN_A_PREVIEW = timedelta(seconds=7)


def existing_names(
    given: AccessApiSettings,
    *,
    table: DynamoTable,
    policies: PolicyInForce,
    gate: CallGate,
    clock: Callable[[], datetime],
) -> ExistingNames:
    """Its calls pass the gate, and none does after some seconds."""
    sso_admin: Any = Later("sso-admin", guard=gate.guard)
    identitystore: Any = Later("identitystore", guard=gate.guard)
    places = {"instance_arn": given.instance_arn, "identity_store_id": given.identity_store_id}

    def turn(*, longest: timedelta) -> AbstractContextManager[None]:
        return gate.until(clock() + longest)

    return ExistingNames(
        directory=IdentityStoreNames(identitystore, identity_store_id=given.identity_store_id),
        permission_sets=SsoNamedSets(sso_admin, instance_arn=given.instance_arn),
        preview_turn=partial(turn, longest=LONGEST_IN_A_PREVIEW),
        access=ExistingAccess(
            contents=SsoSetContents(sso_admin, instance_arn=given.instance_arn),
            use=AwsExistingUse(sso_admin, identitystore, **places, turn=partial(turn, longest=_LONGEST_TURN)),
            # The clients pass the gate themselves.
            live=AwsLiveAccess(sso_admin, identitystore, **places, wait=lambda _service, _api: None),
            desired=DesiredAccess(
                policies=policies, records=DynamoRecords(table), index=DynamoSubjectIndex(table), clock=clock
            ),
            inventory=KeptInventory(DynamoInventoryView(table)),
        ),
    )


# The template's value for an empty parameter: an empty variable counts as missing.
_NONE = "none"


def overview(given: AccessApiSettings, *, table: DynamoTable) -> Overview:
    """Its past, what was given up, and how it is."""
    letters, cloudwatch = letter_queues_in(given.dead_letters), Later("cloudwatch")
    urls = {**queues_in(given.queues), **{f"{queue} dead letters": url for queue, url in letters.items()}}
    organizations: Any = Later("organizations")
    sso_admin: Any = Later("sso-admin")
    identitystore: Any = Later("identitystore")
    return Overview(
        history=DynamoHistory(table),
        audit_log=DynamoAuditLog(table),
        dead_letters=SqsDeadLetterQueues(client("sqs"), urls=letters),
        backlog=SqsInboxBacklog(client("sqs"), cloudwatch, queue_url=given.inbox_url),
        waiting={name: SqsInboxBacklog(client("sqs"), cloudwatch, queue_url=url) for name, url in urls.items()},
        stuck=DynamoStuckSubjects(table),
        surroundings=CheckSettings(
            instance=SsoInstanceSight(sso_admin),
            key=IdentityCenterKeySight(sso_admin, identitystore),
            organization=OrganizationsSight(organizations),
            trails=CloudTrailSight(Later("cloudtrail")),
            quotas=ServiceQuotaSight(Later("service-quotas")),
            concurrency=LambdaConcurrencySight(Later("lambda")),
            roles=IamRoleSight(Later("iam")),
            table=DynamoTableSight(client("dynamodb")),
        ),
        given=_given(given),
        pause=time.sleep,
    )


def _given(given: AccessApiSettings) -> GivenSettings:
    return GivenSettings(
        instance_arn=given.instance_arn,
        identity_store_id=given.identity_store_id,
        account_id=given.account_id,
        identity_center_key="" if given.identity_center_key == _NONE else given.identity_center_key,
        administered_from=given.administered_from,
        management_account_access=given.management_account_access == "true",
        organization_id="" if given.organization_id == _NONE else given.organization_id,
        ends_sessions=any(given.ended_sessions_policies.split(",")),
        inbox_concurrency=int(given.inbox_concurrency),
        table_name=given.table_name,
        stack_name=given.stack_name,
        budgets=budgets_in(given.budgets),
        sole_administrator=given.sole_administrator == "yes",
        inventory_interval=timedelta(hours=int(given.inventory_interval_hours)),
        person_retention=timedelta(days=int(given.person_retention_days)),
    )
