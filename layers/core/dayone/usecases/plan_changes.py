"""Look at one subject again: record its fact, compare desired with applied, and commit the difference as operations."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from dayone.domain.grants import people_granted
from dayone.domain.requests import PlanRequest
from dayone.domain.subject_states import Head, Plan
from dayone.errors import Conflicting
from dayone.ports.company import Company, Portions
from dayone.ports.grants import Grants
from dayone.ports.guardrails import HeldRemovals, Ledger
from dayone.ports.organization import Organization
from dayone.ports.progress import Progress
from dayone.ports.returns import Returns
from dayone.ports.schedules import Schedules
from dayone.ports.state import Changes, Engine, Inbox, Policies, Subjects
from dayone.usecases.carry_out_decision import CarryOutDecision, carry_out_decision, drop_withdrawn
from dayone.usecases.follow_people import (
    employed_among,
    follow_person,
    look_again_if_people_turned,
    may_have_turned,
    people_concerned,
)
from dayone.usecases.hear_source import HrIntake
from dayone.usecases.look_at_many import is_of_many, look_at_many
from dayone.usecases.look_below_unit import look_again_if_a_unit_was_renamed
from dayone.usecases.look_by_new_policy import look_again_if_the_policy_moved
from dayone.usecases.make_plan import Occasion, make_plan
from dayone.usecases.record_fact import Recorded, record_fact
from dayone.usecases.record_grants import Holders, record_grants
from dayone.usecases.record_telling import record_telling
from dayone.usecases.wake_when_due import wake_when_due

_COMMIT_ATTEMPTS = 5


@dataclass(frozen=True, kw_only=True)
class PlanChanges:
    """What planning needs; `token` gives a short random text that tells two plans of one generation number apart.

    A run that puts a policy in force hands on to the next after `time_to_activate`.
    """

    subjects: Subjects
    company: Company
    portions: Portions
    policies: Policies
    changes: Changes
    grants: Grants
    progress: Progress
    ledger: Ledger
    held: HeldRemovals
    organization: Organization
    hr: HrIntake
    inbox: Inbox
    engine: Engine
    clock: Callable[[], datetime]
    token: Callable[[], str]
    time_to_activate: timedelta
    schedules: Schedules | None = None
    returns: Returns | None = None


def plan_changes(request: PlanRequest, *, ports: PlanChanges) -> None:
    """Carry one request out; the same request again is harmless. Raises Unavailable to be asked again later."""
    if request.decision is not None:
        carry_out_decision(request, request.decision, ports=_deciding(ports))
    elif is_of_many(request.subject):
        look_at_many(request, ports=ports)
    elif ports.subjects.is_planned(request.subject, change=request.cause.change):
        # The first try may have died between its commit and what comes after it.
        ports.engine.wake()
        head = ports.subjects.load(request.subject).head
        drop_withdrawn(head, held=ports.held, now=ports.clock())
        wake_when_due(head, schedules=ports.schedules, now=ports.clock())
        _follow(request, ports=ports)
        _follow_grants(request, head, ports=ports)
        _look_again_if_things_moved(request, head, ports=ports)
    elif not _was_taken_before(request, ports=ports):
        _plan_subject(request, ports=ports)


def _was_taken_before(request: PlanRequest, *, ports: PlanChanges) -> bool:
    """Whether this delivery led to another change before: its sender used the id of one delivery for two."""
    return bool(request.delivery and ports.subjects.taken_by(request.delivery))


def _plan_subject(request: PlanRequest, *, ports: PlanChanges) -> None:
    for attempt in range(1, _COMMIT_ATTEMPTS + 1):
        plan, employed = _made(request, ports=ports)
        try:
            ports.subjects.commit(plan)
        except Conflicting:
            # The executor counts its results on the same head, and other plans take from the same budget.
            if attempt == _COMMIT_ATTEMPTS:
                raise
        else:
            break
    if plan.after.generation != plan.before.generation:
        ports.engine.wake()
    drop_withdrawn(plan.after, held=ports.held, now=ports.clock())
    if plan.after.due_at != plan.before.due_at:
        wake_when_due(plan.after, schedules=ports.schedules, now=ports.clock())
    if may_have_turned(plan.before, plan.after, now=ports.clock()):
        _follow(request, ports=ports)
    _follow_grants(request, plan.after, planned_with=employed, ports=ports)
    _look_again_if_things_moved(request, plan.after, ports=ports)


def _made(request: PlanRequest, *, ports: PlanChanges) -> tuple[Plan, frozenset[str]]:
    """The plan, and who of the people it gives something to alone it took to be in employment."""
    policy, now = ports.policies.current(), ports.clock()
    state = ports.subjects.load(request.subject)
    # The plan forgets what was withdrawn before it: by then its operations must be over.
    drop_withdrawn(state.head, held=ports.held, now=now)
    recorded = _recorded(request, head=state.head, ports=ports, now=now)
    told = (request.grant,) if request.grant else ()
    granted_to = people_granted((*state.head.grants, *told))
    people = people_concerned(recorded.fact, policy=policy, granted=granted_to, subjects=ports.subjects)
    holders = Holders(fact=recorded.fact, cycle=policy.people, people=people)
    occasion = Occasion(
        request=request,
        state=state,
        recorded=recorded,
        policy=policy,
        now=now,
        employed=employed_among(people.values(), policy=policy, now=now),
        granted=record_grants(request, state=state, holders=holders, grants=ports.grants, now=now),
    )
    return make_plan(occasion, ledger=ports.ledger, token=ports.token), occasion.employed


def _recorded(request: PlanRequest, *, head: Head, ports: PlanChanges, now: datetime) -> Recorded:
    if request.telling is None:
        return record_fact(request, head=head, organization=ports.organization, now=now)
    rules = ports.hr.sources.configuration().rules
    return record_telling(request, request.telling, head=head, rules=rules, subjects=ports.subjects, now=now)


def _follow(request: PlanRequest, *, ports: PlanChanges) -> None:
    # By the policy that is in force after the commit: one that came meanwhile has had accounts planned before it.
    follow_person(
        request.subject,
        cause=request.cause,
        policy=ports.policies.current(),
        subjects=ports.subjects,
        grants=ports.grants,
        changes=ports.changes,
        inbox=ports.inbox,
    )


def _follow_grants(
    request: PlanRequest, head: Head, *, ports: PlanChanges, planned_with: frozenset[str] | None = None
) -> None:
    look_again_if_people_turned(
        head,
        cause=request.cause,
        planned_with=planned_with,
        policy=ports.policies.current(),
        subjects=ports.subjects,
        inbox=ports.inbox,
        now=ports.clock(),
    )


def _deciding(ports: PlanChanges) -> CarryOutDecision:
    return CarryOutDecision(
        subjects=ports.subjects,
        policies=ports.policies,
        held=ports.held,
        inbox=ports.inbox,
        engine=ports.engine,
        clock=ports.clock,
    )


def _look_again_if_things_moved(request: PlanRequest, head: Head, *, ports: PlanChanges) -> None:
    if request.refresh:
        look_again_if_a_unit_was_renamed(
            head.fact, cause=request.cause, organization=ports.organization, inbox=ports.inbox, clock=ports.clock
        )
    look_again_if_the_policy_moved(
        request.subject,
        planned_with=head.policy_version,
        policies=ports.policies,
        inbox=ports.inbox,
        clock=ports.clock,
    )
