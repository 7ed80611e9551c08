"""Context of the HTTP API: the ports behind its answers, previews and requests."""

from dataclasses import dataclass

from dayone.executor.existing import ExistingNames
from dayone.executor.rate_limits import Budgets
from dayone.ops.health import Overview
from dayone.ports.company_plans import CompanyPlans, PlanQueue
from dayone.ports.hr import HrDeliveries, RecordedHrVersions
from dayone.ports.idempotency import RequestKeys
from dayone.ports.identity_center import LiveAccess
from dayone.ports.inventory import InventoryView
from dayone.ports.messaging import NotificationTests, OutboxView
from dayone.ports.operations import Clock, LearnedQuotas, RandomBytes
from dayone.ports.records import Progress, Records, SubjectIndex
from dayone.ports.recovery import Fence
from dayone.ports.store import Changes, Company, DueWork, Grants, Inbox, Ledger, PolicyArchive, PolicyInForce


@dataclass(kw_only=True)
class AccessApi:
    """Ports of the API; `clock` returns the time in UTC, `entropy` at least ten random bytes.

    Messages on `inbox` count as requested by the caller; `redelivery` is for messages that were on the inbox before.

    Only routes use it whole: each use case declares a protocol of its own for its part. Not frozen, because the members
    of a protocol can be set.
    """

    records: Records
    index: SubjectIndex
    live: LiveAccess
    inventory: InventoryView
    fence: Fence
    progress: Progress
    archive: PolicyArchive
    policies: PolicyInForce
    company: Company
    ledger: Ledger
    grants: Grants
    plans: CompanyPlans
    plan_queue: PlanQueue
    hr_versions: RecordedHrVersions
    deliveries: HrDeliveries
    existing: ExistingNames
    changes: Changes
    work: DueWork
    inbox: Inbox
    redelivery: Inbox
    keys: RequestKeys
    overview: Overview
    outbox: OutboxView
    notification_tests: NotificationTests
    quotas: LearnedQuotas
    budgets: Budgets
    clock: Clock
    entropy: RandomBytes
