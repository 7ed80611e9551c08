"""Bulk changes in virtual time: planned at once, carried out by the real executor against the modelled AWS."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from dayone.model.operations import Operation, OperationState
from dayone.model.subjects import ResourceKind
from dayone.ports.identity_center import AssignmentKey, Receipt
from tests.fakes.sso.directory import MemoryDirectory
from tests.fakes.sso.identity_center import MemoryIdentityCenter
from tests.simulation.model.identity_center import CALLS_PER_SECOND, OUTSTANDING_ASSIGNMENTS
from tests.simulation.model.weather import CLEAR, Latencies
from tests.simulation.simulation import Simulation
from tests.unit.world import World

AT_ONCE = dict.fromkeys(("table", "queue", "identitystore", "sso-admin", "other"), 0.0)
# As far as AWS's own answers go: seconds that a call takes, there and back.
OVER_THE_WIRE = {"table": 0.006, "queue": 0.012, "identitystore": 0.08, "sso-admin": 0.15, "other": 0.1}
_STEP = 5.0
_LONGEST = 40_000.0
_REST = 600.0


@dataclass
class Requests:
    """Requests that AWS received, and the seconds it worked on each, by account."""

    seconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))

    def bound(self, *, call: float = 0.0) -> float:
        """Return the least seconds that AWS's quotas allow, with a call of so many seconds before each request."""
        each = [sum(chain) for chain in self.seconds.values()]
        count = sum(map(len, self.seconds.values()))
        longest = max((sum(chain) + call * len(chain) for chain in self.seconds.values()), default=0.0)
        return max(count / CALLS_PER_SECOND, sum(each) / OUTSTANDING_ASSIGNMENTS, longest)

    def shared_bound(self, *, call: float) -> float:
        """Return the least for a client that leaves a place and a call a second to others, and uses one per call."""
        each = [sum(chain) + call * len(chain) for chain in self.seconds.values()]
        count = sum(map(len, self.seconds.values()))
        places, rate = OUTSTANDING_ASSIGNMENTS - 1, CALLS_PER_SECOND - 1
        return max(count / rate, sum(each) / places, max(each, default=0.0))


@dataclass(frozen=True, kw_only=True)
class Measured:
    """Seconds from the first wake to the last recorded end, the least possible, and sso-admin calls per assignment."""

    seconds: float
    bound: float
    shared_bound: float = 0.0
    calls: int = 0
    assignments: int = 0
    most_calls: int = 0
    most_outstanding: int = 0
    refused: int = 0

    @property
    def over_bound(self) -> float:
        """Ratio of the time to the least possible."""
        return self.seconds / self.bound

    @property
    def over_shared(self) -> float:
        """Ratio of the time to the least possible with a place and a call a second left free."""
        return self.seconds / self.shared_bound

    def __add__(self, other: "Measured") -> "Measured":
        return Measured(
            seconds=self.seconds + other.seconds,
            bound=self.bound + other.bound,
            shared_bound=self.shared_bound + other.shared_bound,
            calls=self.calls + other.calls,
            assignments=self.assignments + other.assignments,
            most_calls=max(self.most_calls, other.most_calls),
            most_outstanding=max(self.most_outstanding, other.most_outstanding),
            refused=self.refused + other.refused,
        )


class QuickDirectory(MemoryDirectory):
    """The same answers without a search through everybody, for a company in which nobody is like another."""

    def __init__(self, center: MemoryIdentityCenter) -> None:
        super().__init__(center)
        self._members: dict[tuple[str, str], str] = {}

    def add_member(self, *, group_id: str, user_id: str) -> Receipt:
        """See Directory."""
        receipt = super().add_member(group_id=group_id, user_id=user_id)
        self._members[group_id, user_id] = receipt.references["membership_id"]
        return receipt

    def find_membership(self, *, group_id: str, user_id: str) -> str | None:
        """See Directory."""
        return self._members.get((group_id, user_id))

    def _store_user(self, user_id: str, attributes: Mapping[str, str]) -> None:
        self._center.users[user_id] = dict(attributes)


class Bench:
    """An empty company, its Identity Center, and the executor; calls take `calls` seconds by service."""

    def __init__(self, seed: int, *, calls: dict[str, float]) -> None:
        self.calls, latency = calls, Latencies(calls=calls, spread=0.0)
        self.simulation = Simulation(seed, climate=CLEAR, latency=latency)
        self.aws, self.time = self.simulation.aws, self.simulation.time
        self.state = self.simulation.day_one.state
        # The benchmark does not look at every step, as the simulation does, so that time goes by faster.
        self.state.on_begin = lambda _: None
        self.state.on_end = lambda _: None
        self.world = World(now=self.time.now, state=self.state, center=self.aws.center)
        self.aws.sides = {**self.aws.sides, "directory": QuickDirectory(self.aws.center)}
        self.requests = Requests()
        self._listen()

    def rest(self) -> None:
        """Let time pass in which AWS refuses nothing, so that the budgets have come as far as they may."""
        self.time.run(seconds=_REST)

    def plan(self, *tell: Callable[[World], object]) -> None:
        """Apply these changes to the world and plan all of it, in no time."""
        self.world.now = self.time.now
        for entry in tell:
            entry(self.world)
        self.world.plan_all()
        self.simulation.day_one.engine.send("wake", group="engine")

    def every_assignment(self, accounts: Sequence[str]) -> list[AssignmentKey]:
        """Each group with each permission set in each of the accounts, next to each other those of different ones."""
        center = self.aws.center
        return [
            AssignmentKey(account_id=account, permission_set_arn=arn, principal_id=group)
            for arn in center.permission_sets
            for group in center.groups
            for account in accounts
        ]

    def approve(self) -> None:
        """Somebody approves whatever is held."""
        for change in [change.id for change in self.state.changes.values() if change.held]:
            self.world.is_decided(change, approved=True)
        self.world.plan_all()

    def carry_out(self) -> Measured:
        """Let time pass until nothing is open."""
        began, calls = self.time.seconds, self.aws.calls["sso-admin"]
        self.requests.seconds.clear()
        self.simulation.day_one.engine.send("wake", group="engine")
        while self.state.begun or any(self.state.waiting.values()):
            self.time.run(seconds=_STEP)
            assert self.time.seconds - began < _LONGEST, "it does not come to an end"
        since = self._moment(began)
        done = [
            operation
            for operation in self.state.operations.values()
            if operation.finished_at and operation.finished_at > since
        ]
        assert all(operation.state is OperationState.SUCCEEDED for operation in done), "something has failed"
        ended = max(operation.finished_at or since for operation in done)
        return Measured(
            seconds=(ended - since).total_seconds(),
            bound=max(_bound_of_directory(done), self.requests.bound()),
            shared_bound=max(_bound_of_directory(done), self.requests.shared_bound(call=self.calls["sso-admin"])),
            calls=self.aws.calls["sso-admin"] - calls,
            assignments=sum(operation.resource.kind is ResourceKind.ASSIGNMENT for operation in done),
            most_calls=self.aws.most_in_a_second["sso-admin"],
            most_outstanding=self.aws.most_outstanding["assignment"],
            refused=sum(count for what, count in self.simulation.weather.struck.items() if what.startswith("quota")),
        )

    def _moment(self, seconds: float) -> datetime:
        return datetime.fromtimestamp(self.time.now.timestamp() - self.time.seconds + seconds, self.time.now.tzinfo)

    def _listen(self) -> None:
        weather, draw = self.simulation.weather, self.simulation.weather.request_takes

        def drawn() -> float:
            seconds = draw()
            # AWS has just taken the request, the newest of its assignments in progress.
            account = list(self.aws.outstanding.values())[-1].account
            if account:
                self.requests.seconds[account].append(seconds)
            return seconds

        weather.request_takes = drawn  # type: ignore[method-assign]


def _bound_of_directory(done: Iterable[Operation]) -> float:
    counts: dict[str, int] = defaultdict(int)
    for operation in done:
        if operation.resource.kind in (ResourceKind.USER, ResourceKind.MEMBERSHIP):
            counts[operation.kind] += 1
    return max(counts.values(), default=0) / CALLS_PER_SECOND
