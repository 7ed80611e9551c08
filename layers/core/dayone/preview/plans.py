"""Plans of a policy for everybody: made at once for a small company, else in portions, and read while they are made."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

from dayone.errors import NotFound
from dayone.model.changes import ulid
from dayone.model.policy.company_plans import (
    CompanyPlan,
    PlanMode,
    PlanState,
    PlanStep,
    PortionRequest,
    plan_seconds_left,
    portions_done,
)
from dayone.model.subject_state import SubjectState
from dayone.model.subjects import SubjectKind
from dayone.policy.protection import check_protection
from dayone.policy.service import read_policy_here
from dayone.ports.company_plans import CompanyPlans, PlanQueue
from dayone.ports.operations import RandomBytes
from dayone.ports.store import Company
from dayone.preview.company import OUTDATED, PlanRequest, pack, packed_preview, portions_of, tag_of, unpack
from dayone.preview.preview import PlanPreview
from dayone.preview.service import PreviewPorts, preview_policy

# So much of a request is spent on reading a company that may be small enough to be planned at once.
_LONGEST_AT_ONCE = timedelta(seconds=6)


class PlansPorts(PreviewPorts, Protocol):
    """Plans of everybody: what they need of the API's context besides."""

    plans: CompanyPlans
    plan_queue: PlanQueue
    entropy: RandomBytes


@dataclass(frozen=True, kw_only=True)
class PlanRead:
    """A plan as it is now: `steps` while it is made, and its `preview` once it is complete."""

    plan: CompanyPlan
    steps: Sequence[PlanStep] = ()
    preview: PlanPreview | None = None
    seconds_left: int | None = None

    @property
    def done(self) -> int:
        """Number of portions that are done; all of a complete plan."""
        return self.plan.portions if self.preview else portions_done(self.steps)

    @property
    def looked_at(self) -> int:
        """Number of subjects that have been planned."""
        return self.preview.looked_at if self.preview else sum(step.looked_at for step in self.steps)

    @property
    def counts(self) -> Mapping[str, int]:
        """Operations by kind."""
        if self.preview:
            return self.preview.counts
        return sum((Counter(step.counts) for step in self.steps), Counter[str]())


def start_plan(files: Mapping[str, str], *, ports: PlansPorts, mode: PlanMode = PlanMode.AUTO) -> PlanRead:
    """Start a plan of a policy, its texts by file name; raise Invalid for one that is invalid.

    In the mode `auto` a company that is small enough for one request is planned at once.
    """
    in_force, now = ports.policies.current(), ports.clock()
    policy = read_policy_here(files, in_force=in_force, version=in_force.version + 1, records=ports.records)
    plan = CompanyPlan(
        id=ulid(now, entropy=ports.entropy()),
        created_at=now,
        in_force=tag_of(in_force),
        version_in_force=in_force.version,
        off_limits=in_force.terms.off_limits,
    )
    request = pack(PlanRequest(files=files))
    if mode is PlanMode.AUTO and (preview := _at_once(files, ports=ports)) is not None:
        ports.plans.add(plan, request=request)
        ports.plans.end(plan, state=PlanState.COMPLETE, at=ports.clock(), result=packed_preview(preview))
        return PlanRead(plan=replace(plan, state=PlanState.COMPLETE, ended_at=ports.clock()), preview=preview)
    guards = check_protection(policy, in_force=in_force, ports=ports)
    noted = replace(plan, mistakes=guards.mistakes, notes=(*guards.warnings, *guards.unread))
    noted = replace(noted, portions=len(portions_of(ports.company)))
    ports.plans.add(noted, request=request)
    ports.plan_queue.put(PortionRequest(plan=plan.id, portion=number) for number in range(noted.portions))
    return PlanRead(plan=noted)


def read_plan(name: str, *, ports: PlansPorts) -> PlanRead:
    """Return a plan by its id; raise NotFound for one that is unknown or over an hour old."""
    now = ports.clock()
    plan = ports.plans.find(name, now=now)
    if plan is None:
        raise NotFound(f"there is no plan {name}: check the id; a plan is kept for an hour")
    is_outdated = plan.state in _MAY_AGE and tag_of(ports.policies.current()) != plan.in_force
    shown = replace(plan, state=PlanState.OUTDATED, reason=OUTDATED) if is_outdated else plan
    if plan.state is PlanState.COMPLETE:
        return PlanRead(plan=shown, preview=unpack(PlanPreview, ports.plans.result(name)))
    steps = ports.plans.steps(name)
    left = plan_seconds_left(plan, done=portions_done(steps), now=now) if shown.state is PlanState.RUNNING else None
    return PlanRead(plan=shown, steps=steps, seconds_left=left)


_MAY_AGE = (PlanState.RUNNING, PlanState.COMPLETE)


class _NotAtOnce(Exception):
    """A company is too large to be planned within a request."""


def _at_once(files: Mapping[str, str], *, ports: PlansPorts) -> PlanPreview | None:
    company = _WithinTime(ports.company, until=ports.clock() + _LONGEST_AT_ONCE, clock=ports.clock)
    try:
        previewed = preview_policy(files, company=company, ports=ports)
    except _NotAtOnce:
        return None
    return previewed.preview if previewed.is_complete else None


@dataclass(frozen=True)
class _WithinTime:
    """The port Company, which raises _NotAtOnce when the time is up."""

    company: Company
    until: datetime
    clock: Callable[[], datetime]

    def states(self, kind: SubjectKind, *, after: str, limit: int) -> Sequence[SubjectState]:
        """See Company."""
        if self.clock() >= self.until:
            raise _NotAtOnce
        return self.company.states(kind, after=after, limit=limit)

    def parts(self, kind: SubjectKind) -> int:
        """See Company."""
        return self.company.parts(kind)

    def states_in(self, kind: SubjectKind, *, part: int, after: str, limit: int) -> Sequence[SubjectState]:
        """See Company."""
        return self.company.states_in(kind, part=part, after=after, limit=limit)
