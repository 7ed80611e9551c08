"""Look at one subject again: record its fact, compare desired with applied, and commit the difference as operations."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from dayone.domain.accounts import Account, AccountState
from dayone.domain.changes import Cause, CauseKind
from dayone.domain.desired import (
    Desired,
    desired_for_account,
    desired_for_group,
    desired_for_permission_set,
    desired_for_person,
    next_flip,
)
from dayone.domain.people import Person
from dayone.domain.planning import Planned, differences, fingerprint, left_alone, operations
from dayone.domain.policy import Policy
from dayone.domain.requests import PlanRequest
from dayone.domain.subject_states import Delivery, Plan, SubjectState, generation_number
from dayone.domain.subjects import Subject, SubjectKind
from dayone.domain.ulids import ulid_of
from dayone.errors import Conflicting
from dayone.ports.identity_center import Organization
from dayone.ports.state import Changes, Engine, Inbox, Policies, Subjects
from dayone.usecases.activate_policy import activate_policy
from dayone.usecases.record_fact import Recorded, record_fact

_LOOK_AGAIN_AT_A_NEW_ACCOUNT = timedelta(minutes=1)
_COMMIT_ATTEMPTS = 5
# Far longer than any sender repeats a delivery that was not acknowledged.
_REMEMBER_DELIVERIES = timedelta(days=30)


@dataclass(frozen=True, kw_only=True)
class PlanChanges:
    """What planning needs; `token` gives a short random text that tells two plans of one generation number apart."""

    subjects: Subjects
    policies: Policies
    changes: Changes
    organization: Organization
    inbox: Inbox
    engine: Engine
    clock: Callable[[], datetime]
    token: Callable[[], str]


def plan_changes(request: PlanRequest, *, ports: PlanChanges) -> None:
    """Carry one request out; the same request again is harmless. Raises Unavailable to be asked again later."""
    if request.subject.kind is SubjectKind.POLICY:
        activate_policy(
            request, policies=ports.policies, subjects=ports.subjects, changes=ports.changes, inbox=ports.inbox
        )
    elif ports.subjects.is_planned(request.subject, change=request.cause.change):
        # The first try may have died between its commit and what comes after it.
        ports.engine.wake()
        planned_with = ports.subjects.load(request.subject).head.policy_version
        _look_again_if_the_policy_moved(request.subject, planned_with=planned_with, ports=ports)
    elif not _was_taken_before(request, ports=ports):
        _plan_subject(request, ports=ports)


def _was_taken_before(request: PlanRequest, *, ports: PlanChanges) -> bool:
    """Whether this delivery led to another change before: its sender used the id of one delivery for two."""
    return bool(request.delivery and ports.subjects.taken_by(request.delivery))


def _plan_subject(request: PlanRequest, *, ports: PlanChanges) -> None:
    for attempt in range(1, _COMMIT_ATTEMPTS + 1):
        policy = ports.policies.current()
        state = ports.subjects.load(request.subject)
        recorded = record_fact(request, head=state.head, organization=ports.organization, now=ports.clock())
        plan = _plan(request, state=state, recorded=recorded, policy=policy, ports=ports)
        try:
            ports.subjects.commit(plan)
        except Conflicting:
            # The executor counts its results on the same head.
            if attempt == _COMMIT_ATTEMPTS:
                raise
        else:
            break
    if plan.after.generation != plan.before.generation:
        ports.engine.wake()
    _look_again_if_the_policy_moved(request.subject, planned_with=policy.version, ports=ports)


def _plan(request: PlanRequest, *, state: SubjectState, recorded: Recorded, policy: Policy, ports: PlanChanges) -> Plan:
    now = ports.clock()
    before, cause = state.head, request.cause
    desired = _desired(before.subject, fact=recorded.fact, policy=policy, now=now)
    found = differences(desired, applied=state.applied, subject=before.subject, protection=policy.protection)
    mark = fingerprint(found)
    after = replace(
        before,
        fact=recorded.fact,
        version=recorded.version,
        due_at=_due_at(recorded.fact, policy=policy, now=now),
        policy_version=policy.version,
    )
    is_under_way = before.outstanding > 0 and before.fingerprint == mark
    nothing_to_do = not found and before.outstanding == 0
    alone = left_alone(desired, applied=state.applied)
    notes = (*recorded.notes, *((alone,) if alone else ()))
    delivery = _delivery_of(request, now=now)
    plan = Plan(cause=cause, before=before, after=after, notes=notes, audit=recorded.audit, delivery=delivery)
    if is_under_way or nothing_to_do:
        return plan
    generation = f"{generation_number(before.generation) + 1}-{ports.token()}"
    planned = operations(found, planned=Planned(cause=cause, subject=before.subject, generation=generation, now=now))
    after = replace(after, generation=generation, change=cause.change, fingerprint=mark, outstanding=len(planned))
    return replace(plan, after=after, operations=planned)


def _delivery_of(request: PlanRequest, *, now: datetime) -> Delivery | None:
    return Delivery(name=request.delivery, forget_at=now + _REMEMBER_DELIVERIES) if request.delivery else None


def _desired(subject: Subject, *, fact: Person | Account | None, policy: Policy, now: datetime) -> Desired:
    match subject.kind, fact:
        case SubjectKind.GROUP, _:
            return desired_for_group(subject.name, policy=policy)
        case SubjectKind.PERMISSION_SET, _:
            return desired_for_permission_set(subject.name, policy=policy)
        case SubjectKind.PERSON, Person():
            return desired_for_person(fact, policy=policy, now=now)
        case SubjectKind.ACCOUNT, Account():
            return desired_for_account(fact, policy=policy, employed=frozenset())
        case _:
            return Desired({}, left_alone="nothing is known about it")


def _due_at(fact: Person | Account | None, *, policy: Policy, now: datetime) -> datetime | None:
    if isinstance(fact, Person):
        return next_flip(fact, policy=policy, now=now)
    if isinstance(fact, Account) and fact.state is AccountState.PENDING_ACTIVATION:
        return now + _LOOK_AGAIN_AT_A_NEW_ACCOUNT
    return None


def _look_again_if_the_policy_moved(subject: Subject, *, planned_with: int, ports: PlanChanges) -> None:
    # A policy put in force while this plan was made may have listed the subjects before this one was among them.
    version = ports.policies.current_version()
    if version == planned_with:
        return
    now = ports.clock()
    reference = f"version {version}"
    change = ulid_of(now, name=f"{subject} {reference}")
    cause = Cause(change=change, kind=CauseKind.POLICY, actor="dayone", reference=reference, at=now)
    ports.inbox.put([PlanRequest(subject=subject, cause=cause)])
