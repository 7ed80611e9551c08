"""A model of AWS's side: what Identity Center has, how it limits whoever calls it, and when it gets things done."""

from collections import Counter, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from dayone.errors import Conflicting, Crowded, NotFound, Throttled
from dayone.ports.identity_center import AssignmentKey, ExistingResource, Receipt, RequestState
from tests.fakes.sso.assignments import MemoryAssignments
from tests.fakes.sso.directory import MemoryDirectory
from tests.fakes.sso.existing_use import MemoryExistingUse
from tests.fakes.sso.identity_center import MemoryIdentityCenter, RequestFailed, StoredSet
from tests.fakes.sso.live_access import MemoryLiveAccess
from tests.fakes.sso.permission_sets import MemoryPermissionSets
from tests.fakes.sso.set_policies import MemorySetPolicies
from tests.simulation.model.virtual_time import Clockwork
from tests.simulation.model.weather import Weather

# In microseconds; a little less, because a third of a second is none of them.
_A_SECOND = 999_990
# Source: IAM Identity Center quotas.
CALLS_PER_SECOND = 20
OUTSTANDING_ASSIGNMENTS = 15
_CONCURRENT_PROVISIONINGS = 3

_PASSING_FAILURE = "Received a 429 status error: Rate exceeded, try again"
_NO_MEMBER = "Received a 404 status error: the account is not a member of the organization"
_FINAL_FAILURE = "Received a 404 status error: customer managed policy Deployer does not exist"


@dataclass
class Bucket:
    """A rate as AWS limits it: so many calls a second, and as many at once after a pause."""

    tokens: float = CALLS_PER_SECOND
    filled_at: float = 0.0

    def take(self, now: float, *, tokens: int = 1) -> bool:
        grown = (now - self.filled_at) * CALLS_PER_SECOND
        self.tokens, self.filled_at = min(float(CALLS_PER_SECOND), self.tokens + grown), now
        if self.tokens < tokens:
            return False
        self.tokens -= tokens
        return True


@dataclass(frozen=True)
class Outstanding:
    """A request that AWS works on; `account` is empty for a provisioning."""

    kind: str
    account: str = ""


@dataclass(frozen=True, kw_only=True)
class Effect:
    """Something that was changed in Identity Center, when (seconds), by which call, and AWS's id of that call."""

    at: float
    what: str
    request_id: str
    key: object


@dataclass
class SimulatedIdentityCenter:
    """The truth in `center`, behind AWS's quotas and delays.

    `departed` are the moments (microseconds) of the calls of the last second by quota, `outsiders` the accounts
    that have left the organisation, `ever_left` also those that are back, `told_over` the requests whose end
    somebody has been told, `lost` those of which nobody got the id. `refused` are assignments and permission sets
    (ARN) whose last request has failed for good. `roles` is in which form an account (id) has a permission set
    (ARN).
    """

    time: Clockwork
    weather: Weather
    center: MemoryIdentityCenter = field(default_factory=MemoryIdentityCenter)
    outstanding: dict[str, Outstanding] = field(default_factory=dict)
    told_over: set[str] = field(default_factory=set)
    effects: list[Effect] = field(default_factory=list)
    calls: Counter[str] = field(default_factory=Counter)
    departed: dict[str, deque[int]] = field(default_factory=dict)
    most_in_a_second: Counter[str] = field(default_factory=Counter)
    most_outstanding: Counter[str] = field(default_factory=Counter)
    conflicts: list[str] = field(default_factory=list)
    lost: set[str] = field(default_factory=set)
    refused: set[object] = field(default_factory=set)
    roles: dict[tuple[str, str], tuple[object, ...]] = field(default_factory=dict)
    watch: Callable[[], None] | None = None
    outsiders: set[str] = field(default_factory=set)
    ever_left: set[str] = field(default_factory=set)
    is_known: Callable[[str], bool] = lambda _: True
    lacking: dict[str, set[str]] = field(default_factory=dict)
    lacked: set[object] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._buckets: dict[str, Bucket] = {}
        self._new: dict[str, float] = {}
        self.sides: Mapping[str, Any] = {
            "directory": MemoryDirectory(self.center),
            "permission_sets": MemoryPermissionSets(self.center),
            "set_policies": MemorySetPolicies(self.center),
            "assignments": MemoryAssignments(self.center),
            "use": MemoryExistingUse(self.center),
            "live": MemoryLiveAccess(self.center),
        }

    # What callers run into

    def departs(self, quota: str) -> None:
        """A call is on its way: what counts against our own budgets."""
        self.calls[quota] += 1
        recent = self.departed.setdefault(quota, deque())
        now = self.time.micros
        recent.append(now)
        while recent[0] <= now - _A_SECOND:
            recent.popleft()
        self.most_in_a_second[quota] = max(self.most_in_a_second[quota], len(recent))

    def admit(self, quota: str) -> None:
        """A call has arrived: what counts against AWS's quotas."""
        bucket = self._buckets.setdefault(quota, Bucket())
        if not bucket.take(self.time.seconds):
            self.weather.struck["quota: throttled"] += 1
            raise Throttled(f"ThrottlingException: {quota}")

    def is_used_up_by_others(self, quota: str) -> None:
        """Another tool calls as fast as it can for a moment."""
        bucket = self._buckets.setdefault(quota, Bucket())
        bucket.take(self.time.seconds, tokens=0)
        bucket.tokens = min(bucket.tokens, 0.0) - CALLS_PER_SECOND * self.weather.random.random() * 3

    # What AWS works on

    def create_assignment(self, key: AssignmentKey) -> str:
        self._begin_write(key)
        self._be_settled(key.principal_id, key.permission_set_arn)
        return self._works_on(self.sides["assignments"].create(key), Outstanding("creation", key.account_id), key)

    def delete_assignment(self, key: AssignmentKey) -> str:
        self._begin_write(key)
        return self._works_on(self.sides["assignments"].delete(key), Outstanding("deletion", key.account_id), key)

    def provision(self, arn: str, *, account: str = "") -> str:
        if self._count("provisioning") >= _CONCURRENT_PROVISIONINGS:
            self.weather.struck["quota: crowded"] += 1
            raise Crowded("ServiceQuotaExceededException: too many provisionings")
        request_id = self.sides["permission_sets"].provision(arn, account=account)
        return self._works_on(request_id, Outstanding("provisioning"), arn)

    def leaves(self, account: str) -> None:
        """An account leaves the organisation: what was assigned there is gone with it."""
        self.outsiders.add(account)
        self.ever_left.add(account)
        self.center.assignments -= {key for key in self.center.assignments if key.account_id == account}
        for role in [role for role in self.center.provisioned if role[0] == account]:
            del self.center.provisioned[role]
            self.roles.pop(role, None)

    def told(self, request_id: str, state: RequestState) -> RequestState:
        """Somebody asks for a request, and hears of its end, if it has one."""
        if state.is_over:
            self.told_over.add(request_id)
        return state

    # What is not seen everywhere at once

    def made(self, receipt: Receipt) -> Receipt:
        """It is new: for a moment some calls do not find it."""
        if self.weather.climate.unsettled:
            until = self.time.seconds + self.weather.random.random() * self.weather.climate.unsettled
            for identifier in receipt.references.values():
                self._new[identifier] = until
        return receipt

    def seen(self, found: ExistingResource | None) -> ExistingResource | None:
        """Return the result of a search, which never has too new resources."""
        if found is not None and any(map(self._is_new, found.references.values())):
            self.weather.struck["consistency: not found yet"] += 1
            return None
        return found

    def add_member(self, *, group_id: str, user_id: str) -> Receipt:
        self._be_settled(group_id, user_id)
        return self.made(self.sides["directory"].add_member(group_id=group_id, user_id=user_id))

    def affects(self, what: str, *, request_id: str, key: object) -> None:
        self.effects.append(Effect(at=self.time.seconds, what=what, request_id=request_id, key=key))

    def _be_settled(self, *identifiers: str) -> None:
        for identifier in identifiers:
            if self._is_new(identifier):
                self.weather.struck["consistency: not there yet"] += 1
                raise NotFound(f"ResourceNotFoundException: {identifier} not found.")

    def _is_new(self, identifier: str) -> bool:
        until = self._new.get(identifier)
        return until is not None and self.time.seconds < until

    def _begin_write(self, key: AssignmentKey) -> None:
        if self._count("creation", "deletion") >= OUTSTANDING_ASSIGNMENTS:
            self.weather.struck["quota: crowded"] += 1
            raise Crowded("ServiceQuotaExceededException: too many outstanding requests")
        # Source: IAM Identity Center quotas: one role is updated at a time in an account.
        there = [name for name, existing in self.outstanding.items() if existing.account == key.account_id]
        if there:
            self.weather.struck["quota: conflict"] += 1
            if self.is_known(there[0]):
                self.conflicts.append(key.account_id)
            raise Conflicting("ConflictException: another assignment of this account is being written")

    def _works_on(self, request_id: str, outstanding: Outstanding, key: object) -> str:
        self.outstanding[request_id] = outstanding
        kind = "provisioning" if outstanding.kind == "provisioning" else "assignment"
        count = self._count("provisioning") if kind == "provisioning" else self._count("creation", "deletion")
        self.most_outstanding[kind] = max(self.most_outstanding[kind], count)
        self.time.at(self.weather.request_takes(), lambda: self._is_over(request_id, key))
        if self.watch:
            self.watch()
        return request_id

    def _is_over(self, request_id: str, key: object) -> None:
        outstanding = self.outstanding.pop(request_id)
        # What an earlier request has made, whose answer was lost, needs nothing that could be missing.
        is_made = outstanding.kind == "creation" and key in self.center.assignments
        failures = 0.0 if is_made else self.weather.climate.request_failures
        if self.weather.strikes("request: failed", chance=failures):
            reason = self.weather.random.choice((_PASSING_FAILURE, _PASSING_FAILURE, _FINAL_FAILURE))
            self.center.requests[request_id].perform = lambda: _fail(reason)
        if self._lacks(outstanding, key):
            self.lacked.add(key)
            self.weather.struck["request: a customer policy is missing"] += 1
            self.center.requests[request_id].perform = lambda: _fail(_FINAL_FAILURE)
        if outstanding.account in self.outsiders:
            self.center.requests[request_id].perform = lambda: _fail(_NO_MEMBER)
        self.center.work([request_id])
        failure = self.center.requests[request_id].state.failure_reason
        if failure != _PASSING_FAILURE:
            (self.refused.add if failure else self.refused.discard)(key)
        if not failure:
            self._write_roles(outstanding.kind, key)
            self.affects(outstanding.kind, request_id=request_id, key=key)
        if self.watch:
            self.watch()

    def _lacks(self, outstanding: Outstanding, key: object) -> bool:
        """Return whether a policy of the customer's that the permission set names is missing in an account."""
        stored = self.center.permission_sets.get(str(getattr(key, "permission_set_arn", key)))
        if stored is None or outstanding.kind == "deletion":
            return False
        own = {*stored.customer_policies, stored.boundary}
        there = [account for account, arn in self.center.provisioned if arn == key]
        return any(own & self.lacking.get(account, set()) for account in (*there, outstanding.account))

    def _write_roles(self, kind: str, key: object) -> None:
        """A provisioning gives every account the set as it is now, an assignment only one that had no role of it."""
        arn = getattr(key, "permission_set_arn", key)
        present = [role for role in self.center.provisioned if role[1] == arn]
        for role in present:
            if kind == "provisioning" or role not in self.roles:
                self.roles[role] = form_of(self.center.permission_sets[role[1]])
        for role in [role for role in self.roles if role not in self.center.provisioned]:
            del self.roles[role]

    def _count(self, *kinds: str) -> int:
        return sum(outstanding.kind in kinds for outstanding in self.outstanding.values())


def form_of(stored: StoredSet) -> tuple[object, ...]:
    """Return the parts of a permission set that are in an account's role of it."""
    policies = (frozenset(stored.managed_policies), frozenset(stored.customer_policies), stored.inline_policy)
    return (*policies, stored.boundary, stored.attributes.get("session_duration"))


def _fail(reason: str) -> None:
    raise RequestFailed(reason)
