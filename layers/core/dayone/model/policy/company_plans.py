"""Plans of a policy for the whole company, made in portions beside each other and kept for an hour."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from dayone.model.policy.context import OffLimits
from dayone.model.policy.rules import PolicyNote
from dayone.model.subjects import Subject

PLAN_KEPT_FOR = timedelta(hours=1)
# Beside the portions, where the policy is judged once for all of them.
PREPARATION = -1


class PlanState(StrEnum):
    """State of a plan: `outdated` when another policy is in force than the one it was compared with."""

    RUNNING = "running"
    COMPLETE = "complete"
    OUTDATED = "outdated"
    FAILED = "failed"


class PlanMode(StrEnum):
    """Way to make a plan: `portions` also of a small company, which `auto` plans within the request."""

    AUTO = "auto"
    PORTIONS = "portions"


@dataclass(frozen=True, kw_only=True)
class CompanyPlan:
    """A plan; `portions` is their number, 0 for one that was made at once.

    `in_force` identifies the policy that it is compared with, of version `version_in_force`. `mistakes` and `notes` are
    about what the policy protects. It ended at `ended_at` for a `reason`, empty for one that is complete.
    """

    id: str
    created_at: datetime
    in_force: str
    version_in_force: int = 0
    off_limits: OffLimits = field(default_factory=OffLimits)
    portions: int = 0
    mistakes: tuple[PolicyNote, ...] = ()
    notes: tuple[PolicyNote, ...] = ()
    state: PlanState = PlanState.RUNNING
    ended_at: datetime | None = None
    reason: str = ""

    @property
    def expires_at(self) -> datetime:
        """Time from which on it is not there any more."""
        return self.created_at + PLAN_KEPT_FOR


@dataclass(frozen=True, kw_only=True)
class PlanStep:
    """A step through a portion of a plan: `looked_at` subjects up to `last`, which is None at the portion's end.

    `counts` are operations by kind.
    """

    portion: int
    number: int
    looked_at: int = 0
    counts: Mapping[str, int] = field(default_factory=dict)
    last: Subject | None = None


@dataclass(frozen=True, kw_only=True)
class PortionRequest:
    """A request to take the steps of a portion of a plan that were not taken yet."""

    plan: str
    portion: int


def portions_done(steps: Sequence[PlanStep]) -> int:
    """Return how many portions have come to their end, the preparation left aside."""
    return sum(step.last is None and step.portion != PREPARATION for step in steps)


def plan_seconds_left(plan: CompanyPlan, *, done: int, now: datetime) -> int | None:
    """Return about how many seconds a plan that is being made still takes; None before there is anything to tell by."""
    if not done:
        return None
    return round((now - plan.created_at).total_seconds() * (plan.portions - done) / done)
