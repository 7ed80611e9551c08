"""Do what a human has decided about the removals that a change held: let them run, or keep what they would remove."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from dayone.errors import Conflicting
from dayone.model.audit import BY_ONESELF, AuditEntry
from dayone.model.changes import CauseKind, Decision, ulid_of
from dayone.model.commands import ActivatePolicy, ApplyDecision, ReconcileSubject
from dayone.model.guardrails import COVERED_FOR, HeldPart, Verdict, held_as
from dayone.model.policy.context import Reservation
from dayone.model.policy.origins import approval_of_group
from dayone.model.subject_state import SubjectState
from dayone.model.subjects import THE_POLICY, Resource, ResourceKind, SubjectKind
from dayone.planning.blame import with_gainers
from dayone.planning.evaluation import diff_recorded_state
from dayone.planning.facts import evaluator_of
from dayone.planning.held_gifts import approvals_of
from dayone.planning.judgement import decide_held
from dayone.ports.store import Engine, HeldParts, Inbox, Policies, Subjects
from dayone.reconcile.subject import WITHDRAWN

_ATTEMPTS = 5
# Operations of a change that are processed before the next message continues: a second or two.
_IN_A_RUN = 1000
_AHEAD = f"given on the first day, if that comes within {COVERED_FOR.days} days and nothing it rests on has changed"


@dataclass(frozen=True, kw_only=True)
class DecisionPorts:
    """Ports for carrying out a decision."""

    subjects: Subjects
    policies: Policies
    held: HeldParts
    inbox: Inbox
    engine: Engine
    clock: Callable[[], datetime]


def apply_decision(command: ApplyDecision, *, ports: DecisionPorts) -> None:
    """Ask for the subjects of the change, some in a run, or decide for the one it is about; harmless to repeat."""
    change, decision = command.cause.change, command.decision
    if command.subject.kind is SubjectKind.CHANGE:
        _ask_for_subjects(command, ports=ports)
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
    _loosen(held, command=command, ports=ports)
    _remember(held, command=command, ports=ports)
    _follow(held, decision, change=change, ports=ports)
    if decision.is_approved:
        _plan_again(held, command=command, ports=ports)


def _ask_for_subjects(command: ApplyDecision, *, ports: DecisionPorts) -> None:
    change, decision, policy = command.cause.change, command.decision, ports.policies.current()
    if decision.is_approved and not decision.is_of_part and policy.reservations.change == change:
        # Whatever else it removes has been approved with it.
        ports.policies.lift(policy.version, Reservation.HOLD)
    if decision.subjects:
        subjects, cursor = decision.subjects, ""
    else:
        found, cursor = ports.held.subjects(change, after=command.cursor, limit=_IN_A_RUN)
        subjects = tuple(found)
    ports.inbox.put(replace(command, subject=subject, cursor="") for subject in subjects)
    if cursor:
        ports.inbox.put([replace(command, cursor=cursor)])


def _loosen(held: Iterable[HeldPart], *, command: ApplyDecision, ports: DecisionPorts) -> None:
    """Have the policy's own guardrails count alone, when they are among what was approved."""
    version = ports.policies.current_version()
    loosened = Resource(ResourceKind.GUARDRAILS, str(version))
    if not any(removal.resource == loosened and removal.verdict is Verdict.APPROVED for removal in held):
        return
    ports.policies.lift(version, Reservation.GUARD)
    # The operations they have prevented are planned now, with their original cause.
    name = f"guardrails {version} {command.cause.change}"
    cause = replace(command.cause, change=ulid_of(command.decision.at, name=name), at=command.decision.at)
    ports.inbox.put([ActivatePolicy(subject=THE_POLICY, cause=cause, version=version)])


def _remember(held: Iterable[HeldPart], *, command: ApplyDecision, ports: DecisionPorts) -> None:
    """Remember what was approved of the policy: new accounts get it at once, and joiners are nobody's but HR's doing.

    A rule that says who is in a group is approved with all that an edit gives by it, not with some of it.
    """
    approved = (Verdict.APPROVED, Verdict.AHEAD)
    of_change = [removal for removal in held if removal.change == command.cause.change and removal.sensitive]
    given = [removal for removal in of_change if removal.verdict in approved]
    if not given:
        return
    policy, found = ports.policies.current(), frozenset[str]()
    if command.subject.kind is SubjectKind.ACCOUNT:
        fact = ports.subjects.load(command.subject).head.fact
        shown = [removal.resource for removal in given if removal.rests_on]
        found = found.union(*(approvals_of(resource, fact, policy=policy) for resource in shown))
    elif command.cause.kind is CauseKind.POLICY and not command.decision.subjects:
        # By the time of the decision the rule may be another one than was shown.
        memberships = [removal for removal in given if removal.resource.kind is ResourceKind.MEMBERSHIP]
        names = {removal.resource.name for removal in memberships if removal.rests_on}
        found = frozenset(approval_of_group(rule) for rule in policy.groups if rule.name in names)
    if not found <= policy.reservations.approved:
        ports.policies.approve(policy.version, policy.reservations.approved | found)


def _decide(state: SubjectState, decision: Decision, *, change: str, ports: DecisionPorts) -> tuple[HeldPart, ...]:
    """Return the held removals of a subject after storing the decision in its head."""
    before, now = state.head, ports.clock()
    parts = [with_gainers(part, subject=before.subject, state_of=ports.subjects.load) for part in before.held]
    before = replace(before, held=tuple(parts))
    if not any(removal.change == change and removal.verdict is Verdict.WAITING for removal in before.held):
        return before.held
    # A held removal that is no longer desired is not carried out even if it is approved.
    policies, subjects = ports.policies, ports.subjects
    prepare = partial(evaluator_of, state_of=subjects.load, accounts_with=subjects.accounts_with)
    evaluator = prepare(policies.current(), now=now, version_of=policies.version)
    diff = diff_recorded_state(state, evaluator=evaluator)
    held = decide_held(diff, head=before, change=change, decision=decision)
    decided = [removal for removal in held if removal not in before.held]
    if not decided:
        return held
    entry = AuditEntry(
        at=now,
        actor=decision.actor,
        action=f"{'approve' if decision.is_approved else 'reject'}-{held_as(decided)}",
        subject=str(before.subject),
        change=change,
        outcome="recorded",
        detail=", ".join(str(removal.resource) for removal in decided)
        + (f"; {BY_ONESELF}" if decision.by_oneself else ""),
    )
    # Whoever approves all that an account from before Day One is given lets in whatever comes next.
    is_given = any(removal.is_gift and removal.verdict is Verdict.APPROVED for removal in decided)
    awaits = before.awaits_approval and (not is_given or bool(decision.resources))
    ports.held.decide(before, held=held, audit=[entry], awaits_approval=awaits)
    return held


def _plan_again(held: Iterable[HeldPart], *, command: ApplyDecision, ports: DecisionPorts) -> None:
    """Plan a subject again of which something was approved after the reason it was held for had gone.

    That is withdrawn, and no plan followed: without another one the user keeps the former name, and nobody is given
    what the policy wants, or asked for it for the reason that there is now.
    """
    change = command.cause.change
    is_gone = any(
        part.change == change
        and (part.is_gift or part.resource.kind is ResourceKind.USER)
        and part.verdict is Verdict.WITHDRAWN
        for part in held
    )
    if is_gone:
        at = command.decision.at
        name = ulid_of(at, name=f"{command.subject} approved {change}")
        ports.inbox.put([ReconcileSubject(subject=command.subject, cause=replace(command.cause, change=name, at=at))])


def _follow(held: Iterable[HeldPart], decision: Decision, *, change: str, ports: DecisionPorts) -> None:
    by_verdict = {
        verdict: [removal.operation for removal in held if removal.change == change and removal.verdict is verdict]
        for verdict in (Verdict.APPROVED, Verdict.AHEAD, Verdict.REJECTED, Verdict.WITHDRAWN)
    }
    now = ports.clock()
    ports.held.drop(change, by_verdict[Verdict.REJECTED], reason=f"rejected by {decision.actor}", at=now)
    ports.held.drop(change, by_verdict[Verdict.WITHDRAWN], reason=WITHDRAWN, at=now)
    ports.held.drop(change, by_verdict[Verdict.AHEAD], reason=f"approved by {decision.actor}: {_AHEAD}", at=now)
    if by_verdict[Verdict.APPROVED]:
        ports.held.release(change, by_verdict[Verdict.APPROVED])
        ports.engine.wake()
