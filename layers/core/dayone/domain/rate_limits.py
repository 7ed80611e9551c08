"""The quotas that the executor may use, and the pace and windows that keep it within them."""

from collections import deque
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from dayone.domain.operations import MAIL, SERVICE_CONTROL_POLICIES, SSO_ADMIN


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


_MICRO = timedelta(microseconds=1)
_LEAST_SHARE = 0.05
# Of the budget, given back in each second without a throttle.
_RECOVERY = 0.02


class Pace:
    """One rate of calls: no second, whenever it begins, holds more calls than the rate (rounded up).

    Calls may follow each other at once as long as that holds, because what has just ended makes room for several at a
    time. `rate` is calls per second.
    """

    def __init__(self, rate: float, *, now: datetime) -> None:
        self._rate = rate
        self._share = 1.0
        self._judged_at = now
        self._not_before = now
        # Whoever was here before, such as a run that was cut short, may have called as often as is allowed.
        allowed, span = self._allowance()
        self._turns = deque((now - span + span * (number + 1) / allowed for number in range(allowed)), maxlen=allowed)

    def free_at(self, now: datetime) -> datetime:
        """When the next call may be made, `now` at the earliest."""
        allowed, span = self._allowance()
        room = now if len(self._turns) < allowed else self._turns[-allowed] + span
        return max(now, room, self._not_before)

    def spare_at(self, now: datetime) -> datetime:
        """When a call may be made that leaves half of the rate to others, `now` at the earliest."""
        allowed, span = self._allowance()
        half = max(1, allowed // 2)
        return max(self.free_at(now), self._turns[-half] + span if len(self._turns) >= half else now)

    def take(self, now: datetime) -> datetime:
        """Use the next turn up, and tell when it is."""
        self._recover(now)
        turn = self.free_at(now)
        self._turns.append(turn)
        return turn

    def give_back(self, turn: datetime) -> None:
        """Nothing was called at this turn."""
        if turn in self._turns:
            self._turns.remove(turn)

    def throttled(self, now: datetime, *, retry_after: float | None = None) -> None:
        """AWS throttled below the budget, so others use the same quota: half as fast, and not before it says.

        `retry_after` is in seconds.
        """
        self._recover(now)
        self._share = max(_LEAST_SHARE, self._share / 2)
        self._not_before = max(self._not_before, now + timedelta(seconds=max(1 / self.rate, retry_after or 0)))

    @property
    def rate(self) -> float:
        """Calls per second at the moment."""
        return self._rate * self._share

    def _allowance(self) -> tuple[int, timedelta]:
        """So many calls in so long a time, which is a second at least: shorter ones would meet within a second."""
        allowed = ceil(self.rate)
        return allowed, ceil(1_000_000 * allowed / self.rate) * _MICRO

    def _recover(self, now: datetime) -> None:
        without = (now - self._judged_at).total_seconds()
        self._share = min(1.0, self._share + max(0.0, without) * _RECOVERY)
        self._judged_at = now


class Window:
    """How many requests AWS may work on at once. `limit` is their number."""

    def __init__(self, limit: int, *, now: datetime) -> None:
        self._limit = limit
        self._now_at_most = limit
        self._judged_at = now
        self._held_until: list[datetime] = []

    def has_room(self, taken: int, *, now: datetime) -> bool:
        """Whether one more fits beside the `taken` ones and those that may be under way unseen."""
        self._recover(now)
        self._held_until = [one for one in self._held_until if one > now]
        return taken + len(self._held_until) < self._now_at_most

    def hold(self, *, until: datetime) -> None:
        """Keep a place free for a request whose answer was lost: AWS may be working on it."""
        self._held_until.append(until)

    def next_room(self) -> datetime | None:
        """When a place that is kept free comes back, or None when there is none."""
        return min(self._held_until, default=None)

    def crowded(self, taken: int, *, now: datetime) -> None:
        """AWS said that there are too many, so others use the same quota: no more than there are."""
        self._recover(now)
        self._now_at_most = max(1, min(self._now_at_most - 1, taken))

    def _recover(self, now: datetime) -> None:
        whole = int((now - self._judged_at) / _PATIENCE)
        if whole > 0:
            self._now_at_most = min(self._limit, self._now_at_most + whole)
            self._judged_at += whole * _PATIENCE


# After so long without a refusal, one place more is tried again.
_PATIENCE = timedelta(seconds=10)
