"""Factory of the HTTP API's view of the whole deployment."""

import time
from typing import Any

from dayone.adapters.aws.clients import Later, client
from dayone.adapters.dynamodb.audit_log import DynamoAuditLog
from dayone.adapters.dynamodb.changes import DynamoHistory
from dayone.adapters.dynamodb.parked import DynamoStuckSubjects
from dayone.adapters.dynamodb.table import DynamoTable
from dayone.adapters.setup.instance import IdentityCenterKeySight, SsoInstanceSight
from dayone.adapters.setup.organization import CloudTrailSight, OrganizationsSight
from dayone.adapters.setup.quotas import IamRoleSight, LambdaConcurrencySight, ServiceQuotaSight
from dayone.adapters.setup.table import DynamoTableSight
from dayone.adapters.sqs import SqsInboxBacklog
from dayone.adapters.sqs_dead_letters import SqsDeadLetterQueues
from dayone.ops.health import Overview
from dayone.settings import AccessApiSettings, budgets_in, letter_queues_in
from dayone.setup.check import CheckSettings, GivenSettings

# The template's value for an empty parameter: an empty variable counts as missing.
_NONE = "none"


def overview(given: AccessApiSettings, *, table: DynamoTable) -> Overview:
    """Its past, what was given up, and how it is."""
    return Overview(
        history=DynamoHistory(table),
        audit_log=DynamoAuditLog(table),
        dead_letters=SqsDeadLetterQueues(client("sqs"), urls=letter_queues_in(given.dead_letters)),
        backlog=SqsInboxBacklog(client("sqs"), Later("cloudwatch"), queue_url=given.inbox_url),
        stuck=DynamoStuckSubjects(table),
        surroundings=_surroundings(),
        given=_given(given),
        pause=time.sleep,
    )


def _surroundings() -> CheckSettings:
    organizations: Any = Later("organizations")
    sso_admin: Any = Later("sso-admin")
    identitystore: Any = Later("identitystore")
    return CheckSettings(
        instance=SsoInstanceSight(sso_admin),
        key=IdentityCenterKeySight(sso_admin, identitystore),
        organization=OrganizationsSight(organizations),
        trails=CloudTrailSight(Later("cloudtrail")),
        quotas=ServiceQuotaSight(Later("service-quotas")),
        concurrency=LambdaConcurrencySight(Later("lambda")),
        roles=IamRoleSight(Later("iam")),
        table=DynamoTableSight(client("dynamodb")),
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
    )
