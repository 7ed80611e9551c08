"""What the HTTP API does for its callers: answer what is and why, and what would be, and take a policy."""

from dataclasses import dataclass

from dayone.domain.rate_limits import Budgets
from dayone.ports.clock import Clock, RandomBytes
from dayone.ports.company import Company
from dayone.ports.grants import Grants
from dayone.ports.guardrails import Ledger
from dayone.ports.hr import RecordedHrVersions
from dayone.ports.live_access import LiveAccess
from dayone.ports.progress import Progress
from dayone.ports.records import KnownSubjects, Records
from dayone.ports.request_keys import RequestKeys
from dayone.ports.state import Changes, DueWork, Inbox, PolicyArchive, PolicyInForce
from dayone.usecases.existing_names import ExistingNames
from dayone.usecases.overview import Overview


@dataclass(kw_only=True)
class AccessApi:
    """What the API needs; `clock` gives the time in UTC, `entropy` at least ten random bytes.

    What is put on `inbox` counts as asked for by its caller; on `redelivery` goes what was on the inbox before.

    Only routes know it whole: each use case says in a protocol of its own which part it takes. Not frozen, because the
    members of a protocol can be set.
    """

    records: Records
    known: KnownSubjects
    live: LiveAccess
    progress: Progress
    archive: PolicyArchive
    policies: PolicyInForce
    company: Company
    ledger: Ledger
    grants: Grants
    hr_versions: RecordedHrVersions
    existing: ExistingNames
    changes: Changes
    work: DueWork
    inbox: Inbox
    redelivery: Inbox
    keys: RequestKeys
    overview: Overview
    budgets: Budgets
    clock: Clock
    entropy: RandomBytes
