"""One simulated world: drawn from a seed, run through its troubles, and left to settle."""

from collections import Counter
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from typing import TYPE_CHECKING

from dayone.executor.rate_limits import Budgets
from dayone.model.accounts import Account, AccountState
from dayone.model.operations import OPEN_STATES, OperationState
from tests.simulation.checks.bookkeeping import about_to_be_woken, waits_for_others
from tests.simulation.checks.invariants import check_at_rest
from tests.simulation.checks.lateness import Lateness
from tests.simulation.checks.violations import Violation, Violations
from tests.simulation.checks.watching import Watcher
from tests.simulation.features import Company, Feature, draw_company
from tests.simulation.further import (
    absences,
    crowd,
    organisation,
    other_hr,
    own_decisions,
    own_policies,
    wrong_deliveries,
    wrong_policies,
)
from tests.simulation.model.day_one import DayOne
from tests.simulation.model.hr_system import clock_of_signatures
from tests.simulation.model.identity_center import SimulatedIdentityCenter
from tests.simulation.model.portions import small_portions
from tests.simulation.model.processes import Trace
from tests.simulation.model.virtual_time import Clockwork
from tests.simulation.model.weather import Climate, Latencies, Weather
from tests.simulation.outside import Outside
from tests.simulation.past import make_a_past
from tests.simulation.scenario import LENGTH, Scenario, draw_budgets, draw_climate, draw_start

if TYPE_CHECKING:
    from dayone.ports.identity_center import AssignmentKey
    from tests.fakes.sso.identity_center import StoredSet

_HARMLESS = (
    "throttled",
    "conflict",
    "crowded",
    "used by others",
    "handed on again",
    "request: failed",
    "policy is missing",
    "event: late",
    "event: lost",
    "event: doubled",
)
_FURTHER = (
    other_hr,
    wrong_policies,
    organisation,
    own_policies,
    crowd,
    wrong_deliveries,
    own_decisions,
    absences,
)
_STEP = 20.0
_QUIET_FOR = 3
_LONGEST_SETTLING = timedelta(hours=3).total_seconds()


@dataclass(frozen=True)
class Outcome:
    """Result of a seed: faults by kind, calls made, and violations."""

    seed: int
    faults: Counter[str]
    calls: int
    operations: int
    seconds: float
    violations: list[Violation] = field(default_factory=list)


class Simulation:
    """A world with all of Day One in it.

    Without `climate` it is drawn, as budgets, the company and the events are. For a world of one's own, with nothing
    going wrong and the budgets of the product, give `CLEAR`, tell `outside` what happens, and call `settle`.
    """

    def __init__(
        self,
        seed: int,
        *,
        climate: Climate | None = None,
        latency: Latencies | None = None,
        budgets: Budgets | None = None,
        traced: bool = False,
    ) -> None:
        self.seed = seed
        self.random = Random(seed)  # noqa: S311 - chance that can be had again is what is wanted
        drawn = draw_climate(self.random)
        self.weather = Weather(self.random, climate=climate or drawn, latency=latency or Latencies())
        self.time = Clockwork(draw_start(self.random))
        self.trace = Trace(lines=[] if traced else None)
        self.aws = SimulatedIdentityCenter(time=self.time, weather=self.weather)
        self.day_one = DayOne(
            time=self.time,
            weather=self.weather,
            trace=self.trace,
            aws=self.aws,
            budgets=budgets or (Budgets() if climate else draw_budgets(self.random)),
        )
        self.outside = Outside(self.day_one)
        self.violations = Violations()
        self.watcher = Watcher(self.day_one, self.violations)
        self.foreign: set[str] = set()
        self.foreign_assignments: set[AssignmentKey] = set()
        # As they were, by ARN, where no policy wants all that is in them.
        self.foreign_sets: dict[str, StoredSet] = {}

    def run(self) -> Outcome:
        """Troubles first, then peace, then everything has to be as it should.

        What has failed meanwhile is tried again when its subject is next looked at: so all is said again in the end.
        """
        company = draw_company(self.seed, now=self.time.now, is_plain=True)
        with small_portions(self.day_one) if company.has(Feature.SMALL_PORTIONS) else nullcontext():
            return self._run(company)

    def _run(self, company: Company) -> Outcome:
        make_a_past(self)
        Scenario(self.random, self.outside, company=company).begin()
        for further in _FURTHER:
            further.begin(self.seed, self.outside, company=company)
        self._others_call()
        Lateness(self).begin()
        self.passes(LENGTH + 60)
        self.weather.clear_up()
        self.outside.loses = lambda: False
        self.aws.lacking.clear()
        if self.day_one.looks_at_all:
            organisation.discovers(self.outside)
        if self.settle():
            check_at_rest(self)
            if (self.seed % 4 == 0 or self._is_refused()) and self._settles_again():
                check_at_rest(self)
        return self.outcome()

    def _is_refused(self) -> bool:
        """Return whether AWS has refused something for good, or somebody rejected it."""
        has_failed = any(
            operation.state is OperationState.FAILED for operation in self.day_one.state.operations.values()
        )
        return has_failed or bool(self.outside.facts.rejected)

    def _settles_again(self) -> bool:
        self.outside.says_all_again()
        # What was only missing in an account is no excuse any more.
        self.aws.refused -= self.aws.lacked
        return self.settle()

    def settle(self) -> bool:
        """Let time pass until nothing is left to do but what waits for something that has failed."""
        since, quiet = self.time.seconds, 0
        while quiet < _QUIET_FOR:
            if self.time.seconds - since > _LONGEST_SETTLING:
                self.violations.add("it settles", self._unsettled(), at=self.time.seconds)
                return False
            self.day_one.inbox.redrive()
            self.day_one.account_events.redrive()
            for change in self.outside.held():
                self.outside.decides(change, approves=True)
            self.passes(_STEP)
            quiet = quiet + 1 if self.is_quiet() else 0
        return True

    @property
    def has_lost_anything(self) -> bool:
        """True if an answer may have been lost, so that AWS's id of a request is unknown."""
        struck = self.weather.struck
        return any(kind.startswith("table") or not kind.endswith(_HARMLESS) for kind in struck)

    def passes(self, seconds: float) -> None:
        """Let so much time pass for everybody."""
        with clock_of_signatures(self.time):
            self.time.run(seconds=seconds)

    def waits_for_nothing_but_decisions(self) -> bool:
        """Return whether nothing continues, or would without a human."""
        return all(name == "held" for name in self._going_on())

    def is_quiet(self) -> bool:
        return not self._unsettled()

    def outcome(self) -> Outcome:
        return Outcome(
            seed=self.seed,
            faults=self.weather.struck,
            calls=self.trace.calls,
            operations=len(self.day_one.state.operations),
            seconds=self.time.seconds,
            violations=list(self.violations.found.values()),
        )

    def _unsettled(self) -> str:
        """Return the work that still continues, or empty."""
        return ", ".join(f"{name}: {count}" for name, count in self._going_on().items())

    def _going_on(self) -> dict[str, int]:
        day_one = self.day_one
        going_on = {
            "asking": self.outside.asking,
            "inbox": len(day_one.inbox) + len(day_one.inbox.dead),
            "account events": len(day_one.account_events) + len(day_one.account_events.dead),
            "planning": day_one.planning.running,
            "records of HR": len(day_one.hints.waiting),
            "outstanding": len(self.aws.outstanding),
            "held": len(self.outside.held()),
            "operations": sum(
                operation.state in OPEN_STATES and not waits_for_others(operation, self)
                for operation in day_one.state.operations.values()
            ),
            "waking": about_to_be_woken(self),
            "due": sum(
                head.due_at is not None and head.due_at <= self.time.now for head in day_one.state.heads.values()
            ),
            "waiting for names": 0
            if self._is_refused()
            else sum(head.awaits_names for head in day_one.state.heads.values()),
            # Nobody tells that an account has become active: the next look at it may be a minute and more away.
            "activations": sum(
                isinstance(head.fact, Account)
                and head.fact.state is AccountState.PENDING_ACTIVATION
                and self.outside.is_active(head.fact.id)
                for head in day_one.state.heads.values()
            ),
        }
        return {name: count for name, count in going_on.items() if count}

    def _others_call(self) -> None:
        """Another tool that uses the same quotas."""
        bursts = self.weather.climate.bursts
        if not bursts:
            return

        def burst() -> None:
            if self.weather.climate.bursts:
                self.weather.struck["quota: used by others"] += 1
                self.aws.is_used_up_by_others(
                    self.random.choice(("sso-admin", "sso-admin", "identitystore:CreateGroupMembership"))
                )
                self.time.at(self.random.expovariate(bursts / 60), burst)

        self.time.at(self.random.expovariate(bursts / 60), burst)
