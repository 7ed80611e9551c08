"""Decide which removals of a plan go, and which are held for a human."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from dayone.domain.changes import Cause, CauseKind
from dayone.domain.guardrails import (
    RemovalBudget,
    counted,
    gives_nothing,
    is_removal,
    limit,
    why_over_the_limit,
    why_ruinous,
)
from dayone.domain.holds import HeldRemoval, Verdict, reviewed, spoken_for
from dayone.domain.operations import Applied
from dayone.domain.policy import Policy
from dayone.domain.precedence import Difference
from dayone.domain.subject_states import Head
from dayone.domain.subjects import Resource
from dayone.ports.guardrails import Ledger
from dayone.usecases.find_differences import Found

_FIRST_LOOK = "the account was there before Day One, and nobody has approved yet what it is given"


@dataclass(frozen=True, kw_only=True)
class Guarded:
    """What becomes of the differences that were found.

    `ours` are those a plan is to make operations for; of these `stopped` are held, because of `because`. `removing` are
    the removals that go, and `removals` what they take from the budget. `held` is what has become of removals that
    were held before, which no plan makes anew; `takes_back` when one of them was approved, may be running by now, and
    is asked for no more.
    """

    ours: tuple[Difference, ...]
    held: tuple[HeldRemoval, ...]
    takes_back: bool = False
    removing: tuple[Resource, ...] = ()
    stopped: frozenset[Resource] = frozenset()
    because: str = ""
    removals: RemovalBudget | None = None


@dataclass(frozen=True, kw_only=True)
class Circumstances:
    """All that decides whether removals go, beside themselves."""

    cause: Cause
    applied: Mapping[Resource, Applied]
    policy: Policy
    now: datetime


def part(found: Found, *, head: Head) -> Guarded:
    """Leave aside what was held before, and see which removals have been let go already.

    What goes with a grant was let go by whoever said when that ends; it takes nothing from anybody's budget.
    """
    held = tuple(kept for one in head.held for kept in reviewed([one], removals=found.alike(one), ground=found.ground))
    spoken = spoken_for(one for one in held if one.resource in found.alike(one))
    ours = tuple(one for one in found.differences if one.resource not in spoken)
    going = found.removals - spoken
    return Guarded(
        ours=ours,
        held=held,
        takes_back=any(one.verdict is Verdict.APPROVED and one not in held for one in head.held),
        removing=tuple(dict.fromkeys(one for one in (*head.removing, *sorted(found.announced)) if one in going)),
    )


def guard(parted: Guarded, *, found: Found, given: Circumstances, ledger: Ledger) -> Guarded:
    """Let the removals that are new go within the budget, or hold all of them; first gifts are held in any case."""
    guarded = _guard_removals(parted, found=found, given=given, ledger=ledger)
    gifts = frozenset(one.resource for one in parted.ours) & found.first_gifts
    if not gifts:
        return guarded
    because = "; ".join(filter(None, (guarded.because, _FIRST_LOOK)))
    return replace(guarded, stopped=guarded.stopped | gifts, because=because)


def _guard_removals(parted: Guarded, *, found: Found, given: Circumstances, ledger: Ledger) -> Guarded:
    new = [one.resource for one in parted.ours if is_removal(one) and one.resource not in parted.removing]
    if not new:
        return parted
    if because := _why_at_all(new, found=found, given=given):
        return replace(parted, stopped=frozenset(new), because=because)
    day, guardrails = given.now.astimezone(UTC).date(), given.policy.guardrails
    tally = ledger.tally(given.cause.change, day=day)
    if because := why_over_the_limit(len(new), guardrails=guardrails, tally=tally):
        return replace(parted, stopped=frozenset(new), because=because)
    # Held to by the commit: somebody else may take what is left of the budget meanwhile.
    budget = RemovalBudget(day=day, count=len(new), at_most=limit(guardrails, existing=tally.existing))
    return replace(parted, removing=(*parted.removing, *new), removals=budget)


def _why_at_all(new: list[Resource], *, found: Found, given: Circumstances) -> str:
    if found.doubtful:
        return f"{counted(len(new))}, and {found.doubtful}"
    if not found.ground.has_left:
        if given.policy.terms.hold and given.cause.origin is CauseKind.POLICY:
            return given.policy.terms.hold
        if gives_nothing(given.policy):
            return f"{counted(len(new))}, and the policy in force gives nothing to anybody"
    ruin = why_ruinous(found.removals, found=found.differences, applied=given.applied)
    return f"{counted(len(new))}, and {ruin}" if ruin else ""
