"""The quotas that the executor may use, how far it goes in them, and the pace and windows that keep it there."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from math import ceil

from dayone.model.operations import IDENTITY_STORE, MAIL, SERVICE_CONTROL_POLICIES, SSO_ADMIN
from dayone.model.subjects import ResourceKind
from dayone.ports.operations import Learned, Lowered


@dataclass(frozen=True, kw_only=True)
class Budgets:
    """Limits of calls and requests to AWS.

    The defaults are the starting points of the first four. From there each goes up to AWS's quota, less the part that
    stays free for others as long as `is_shared` (`Allowances`). One set below its default is never exceeded.

    `sso_admin_calls` are calls a second of all sso-admin APIs together, `identity_store_calls` calls a second of each
    Identity Store API. `lost_request` is how long a request whose answer was lost may still be in progress; `patience`
    is how long an operation is retried that AWS refuses in the same way, and `blocked` how long an operation waits for
    a resource that nothing in progress will provide. `policy_writes` and `mails` are operations a second that write a
    service control policy, or send a mail.

    Source: IAM Identity Center quotas: 20 calls a second for all sso-admin APIs together, 20 for each Identity Store
    API, 15 outstanding assignment requests, 3 concurrent ProvisionPermissionSet calls, one permission-set write at a
    time in an account (which is not a setting: more is never right).
    """

    sso_admin_calls: float = 16.0
    identity_store_calls: float = 15.0
    outstanding_assignments: int = 14
    concurrent_provisionings: int = 2
    is_shared: bool = True
    lost_request: timedelta = timedelta(seconds=20)
    patience: timedelta = timedelta(hours=2)
    blocked: timedelta = timedelta(minutes=15)
    policy_writes: float = 1.0
    mails: float = 1.0

    def range_of(self, quota: str) -> tuple[float, float]:
        """Return the initial budget of a quota, and its maximum.

        A quota is one of `operations.quota_of`, in calls a second, or a kind of resource that AWS works on, in requests
        at a time. A setting above the published quota means that AWS has raised it.
        """
        if quota in _FIXED:
            fixed: float = getattr(self, _FIXED[quota])
            return fixed, fixed
        setting, published = _PUBLISHED.get(quota, ("identity_store_calls", 20))
        given, usual = getattr(self, setting), getattr(Budgets, setting)
        most = given if given < usual else max(given, published) - self.is_shared
        return min(given, most), most


# Quotas with a budget that stays as it is set, by the setting; then those with one that goes up to what AWS publishes.
_FIXED = {SERVICE_CONTROL_POLICIES: "policy_writes", MAIL: "mails"}
_PUBLISHED = {
    SSO_ADMIN: ("sso_admin_calls", 20),
    ResourceKind.ASSIGNMENT: ("outstanding_assignments", 15),
    ResourceKind.PROVISIONING: ("concurrent_provisionings", 3),
}

# After so long without a refusal a budget goes up by one, and by one more after each further step.
_QUIET, _STEP = timedelta(minutes=2), timedelta(minutes=1)
# What is left of it after a refusal; never less than a part of where it begins.
_LEFT, _LEAST_LEFT = 0.8, 0.1
# Refusals of calls made before the first refusal carry no new information.
_AT_ONCE = timedelta(seconds=1)


@dataclass
class Allowances:
    """Current size of each budget: lowered at once on a refusal, and raised only after minutes without one.

    Other users of AWS's quotas are noticed only by AWS's refusals. All of a process share one instance.
    """

    budgets: Budgets
    learned: Learned | None = None

    def of(self, quota: str, now: datetime) -> float:
        """Return calls a second, or requests at a time; the least and the most are those of `Budgets.range_of`."""
        start, most = self.budgets.range_of(quota)
        if self.learned is None:
            return start
        began = self.learned.lowered.get(quota)
        limit, since = (began.limit, began.at) if began else (start, self.learned.since)
        return min(most, limit + max(0, (now - since - _QUIET) // _STEP + 1))

    def at(self, now: datetime) -> Budgets:
        """Return the budgets of this moment: of the Identity Store's APIs, that of the one that may least."""
        lowered = self.learned.lowered if self.learned else {}
        apis = [quota for quota in lowered if quota.startswith(IDENTITY_STORE)]
        return replace(
            self.budgets,
            sso_admin_calls=self.of(SSO_ADMIN, now),
            identity_store_calls=min(self.of(api, now) for api in (IDENTITY_STORE, *apis)),
            outstanding_assignments=max(1, int(self.of(ResourceKind.ASSIGNMENT, now))),
            concurrent_provisionings=max(1, int(self.of(ResourceKind.PROVISIONING, now))),
        )

    def refused(self, quota: str, *, now: datetime, at: float | None = None) -> None:
        """AWS has refused to do more, `at` being what it does for us: others use the same quota."""
        learned = self.learned or Learned(since=now)
        before = learned.lowered.get(quota)
        if before is not None and now - before.at < _AT_ONCE:
            return
        start, _ = self.budgets.range_of(quota)
        limit = self.of(quota, now)
        left = max(start * _LEAST_LEFT, _LEFT * (limit if at is None else min(limit, at)))
        # A budget back at its maximum needs no record.
        low = {
            name: was for name, was in learned.lowered.items() if self.of(name, now) < self.budgets.range_of(name)[1]
        }
        self.learned = replace(learned, lowered={**low, quota: Lowered(left, now)})


# How long it counts that the executor has work, or has none.
_COUNTS_FOR = timedelta(seconds=2)


@dataclass
class SpareAllowances(Allowances):
    """Budgets of work that can wait: some calls a second, and few while `is_busy` says that the executor has work."""

    busy: float = 1.0
    is_busy: Callable[[], bool] = lambda: False
    _last: tuple[bool, datetime] | None = None

    @classmethod
    def of_rates(cls, *, spare: float, busy: float, is_busy: Callable[[], bool]) -> "SpareAllowances":
        """Return allowances of so many calls a second of each kind of quota."""
        budgets = Budgets(sso_admin_calls=spare, identity_store_calls=spare)
        return cls(budgets=budgets, busy=busy, is_busy=is_busy)

    def of(self, quota: str, now: datetime) -> float:
        """Return calls a second."""
        if self._last is None or now - self._last[1] >= _COUNTS_FOR:
            self._last = (self.is_busy(), now)
        return self.busy if self._last[0] else super().of(quota, now)


_MICRO = timedelta(microseconds=1)
_LEAST_SHARE = 0.05
# Of the budget, given back in each second without a throttle.
_RECOVERY = 0.02


class CallRate:
    """Rate limiter for calls: no second, whenever it begins, holds more calls than the rate (rounded up).

    Calls may follow each other at once within that limit, because one finished operation can make room for several.
    `rate` returns the calls per second at a given time, at most `most`.
    """

    def __init__(self, rate: Callable[[datetime], float], *, most: float, now: datetime) -> None:
        self._rate = rate
        self._share = 1.0
        self._judged_at = now
        self._not_before = now
        # Whoever was here before, such as a run that was cut short, may have called as often as is allowed.
        allowed, span = self._allowance(now)
        before = (now - span + span * (number + 1) / allowed for number in range(allowed))
        self._turns = deque(before, maxlen=ceil(most))

    def free_at(self, now: datetime) -> datetime:
        """Return the time of the next possible call, `now` at the earliest."""
        allowed, span = self._allowance(now)
        room = now if len(self._turns) < allowed else self._turns[-allowed] + span
        return max(now, room, self._not_before)

    def spare_at(self, now: datetime) -> datetime:
        """Return the time of a call that leaves half of the rate to others, `now` at the earliest."""
        allowed, span = self._allowance(now)
        half = max(1, allowed // 2)
        return max(self.free_at(now), self._turns[-half] + span if len(self._turns) >= half else now)

    def take(self, now: datetime) -> datetime:
        """Take the next slot, and return its time."""
        self._recover(now)
        turn = self.free_at(now)
        self._turns.append(turn)
        return turn

    def give_back(self, turn: datetime) -> None:
        """Nothing was called at this turn."""
        if turn in self._turns:
            self._turns.remove(turn)

    def throttled(self, now: datetime, *, retry_after: float | None = None) -> None:
        """Halve the rate after a throttle below the budget, and wait as AWS asks, because others use the same quota.

        `retry_after` is in seconds.
        """
        self._recover(now)
        self._share = max(_LEAST_SHARE, self._share / 2)
        allowed, span = self._allowance(now)
        self._not_before = max(self._not_before, now + max(span / allowed, timedelta(seconds=retry_after or 0)))

    def _allowance(self, now: datetime) -> tuple[int, timedelta]:
        """So many calls in so long a time, which is a second at least: shorter ones would meet within a second."""
        rate = self._rate(now) * self._share
        allowed = ceil(rate)
        return allowed, ceil(1_000_000 * allowed / rate) * _MICRO

    def _recover(self, now: datetime) -> None:
        without = (now - self._judged_at).total_seconds()
        self._share = min(1.0, self._share + max(0.0, without) * _RECOVERY)
        self._judged_at = now


class InFlightLimit:
    """Limit of requests that AWS works on at once: `limit` at any moment, and at least one."""

    def __init__(self, limit: Callable[[datetime], float]) -> None:
        self._limit = limit
        self._held_until: list[datetime] = []

    def has_room(self, taken: int, *, now: datetime) -> bool:
        """Return whether one more fits beside the `taken` ones and those that may be in progress unseen."""
        self._held_until = [moment for moment in self._held_until if moment > now]
        return taken + len(self._held_until) < max(1, int(self._limit(now)))

    def hold(self, *, until: datetime) -> None:
        """Keep a place free for a request whose answer was lost: AWS may be working on it."""
        self._held_until.append(until)

    def next_room(self) -> datetime | None:
        """Return the time at which a reserved place becomes free, or None when there is none."""
        return min(self._held_until, default=None)
