"""Assess what a policy would remove before it is put in force, in as many runs as that takes: some of that is held."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count

from dayone.domain.evaluation import PolicyEvaluator, diff_recorded_state
from dayone.domain.judgement import PolicyImpact, removals_of, split_held, why_policy_is_held
from dayone.domain.policy import Policy
from dayone.domain.portions import Portion
from dayone.domain.selection import Selection
from dayone.domain.subjects import Subject
from dayone.ports.company import Company, Portions
from dayone.ports.guardrails import Ledger
from dayone.ports.state import PolicyInForce
from dayone.usecases.follow_people import Employed
from dayone.usecases.walk_company import walk_company

_LOOKED_AT_IN_A_PORTION = 1000


@dataclass(frozen=True, kw_only=True)
class AssessmentPorts:
    """What assessing needs; `fact_of` looks a person up. No new portion is begun after `until`."""

    policies: PolicyInForce
    company: Company
    portions: Portions
    ledger: Ledger
    fact_of: Callable[[Subject], object]
    clock: Callable[[], datetime]
    until: datetime


@dataclass(frozen=True)
class Cut:
    """Time is up: the next run goes on with this portion."""

    number: int


@dataclass(frozen=True)
class Assessed:
    """All of it was counted; `hold` is why the removals are to be held, or empty."""

    hold: str


def assess_policy(version: int, *, change: str, number: int, ports: AssessmentPorts) -> Cut | Assessed:
    """Go on with a portion of all subjects; those that have been counted are never counted again."""
    policy = ports.policies.version(version)
    evaluator = evaluator_of(policy, fact_of=ports.fact_of, now=ports.clock())
    # Beside the portions in which the change asks for plans.
    name = f"{change}~removals"
    before = ports.portions.kept(name, number=number - 1) if number else None
    for following in count(number):
        portion = ports.portions.kept(name, number=following) or ports.portions.keep(
            name, _counted(following, before=before, evaluator=evaluator, company=ports.company)
        )
        if portion.last is None:
            tally = ports.ledger.tally(change, day=evaluator.now.astimezone(UTC).date())
            impact = _impact_in(portion)
            hold = why_policy_is_held(impact, policy=policy, in_force=ports.policies.current(), tally=tally)
            return Assessed(hold)
        if ports.clock() >= ports.until:
            return Cut(following + 1)
        before = portion
    raise AssertionError("counting has no end")


def evaluator_of(policy: Policy, *, fact_of: Callable[[Subject], object], now: datetime) -> PolicyEvaluator:
    """A policy prepared to be asked about any subject."""
    return PolicyEvaluator(policy, now, Selection(policy), Employed(fact_of, policy=policy, now=now))


def _counted(number: int, *, before: Portion | None, evaluator: PolicyEvaluator, company: Company) -> Portion:
    impact, last = _impact_in(before), None
    walk = walk_company(evaluator.policy, company=company, after=before.last if before else None)
    for looked_at, state in enumerate(walk, start=1):
        diff = diff_recorded_state(state, evaluator=evaluator)
        split = split_held(diff, head=state.head)
        impact = impact.plus(removals_of(split, diff=diff, applied=state.trusted))
        if looked_at == _LOOKED_AT_IN_A_PORTION:
            last = state.head.subject
            break
    return Portion(number=number, subjects=impact.emptied, total=impact.removals, last=last)


def _impact_in(portion: Portion | None) -> PolicyImpact:
    return PolicyImpact(removals=portion.total, emptied=portion.subjects) if portion else PolicyImpact()
