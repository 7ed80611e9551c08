"""Puts the HTTP API together."""

import os
import time
from collections.abc import Callable
from datetime import datetime
from typing import Any

from dayone.adapters.aws.clients import Later, client
from dayone.adapters.aws.rate_limiter import CallGate
from dayone.adapters.dynamodb.changes import DynamoChanges, DynamoProgress
from dayone.adapters.dynamodb.guardrails import DynamoGrants
from dayone.adapters.dynamodb.hr import DynamoRecordedHrVersions
from dayone.adapters.dynamodb.idempotency import AcceptingInbox, DynamoAcceptances, DynamoRequestKeys
from dayone.adapters.dynamodb.leases import DynamoDueWork, DynamoTurn
from dayone.adapters.dynamodb.ledger import DynamoLedger
from dayone.adapters.dynamodb.policies import DynamoPolicyArchive, DynamoPolicyInForce
from dayone.adapters.dynamodb.read_models import DynamoCompany, DynamoRecords, DynamoSubjectIndex
from dayone.adapters.dynamodb.table import DynamoTable
from dayone.adapters.identity_center.live_access import AwsLiveAccess
from dayone.adapters.sqs import SqsInbox
from dayone.api.context import AccessApi
from dayone.executor.rate_limits import Allowances, Budgets
from dayone.model.policy.rules import Policy, PolicyVersion
from dayone.policy.reachable import PolicyWithinReach
from dayone.settings import AccessApiSettings, budgets_in
from dayone.wiring import accounts as wiring_accounts
from dayone.wiring import existing as wiring_existing
from dayone.wiring import overview as wiring_overview

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
        live=_live_access(given, gate=gate),
        progress=DynamoProgress(table),
        archive=DynamoPolicyArchive(table),
        policies=policies,
        existing=wiring_existing.existing_names(given, table=table, policies=policies, gate=gate, clock=clock),
        company=DynamoCompany(table),
        ledger=DynamoLedger(table),
        grants=DynamoGrants(table),
        hr_versions=DynamoRecordedHrVersions(table),
        changes=DynamoChanges(table),
        work=DynamoDueWork(table),
        **_inboxes(given, table=table, clock=clock),
        keys=DynamoRequestKeys(table),
        overview=wiring_overview.overview(given, table=table),
        quotas=DynamoTurn(table),
        budgets=budgets_in(given.budgets),
        clock=clock,
        entropy=lambda: os.urandom(10),
    )


def _inboxes(given: AccessApiSettings, *, table: DynamoTable, clock: Callable[[], datetime]) -> dict[str, Any]:
    """For what callers ask for, and for what is only handed on."""
    queue = SqsInbox(client("sqs"), queue_url=given.inbox_url)
    accepting = AcceptingInbox(queue=queue, acceptances=DynamoAcceptances(table), clock=clock)
    return {"inbox": accepting, "redelivery": queue}


def _live_access(given: AccessApiSettings, *, gate: CallGate) -> AwsLiveAccess:
    # Most requests are answered from the table.
    sso_admin: Any = Later("sso-admin")
    identitystore: Any = Later("identitystore")
    return AwsLiveAccess(
        sso_admin,
        identitystore,
        instance_arn=given.instance_arn,
        identity_store_id=given.identity_store_id,
        wait=gate.wait,
    )
