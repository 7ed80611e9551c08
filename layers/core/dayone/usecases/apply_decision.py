"""Do what a human has decided about the removals that a change held: let them run, or keep what they would remove."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from dayone.domain.audit import AuditEntry
from dayone.domain.changes import Decision
from dayone.domain.commands import ApplyDecision
from dayone.domain.evaluation import PolicyEvaluator, diff_recorded_state
from dayone.domain.guardrails import HeldRemoval, Verdict, held_as
from dayone.domain.judgement import decide_held
from dayone.domain.selection import ready
from dayone.domain.subject_states import Head, SubjectState
from dayone.domain.subjects import SubjectKind
from dayone.errors import Conflicting
from dayone.ports.guardrails import HeldRemovals
from dayone.ports.state import Engine, Inbox, PolicyInForce, Subjects
from dayone.usecases.requeue import Employed

_ATTEMPTS = 5
# Operations of a change that are looked at before the next message goes on: a second or two.
_IN_A_RUN = 1000
_WITHDRAWN = "no longer asked for"


@dataclass(frozen=True, kw_only=True)
class DecisionPorts:
    """What carrying a decision out needs."""

    subjects: Subjects
    policies: PolicyInForce
    held: HeldRemovals
    inbox: Inbox
    engine: Engine
    clock: Callable[[], datetime]


def apply_decision(command: ApplyDecision, *, ports: DecisionPorts) -> None:
    """Ask for the subjects of the change, some in a run, or decide for the one it is about; harmless to repeat."""
    change, decision = command.cause.change, command.decision
    if command.subject.kind is SubjectKind.CHANGE:
        subjects, cursor = ports.held.subjects(change, after=command.cursor, limit=_IN_A_RUN)
        ports.inbox.put(replace(command, subject=subject, cursor="") for subject in subjects)
        if cursor:
            ports.inbox.put([replace(command, cursor=cursor)])
        return
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            held = _decide(ports.subjects.load(command.subject), decision, change=change, ports=ports)
        except Conflicting:
            # The executor counts its results on the same head.
            if attempt == _ATTEMPTS:
                raise
        else:
            break
    _follow(held, decision, change=change, ports=ports)


def _decide(state: SubjectState, decision: Decision, *, change: str, ports: DecisionPorts) -> tuple[HeldRemoval, ...]:
    """The held removals of a subject with the decision noted on its head."""
    before, now = state.head, ports.clock()
    if not any(one.change == change and one.verdict is Verdict.WAITING for one in before.held):
        return before.held
    # What is asked for no more since it was held is not done even if it is approved.
    policy = ports.policies.current()
    employed = Employed(lambda one: ports.subjects.load(one).head.fact, policy=policy, now=now)
    diff = diff_recorded_state(state, evaluator=PolicyEvaluator(policy, now, ready(policy), employed))
    held = decide_held(diff, head=before, change=change, is_approved=decision.is_approved)
    decided = [one for one in held if one not in before.held]
    entry = AuditEntry(
        at=now,
        actor=decision.actor,
        action=f"{'approve' if decision.is_approved else 'reject'}-{held_as(decided)}",
        subject=str(before.subject),
        change=change,
        outcome="recorded",
        detail=", ".join(str(one.resource) for one in decided),
    )
    # Whoever approves anything of an account that was there before Day One lets in whatever comes next.
    awaits = before.awaits_approval and not decision.is_approved
    ports.held.decide(before, held=held, audit=[entry], awaits_approval=awaits)
    return held


def _follow(held: Iterable[HeldRemoval], decision: Decision, *, change: str, ports: DecisionPorts) -> None:
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
