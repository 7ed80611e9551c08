"""Another tool that uses the quotas of the same Identity Center, and how often AWS refuses it beside Day One."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

from dayone.errors import Conflicting, Throttled
from dayone.executor.rate_limits import Allowances
from dayone.model.subjects import ResourceKind
from dayone.ports.identity_center import AssignmentKey
from tests.simulation.model.identity_center import SimulatedIdentityCenter

_BEFORE_A_RETRY = 1.0
_WINDOWS = frozenset({ResourceKind.ASSIGNMENT, ResourceKind.PROVISIONING})


@dataclass
class SecondTool:
    """Counts the calls that it makes, and those of them that AWS refuses."""

    aws: SimulatedIdentityCenter
    calls: int = 0
    refused: int = 0

    def calls_steadily(self, quota: str, *, per_second: float) -> None:
        """Call an API as often as that for ever, whatever comes of it."""

        def work() -> None:
            while True:
                self._is_let_through(partial(self.aws.admit, quota))
                self.aws.time.sleep(1 / per_second)

        self.aws.time.start(work)

    def assigns(self, accounts: list[str], *, side_by_side: int, asks_every: float = 5.0) -> None:
        """Give and take an assignment in accounts of its own for ever, so many at a time, as Terraform does."""
        for number in range(side_by_side):
            self.aws.time.start(partial(self._assign, accounts[number::side_by_side], asks_every))

    def _assign(self, accounts: list[str], asks_every: float) -> None:
        center = self.aws.center
        arn, group = next(iter(center.permission_sets)), next(iter(center.groups))
        sides = self.aws.sides["assignments"]
        while True:
            for account in accounts:
                key = AssignmentKey(account_id=account, permission_set_arn=arn, principal_id=group)
                self._carry_out(partial(self.aws.create_assignment, key), sides.creation, asks_every)
                self._carry_out(partial(self.aws.delete_assignment, key), sides.deletion, asks_every)

    def _carry_out(self, request: Callable[[], str], ask: Callable[[str], object], asks_every: float) -> None:
        request_id = ""

        def requested() -> None:
            nonlocal request_id
            self.aws.admit("sso-admin")
            request_id = request()

        while not self._is_let_through(requested):
            self.aws.time.sleep(_BEFORE_A_RETRY)
        while request_id in self.aws.outstanding:
            self.aws.time.sleep(asks_every)
            self._is_let_through(partial(self._ask, ask, request_id))

    def _ask(self, ask: Callable[[str], object], request_id: str) -> None:
        self.aws.admit("sso-admin")
        ask(request_id)

    def _is_let_through(self, call: Callable[[], object]) -> bool:
        self.calls += 1
        try:
            call()
        except (Throttled, Conflicting):
            self.refused += 1
            return False
        return True


@dataclass
class FixedBudgets(Allowances):
    """As before budgets found out anything: each stays where it begins.

    A window that AWS calls too full shrinks by one, tries again ten seconds later, and forgets it with the run.
    """

    windows: dict[str, tuple[float, datetime]] = field(default_factory=dict)

    def of(self, quota: str, now: datetime) -> float:
        """See Allowances."""
        start, _ = self.budgets.range_of(quota)
        lowered = self.windows.get(quota)
        if lowered is None:
            return start
        limit, at = lowered
        return min(start, limit + (now - at) // timedelta(seconds=10))

    def refused(self, quota: str, *, now: datetime, at: float | None = None) -> None:
        """See Allowances."""
        if quota in _WINDOWS and at is not None:
            self.windows[quota] = max(1, min(self.of(quota, now) - 1, at)), now
