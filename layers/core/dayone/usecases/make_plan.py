"""Write down what it takes to make one subject as it should be, and what of that a guardrail holds."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import groupby

from dayone.domain.accounts import Account, look_again_at
from dayone.domain.audit import AuditEntry
from dayone.domain.desired_people import lost_at, next_look
from dayone.domain.grants import next_turn
from dayone.domain.holds import HeldRemoval, Verdict
from dayone.domain.life_cycle import has_access
from dayone.domain.operations import OperationState
from dayone.domain.people import Person
from dayone.domain.planning import Planned, fingerprint, operations
from dayone.domain.policy import Policy
from dayone.domain.requests import PlanRequest
from dayone.domain.subject_states import Delivery, Head, Plan, SubjectState, generation_number
from dayone.ports.guardrails import Ledger
from dayone.usecases.find_differences import Found, find_differences
from dayone.usecases.guard_removals import Circumstances, Guarded, guard, part
from dayone.usecases.record_fact import Recorded
from dayone.usecases.record_grants import Granted
from dayone.usecases.settle_account import as_met, with_bootstrap

# Far longer than any sender repeats a delivery that was not acknowledged.
_REMEMBER_DELIVERIES = timedelta(days=30)
_MOST_NAMES = 10


@dataclass(frozen=True, kw_only=True)
class Occasion:
    """What a plan is made from: who asks, what is known of the subject, and the policy.

    `employed` are those of the people to whom the policy assigns something in this account that are in employment.
    """

    request: PlanRequest
    state: SubjectState
    recorded: Recorded
    policy: Policy
    now: datetime
    employed: frozenset[str]
    granted: Granted = field(default_factory=Granted)


def make_plan(at: Occasion, *, ledger: Ledger, token: Callable[[], str]) -> Plan:
    """The plan for a subject; without operations when there is nothing to do, or it is being done already."""
    met = as_met(at.state, now_is=at.recorded.fact, request=at.request, now=at.now)
    at = replace(at, state=replace(met, head=replace(met.head, grants=at.granted.grants)))
    before, fact = at.state.head, at.recorded.fact
    found = find_differences(at.state, fact=fact, policy=at.policy, now=at.now, employed=at.employed)
    parted = part(found, head=before)
    plan = Plan(
        cause=at.request.cause,
        before=before,
        after=replace(_told(at), removing=parted.removing, held=parted.held),
        notes=(*at.recorded.notes, *at.granted.notes, *_notes(found, parted=parted)),
        audit=(*at.recorded.audit, *at.granted.audit),
        delivery=_delivery_of(at.request, now=at.now),
        grants=at.granted.written,
        reasons=found.reasons,
    )
    is_under_way = before.outstanding > 0 and before.fingerprint == fingerprint(parted.ours)
    nothing_to_do = not parted.ours and before.outstanding == 0
    if (is_under_way or nothing_to_do) and not parted.takes_back:
        return with_bootstrap(plan)
    # What is only to be made again is not doubted when it comes to what somebody would lose.
    applied = at.state.applied if at.request.anew else at.state.trusted
    given = Circumstances(cause=plan.cause, applied=applied, policy=at.policy, now=at.now)
    guarded = guard(parted, found=found, given=given, ledger=ledger)
    generation = f"{generation_number(before.generation) + 1}-{token()}"
    made = with_bootstrap(_with_operations(plan, guarded=guarded, found=found, generation=generation, now=at.now))
    return _with_held(made, found=found, because=guarded.because, now=at.now) if guarded.stopped else made


def _told(at: Occasion) -> Head:
    fact = at.recorded.fact
    told = replace(at.state.head, fact=fact, version=at.recorded.version, policy_version=at.policy.version, due_at=None)
    if at.recorded.tellings is not None:
        told = replace(told, tellings=at.recorded.tellings, claims=at.recorded.claims or ())
    if isinstance(fact, Person):
        return replace(
            told,
            due_at=next_look(fact, state=at.state, policy=at.policy, now=at.now),
            has_access=has_access(fact, cycle=at.policy.people, now=at.now),
            access_lost_at=lost_at(at.state, person=fact, policy=at.policy, now=at.now),
        )
    moments = [next_turn(told.grants, now=at.now)]
    if isinstance(fact, Account) and told.version is not None:
        moments.append(look_again_at(fact, since=told.version.at, now=at.now))
    return replace(told, due_at=min((one for one in moments if one is not None), default=None))


def _delivery_of(request: PlanRequest, *, now: datetime) -> Delivery | None:
    return Delivery(name=request.delivery, forget_at=now + _REMEMBER_DELIVERIES) if request.delivery else None


def _with_operations(plan: Plan, *, guarded: Guarded, found: Found, generation: str, now: datetime) -> Plan:
    subject, announced = plan.before.subject, found.announced
    planned = Planned(cause=plan.cause, subject=subject, generation=generation, now=now, announced=announced)
    made = tuple(
        replace(one, state=OperationState.HELD) if one.resource in guarded.stopped else one
        for one in operations(guarded.ours, planned=planned)
    )
    after = replace(
        plan.after,
        generation=generation,
        change=plan.cause.change,
        fingerprint=fingerprint(one for one in guarded.ours if one.resource not in guarded.stopped),
        outstanding=sum(1 for one in made if one.state is not OperationState.HELD),
        failed=0,
        removing=guarded.removing,
    )
    return replace(plan, after=after, operations=made, removals=guarded.removals)


def _with_held(plan: Plan, *, found: Found, because: str, now: datetime) -> Plan:
    held = tuple(
        HeldRemoval(
            resource=one.resource,
            change=one.change,
            operation=one.id,
            has_left=found.ground.has_left,
            is_gift=one.resource in found.first_gifts,
        )
        for one in plan.operations
        if one.state is OperationState.HELD
    )
    entry = AuditEntry(
        at=now,
        actor=plan.cause.actor,
        action="hold-removals",
        subject=str(plan.before.subject),
        change=plan.cause.change,
        outcome="held",
        detail=because,
    )
    return replace(
        plan,
        after=replace(plan.after, held=(*plan.after.held, *held)),
        notes=(*plan.notes, f"held until somebody else approves: {because}"),
        audit=(*plan.audit, entry),
        held_because=because,
    )


def _notes(found: Found, *, parted: Guarded) -> Iterator[str]:
    if found.left_alone:
        yield found.left_alone
    yield from found.notes
    said = {
        Verdict.WAITING: "held by change {change}",
        Verdict.REJECTED: "kept, since its removal was rejected in change {change}",
    }
    known = sorted((one.verdict, one.change, str(one.resource)) for one in parted.held if one.verdict in said)
    for (verdict, change), group in groupby(known, key=lambda one: one[:2]):
        yield f"{said[verdict].format(change=change)}: {_names(name for _, _, name in group)}"


def _names(names: Iterable[str]) -> str:
    first = list(names)
    more = f" and {len(first) - _MOST_NAMES} more" if len(first) > _MOST_NAMES else ""
    return ", ".join(first[:_MOST_NAMES]) + more
