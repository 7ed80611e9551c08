"""Do what a human has decided about the removals that a change held: let them run, or keep what they would remove."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from dayone.domain.audit import AuditEntry
from dayone.domain.changes import Decision
from dayone.domain.holds import HeldRemoval, Verdict, decided
from dayone.domain.requests import PlanRequest
from dayone.domain.subject_states import Head, SubjectState
from dayone.domain.subjects import SubjectKind
from dayone.errors import Conflicting
from dayone.ports.guardrails import HeldRemovals
from dayone.ports.state import Engine, Inbox, PolicyInForce, Subjects
from dayone.usecases.find_differences import find_differences
from dayone.usecases.follow_people import Employed

_ATTEMPTS = 5
_WITHDRAWN = "no longer asked for"


@dataclass(frozen=True, kw_only=True)
class CarryOutDecision:
    """What carrying a decision out needs."""

    subjects: Subjects
    policies: PolicyInForce
    held: HeldRemovals
    inbox: Inbox
    engine: Engine
    clock: Callable[[], datetime]


def carry_out_decision(request: PlanRequest, decision: Decision, *, ports: CarryOutDecision) -> None:
    """Ask for each subject of the change, or decide for the one that was asked for; the same again is harmless."""
    change = request.cause.change
    if request.subject.kind is SubjectKind.CHANGE:
        concerned = ports.held.subjects(change)
        ports.inbox.put(PlanRequest(subject=one, cause=request.cause, decision=decision) for one in concerned)
        return
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            held = _decide(ports.subjects.load(request.subject), decision, change=change, ports=ports)
        except Conflicting:
            # The executor counts its results on the same head.
            if attempt == _ATTEMPTS:
                raise
        else:
            break
    _follow(held, decision, change=change, ports=ports)


def _decide(
    state: SubjectState, decision: Decision, *, change: str, ports: CarryOutDecision
) -> tuple[HeldRemoval, ...]:
    """The held removals of a subject with the decision noted on its head."""
    before, now = state.head, ports.clock()
    if not any(one.change == change and one.verdict is Verdict.WAITING for one in before.held):
        return before.held
    # What is asked for no more since it was held is not done even if it is approved.
    policy = ports.policies.current()
    employed = Employed(lambda one: ports.subjects.load(one).head.fact, policy=policy, now=now)
    found = find_differences(state, fact=before.fact, policy=policy, now=now, employed=employed)
    said = partial(decided, change=change, is_approved=decision.is_approved, ground=found.ground)
    held = tuple(now_is for one in before.held for now_is in said([one], removals=found.alike(one)))
    entry = AuditEntry(
        at=now,
        actor=decision.actor,
        action="approve-removals" if decision.is_approved else "reject-removals",
        subject=str(before.subject),
        change=change,
        outcome="recorded",
        detail=", ".join(str(one.resource) for one in held if one not in before.held),
    )
    # Whoever approves anything of an account that was there before Day One lets in whatever comes next.
    awaits = before.awaits_approval and not decision.is_approved
    ports.held.decide(before, held=held, audit=[entry], awaits_approval=awaits)
    return held


def _follow(held: Iterable[HeldRemoval], decision: Decision, *, change: str, ports: CarryOutDecision) -> None:
    told = {
        verdict: [one.operation for one in held if one.change == change and one.verdict is verdict]
        for verdict in (Verdict.APPROVED, Verdict.REJECTED, Verdict.WITHDRAWN)
    }
    now = ports.clock()
    ports.held.drop(change, told[Verdict.REJECTED], reason=f"rejected by {decision.actor}", at=now)
    ports.held.drop(change, told[Verdict.WITHDRAWN], reason=_WITHDRAWN, at=now)
    if told[Verdict.APPROVED]:
        ports.held.release(change, told[Verdict.APPROVED])
        ports.engine.wake()


def drop_withdrawn(head: Head, *, held: HeldRemovals, now: datetime) -> None:
    """Supersede the operations of held removals that are asked for no more; harmless when that is done."""
    withdrawn = [one for one in head.held if one.verdict is Verdict.WITHDRAWN]
    for change in dict.fromkeys(one.change for one in withdrawn):
        operations = [one.operation for one in withdrawn if one.change == change]
        held.drop(change, operations, reason=_WITHDRAWN, at=now)
