"""Puts together what has to do with people's life here: ending sessions, welcomes, alarms for what comes due."""

from dataclasses import replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from dayone.adapters.dynamodb.read_models import DynamoRecords
    from dayone.adapters.dynamodb.table import DynamoTable
    from dayone.adapters.messaging import EventBridgeSchedules
    from dayone.adapters.organizations.session_policies import OrganizationsSessionPolicies
    from dayone.adapters.sqs import SqsInbox
    from dayone.executor.onboarding import Reception
    from dayone.inventory.repairs import RepairPorts
    from dayone.model.policy.context import PolicyVersion
    from dayone.model.policy.rules import Policy
    from dayone.reconcile.sweep import SessionsPorts
    from dayone.settings import ExecuteOperationsSettings, PlanChangesSettings, ReconcileAccessSettings
    from dayone.setup.session_policy import OwnSessionPolicy


def policy_parser(ended_sessions_policies: str) -> "Callable[[PolicyVersion], Policy]":
    """Return the parser of stored policies, which also notes whether this deployment has policies to end sessions."""

    def parsed(kept: "PolicyVersion") -> "Policy":
        from dayone.model.policy.origins import files_in
        from dayone.policy.language.parser import read_policy

        policy = read_policy(files_in(kept), version=kept.version)
        can = bool(_listed(ended_sessions_policies))
        return replace(policy, people=replace(policy.people, can_end_sessions=can))

    return parsed


def sessions(given: "ExecuteOperationsSettings") -> "OrganizationsSessionPolicies | None":
    """For ending live sessions; None where no policy was deployed for that."""
    from dayone.adapters.aws.clients import Later
    from dayone.adapters.organizations.session_policies import OrganizationsSessionPolicies

    organizations: Any = Later("organizations")
    policy_ids = _listed(given.ended_sessions_policies)
    return OrganizationsSessionPolicies(organizations, policy_ids=policy_ids) if policy_ids else None


def sessions_ports(given: "ReconcileAccessSettings", *, table: "DynamoTable") -> "SessionsPorts | None":
    """For seeing whose sessions the policies end; None where no policy was deployed for that."""
    from dayone.adapters.aws.clients import Later
    from dayone.adapters.dynamodb.leases import DynamoRevokedSessions
    from dayone.adapters.organizations.session_policies import OrganizationsDeniedUsers
    from dayone.reconcile.sweep import SessionsPorts

    policy_ids = _listed(given.ended_sessions_policies)
    organizations: Any = Later("organizations")
    denied = OrganizationsDeniedUsers(organizations, policy_ids=policy_ids)
    return SessionsPorts(revoked=DynamoRevokedSessions(table), denied=denied) if policy_ids else None


def repair_ports(
    given: "ReconcileAccessSettings", *, table: "DynamoTable", records: "DynamoRecords", inbox: "SqsInbox"
) -> "RepairPorts":
    """For repairing what others have changed; the policy is read once there is something to decide about."""
    from dayone.adapters.dynamodb.policies import DynamoPolicyInForce
    from dayone.adapters.inventory import DynamoRepairs
    from dayone.inventory.repairs import RepairPorts

    policies = DynamoPolicyInForce(table, parse=policy_parser(given.ended_sessions_policies))
    return RepairPorts(repairs=DynamoRepairs(table), policies=policies, records=records, inbox=inbox)


def session_policy_owner(*, clock: "Callable[[], datetime]", sleep: "Callable[[float], None]") -> "OwnSessionPolicy":
    """For making the policy, where the stack has one of its own."""
    from dayone.adapters.aws.clients import client
    from dayone.adapters.cloudformation import PresignedStackAnswers
    from dayone.adapters.organizations.session_policies import OrganizationsSessionPolicyStore
    from dayone.setup.session_policy import OwnSessionPolicy

    store = OrganizationsSessionPolicyStore(client("organizations"))
    return OwnSessionPolicy(store=store, answers=PresignedStackAnswers(), clock=clock, sleep=sleep)


def reception(given: "ExecuteOperationsSettings", *, table: "DynamoTable") -> "Reception":
    """Return the sender of welcome messages."""
    from dayone.adapters.aws.clients import Later, region
    from dayone.adapters.dynamodb.policies import DynamoPolicyInForce
    from dayone.adapters.dynamodb.read_models import DynamoRecords
    from dayone.adapters.messaging import EventBridgeBus, SesPost
    from dayone.executor.onboarding import Reception
    from dayone.policy.welcome_text import Portal

    events: Any = Later("events")
    return Reception(
        records=DynamoRecords(table),
        policies=DynamoPolicyInForce(table, parse=policy_parser(given.ended_sessions_policies)),
        bus=EventBridgeBus(events, bus=given.bus_name),
        post=SesPost(Later("sesv2")),
        # The functions run in the Region of Identity Center.
        portal=Portal(url=given.portal_url, region=region()),
    )


def schedules(given: "PlanChangesSettings") -> "EventBridgeSchedules":
    """For being woken when somebody comes due."""
    from dayone.adapters.aws.clients import Later
    from dayone.adapters.messaging import EventBridgeSchedules

    return EventBridgeSchedules(
        Later("scheduler"), group=given.schedule_group, target=given.schedule_target, role=given.schedule_role
    )


def _listed(ids: str) -> tuple[str, ...]:
    return tuple(name for name in ids.split(",") if name)
