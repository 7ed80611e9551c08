"""Hold the removals of one subject's plan, or take them from the budget of the day and the change."""

from dataclasses import dataclass
from datetime import UTC, datetime

from dayone.domain.changes import Cause
from dayone.domain.evaluation import Diff
from dayone.domain.guardrails import RemovalBudget, limit
from dayone.domain.judgement import WAITS_FOR_FIRST_APPROVAL, SplitDiff, SubjectRemovals, why_held
from dayone.domain.policy import Policy
from dayone.domain.subjects import Resource
from dayone.ports.guardrails import Ledger


@dataclass(frozen=True, kw_only=True)
class GuardrailResult:
    """What becomes of the differences that a plan makes operations for.

    Of these `stopped` are held, because of `reason`. `removing` are the removals that are carried out, and `budget`
    what those that are new take from the budget.
    """

    removing: tuple[Resource, ...]
    stopped: frozenset[Resource] = frozenset()
    reason: str = ""
    budget: RemovalBudget | None = None


def guard_removals(
    split: SplitDiff,
    *,
    diff: Diff,
    removals: SubjectRemovals,
    cause: Cause,
    policy: Policy,
    ledger: Ledger,
    now: datetime,
) -> GuardrailResult:
    """Hold all new removals or none of them; initial assignments are held in any case."""
    result = _guarded(split, removals=removals, cause=cause, policy=policy, ledger=ledger, now=now)
    initial = frozenset(difference.resource for difference in split.allowed) & diff.initial_assignments
    if not initial:
        return result
    reason = "; ".join(filter(None, (result.reason, WAITS_FOR_FIRST_APPROVAL)))
    return GuardrailResult(
        removing=result.removing, stopped=result.stopped | initial, reason=reason, budget=result.budget
    )


def _guarded(
    split: SplitDiff, *, removals: SubjectRemovals, cause: Cause, policy: Policy, ledger: Ledger, now: datetime
) -> GuardrailResult:
    if not split.new:
        return GuardrailResult(removing=split.removing)
    day = now.astimezone(UTC).date()
    tally = ledger.tally(cause.change, day=day)
    if reason := why_held(removals, origin=cause.origin, policy=policy, tally=tally):
        return GuardrailResult(removing=split.removing, stopped=frozenset(split.new), reason=reason)
    # Held to by the commit: somebody else may take what is left of the budget meanwhile.
    at_most = limit(policy.guardrails, existing=tally.existing)
    budget = RemovalBudget(day=day, count=len(split.new), at_most=at_most)
    return GuardrailResult(removing=(*split.removing, *split.new), budget=budget)
