"""How much of AWS's quotas Day One may use."""

from dataclasses import dataclass
from datetime import timedelta

from dayone.domain.lanes import MAIL, SERVICE_CONTROL_POLICIES, SSO_ADMIN


@dataclass(frozen=True, kw_only=True)
class Budgets:
    """What may be asked of AWS.

    The defaults leave a request, a provisioning and a fifth or more of each rate to others, and the executor makes room
    when it notices that they need more.

    `sso_admin_calls` are calls a second of all sso-admin APIs together, `identity_store_calls` calls a second of each
    Identity Store API. `lost_request` is how long a request whose answer was lost may still be under way; `patience`
    is how long an operation is tried again that AWS refuses in the same way, and `blocked` how long one waits for what
    nothing under way will bring about. `policy_writes` and `mails` are operations a
    second that write a service control policy, or send a mail.

    Source: IAM Identity Center quotas: 20 calls a second for all sso-admin APIs together, 20 for each Identity Store
    API, 15 outstanding assignment requests, 3 concurrent ProvisionPermissionSet calls, one permission-set write at a
    time in an account (which is not a setting: more is never right).
    """

    sso_admin_calls: float = 16.0
    identity_store_calls: float = 15.0
    outstanding_assignments: int = 14
    concurrent_provisionings: int = 2
    lost_request: timedelta = timedelta(seconds=20)
    patience: timedelta = timedelta(hours=2)
    blocked: timedelta = timedelta(minutes=15)
    policy_writes: float = 1.0
    mails: float = 1.0

    def rate_of(self, quota: str) -> float:
        """Calls a second under a quota of `domain.lanes`."""
        by_service = {
            SSO_ADMIN: self.sso_admin_calls,
            SERVICE_CONTROL_POLICIES: self.policy_writes,
            MAIL: self.mails,
        }
        return by_service.get(quota, self.identity_store_calls)
